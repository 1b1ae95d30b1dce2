// A network that is worse than the one at hand: delay, jitter, stalls and cuts between a client and
// any socket. For tests, and for a page that shows what they do; in order, as TCP has it.
import type { ClientSocket, Dial, SocketEvents } from "./socket.ts";
import { HOST_TIMERS } from "./timers.ts";
import type { Timers } from "./timers.ts";

/** Each way for itself. A round trip of 150 ± 50 ms is a delay of 50 and a jitter of 50. */
export interface Weather {
  /** What every message takes at least, ms. */
  delayMs: number;
  /** And at most beside that, ms; every value as likely as another. */
  jitterMs: number;
  /** Share of messages, 0 to 1, that are held up, and with them all that follow. */
  stallShare: number;
  /** For how long at most, ms; every value as likely as another. */
  stallMs: number;
}

/** What a `NetworkSimulator` is made from; nothing is needed. */
export interface NetworkSimulatorOptions {
  /** May be changed at any time; holds for messages from then on. Default: no trouble at all. */
  readonly weather?: Partial<Weather>;
  /** Default: the host's. */
  readonly timers?: Timers;
  /** [0, 1). Default: Math.random. */
  readonly random?: () => number;
}

/** The code of a connection that broke without a word: RFC 6455, 7.1.5. */
const ABNORMAL = 1006;
/** Ends the real connection in a way that leaves the session open. */
const CUT = 4901;

/** A bad network for one client or many; `through()` puts it before a way to connect. */
export class NetworkSimulator {
  readonly weather: Weather;
  readonly #timers: Timers;
  readonly #random: () => number;
  readonly #links = new Set<Link>();
  /** Messages that were held up. */
  stalls = 0;

  constructor(options: NetworkSimulatorOptions = {}) {
    this.weather = { delayMs: 0, jitterMs: 0, stallShare: 0, stallMs: 0, ...options.weather };
    this.#timers = options.timers ?? HOST_TIMERS;
    this.#random = options.random ?? Math.random;
  }

  /** @returns a way to connect through this network: the client's `dial` option */
  through(dial: Dial): Dial {
    return (url, events) => {
      const link = new Link(
        () => this.#arrival(),
        this.#timers,
        events,
        () => this.#links.delete(link),
      );
      this.#links.add(link);
      link.open(dial(url, link.events));
      return link;
    };
  }

  /** Holds up everything that is under way and sent, both ways, for so long. */
  stall(ms: number): void {
    const untilMs = this.#timers.now() + ms;
    for (const link of this.#links) link.hold(untilMs);
  }

  /** Breaks every connection: what is under way is lost, and the client hears 1006. */
  cut(): void {
    for (const link of [...this.#links]) link.cut();
  }

  /** When a message that is sent now arrives, ms. */
  #arrival(): number {
    const { delayMs, jitterMs, stallShare, stallMs } = this.weather;
    let arrivalMs = this.#timers.now() + delayMs + jitterMs * this.#random();
    if (this.#random() < stallShare) {
      this.stalls++;
      arrivalMs += stallMs * this.#random();
    }
    return arrivalMs;
  }
}

/** One direction: what was sent arrives late, and in order. */
class Pipe {
  readonly #arrival: () => number;
  readonly #timers: Timers;
  #lastMs = 0;
  #heldUntilMs = 0;
  readonly #queue: (() => void)[] = [];

  constructor(arrival: () => number, timers: Timers) {
    this.#arrival = arrival;
    this.#timers = timers;
  }

  put(deliver: () => void): void {
    this.#lastMs = Math.max(this.#lastMs, this.#heldUntilMs, this.#arrival());
    this.#queue.push(deliver);
    this.#deliverAt(this.#lastMs);
  }

  /** Nothing arrives before this. */
  hold(untilMs: number): void {
    this.#heldUntilMs = Math.max(this.#heldUntilMs, untilMs);
  }

  /** What is under way is lost. */
  clear(): void {
    this.#queue.length = 0;
  }

  #deliverAt(timeMs: number): void {
    this.#timers.after(timeMs - this.#timers.now(), () => {
      if (this.#timers.now() < this.#heldUntilMs) this.#deliverAt(this.#heldUntilMs);
      // Timers of one moment may run in any order: each delivers the oldest.
      else this.#queue.shift()?.();
    });
  }
}

/** One connection, seen from the client. */
class Link implements ClientSocket {
  readonly events: SocketEvents;
  readonly #up: Pipe;
  readonly #down: Pipe;
  readonly #client: SocketEvents;
  readonly #ended: () => void;
  #socket: ClientSocket | null = null;
  #isOver = false;

  constructor(arrival: () => number, timers: Timers, client: SocketEvents, ended: () => void) {
    this.#up = new Pipe(arrival, timers);
    this.#down = new Pipe(arrival, timers);
    this.#client = client;
    this.#ended = ended;
    this.events = {
      open: () => this.#down.put(() => client.open()),
      message: (bytes) => {
        const copy = new Uint8Array(bytes);
        this.#down.put(() => client.message(copy));
      },
      close: (code, reason) => this.#down.put(() => this.#end(code, reason)),
    };
  }

  open(socket: ClientSocket): void {
    this.#socket = socket;
  }

  send(bytes: Uint8Array): void {
    const copy = new Uint8Array(bytes);
    this.#up.put(() => this.#socket?.send(copy));
  }

  close(code?: number, reason?: string): void {
    this.#up.put(() => this.#socket?.close(code, reason));
  }

  hold(untilMs: number): void {
    this.#up.hold(untilMs);
    this.#down.hold(untilMs);
  }

  cut(): void {
    this.#up.clear();
    this.#down.clear();
    this.#socket?.close(CUT, "The simulated network was cut.");
    this.#end(ABNORMAL, "");
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ended();
    this.#client.close(code, reason);
  }
}
