// One connection: two pipes, the server's buffer in user space, and what can befall them. The
// server's end belongs to transport.ts, the client's to whoever dialled.
import type { Frame } from "./pipe.ts";
import {
  ACCEPTED,
  BINARY,
  CLOSE,
  HANDSHAKE,
  PING,
  Pipe,
  PONG,
  RESET,
  dataFrame,
  plainFrame,
} from "./pipe.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";

/** The client's end; src/client's SocketEvents fit. */
export interface ClientEnd {
  open(): void;
  message(bytes: Uint8Array): void;
  close(code: number, reason: string): void;
}

/** The server's end while it has the connection. */
export interface ServerEnd {
  take(link: Link, frame: Frame): void;
  /** Until when its process does nothing, virtual ms. */
  busyUntil(): number;
}

/** Where handshakes arrive. */
export interface Door extends ServerEnd {
  handshake(link: Link): void;
}

/** What is known of a client: how far its words can be taken for its deeds. */
export type Character =
  /** The client core, behaving. */
  | "honest"
  /** Says nothing untrue, but reads badly or not at all. */
  | "slow"
  /** Says anything. */
  | "liar";

/** Delays of one connection, ms. */
export interface Weather {
  base: number;
  jitter: number;
}

export interface LinkOptions {
  readonly character: Character;
  readonly answersPings: boolean;
  readonly weather: Weather;
  /** Bytes that lie between the two processes before the sender's own buffer fills. */
  readonly room: number;
}

export class Link {
  readonly id: number;
  readonly options: LinkOptions;
  readonly up: Pipe;
  readonly down: Pipe;
  /** The server's name for it. */
  slot = -1;
  /** Null: the server does not have it, or no longer. */
  server: ServerEnd | null = null;
  /** Bytes in the server's user space. */
  buffered = 0;
  /** The client has heard the end. */
  isOver = false;
  readonly #client: ClientEnd;
  readonly #random: Random;
  #waiting: Frame[] = [];
  #isLeaving = false;
  #isCut = false;
  /** Bytes that the network took after the cut, before the server's own buffer fills. */
  #lost = 0;

  constructor(
    id: number,
    schedule: Schedule,
    random: Random,
    options: LinkOptions,
    client: ClientEnd,
    door: () => Door | null,
  ) {
    this.id = id;
    this.options = options;
    this.#client = client;
    this.#random = random;
    const delay = (): number => this.#delay();
    this.up = new Pipe(schedule, delay, {
      take: (frame) => this.#atServer(frame, door()),
      busyUntil: () => (this.server ?? door())?.busyUntil() ?? 0,
    });
    this.down = new Pipe(schedule, delay, {
      take: (frame) => this.#atClient(frame),
      busyUntil: () => 0,
    });
    this.up.send(plainFrame(HANDSHAKE));
  }

  // ------------------------------------------------------------------ the client

  send(kind: number, bytes: Uint8Array): void {
    if (!this.isOver && !this.#isLeaving) this.up.send(dataFrame(kind, bytes.slice()));
  }

  close(code: number, reason: string): void {
    if (this.isOver || this.#isLeaving) return;
    this.#isLeaving = true;
    this.down.release();
    this.up.send(plainFrame(CLOSE, code, reason));
  }

  // ------------------------------------------------------------------ the server

  /** Takes a frame of the server's: into the network, or into user space when that is full. */
  write(frame: Frame): void {
    if (this.#isCut) {
      if (this.#lost + frame.bytes.length <= this.options.room) this.#lost += frame.bytes.length;
      else this.buffered += frame.bytes.length;
      return;
    }
    if (this.buffered === 0 && this.#waiting.length === 0 && this.#fits(frame)) {
      this.down.send(frame);
      return;
    }
    this.#waiting.push(frame);
    this.buffered += frame.bytes.length;
  }

  /** The server is done with it: the client reads what is there, then the end. */
  finish(code: number, reason: string): void {
    this.server = null;
    this.write(plainFrame(CLOSE, code, reason));
  }

  // ------------------------------------------------------------------ what befalls it

  /**
   * Cut: what was under way is lost, and each side hears of it in its own time.
   * @param lateMs how long the server takes it for open; its sends then go nowhere
   */
  cut(lateMs: number): void {
    this.#forget();
    this.#isCut = true;
    this.up.send(plainFrame(RESET, 1006), lateMs);
    this.down.send(plainFrame(RESET, 1006));
  }

  /** The server's process has died, or refuses or drops the connection. */
  die(): void {
    this.server = null;
    this.#forget();
    if (!this.isOver) this.down.send(plainFrame(RESET, 1006));
  }

  /** Good weather: nothing is held, and what is under way arrives. */
  heal(): void {
    this.options.weather.base = 2;
    this.options.weather.jitter = 1;
    for (const pipe of [this.up, this.down]) {
      pipe.release();
      pipe.hasten();
    }
  }

  #forget(): void {
    this.up.clear();
    this.down.clear();
    this.#waiting = [];
    this.buffered = 0;
  }

  #delay(): number {
    const { base, jitter } = this.options.weather;
    return base + jitter * this.#random.unit() ** 4;
  }

  #fits(frame: Frame): boolean {
    return this.down.isEmpty || this.down.bytes + frame.bytes.length <= this.options.room;
  }

  #atServer(frame: Frame, door: Door | null): void {
    if (frame.kind === HANDSHAKE) {
      if (door === null) this.die();
      else door.handshake(this);
      return;
    }
    this.server?.take(this, frame);
  }

  #atClient(frame: Frame): void {
    if (!this.isOver) this.#hear(frame);
    let next = this.#waiting[0];
    while (next !== undefined && this.#fits(next)) {
      this.#waiting.shift();
      this.buffered -= next.bytes.length;
      this.down.send(next);
      next = this.#waiting[0];
    }
  }

  #hear(frame: Frame): void {
    switch (frame.kind) {
      case ACCEPTED:
        if (!this.#isLeaving) this.#client.open();
        break;
      case BINARY:
        if (!this.#isLeaving) this.#client.message(frame.bytes);
        // Valid only during the call: whoever kept it reads nonsense from now on.
        frame.bytes.fill(0xa5);
        break;
      case PING:
        if (this.options.answersPings && !this.#isLeaving) {
          this.up.send(dataFrame(PONG, frame.bytes));
        }
        break;
      case CLOSE:
      case RESET:
        this.isOver = true;
        this.#client.close(frame.code, frame.reason);
        break;
      default: // PONG: nobody waits for it
    }
  }
}
