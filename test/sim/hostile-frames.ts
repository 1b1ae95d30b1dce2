// What no honest client sends: messages that are malformed, out of order, too big, or somebody
// else's.
import { encodeHello, encodeSpawn } from "../../src/protocol/client-encode.ts";
import { bytesField, moveMessage, padded, paddedAck, tag, varint } from "../bytes.ts";
import type { Random } from "./random.ts";

const SEQUENCES: readonly [bigint, ...bigint[]] = [
  0n,
  1n,
  2n ** 20n,
  2n ** 20n + 1n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n + 1n,
  2n ** 64n - 1n,
];

const DELTAS: readonly [number, ...number[]] = [
  NaN,
  Infinity,
  -Infinity,
  3e38,
  -3e38,
  1e-45,
  -0,
  0,
  64,
  64.01,
  -1000,
  5,
];

/** An intent that is wrong in some way, or perhaps not. */
export function badMove(random: Random, entity: number, sequence: number): Uint8Array {
  const whose = random.chance(0.2) ? random.below(2 ** 24) : entity;
  const order = random.chance(0.4) ? random.pick(SEQUENCES) : BigInt(sequence);
  return moveMessage(whose, order, random.pick(DELTAS), random.pick(DELTAS));
}

/** ClientMessage{ack_tick}, near a tick or far from it. */
export function falseAck(random: Random, tick: number): Uint8Array {
  const said = random.pick([tick, tick + 1, tick + 1000, 2 ** 32 - 1, Math.max(0, tick - 100)]);
  return Buffer.concat([tag(15, 0), varint(BigInt(said))]);
}

/** A Hello or Spawn that should be refused, or comes too often. */
export function badGreeting(random: Random): Uint8Array {
  switch (random.below(5)) {
    case 0:
      return encodeHello({ version: random.pick([0, 2, 2 ** 31]) });
    case 1:
      return encodeHello({ client: "x".repeat(random.below(400)), resumeToken: new Uint8Array(9) });
    case 2:
      return encodeSpawn(70_000, 0, 0);
    case 3:
      return encodeSpawn(1, random.pick([NaN, Infinity, 1e9]), 0);
    default:
      return encodeSpawn(1, 0, 0);
  }
}

/** Bytes that are no message, or one of an odd shape. */
export function garbage(random: Random): Uint8Array {
  switch (random.below(7)) {
    case 0:
      return noise(random, random.below(600));
    case 1:
      return new Uint8Array(0);
    case 2:
      return moveMessage(1, 1n, 1, 1).subarray(0, 1 + random.below(8));
    case 3:
      return nested(60);
    case 4:
      return paddedAck(random.pick([511, 512, 513, 4096, 4097]));
    case 5:
      return padded(encodeSpawn(1, 0, 0), random.pick([64, 65, 512]));
    default:
      return mutated(random, moveMessage(random.below(2 ** 20), 5n, 1, 1));
  }
}

function noise(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

/** Fields that nobody knows, in one another. */
function nested(depth: number): Uint8Array {
  let bytes: Uint8Array = new Uint8Array(0);
  for (let i = 0; i < depth; i++) bytes = bytesField(3, bytes);
  return bytes;
}

function mutated(random: Random, bytes: Uint8Array): Uint8Array {
  const out = bytes.slice();
  out[random.below(out.length)] = random.below(256);
  return out;
}
