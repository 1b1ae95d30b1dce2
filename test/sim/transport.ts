// The gateway's Transport over simulated connections: three outcomes of a send, slots handed out
// as uWebSockets.js's transport does, and a tap through which everything that passes is seen.
import type { SendResult, Transport, TransportHandler } from "../../src/gateway/transport.ts";
import { SEND_BUFFERED, SEND_DROPPED, SEND_OK } from "../../src/gateway/transport.ts";
import type { Door, Link } from "./link.ts";
import type { Frame } from "./pipe.ts";
import { ACCEPTED, BINARY, CLOSE, PING, PONG, TEXT, dataFrame, plainFrame } from "./pipe.ts";
import { must } from "./violation.ts";

/** Who sees what passes. */
export interface Tap {
  opened(link: Link): void;
  /** The transport took a message of the server's; it arrives in this order, or not at all. */
  sent(link: Link, bytes: Uint8Array): void;
  /** The transport dropped a message of the server's. */
  dropped(link: Link, bytes: Uint8Array): void;
  /** A message, right before the gateway hears it. */
  heard(link: Link, bytes: Uint8Array): void;
  /** A ping or a pong likewise; the first four bytes of one of ours are a tick. */
  ponged(link: Link, bytes: Uint8Array): void;
  /** The server's end is gone, with this code. */
  ended(link: Link, code: number): void;
}

/** What the transport stands on. */
export interface Wires {
  /** Makes `door` the one where handshakes arrive; null: nobody listens. */
  attach(door: Door | null): void;
  busyUntil(): number;
}

export interface SimTransportOptions {
  readonly slots: number;
  /** Bytes in user space beyond which a send is dropped. */
  readonly maxBackpressure: number;
  readonly tap: Tap;
}

const NO_SLOT = -1;

export class SimTransport implements Transport, Door {
  readonly #options: SimTransportOptions;
  readonly #wires: Wires;
  readonly #links: (Link | null)[];
  readonly #free: number[];
  #handler: TransportHandler | null = null;
  #corked = NO_SLOT;

  constructor(options: SimTransportOptions, wires: Wires) {
    this.#options = options;
    this.#wires = wires;
    this.#links = new Array<Link | null>(options.slots).fill(null);
    this.#free = Array.from({ length: options.slots }, (_, i) => options.slots - 1 - i);
  }

  /** Connections that the server has. */
  get links(): Link[] {
    return this.#links.filter((link) => link !== null);
  }

  /** The process is killed: nobody is told anything. */
  die(): void {
    this.#wires.attach(null);
    for (const link of this.links) link.die();
    this.#handler = null;
  }

  // ------------------------------------------------------------------ called by the gateway

  listen(_host: string, port: number, handler: TransportHandler): Promise<number> {
    this.#handler = handler;
    this.#wires.attach(this);
    return Promise.resolve(port);
  }

  beginTick(): void {
    must(this.#corked === NO_SLOT, () => "a tick began while a connection was corked");
  }

  send(slot: number, bytes: Uint8Array, _compress: boolean): SendResult {
    const link = this.#links[slot];
    if (link === null || link === undefined) return SEND_DROPPED;
    must(bytes.length <= 512, () => `a message of ${bytes.length} bytes was sent, 512 are allowed`);
    if (link.buffered > this.#options.maxBackpressure) {
      this.#options.tap.dropped(link, bytes);
      return SEND_DROPPED;
    }
    this.#options.tap.sent(link, bytes);
    // A plain array, as a WebSocket hands out: the slice of a Buffer would be no copy.
    link.write(dataFrame(BINARY, new Uint8Array(bytes)));
    // A corked send cannot know yet.
    return link.buffered > 0 && this.#corked !== slot ? SEND_BUFFERED : SEND_OK;
  }

  ping(slot: number, bytes: Uint8Array): void {
    this.#links[slot]?.write(dataFrame(PING, bytes.slice()));
  }

  cork(slot: number, flush: (slot: number) => void): void {
    const link = this.#links[slot];
    if (link === null || link === undefined) return;
    this.#corked = slot;
    flush(slot);
    this.#corked = NO_SLOT;
  }

  end(slot: number, code: number, reason: string): void {
    const link = this.#links[slot];
    if (link === null || link === undefined) return;
    link.finish(code, reason);
    this.#release(link, code, reason);
  }

  drop(slot: number): void {
    const link = this.#links[slot];
    if (link === null || link === undefined) return;
    link.die();
    this.#release(link, 1006, "");
  }

  unread(): readonly string[] {
    return [];
  }
  connections(): number {
    return 0;
  }

  bufferedBytes(slot: number): number {
    return this.#links[slot]?.buffered ?? 0;
  }

  stopListening(): void {
    this.#wires.attach(null);
  }

  shutdown(): void {
    this.stopListening();
    for (const link of this.links) this.drop(link.slot);
  }

  // ------------------------------------------------------------------ called by connections

  busyUntil(): number {
    return this.#wires.busyUntil();
  }

  handshake(link: Link): void {
    const handler = this.#handler;
    const slot = this.#free.at(-1);
    if (handler === null || slot === undefined) {
      link.die();
      return;
    }
    const status = handler.accept("sim", "", "");
    if (status !== 0) {
      must(handler.refusal(status) !== "", () => `status ${status} is refused without a word`);
      link.die();
      return;
    }
    this.#free.pop();
    this.#links[slot] = link;
    link.slot = slot;
    link.server = this;
    link.write(plainFrame(ACCEPTED));
    this.#options.tap.opened(link);
    handler.open(slot, "sim");
  }

  take(link: Link, frame: Frame): void {
    const handler = this.#handler;
    if (handler === null || this.#links[link.slot] !== link) return;
    const { tap } = this.#options;
    switch (frame.kind) {
      case BINARY:
      case TEXT:
        tap.heard(link, frame.bytes);
        handler.message(link.slot, frame.bytes, frame.kind === BINARY);
        // Valid only during the call.
        frame.bytes.fill(0x5a);
        break;
      case PING:
        tap.ponged(link, frame.bytes);
        link.write(dataFrame(PONG, frame.bytes));
        handler.ping(link.slot);
        break;
      case PONG:
        tap.ponged(link, frame.bytes);
        handler.pong(link.slot, frame.bytes);
        break;
      case CLOSE:
        link.finish(frame.code, frame.reason);
        this.#release(link, frame.code, frame.reason);
        break;
      default:
        link.server = null;
        this.#release(link, 1006, "");
    }
  }

  /** The gateway hears of the end; then the slot may be another's. */
  #release(link: Link, code: number, reason: string): void {
    const { slot } = link;
    this.#links[slot] = null;
    this.#options.tap.ended(link, code);
    this.#handler?.close(slot, code, reason);
    this.#free.push(slot);
  }
}
