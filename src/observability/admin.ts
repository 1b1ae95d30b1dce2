// The admin server: metrics on a port of its own, which only this machine reaches, or who has its
// token. Scrapes are slow beside a message, so they share neither port nor code with the players.
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isIP } from "node:net";

import type { Metrics } from "./metrics.ts";

export interface AdminOptions {
  /** A loopback address, or there is a token; the configuration refuses anything else. */
  readonly host: string;
  /** 0 chooses a free port. */
  readonly port: number;
  readonly metrics: Metrics;
  /** Has to come with every request as "Authorization: Bearer …"; "": nobody is asked for one. */
  readonly token: string;
  /** Told of every fault of our own; the caller logs it. */
  readonly onFault: (error: unknown) => void;
}

/** The running server. */
export interface Admin {
  /** @returns the port it listens on; rejects with a sentence when it cannot. */
  listen(): Promise<number>;
  /** Stops listening; resolves when the last answer is out, or a second later. */
  close(): Promise<void>;
  /** Requests without the token. */
  readonly refused: number;
}

const PLAIN = "text/plain; charset=utf-8";
/** A scrape sends one small request and reads the answer; whoever takes longer is no scraper. */
const REQUEST_LIMIT_MS = 5000;
/** How long an answer that is under way may hold up the end. */
const CLOSE_LIMIT_MS = 1000;
const MAX_SOCKETS = 64;

/** Prepares the admin server; nothing listens before `listen`. */
export function createAdmin(options: AdminOptions): Admin {
  let refused = 0;
  const server = createServer((request, response) => {
    if (!mayAsk(options.token, request)) {
      refused++;
      response.on("error", options.onFault);
      response.setHeader("WWW-Authenticate", 'Bearer realm="aether"');
      end(response, 401, "Send the admin token: Authorization: Bearer …\n");
      return;
    }
    answer(options, request, response).catch((error: unknown) => {
      options.onFault(error);
      end(response, 500, "The metrics could not be rendered; the log says why.\n");
    });
  });
  server.requestTimeout = REQUEST_LIMIT_MS;
  server.headersTimeout = REQUEST_LIMIT_MS;
  server.maxConnections = MAX_SOCKETS;

  return {
    get refused() {
      return refused;
    },
    listen() {
      return new Promise((resolve, reject) => {
        const refused = (error: NodeJS.ErrnoException) => {
          reject(new Error(listenFault(options, error.code ?? "unknown")));
        };
        server.once("error", refused);
        server.listen({ host: options.host, port: options.port, exclusive: true }, () => {
          server.off("error", refused);
          server.on("error", options.onFault);
          const address = server.address();
          resolve(typeof address === "object" && address !== null ? address.port : options.port);
        });
      });
    },
    close() {
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
    },
  };
}

async function answer(
  options: AdminOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on("error", options.onFault);
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  if (options.token === "" && !isNamedDirectly(request.headers.host ?? "")) {
    end(response, 421, "Ask for this server by its address or as localhost.\n");
  } else if (path !== "/metrics") {
    end(response, 404, "There is no such page here; the metrics are at /metrics.\n");
  } else if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    end(response, 405, "The metrics can only be read; use GET.\n");
  } else {
    const text = await options.metrics.render();
    end(response, 200, text, options.metrics.contentType);
  }
}

/** In the same time whatever is wrong: digests have one length, and all of it is compared. */
function mayAsk(token: string, request: IncomingMessage): boolean {
  if (token === "") return true;
  const shown = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  return timingSafeEqual(digestOf(shown), digestOf(token));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/**
 * A web page can point a host name of its own at 127.0.0.1 and then read this server from a
 * visitor's browser; the Host header gives that away.
 */
function isNamedDirectly(hostHeader: string): boolean {
  const host = hostHeader.replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1");
  return host.toLowerCase() === "localhost" || isIP(host) !== 0;
}

function end(response: ServerResponse, status: number, body: string, type = PLAIN): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

function listenFault({ host, port }: AdminOptions, code: string): string {
  const at = `observability.admin_addr is ${host} port ${port}`;
  if (code === "EADDRINUSE") {
    return `${at}, but another program listens there: stop it, or choose another port.`;
  }
  return `${at}, but this machine does not let us listen there (${code}): choose another address.`;
}
