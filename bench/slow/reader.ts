// One client of the proof: walks, acknowledges, times its own intents, and can stop to read its
// socket while it goes on to send.
import { Session } from "../../src/client/session.ts";
import { AOI_INCOMPLETE } from "../../src/protocol/encode.ts";
import type { Histogram } from "../../src/swarm/histogram.ts";
import type { SocketPool, SwarmSocket } from "../../src/swarm/socket.ts";

/** A step of its walk, world units. */
const STEP = 1;
/** While it reads nothing it sends so often, or else the server would take it for gone, ms. */
const SIGN_OF_LIFE_MS = 1000;
/** While it waits for its view to be right it asks so often, ms. */
const PROBE_MS = 50;
/** Intents whose time of sending is kept, a power of two. */
const SENT_KEPT = 256;

/** How it came back: how long until its view was the server's, ms; or how it was closed. */
export interface Return {
  readonly equalAfterMs: number | null;
  readonly closeCode: number | null;
}

export class Reader {
  /** Where times go from an intent to the update that acknowledges it; null: nowhere. */
  latency: Histogram | null = null;
  /** Of the connection at hand; null while it is open. */
  closeCode: number | null = null;
  readonly client: Session;
  #socket: SwarmSocket | null = null;
  readonly #sentAt = new Float64Array(SENT_KEPT);
  #acknowledged = 0;
  #isStalled = false;
  /** It has read something since it stalled. */
  #isBack = true;
  #aliveAt = 0;
  #aliveUntil = 0;
  #resumedAt = 0;
  #probedAt = 0;
  #equalAfterMs: number | null = null;

  constructor(url: string, x: number, y: number, pool: SocketPool) {
    this.client = new Session({
      url,
      spawn: { x, y },
      name: "prove slow",
      dial: (address, events) => (this.#socket = pool.dial(address, events, null)),
      handlers: {
        tick: () => {
          this.#isBack = true;
          this.#measure();
        },
        digest: (client, ok) => {
          const isWhole = (client.lastFlags & AOI_INCOMPLETE) === 0;
          if (ok && isWhole && this.#resumedAt > 0)
            this.#equalAfterMs ??= performance.now() - this.#resumedAt;
        },
        closed: (_client, code) => (this.closeCode = code),
      },
    });
  }

  get port(): number {
    return this.#socket?.localPort ?? 0;
  }
  get isPlaying(): boolean {
    return this.client.state === "joined";
  }
  get isGone(): boolean {
    return this.client.state === "idle" || this.client.state === "closed";
  }

  connect(): void {
    this.closeCode = null;
    this.#acknowledged = 0;
    this.client.connect();
  }

  /** Called in every turn of the load. @param now monotonic ms */
  step(now: number): void {
    if (!this.isPlaying) return;
    const sequence = this.client.sequence + 1;
    if (!this.#isStalled) {
      // It reads first: where the server has closed, a word of its own is answered by a reset.
      if (!this.#isBack) return;
      this.#sentAt[sequence & (SENT_KEPT - 1)] = now;
      this.client.move((sequence & 1) === 0 ? STEP : -STEP, 0);
      this.#askWhetherEqual(now);
    } else if (now < this.#aliveUntil && now - this.#aliveAt >= SIGN_OF_LIFE_MS) {
      this.#aliveAt = now;
      this.client.move(0, 0);
    }
  }

  /**
   * Reads nothing from now on.
   * @param aliveMs how long it goes on to send. A server that has closed answers with a reset, and
   * then nobody reads any more with which code it did.
   */
  stall(aliveMs: number): void {
    this.#isStalled = true;
    this.#isBack = false;
    this.#aliveUntil = performance.now() + aliveMs;
    this.#equalAfterMs = null;
    this.#resumedAt = 0;
    this.#socket?.pause();
  }

  resume(): void {
    this.#isStalled = false;
    this.#resumedAt = performance.now();
    this.#socket?.resume();
  }

  /** How it came back; null: neither yet. */
  get returned(): Return | null {
    const { closeCode } = this;
    if (closeCode === null && this.#equalAfterMs === null) return null;
    return { closeCode, equalAfterMs: this.#equalAfterMs };
  }

  #askWhetherEqual(now: number): void {
    const isAsking = this.#resumedAt > 0 && this.#equalAfterMs === null;
    if (!isAsking || now - this.#probedAt < PROBE_MS) return;
    this.#probedAt = now;
    this.client.probe();
  }

  #measure(): void {
    const { ackSequence } = this.client;
    const now = performance.now();
    const first = Math.max(this.#acknowledged + 1, ackSequence - SENT_KEPT + 1);
    this.#acknowledged = ackSequence;
    if (this.latency === null) return;
    for (let sequence = first; sequence <= ackSequence; sequence++)
      this.latency.add(now - (this.#sentAt[sequence & (SENT_KEPT - 1)] ?? now));
  }
}
