// Reads the live page's files, which `npm run build` has put beside the compiled server.
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";

import type { PageFile, PageFiles } from "../feed/page-file.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};
const INDEX = "index.html";
/** dist/page, from src/cli as well as from dist/cli. */
const FOLDER = new URL("../../dist/page/", import.meta.url);

/** @returns nothing where the page was not built: a server run from its sources does without */
export function readPageFiles(folder: URL = FOLDER): PageFiles {
  const files = new Map<string, PageFile>();
  for (const name of namesIn(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const path = name === INDEX ? "/" : `/page/${name}`;
    files.set(path, { type, bytes: readFileSync(new URL(name, folder)) });
  }
  return files;
}

function namesIn(folder: URL): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
