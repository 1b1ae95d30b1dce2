// A token that is fetched for each connection: one that names itself (jti) opens a session once,
// and every one expires.
import { CLOSE_LEFT } from "../protocol/code-numbers.ts";
import type { ClientSocket, Dial } from "./socket.ts";

/** Brings a token for the connection that is about to be made; one that throws is asked again. */
export type TokenSource = () => string | Promise<string>;

/** The code of a connection that never was: RFC 6455, 7.1.5. */
const ABNORMAL = 1006;

/** @returns a Dial that connects once `fetch` has brought a token, and `keep` has been given it */
export function dialWithToken(dial: Dial, fetch: TokenSource, keep: (token: string) => void): Dial {
  return (url, events) => {
    let socket: ClientSocket | null = null;
    let isOver = false;
    const over = (code: number, reason: string): void => {
      if (isOver) return;
      isOver = true;
      events.close(code, reason);
    };
    const connect = (token: string): void => {
      if (isOver) return;
      keep(token);
      socket = dial(url, events);
    };
    // What the source says of its fault may hold secrets: its owner knows it from the source.
    void Promise.resolve()
      .then(fetch)
      .then(connect, () => over(ABNORMAL, "No token could be had."));
    return {
      send: (bytes) => socket?.send(bytes),
      close: (code = CLOSE_LEFT, reason = "") => {
        if (socket === null) queueMicrotask(() => over(code, reason));
        else socket.close(code, reason);
      },
    };
  };
}
