// What the gateway needs of a network, and nothing more: uWebSockets.js stands behind it in
// production, a seeded simulation in the simulator. A connection is named by a small integer
// (its slot), so that the gateway keeps its sessions in arrays and no object crosses per message.

/** The outcome of one send; a Boolean would lie. */
export const SEND_OK = 1;
/** Buffered in user space: the kernel's socket buffer is full. */
export const SEND_BUFFERED = 0;
/** Dropped: the client will never see it. */
export const SEND_DROPPED = 2;
export type SendResult = typeof SEND_OK | typeof SEND_BUFFERED | typeof SEND_DROPPED;

/** What else a handshake says, that a browser's page has no say in. */
export interface HandshakePage {
  /** The header Host. */
  readonly host: string;
  /** What stands behind the "?" of the address. */
  readonly query: string;
}

/** What a transport calls. It survives a throw of any of them: the connection ends with 1011. */
export interface TransportHandler {
  /**
   * Asks before a TLS handshake; without TLS nobody is asked.
   * @param isProxy whether a trusted proxy makes it, for clients of other addresses
   * @returns false: it is cut
   */
  arrives(address: string, isProxy: boolean): boolean;
  /**
   * Asks before the WebSocket handshake.
   * @param subprotocol the header Sec-WebSocket-Protocol as sent, "" when absent
   * @param version likewise Sec-WebSocket-Version; left out by a transport without handshakes
   * @returns 0 to accept, otherwise the HTTP status of the refusal (426, 503 …)
   */
  accept(
    address: string,
    origin: string,
    subprotocol: string,
    version?: string,
    page?: HandshakePage,
  ): number;
  /** The sentence that goes with the status that `accept` returned. */
  refusal(status: number): string;
  /**
   * What is no connection was asked for, or was refused to be one.
   * @param isAnswered false: over the budget of the tick, its connection is cut
   */
  request(isAnswered: boolean): void;
  /**
   * A connection is open; `slot` is unused by any other open connection.
   * @param bearer the token of the header Authorization, "" or left out when there is none
   */
  open(slot: number, address: string, bearer?: string): void;
  /** One message. `bytes` is valid only during the call. */
  message(slot: number, bytes: Uint8Array, isBinary: boolean): void;
  ping(slot: number): void;
  pong(slot: number, bytes: Uint8Array): void;
  /** The connection is gone; the slot may be given to another from now on. */
  close(slot: number, code: number, reason: string): void;
}

/** What the gateway calls. Calls on a slot that is closed do nothing (send: SEND_DROPPED). */
export interface Transport {
  /** @returns the port that it listens on; rejects with a sentence when it cannot. */
  listen(host: string, port: number, handler: TransportHandler): Promise<number>;
  /** A tick begins: what is limited per tick (plain HTTP requests) starts again. */
  beginTick(): void;
  send(slot: number, bytes: Uint8Array, compress: boolean): SendResult;
  ping(slot: number, bytes: Uint8Array): void;
  /** Runs `flush(slot)` with all its sends in one write. */
  cork(slot: number, flush: (slot: number) => void): void;
  /** Closes with a code that the client sees; calls the handler's `close` before it returns. */
  end(slot: number, code: number, reason: string): void;
  /** Cuts the connection without a word, for floods; calls the handler's `close` likewise. */
  drop(slot: number): void;
  /** Bytes that wait in user space. */
  bufferedBytes(slot: number): number;
  /**
   * Addresses of connections of which more than so many bytes wait in the system to be read; none
   * where it does not say. Takes milliseconds, and makes garbage.
   */
  unread(least: number): readonly string[];
  /**
   * Connections on the address listened on: one that was ended counts until the other side has
   * closed it too. 0 where the system does not say. Takes milliseconds, and makes garbage.
   */
  connections(): number;
  /** Accepts no further connection; those open stay. */
  stopListening(): void;
  /** Ends everything. */
  shutdown(): void;
}
