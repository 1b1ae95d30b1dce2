// The page's server: these files by GET, and nothing else.
import { createServer, type Server } from "node:http";
import type { File } from "./files.ts";

/** Alone among pages (COOP, COEP), a page gets the finest clock that its browser has. */
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; " +
    "style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** A server of these files by GET; it does not listen yet. */
export function serverOf(files: ReadonlyMap<string, File>): Server {
  return createServer((request, response) => {
    const path = (request.url ?? "").replace(/\?.*$/, "");
    const file = files.get(path);
    if (request.method !== "GET") {
      response.writeHead(405, { ...HEADERS, allow: "GET" }).end();
    } else if (file === undefined) {
      response.writeHead(404, HEADERS).end();
    } else {
      response.writeHead(200, { ...HEADERS, "content-type": file.type }).end(file.bytes);
    }
  });
}
