// The global WebSocket of browsers and of Node from 22, as a ClientSocket.
import { CLOSE_BAD_FRAME, CLOSE_LEFT } from "../protocol/code-numbers.ts";
import type { Dial } from "./socket.ts";

/** The code of a connection that broke without a word, or never was: RFC 6455, 7.1.5. */
const ABNORMAL = 1006;

/** Connects by the global WebSocket. */
export const dialWebSocket: Dial = (url, events) => {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  let isOpened = false;
  let isOver = false;
  const over = (code: number, reason: string) => {
    if (isOver) return;
    isOver = true;
    events.close(code, reason);
  };
  socket.addEventListener("open", () => {
    isOpened = true;
    events.open();
  });
  socket.addEventListener("message", (event: { readonly data: unknown }) => {
    if (event.data instanceof ArrayBuffer) events.message(new Uint8Array(event.data));
    // Text is never ours: whoever is at the other end is no Aether server.
    else socket.close(CLOSE_BAD_FRAME, "a text frame came");
  });
  socket.addEventListener("close", (event) => {
    over(event.code, event.reason);
  });
  socket.addEventListener("error", () => {
    // Browsers let a close follow. Node 22 does not where the connection never opened.
    if (!isOpened) over(ABNORMAL, "");
  });
  return {
    send(bytes) {
      // Once it closes this would be lost all the same, and browsers write a complaint.
      if (socket.readyState < WebSocket.CLOSING) socket.send(bytes);
    },
    close(code = CLOSE_LEFT, reason = "") {
      // The interface lets a page say 1000 or 3000 to 4999 and throws at the rest.
      if (code === 1000 || (code >= 3000 && code <= 4999)) socket.close(code, reason);
      else socket.close();
    },
  };
};
