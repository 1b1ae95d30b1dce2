// docs/client.md: every example is compiled with the strictest types against the built package, run
// against a live server, and says what it is meant to say.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";

import { AetherClient } from "../../src/client/client.ts";
import { ServerProcess } from "./server-process.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PATIENCE_MS = 90_000;

/** What a page has and Node has not. */
const SHIM = `
globalThis.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 16);
const kept = new Map();
globalThis.localStorage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, value),
};
`;

/** In the order of the page: the section, and what its example prints. */
const EXAMPLES: readonly (readonly [string, readonly RegExp[]])[] = [
  [
    "Join, move, leave",
    [/^joined/m, /^I am entity \d+/m, /^at x [1-9]/m, /^closed The client left/m],
  ],
  ["Draw", [/^I am at -?[\d.]+, -?[\d.]+, beside [1-9]\d* others/m]],
  ["Who is in sight", [/^\d+ came into sight at -?\d/m, /^\d+ has moved/m]],
  // A server without an application has none.
  ["Components", [/^0 bytes of components/m]],
  ["Prediction and corrections", [/^tick \d+: \d+ under way, from [1-9]\d* to [1-9]\d*/m]],
  ["Prediction and corrections", [/^joined, predicting by WebAssembly/m]],
  ["Losses of the connection", [/^a new entity/m]],
  ["Messages of the application", [/^error 12: /m]],
  ["A bad network", [/^joined/m, /^round trip 2\d\d ms/m, /^waiting[^]*^joined/m]],
];

const STRICTEST: ts.CompilerOptions = {
  ...{ noEmit: true, strict: true, exactOptionalPropertyTypes: true },
  noUncheckedIndexedAccess: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
  types: ["node"],
};

const page = readFileSync(join(ROOT, "docs", "client.md"), "utf8");
const blocks = page.split(/^## /m).flatMap((section) => {
  const [title = ""] = section.split("\n", 1);
  return [...section.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => ({ title, code }));
});

let server: ServerProcess;
let neighbour: AetherClient;
let url = "";
let folder = "";
const files: string[] = [];
beforeAll(async () => {
  server = new ServerProcess({ env: { AETHER_PERSISTENCE_URL: "none" } });
  ({ url } = await server.listening());
  // Somebody to be seen, who walks round the place where the examples appear.
  neighbour = new AetherClient({ url, spawn: { x: 20, y: 0 } });
  neighbour.on("tick", (tick) =>
    neighbour.steer(Math.cos(tick / 20) * 20, Math.sin(tick / 20) * 20),
  );
  neighbour.connect();
  // Within the package, so that its name is known.
  folder = mkdtempSync(join(ROOT, "build", ".examples-"));
  writeFileSync(join(folder, "shim.mjs"), SHIM);
  for (const [i, { code }] of blocks.entries()) {
    const file = join(folder, `example-${i}.mts`);
    writeFileSync(file, code.replaceAll("ws://localhost:8080", url));
    files.push(file);
  }
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  neighbour.close();
  await server.destroy();
});

test("there is an example in every section that is to have one", () => {
  expect(blocks.map(({ title }) => title)).toEqual(EXAMPLES.map(([title]) => title));
});

test("every example is exact in its types, and so is what the package declares", () => {
  const program = ts.createProgram(files, STRICTEST);
  // The libraries are not ours to check.
  const ours = program.getSourceFiles().filter(({ fileName }) => /dist|examples/.test(fileName));
  expect(ours.some(({ fileName }) => fileName.endsWith("dist/client/view.d.ts"))).toBe(true);
  const faults = ours.flatMap((source) => [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ]);
  expect(
    faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
  ).toEqual([]);
});

test("whatever the package exports says what it is, and so does each function of it", () => {
  const entries = ["index", "network-simulator"].map((name) =>
    join(ROOT, "dist", "client", `${name}.d.ts`),
  );
  const program = ts.createProgram(entries, STRICTEST);
  const checker = program.getTypeChecker();
  const isSilent = (symbol: ts.Symbol): boolean =>
    symbol.getDocumentationComment(checker).length === 0 && symbol.getJsDocTags().length === 0;
  const silent: string[] = [];
  let count = 0;
  for (const entry of entries) {
    const source = program.getSourceFile(entry);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    for (const exported of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
      const members = [...(symbol.members?.values() ?? [])];
      const functions = members.filter(({ flags }) => (flags & ts.SymbolFlags.Method) !== 0);
      count += 1 + functions.length;
      if (isSilent(symbol)) silent.push(symbol.name);
      for (const each of functions) if (isSilent(each)) silent.push(`${symbol.name}.${each.name}`);
    }
  }
  expect(count).toBeGreaterThan(60);
  expect(silent).toEqual([]);
});

/** Runs a program until it has printed all of it. @returns what it printed, and what it wished */
async function run(file: string, wanted: readonly RegExp[]): Promise<string> {
  const shim = join(folder, "shim.mjs");
  const flags = ["--disable-warning=ExperimentalWarning", "--import", shim];
  const child = spawn(process.execPath, [...flags, file], { cwd: ROOT });
  let told = "";
  await new Promise<void>((resolve) => {
    const limit = setTimeout(resolve, PATIENCE_MS);
    const hear = (part: Buffer): void => {
      told += part.toString();
      if (!wanted.every((pattern) => pattern.test(told))) return;
      clearTimeout(limit);
      resolve();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("close", () => resolve());
  });
  child.kill("SIGKILL");
  return told;
}

test.each(EXAMPLES.map(([title, wanted], i) => ({ title, wanted, i })))(
  "$title",
  async ({ wanted, i }) => {
    const told = await run(files[i] ?? "", wanted);
    for (const pattern of wanted) expect(told).toMatch(pattern);
  },
);
