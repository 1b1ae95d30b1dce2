// The simulated network: one address where a server may listen, connections to it, and the faults
// that befall them while faults are on.
import type { Character, ClientEnd, Door, LinkOptions } from "./link.ts";
import { Link } from "./link.ts";
import { BINARY } from "./pipe.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";
import type { Wires } from "./transport.ts";

/** How bad it is. Rates are per connection and minute. */
export interface Faults {
  /** Longest base delay and jitter of a connection, ms. */
  readonly baseMs: number;
  readonly jitterMs: number;
  /** The client stops reading. */
  readonly stalls: number;
  /** The client's words come late, acknowledgements among them. */
  readonly delays: number;
  readonly cuts: number;
  /** Least and most room between the processes, bytes. */
  readonly roomMin: number;
  readonly roomMax: number;
}

/** The server takes a cut connection for open this long at most, ms. */
const HALF_OPEN_MS = 8000;
const STALL_MIN_MS = 50;
const STALL_MAX_MS = 20_000;
const DELAY_MIN_MS = 50;
const DELAY_MAX_MS = 3000;

export class Network {
  readonly #schedule: Schedule;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #links = new Set<Link>();
  #door: Door | null = null;
  #isCalm = false;
  #serial = 0;
  stalls = 0;
  delays = 0;
  cuts = 0;

  constructor(schedule: Schedule, random: Random, faults: Faults) {
    this.#schedule = schedule;
    this.#random = random;
    this.#faults = faults;
  }

  /** A place for a server's transport to hang on. */
  wires(busyUntil: () => number): Wires {
    return {
      attach: (door) => {
        this.#door = door;
      },
      busyUntil,
    };
  }

  /** Starts to connect; nothing is called before this has returned. */
  dial(client: ClientEnd, character: Character, answersPings = true): Link {
    const random = this.#random.fork();
    const link: Link = new Link(
      ++this.#serial,
      this.#schedule,
      random,
      this.#conditions(random, character, answersPings),
      {
        open: () => client.open(),
        message: (bytes) => client.message(bytes),
        close: (code, reason) => {
          // Where the server has not heard of the end yet, it must when faults end.
          if (link.server === null) this.#links.delete(link);
          client.close(code, reason);
        },
      },
      () => this.#door,
    );
    this.#links.add(link);
    if (!this.#isCalm) this.#afflict(link, random);
    return link;
  }

  /** Faults end: what is held is released, what is under way arrives. */
  calm(): void {
    this.#isCalm = true;
    for (const link of this.#links) link.heal();
  }

  #conditions(random: Random, character: Character, answersPings: boolean): LinkOptions {
    const { baseMs, jitterMs, roomMin, roomMax } = this.#faults;
    const weather = this.#isCalm
      ? { base: 2, jitter: 1 }
      : { base: random.spread(0.5, baseMs), jitter: random.unit() * jitterMs };
    return { character, answersPings, weather, room: random.spread(roomMin, roomMax) };
  }

  #afflict(link: Link, random: Random): void {
    this.#often(link, random, this.#faults.stalls, () => {
      this.stalls++;
      this.#hold(link, "down", random.spread(STALL_MIN_MS, STALL_MAX_MS));
    });
    this.#often(link, random, this.#faults.delays, () => {
      this.delays++;
      this.#hold(link, "up", random.spread(DELAY_MIN_MS, DELAY_MAX_MS));
    });
    this.#often(link, random, this.#faults.cuts, () => {
      this.cuts++;
      link.cut(random.chance(0.7) ? 0 : random.unit() * HALF_OPEN_MS);
    });
  }

  #hold(link: Link, way: "up" | "down", ms: number): void {
    link[way].hold();
    this.#schedule.after(ms, () => link[way].release());
  }

  #often(link: Link, random: Random, perMinute: number, act: () => void): void {
    if (perMinute === 0) return;
    this.#schedule.after(random.wait(perMinute), () => {
      if (this.#isCalm || link.isOver) return;
      act();
      this.#often(link, random, perMinute, act);
    });
  }
}

/** A connection as src/client's Dial gives it. */
export function socketOf(link: Link): {
  send(bytes: Uint8Array): void;
  close(code?: number, reason?: string): void;
} {
  return {
    send: (bytes) => link.send(BINARY, bytes),
    close: (code = 1005, reason = "") => link.close(code, reason),
  };
}
