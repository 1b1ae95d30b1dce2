// What the client needs of a network: a WebSocket in browsers and Node, a scripted one in tests.

/** What a socket calls; never before `Dial` has returned. */
export interface SocketEvents {
  /** The connection is there. */
  open(): void;
  /** One binary message. `bytes` is valid only during the call. */
  message(bytes: Uint8Array): void;
  /** The last call, once; also when the connection never opened (code 1006). */
  close(code: number, reason: string): void;
}

/** What the client calls. */
export interface ClientSocket {
  /** Sends one binary message; may not keep `bytes` after it returns. */
  send(bytes: Uint8Array): void;
  /** Ends the connection; `close` of the events follows. */
  close(code?: number, reason?: string): void;
}

/** Starts to connect. @throws SyntaxError when the address is not one of a WebSocket. */
export type Dial = (url: string, events: SocketEvents) => ClientSocket;
