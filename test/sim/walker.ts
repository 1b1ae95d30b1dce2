// An honest client: the real client core, walking about, now and then leaving and coming back. It
// may be held up, cut off and sent away; what it shows must be what the server sent.
import { Session } from "../../src/client/session.ts";
import type { Link } from "./link.ts";
import type { Network } from "./network.ts";
import { socketOf } from "./network.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";
import { must } from "./violation.ts";

const STEP_MS = 25;
/** Longest wait before the next attempt to connect, ms. */
const BACKOFF_MS = 600;

export interface WalkerParts {
  readonly schedule: Schedule;
  readonly network: Network;
  readonly random: Random;
  /** Half the width of the square in which it appears, world units. */
  readonly home: number;
  /** The client core has applied a tick whole. */
  applied(walker: Walker, tick: number): void;
}

export class Walker {
  readonly client: Session;
  link: Link | null = null;
  /** A digest was equal since the last call of settle(). */
  isProven = false;
  /** Ticks applied. */
  ticks = 0;
  readonly #parts: WalkerParts;
  /** How often it sends, as a share of all steps; and its pace, as a share of the speed allowed. */
  readonly #zeal: number;
  readonly #pace: number;
  #heading: number;
  #mode: "walking" | "settling" | "standing" = "walking";

  constructor(parts: WalkerParts) {
    const { random, home } = parts;
    this.#parts = parts;
    this.#zeal = random.pick([0.02, 0.5, 1]);
    this.#pace = random.pick([0.5, 1, 1, 1.5]);
    this.#heading = random.unit() * 2 * Math.PI;
    this.client = new Session({
      url: "ws://sim/",
      name: "walker",
      now: () => parts.schedule.now,
      spawn: {
        kind: random.below(300),
        x: random.between(-home, home),
        y: random.between(-home, home),
      },
      dial: (_url, events) => {
        this.link = parts.network.dial(events, "honest");
        return socketOf(this.link);
      },
      handlers: {
        tick: (_client, tick) => {
          this.ticks++;
          parts.applied(this, tick);
        },
        digest: (_client, ok, tick) => {
          must(ok, () => `the digest of tick ${tick} is not that of the client's view`);
          if (this.#mode !== "walking") this.isProven = true;
        },
        closed: () => {
          parts.schedule.after(this.#backoff(), () => this.client.connect());
        },
      },
    });
  }

  /** Connects, and walks from then on. */
  start(): void {
    this.client.connect();
    this.#step();
  }

  /** Faults are off: it stops leaving, and asks for proof of its view. */
  settle(): void {
    this.#mode = "settling";
    this.isProven = false;
  }

  /** It moves no more. */
  stand(): void {
    this.#mode = "standing";
  }

  #backoff(): number {
    return this.#mode === "walking" ? this.#parts.random.between(1, BACKOFF_MS) : 10;
  }

  #step(): void {
    const { random, schedule } = this.#parts;
    schedule.after(STEP_MS * random.between(0.9, 1.1), () => this.#step());
    must(this.client.counters.protocolFaults === 0, () => "a client was sent what makes no sense");
    if (this.client.state !== "joined") return;
    if (this.#mode !== "standing" && random.chance(this.#zeal)) this.#walk();
    if (this.#mode !== "walking") {
      if (!this.isProven && random.chance(0.5)) this.client.probe();
      return;
    }
    const dice = random.unit();
    if (dice < 0.002) this.client.probe(random.chance(0.3));
    else if (dice < 0.004) this.client.heartbeat();
    else if (dice < 0.0043) this.client.leave();
    else if (dice < 0.0046) this.client.close();
  }

  #walk(): void {
    const { random } = this.#parts;
    const speed = (this.client.rules?.maxSpeed ?? 0) / 256;
    this.#heading += random.between(-0.3, 0.3);
    if (random.chance(0.005)) this.#heading += Math.PI;
    // Rounded towards zero, so that the length does not exceed what is allowed.
    const length = Math.max(0, speed * this.#pace - 1 / 128);
    this.client.move(Math.cos(this.#heading) * length, Math.sin(this.#heading) * length);
  }
}
