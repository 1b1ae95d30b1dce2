// The admin address's HTTP server: who may ask, and which page answers. It lives in a thread of its
// own (admin-worker.ts), so that nothing which is asked here takes time from a tick.
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { isIP } from "node:net";

import { PLAIN } from "./admin-routes.ts";
import type { Page, Route } from "./admin-routes.ts";

export interface AdminServerOptions {
  readonly routes: readonly Route[];
  /** Has to come with every request as "Authorization: Bearer …"; "": nobody is asked for one. */
  token(): string;
  /** A request came without it. */
  readonly onRefused: () => void;
  /** Told of every fault of our own. */
  readonly onFault: (error: unknown) => void;
}

/** A request is small; whoever takes longer to send it is no scraper. */
const REQUEST_LIMIT_MS = 5000;
/** How often that is looked at; Node.js would look every 30 s. */
const REQUEST_LOOK_MS = 1000;
/** How long an answer that is under way may hold up the end. */
const CLOSE_LIMIT_MS = 1000;
const MAX_SOCKETS = 64;

/** Prepares the server; nothing listens before `listen`. */
export function createAdminServer(options: AdminServerOptions): Server {
  const { onFault, routes } = options;
  const byPath = new Map(routes.map((route) => [route.path, route]));
  const look = { connectionsCheckingInterval: REQUEST_LOOK_MS };
  const server = createServer(look, (request, response) => {
    const gone = new AbortController();
    response.on("error", onFault);
    response.on("close", () => {
      gone.abort();
    });
    void pageFor(byPath, options.token(), request, gone.signal)
      .catch((error: unknown) => {
        onFault(error);
        return plain(500, "The page could not be made; the log says why.\n");
      })
      .then((page) => {
        if (page.status === 401) options.onRefused();
        send(response, page);
      });
  });
  server.requestTimeout = REQUEST_LIMIT_MS;
  server.headersTimeout = REQUEST_LIMIT_MS;
  server.maxConnections = MAX_SOCKETS;
  return server;
}

/** Stops listening; resolves when the last answer is out, or a second later. */
export function closeAdminServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => {
      server.closeAllConnections();
    }, CLOSE_LIMIT_MS);
    server.close(() => {
      clearTimeout(limit);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function pageFor(
  routes: ReadonlyMap<string, Route>,
  token: string,
  request: IncomingMessage,
  gone: AbortSignal,
): Promise<Page> {
  const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
  const route = routes.get(path);
  const { host = "" } = request.headers;
  if (route?.isPublic !== true && !mayAsk(token, request)) {
    // Sockets are few: who has no token keeps none.
    const headers = { "WWW-Authenticate": 'Bearer realm="aether"', Connection: "close" };
    return { ...plain(401, "Send the admin token: Authorization: Bearer …\n"), headers };
  }
  if (token === "" && !isNamedDirectly(host))
    return plain(421, "Ask for this server by its address or as localhost.\n");
  if (route === undefined) {
    const known = [...routes.keys()].join(", ");
    return plain(404, `There is no such page here; there are: ${known}\n`);
  }
  if (request.method !== "GET" && request.method !== "HEAD")
    return { ...plain(405, "Pages can only be read; use GET.\n"), headers: { Allow: "GET, HEAD" } };
  return route.answer(new URLSearchParams(query), host, gone);
}

function mayAsk(token: string, request: IncomingMessage): boolean {
  if (token === "") return true;
  return isToken(token, /^bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "");
}

/** In the same time whatever is wrong: digests have one length, and all of it is compared. */
export function isToken(token: string, shown: string): boolean {
  return timingSafeEqual(digestOf(shown), digestOf(token));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/**
 * A web page can point a host name of its own at 127.0.0.1 and then read this server from a
 * visitor's browser; the Host header gives that away.
 */
export function isNamedDirectly(hostHeader: string): boolean {
  const host = hostHeader.replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1");
  return host.toLowerCase() === "localhost" || isIP(host) !== 0;
}

function plain(status: number, body: string): Page {
  return { status, type: PLAIN, body };
}

function send(response: ServerResponse, { status, type, body, headers }: Page): void {
  response.writeHead(status, {
    ...headers,
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}
