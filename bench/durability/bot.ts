// A client that does what people do: joins, walks, loses its connection, comes back, leaves, joins
// anew, or never comes back. It keeps what it was told, for comparison with what became durable.
import { Session } from "../../src/client/session.ts";
import { CLOSES } from "../../src/protocol/codes.ts";
import type { RandomStream } from "../../src/swarm/random.ts";
import type { SocketPool, SwarmSocket } from "../../src/swarm/socket.ts";

/** Where bots appear, world units from the middle; and how far they step. */
const SPREAD = 400;
const STEP = 4;
/** How long a session lasts until something happens to it, ms; and until its client is back. */
const LASTS_MS = { min: 1000, max: 6000 };
const AWAY_MS = { min: 50, max: 800 };
/** Shares of what happens; the rest leaves. */
const CUT = 0.6;
const VANISH = 0.1;

/** What all bots of a process were told, and did. */
export class Ledger {
  /** Entity of each session that a Welcome named with one. */
  readonly told = new Map<string, number>();
  readonly faults: string[] = [];
  /** Connections that ended, by close code. */
  readonly closes = new Map<number, number>();
  resumed = 0;
  left = 0;
  vanished = 0;
  unavailable = 0;
}

export interface BotPlan {
  /** Whether anything but walking happens to it. */
  readonly churns: boolean;
  /** Where it appears, world units; null: anywhere near the middle. */
  readonly at: { readonly x: number; readonly y: number } | null;
  readonly onTick: ((tick: number) => void) | null;
}

export class Bot {
  /** Where its next connection goes. */
  url: string;
  readonly #plan: BotPlan;
  readonly #random: RandomStream;
  readonly #ledger: Ledger;
  readonly #pool: SocketPool;
  #client: Session;
  #socket: SwarmSocket | null = null;
  #actAt = 0;
  #returnAt = 0;
  #isStopping = false;
  /** Something has been done to its connection that will end it. */
  #isEnding = false;

  constructor(url: string, plan: BotPlan, random: RandomStream, ledger: Ledger, pool: SocketPool) {
    this.url = url;
    this.#plan = plan;
    this.#random = random;
    this.#ledger = ledger;
    this.#pool = pool;
    this.#client = this.#create();
  }

  get isPlaying(): boolean {
    return this.#client.state === "joined";
  }
  get isGone(): boolean {
    return this.#client.state === "closed" || this.#client.state === "idle";
  }

  /** @param now monotonic ms */
  step(now: number, holds: boolean): void {
    if (this.isGone) {
      if (!this.#isStopping && now >= this.#returnAt) this.#client.connect();
      return;
    }
    if (!this.isPlaying || this.#isEnding) return;
    if (this.#isStopping) this.#leave();
    else if (this.#actAt === 0) this.#actAt = now + this.#between(LASTS_MS);
    else if (now >= this.#actAt && this.#plan.churns && !holds) this.#act(now);
    else this.#client.move(this.#step(), this.#step());
  }

  /** Leaves as soon as it can, and stays away. */
  stop(): void {
    this.#isStopping = true;
  }

  #act(now: number): void {
    this.#actAt = 0;
    this.#returnAt = now + this.#between(AWAY_MS);
    const draw = this.#random.next();
    if (draw < CUT) {
      this.#isEnding = true;
      this.#socket?.cut();
    } else if (draw < CUT + VANISH) {
      this.#ledger.vanished++;
      this.#socket?.cut();
      this.#client = this.#create();
    } else {
      this.#leave();
    }
  }

  #leave(): void {
    this.#isEnding = true;
    this.#ledger.left++;
    this.#client.leave();
  }

  #create(): Session {
    const spawn = this.#plan.at ?? { x: this.#near(), y: this.#near() };
    return new Session({
      url: this.url,
      spawn,
      name: "prove durability",
      dial: (_url, events) => (this.#socket = this.#pool.dial(this.url, events, null)),
      handlers: {
        spawned: (client) => this.#spawned(client),
        tick: (_client, tick) => this.#plan.onTick?.(tick),
        error: (client, _code, _message, _sequence, retryAfterMs) => {
          if (client !== this.#client || client.state !== "greeting" || retryAfterMs === 0) return;
          this.#ledger.unavailable++;
          this.#returnAt = performance.now() + retryAfterMs;
          this.#socket?.cut();
        },
        closed: (client, code, reason) => this.#closed(client, code, reason),
      },
    });
  }

  #spawned({ session, entityId }: Session): void {
    const { told, faults } = this.#ledger;
    const before = told.get(session);
    if (before === undefined) told.set(session, entityId);
    else if (before === entityId) this.#ledger.resumed++;
    else faults.push(`session ${session} had entity ${before} and came back to ${entityId}`);
  }

  #closed(client: Session, code: number, reason: string): void {
    const { closes, faults } = this.#ledger;
    closes.set(code, (closes.get(code) ?? 0) + 1);
    if (code === CLOSES.RESUME_REFUSED.code) faults.push(`a session was not resumed: ${reason}`);
    if (client !== this.#client) return;
    this.#isEnding = false;
    this.#actAt = 0;
    // Not at once, or a server that refuses would be asked without end.
    this.#returnAt = Math.max(this.#returnAt, performance.now() + this.#between(AWAY_MS));
  }

  #between({ min, max }: { readonly min: number; readonly max: number }): number {
    return min + this.#random.next() * (max - min);
  }
  #near(): number {
    return (this.#random.next() - 0.5) * 2 * SPREAD;
  }
  #step(): number {
    return (this.#random.next() - 0.5) * 2 * STEP;
  }
}
