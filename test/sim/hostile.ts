// A client that means harm, or knows no better: one character each, over connections of its own,
// again and again.
import { aether } from "../../src/protocol/schema.ts";
import { encodeHeartbeat, encodeHello, encodeSpawn } from "../../src/protocol/client-encode.ts";
import { badGreeting, badMove, falseAck, garbage } from "./hostile-frames.ts";
import type { Character, Link } from "./link.ts";
import type { Network } from "./network.ts";
import { BINARY, PING, TEXT } from "./pipe.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";

export const TRADES = [
  /** Wrong sequences, foreign entities, deltas that are no numbers, false acknowledgements. */
  "liar",
  /** No messages at all: noise, text, too much. */
  "garbler",
  /** Hundreds of messages or pings at once. */
  "flooder",
  /** Says Hello late, twice, wrongly, or never. */
  "latecomer",
  /** Comes and goes as fast as it can. */
  "storm",
  /** Has an entity and acknowledges nothing. */
  "mute",
  /** Has an entity and reads nothing. */
  "deaf",
  /** Asks for answers, and reads them not. */
  "leech",
] as const;
export type Trade = (typeof TRADES)[number];

const CHARACTERS: Partial<Record<Trade, Character>> = { mute: "slow", deaf: "slow", leech: "slow" };

export interface HostileParts {
  readonly schedule: Schedule;
  readonly network: Network;
  readonly random: Random;
}

export class Hostile {
  readonly trade: Trade;
  readonly #parts: HostileParts;
  #link: Link | null = null;
  #isOpen = false;
  #entity = 0;
  #tick = 0;
  #sequence = 0;
  #isStopped = false;

  constructor(trade: Trade, parts: HostileParts) {
    this.trade = trade;
    this.#parts = parts;
  }

  start(): void {
    this.#connect();
    this.#step();
  }

  /** Goes, and does not come back. */
  stop(): void {
    this.#isStopped = true;
    this.#link?.close(1000, "");
  }

  #connect(): void {
    if (this.#isStopped) return;
    const { network, random } = this.#parts;
    this.#entity = this.#tick = this.#sequence = 0;
    const link = network.dial(
      {
        open: () => this.#opened(link),
        message: (bytes) => this.#hear(bytes),
        close: () => this.#closed(),
      },
      CHARACTERS[this.trade] ?? "liar",
      this.trade !== "mute" && random.chance(0.5),
    );
    this.#link = link;
  }

  #opened(link: Link): void {
    const { random } = this.#parts;
    this.#isOpen = true;
    if (this.trade === "latecomer") return;
    if (this.trade === "storm" && random.chance(0.5)) return;
    if (this.trade === "garbler" && random.chance(0.5)) return;
    link.send(BINARY, encodeHello({ client: this.trade }));
    if (this.trade === "leech" && random.chance(0.8)) link.down.hold();
    else this.#spawn(link);
    if (this.trade === "deaf") link.down.hold();
  }

  #spawn(link: Link): void {
    const { random } = this.#parts;
    link.send(BINARY, encodeSpawn(7, random.between(-50, 50), random.between(-50, 50)));
  }

  #closed(): void {
    const { random, schedule } = this.#parts;
    this.#isOpen = false;
    const wait = this.trade === "storm" ? random.between(0, 20) : random.spread(5, 2000);
    schedule.after(wait, () => this.#connect());
  }

  #hear(bytes: Uint8Array): void {
    const message = aether.ServerMessage.decode(bytes);
    this.#entity = message.welcome?.entity_id ?? this.#entity;
    this.#tick = message.aoi?.tick ?? this.#tick;
  }

  #step(): void {
    if (this.#isStopped) return;
    const { random, schedule } = this.#parts;
    schedule.after(random.spread(2, 400), () => this.#step());
    const link = this.#link;
    if (!this.#isOpen || link === null) return;
    this.#act(link);
    if (random.chance(0.01)) link.close(random.pick([1000, 1001, 4999]), "away");
  }

  #act(link: Link): void {
    const { random } = this.#parts;
    switch (this.trade) {
      case "liar":
        this.#sequence += random.pick([0, 1, 1, 1, 2]);
        link.send(BINARY, badMove(random, this.#entity, this.#sequence));
        if (random.chance(0.2)) link.send(BINARY, falseAck(random, this.#tick));
        break;
      case "garbler":
        link.send(random.chance(0.05) ? TEXT : BINARY, garbage(random));
        break;
      case "flooder":
        this.#flood(link, random.pick([3, 15, 60, 70, 300]));
        break;
      case "latecomer":
        if (random.chance(0.1)) link.send(BINARY, badGreeting(random));
        break;
      case "storm":
        if (random.chance(0.5)) link.close(1000, "");
        else link.cut(0);
        break;
      case "leech":
        this.#leech(link);
        break;
      default: // mute, deaf: nothing is said
    }
  }

  #flood(link: Link, count: number): void {
    const { random } = this.#parts;
    const isPings = random.chance(0.3);
    for (let i = 0; i < count; i++) {
      if (isPings) link.send(PING, new Uint8Array(4));
      else link.send(BINARY, badMove(random, this.#entity, ++this.#sequence));
    }
  }

  /** Fills its window with answers; then perhaps spawns, and reads again. */
  #leech(link: Link): void {
    const { random } = this.#parts;
    const out = new Uint8Array(64);
    const length = encodeHeartbeat(out, 1, 0);
    for (let i = 0; i < 8; i++) link.send(BINARY, out.subarray(0, length));
    if (random.chance(0.05)) this.#spawn(link);
    const dice = random.unit();
    if (dice < 0.05) link.down.release();
    else if (dice < 0.1) link.down.hold();
  }
}
