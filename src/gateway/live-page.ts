// The live page's files on the players' address, for browsers on this machine. Only where nobody
// else connects and nobody is asked who he is: whoever decides that hands them over (main.ts). What
// is looked at here, request by request, is whether a browser on this machine was meant. Its feed
// is elsewhere, in the admin thread: docs/decisions/0018.
import type { HttpRequest } from "uWebSockets.js";
import { FEED_PORT_PATH } from "../feed/format.ts";
import { pageHeaders } from "../feed/page-file.ts";
import type { PageFiles } from "../feed/page-file.ts";
import type { HttpAnswer } from "./http.ts";
import { isLoopback, networkOf } from "./network.ts";

export interface LivePage {
  readonly files: PageFiles;
  /** Port of the admin address, where the feed is. */
  feedPort(): number;
}

const PLAIN = "text/plain; charset=utf-8";
/** Not `localhost.example.org`, and no name that somebody else's page may have pointed here. */
const LOOPBACK_HOST = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
/** A proxy adds one of these: then the asker is somewhere else. */
const PROXY_HEADERS = ["x-forwarded-for", "x-real-ip", "forwarded", "via"];

const STRANGER: HttpAnswer = {
  status: 403,
  body:
    "The live page is for browsers on this machine: ask for it by localhost or 127.0.0.1, and " +
    "not through a proxy. Elsewhere it is on the admin address.\n",
};

/** @param address of the asker @returns null when the page has no such file */
export function answerOf(
  page: LivePage,
  path: string,
  address: string,
  req: HttpRequest,
): HttpAnswer | null {
  const isPort = path === FEED_PORT_PATH;
  const file = page.files.get(path);
  if (file === undefined && !isPort) return null;
  const isForwarded = PROXY_HEADERS.some((name) => req.getHeader(name) !== "");
  const host = LOOPBACK_HOST.exec(req.getHeader("host"))?.[1];
  const isHere = isLoopback(networkOf(address));
  if (!isHere || isForwarded || host === undefined) return STRANGER;
  const headers = pageHeaders(host);
  if (file === undefined)
    return { status: 200, body: String(page.feedPort()), contentType: PLAIN, headers };
  return { status: 200, body: file.bytes, contentType: file.type, headers };
}
