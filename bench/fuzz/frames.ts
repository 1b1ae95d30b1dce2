// The frames of a fuzz: those kept in corpus/, golden ones and an honest client's, each as it is at
// first, then changed in every way that the mutator knows.
import { readdirSync, readFileSync } from "node:fs";
import {
  CLIENT_FRAME,
  encodeAck,
  encodeClientApp,
  encodeMove,
  encodeProbe,
} from "../../src/protocol/client-encode.ts";
import { hostileFrame, type Random, randomFrom, seedsOf } from "../../test/mutator.ts";

/** What is fuzzed is how frames are read: no rate keeps them from being heard. */
export const UNRATED = {
  AETHER_GATEWAY_MESSAGES_PER_SECOND: "100000",
  AETHER_GATEWAY_BYTES_PER_SECOND: "16777216",
  AETHER_GATEWAY_ERRORS_PER_SECOND: "1000",
  AETHER_GATEWAY_MAX_STRIKES: "60",
};

const CORPUS = new URL("./corpus/", import.meta.url);

export function corpus(): readonly number[][] {
  const files = readdirSync(CORPUS).filter((name) => name.endsWith(".bin"));
  return files.sort().map((name) => [...readFileSync(new URL(name, CORPUS))]);
}

export class FuzzFrames {
  readonly random: Random;
  readonly #kept: readonly number[][];
  readonly #seeds: number[][];
  readonly #out = new Uint8Array(CLIENT_FRAME);
  #next = 0;

  constructor(seed: number) {
    this.random = randomFrom(seed);
    const golden = [...seedsOf("client"), ...seedsOf("server")];
    this.#kept = [...corpus(), ...golden];
    this.#seeds = [...this.#kept];
  }

  /** @param entity whose client would send it, 0 = none; its tick and last sequence likewise */
  frame(entity: number, sequence: number, tick: number): Uint8Array {
    const kept = this.#kept[this.#next++];
    if (kept !== undefined) return Uint8Array.from(kept);
    const { random } = this;
    // Half begin as what this client could have said: only so do changes get past the first checks.
    if (random(2) === 0) return hostileFrame(random, this.#seeds);
    return hostileFrame(random, [[...this.#honest(entity, sequence, tick)]]);
  }

  #honest(entity: number, sequence: number, tick: number): Uint8Array {
    const { random } = this;
    const out = this.#out;
    switch (random(5)) {
      case 0:
        return out.subarray(0, encodeAck(out, tick));
      case 1:
        return out.subarray(0, encodeProbe(out, random(2) === 0, tick));
      case 2: {
        // Numbers are right as long as nobody has changed any: often enough at the beginning.
        const bytes = Array.from({ length: random(8) }, () => random(256));
        // Most are what the application reads: field 3, so many bytes.
        const payload = Uint8Array.from(random(8) === 0 ? bytes : [0x1a, bytes.length, ...bytes]);
        return encodeClientApp(1 + random(15), random(3), payload, random(4), tick);
      }
      default: {
        const [dx, dy] = [random(2000) / 256 - 4, random(2000) / 256 - 4];
        const next = sequence + 1 + random(3);
        return out.subarray(0, encodeMove(out, entity, next, dx, dy, 1, tick));
      }
    }
  }
}
