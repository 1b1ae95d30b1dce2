// Who asks, as far as the connection and the headers of a request say.
import type { HttpRequest, HttpResponse } from "uWebSockets.js";
import { plainAddress } from "./proxies.ts";
import type { Proxies } from "./proxies.ts";

const text = new TextDecoder();

/** @returns the address of whoever has the connection, maybe a proxy */
export function peerAddress(res: HttpResponse): string {
  return plainAddress(text.decode(res.getRemoteAddressAsText()));
}

/** @returns the address of the client, also behind a proxy that is trusted */
export function clientAddress(res: HttpResponse, req: HttpRequest, proxies: Proxies): string {
  const peer = peerAddress(res);
  if (!proxies.trusts(peer)) return peer;
  // getHeader gives the first line only, which the client may have written itself.
  const lines: string[] = [];
  req.forEach((name, value) => {
    if (name === "x-forwarded-for") lines.push(value);
  });
  return proxies.clientOf(peer, lines.join(","));
}

/** @returns the token of "Authorization: Bearer …", "" for none and for other schemes */
export function bearerOf(req: HttpRequest): string {
  return /^bearer +([^ ]+) *$/i.exec(req.getHeader("authorization"))?.[1] ?? "";
}
