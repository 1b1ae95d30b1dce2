// The live page's files as they are served, and what a browser may do with them.

export interface PageFile {
  /** The header Content-Type. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** By the path at which a browser asks for them; "/" is the page. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/**
 * Nothing from elsewhere is loaded, and nothing may be put around the page. WebSockets may be
 * opened to any port of the same host: the feed and the players have one each, and a server that
 * starts anew may have others, to which the open page follows.
 * @param host by which the browser has asked for the page, without a port
 */
export function pageHeaders(host: string): Readonly<Record<string, string>> {
  // A policy has no words for an address of IPv6.
  const sockets = host.startsWith("[") ? "ws: wss:" : `ws://${host}:* wss://${host}:*`;
  return {
    "cache-control": "no-cache",
    "content-security-policy":
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; " +
      `img-src 'self'; connect-src 'self' ${sockets}; base-uri 'none'; form-action 'none'; ` +
      "frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
}
