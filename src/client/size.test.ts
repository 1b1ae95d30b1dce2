// How much a page has to load for the client: what a bundler makes of the package's own export,
// compressed as a server would.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { rolldown } from "rolldown";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Bytes, compressed: of the client with its protocol, and of the protocol alone. */
const CLIENT_MAX = 20 * 1024;
const PROTOCOL_MAX = 5 * 1024;

interface Bundle {
  readonly bytes: number;
  /** What it keeps of each module: the names that somebody uses. */
  readonly kept: ReadonlyMap<string, readonly string[]>;
}

/** @param source a module that imports what is to be weighed, as an application would */
async function bundle(source: string): Promise<Bundle> {
  const entry = "\0entry";
  const build = await rolldown({
    input: entry,
    cwd: ROOT,
    platform: "browser",
    // Nothing may be left for the page to find.
    external: [],
    onLog: (level, log) => {
      if (level === "warn") throw new Error(log.message);
    },
    plugins: [
      {
        name: "entry",
        resolveId: (id, importer) => {
          if (id === entry) return entry;
          if (importer !== entry) return null;
          return id.startsWith(".")
            ? `${ROOT}${id.slice(2)}`
            : fileURLToPath(import.meta.resolve(id));
        },
        load: (id) => (id === entry ? source : null),
      },
    ],
  });
  const { output } = await build.generate({ format: "es", minify: true });
  await build.close();
  expect(output).toHaveLength(1);
  const [{ code, modules }] = output;
  const kept = Object.entries(modules)
    .filter(([, { renderedLength }]) => renderedLength > 0)
    .map(([id, { renderedExports }]) => [id.replace(ROOT, ""), renderedExports] as const);
  return { bytes: gzipSync(code).length, kept: new Map(kept) };
}

const CLIENT = 'export * from "./src/client/index.ts";';

test("the client with its protocol is at most 20 KB, and brings no library", async () => {
  const { bytes, kept } = await bundle(CLIENT);
  expect(bytes).toBeLessThanOrEqual(CLIENT_MAX);
  expect(bytes).toBeGreaterThan(8 * 1024);
  const modules = [...kept.keys()];
  expect(modules).toContain("src/client/client.ts");
  expect(modules).toContain("build/twin/motion.js");
  expect(modules.filter((id) => id.includes("node_modules"))).toEqual([]);
});

test("the protocol is at most 5 KB of it", async () => {
  const { kept } = await bundle(CLIENT);
  const parts = [...kept].filter(([id]) => id.startsWith("src/protocol/"));
  expect(parts.length).toBeGreaterThan(6);
  const source = parts.map(([id, names]) => `export { ${names.join(", ")} } from "./${id}";`);
  const { bytes } = await bundle(source.join("\n"));
  expect(bytes).toBeLessThanOrEqual(PROTOCOL_MAX);
  expect(bytes).toBeGreaterThan(3 * 1024);
});

test("a bundler finds the same by the package's name", async () => {
  const [built, source] = [await bundle('export * from "aether/client";'), await bundle(CLIENT)];
  expect([...built.kept.keys()]).toContain("dist/client/client.js");
  expect(built.bytes / source.bytes).toBeGreaterThan(0.95);
  expect(built.bytes / source.bytes).toBeLessThan(1.05);
});

test("the package's export is that client, with types", () => {
  const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as {
    exports: Record<string, { types: string; default: string }>;
  };
  expect(manifest.exports["./client"]).toEqual({
    types: "./dist/client/index.d.ts",
    default: "./dist/client/index.js",
  });
});
