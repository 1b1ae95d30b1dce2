// Plain HTTP on the gateway's port: health answers, 404, refused handshakes. Every answer is
// complete when the function returns, as uWebSockets.js demands.
import type { HttpRequest, HttpResponse } from "uWebSockets.js";
import { SUBPROTOCOL } from "../protocol/version.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly body: string | Uint8Array;
  /** "text/plain; charset=utf-8" when absent. */
  readonly contentType?: string;
  /** Further headers, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
}

const PLAIN = "text/plain; charset=utf-8";
const NOT_FOUND: HttpAnswer = {
  status: 404,
  body: "Nothing is here. Open a WebSocket on this address, or ask for /healthz or /readyz.\n",
};
const NOT_ALLOWED: HttpAnswer = { status: 405, body: "Only GET is answered here.\n" };
const NO_BODY: HttpAnswer = { status: 400, body: "Ask without a body: nobody reads it here.\n" };

/**
 * Writes the answer to a request; `answer` null: 404, or 405 for a method other than GET. Only a
 * GET keeps its connection. One that brings a body is refused: a body without end would be read
 * for ever.
 */
export function writeAnswer(
  res: HttpResponse,
  method: string,
  answer: HttpAnswer | null,
  hasBody: boolean,
): void {
  if (hasBody && method === "head") {
    res.close();
    return;
  }
  const readable = method === "get" || method === "head";
  const found = hasBody ? NO_BODY : (answer ?? NOT_FOUND);
  const told = readable ? found : NOT_ALLOWED;
  const { body } = told;
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  res.writeStatus(statusLine(told.status));
  res.writeHeader("content-type", told.contentType ?? PLAIN);
  for (const [name, value] of Object.entries(told.headers ?? {})) res.writeHeader(name, value);
  if (method === "head") {
    // Not endWithoutBody(length): it leaves the answer unfinished, for which uWS aborts. It cannot
    // close such a connection either: the client does, or it is cut after 10 s.
    res.writeHeader("content-length", String(bytes.length));
    res.writeHeader("connection", "close");
    res.pause();
    res.endWithoutBody();
  } else if (hasBody || !readable) endAndClose(res, bytes);
  else endAsRead(res, bytes);
}

/**
 * Not `end`: it would keep what the client does not read, answer upon answer, for as long as it
 * asks. Of an answer that is not whole uWebSockets.js keeps nothing; it cuts a client that asks
 * again meanwhile, or does not read for 10 s.
 */
function endAsRead(res: HttpResponse, bytes: Uint8Array): void {
  const [, isWhole] = res.tryEnd(bytes, bytes.length);
  if (!isWhole) res.onWritable((from) => res.tryEnd(bytes.subarray(from), bytes.length)[0]);
}

/** Whoever does not read the last answer of a connection is not heard on it any more. */
function endAndClose(res: HttpResponse, bytes: Uint8Array | string): void {
  res.pause();
  res.end(bytes, true);
}

/** Whether a request says that something follows its head. */
export function bringsBody(req: HttpRequest): boolean {
  const length = req.getHeader("content-length");
  return (length !== "" && length !== "0") || req.getHeader("transfer-encoding") !== "";
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
  endAndClose(res, `${sentence}\n`);
}

const STATUS_WORDS = new Map([
  [200, "OK"],
  [400, "Bad Request"],
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
