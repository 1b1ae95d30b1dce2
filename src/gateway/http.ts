// Plain HTTP on the gateway's port: health answers, 404, refused handshakes. Every answer is
// complete when the function returns, as uWebSockets.js demands.
import type { HttpResponse } from "uWebSockets.js";
import { SUBPROTOCOL } from "../protocol/version.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** "text/plain; charset=utf-8" when absent. */
  readonly contentType?: string;
}

const PLAIN = "text/plain; charset=utf-8";
const NOT_FOUND: HttpAnswer = {
  status: 404,
  body: "Nothing is here. Open a WebSocket on this address, or ask for /healthz or /readyz.\n",
};
const NOT_ALLOWED: HttpAnswer = { status: 405, body: "Only GET is answered here.\n" };

/** Writes the answer to a request; `answer` null: 404, or 405 for a method other than GET. */
export function writeAnswer(res: HttpResponse, method: string, answer: HttpAnswer | null): void {
  const readable = method === "get" || method === "head";
  const told = answer ?? (readable ? NOT_FOUND : NOT_ALLOWED);
  res.writeStatus(statusLine(told.status));
  res.writeHeader("content-type", told.contentType ?? PLAIN);
  if (method === "head") {
    // Not endWithoutBody(length): it leaves the answer unfinished, for which uWS aborts.
    res.writeHeader("content-length", String(new TextEncoder().encode(told.body).length));
    res.endWithoutBody();
    return;
  }
  // A request of another method may have a body, which nobody will read: close after the answer.
  res.end(told.body, !readable);
}

/** Refuses a WebSocket handshake with a status, a sentence and what would be accepted. */
export function refuseUpgrade(res: HttpResponse, status: number, sentence: string): void {
  res.writeStatus(statusLine(status));
  res.writeHeader("content-type", PLAIN);
  if (status === 426) {
    res.writeHeader("upgrade", "websocket");
    res.writeHeader("sec-websocket-version", "13");
    res.writeHeader("sec-websocket-protocol", SUBPROTOCOL);
  }
  if (status === 429 || status === 503) res.writeHeader("retry-after", "1");
  res.end(`${sentence}\n`, true);
}

const STATUS_WORDS = new Map([
  [200, "OK"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [405, "Method Not Allowed"],
  [426, "Upgrade Required"],
  [429, "Too Many Requests"],
  [500, "Internal Server Error"],
  [503, "Service Unavailable"],
]);

function statusLine(status: number): string {
  return `${status} ${STATUS_WORDS.get(status) ?? "Answer"}`;
}
