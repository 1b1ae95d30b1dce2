// A network of function calls: what the gateway sends arrives at once, and what a peer sends is
// heard at once. An exception of the gateway's is the caller's.
import {
  SEND_DROPPED,
  SEND_OK,
  type SendResult,
  type Transport,
  type TransportHandler,
} from "../../src/gateway/transport.ts";

/** The client's end of a connection. */
export interface Peer {
  /** `bytes` is valid only during the call. */
  receive(bytes: Uint8Array): void;
  ended(code: number): void;
}

const ADDRESS = "127.0.0.1";
const CUT = 1006;

export class DirectTransport implements Transport {
  readonly #peers: (Peer | null)[];
  readonly #free: number[];
  #handler: TransportHandler | null = null;

  constructor(slots: number) {
    this.#peers = new Array<Peer | null>(slots).fill(null);
    this.#free = Array.from({ length: slots }, (_, i) => slots - 1 - i);
  }

  // ------------------------------------------------------------------ called by clients

  /** @returns the connection's slot; -1 when it was refused */
  connect(peer: Peer): number {
    const handler = this.#ours();
    if (this.#free.length === 0 || handler.accept(ADDRESS, "", "", "13") !== 0) return -1;
    const slot = this.#free.pop() ?? -1;
    this.#peers[slot] = peer;
    handler.open(slot, ADDRESS);
    return slot;
  }

  /** A message of the client's. Nothing happens when the connection is over. */
  deliver(slot: number, bytes: Uint8Array, isBinary = true): void {
    if (this.#peers[slot] !== null) this.#ours().message(slot, bytes, isBinary);
  }

  /** The client closes, or its network does. */
  close(slot: number, code = CUT): void {
    this.#release(slot, code, "");
  }

  // ------------------------------------------------------------------ called by the gateway

  listen(_host: string, port: number, handler: TransportHandler): Promise<number> {
    this.#handler = handler;
    return Promise.resolve(port);
  }
  beginTick(): void {
    // Plain requests are not part of it.
  }
  send(slot: number, bytes: Uint8Array): SendResult {
    const peer = this.#peers[slot] ?? null;
    if (peer === null) return SEND_DROPPED;
    peer.receive(bytes);
    return SEND_OK;
  }
  /** Answered at once, as every WebSocket library does. */
  ping(slot: number, bytes: Uint8Array): void {
    if (this.#peers[slot] !== null) this.#handler?.pong(slot, bytes.slice());
  }
  cork(slot: number, flush: (slot: number) => void): void {
    if (this.#peers[slot] !== null) flush(slot);
  }
  end(slot: number, code: number, reason: string): void {
    this.#release(slot, code, reason);
  }
  drop(slot: number): void {
    this.#release(slot, CUT, "");
  }
  bufferedBytes(): number {
    return 0;
  }
  unread(): readonly string[] {
    return [];
  }
  connections(): number {
    return 0;
  }
  stopListening(): void {
    this.#handler = null;
  }
  shutdown(): void {
    for (const slot of this.#peers.keys()) this.#release(slot, CUT, "");
  }

  #release(slot: number, code: number, reason: string): void {
    const peer = this.#peers[slot] ?? null;
    if (peer === null) return;
    this.#peers[slot] = null;
    this.#free.push(slot);
    this.#ours().close(slot, code, reason);
    peer.ended(code);
  }

  #ours(): TransportHandler {
    if (this.#handler === null) throw new Error("nobody listens");
    return this.#handler;
  }
}
