// The package: what `npm pack` makes, installed into an empty project, runs there with plain Node,
// and its types are exact: what is right compiles under the strictest settings, what is wrong does
// not.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SLOW_MS = 240_000;
const PATIENCE_MS = 60_000;
const project = mkdtempSync(join(tmpdir(), "aether-package-"));

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}
let packed: Packed;

beforeAll(() => {
  // What it holds was built; its own script would build it again.
  const argv = ["pack", "--ignore-scripts", "--json", "--pack-destination", project];
  const out = execFileSync("npm", argv, { cwd: ROOT, stdio: ["ignore", "pipe", "ignore"] });
  packed = (JSON.parse(out.toString()) as [Packed])[0];
  writeFileSync(join(project, "package.json"), '{ "type": "module", "private": true }\n');
  install();
}, SLOW_MS);
afterAll(() => rmSync(project, { recursive: true }));

/** By npm from its cache; where that has not everything, its dependencies are those of here. */
function install(): void {
  const argv = ["install", "--offline", "--no-audit", "--no-fund", `./${packed.filename}`];
  const { status } = spawnSync("npm", argv, { cwd: project, timeout: PATIENCE_MS });
  console.info(`installed by ${status === 0 ? "npm" : "hand: npm's cache is not enough"}`);
  if (status === 0) return;
  const target = join(project, "node_modules", "aether");
  rmSync(join(project, "node_modules"), { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const tarball = join(project, packed.filename);
  execFileSync("tar", ["-xzf", tarball, "-C", target, "--strip-components=1"]);
  const list = ["ls", "--omit=dev", "--all", "--parseable"];
  const { stdout } = spawnSync("npm", list, { cwd: ROOT });
  const modules = join(ROOT, "node_modules");
  for (const path of stdout.toString().split("\n")) {
    if (dirname(path) !== modules && dirname(dirname(path)) !== modules) continue;
    const link = join(project, "node_modules", path.slice(modules.length + 1));
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(path, link);
  }
}

function write(name: string, text: string): string {
  const file = join(project, name);
  writeFileSync(file, text);
  return file;
}

test("it holds what it exports and runs, and neither sources nor tests", () => {
  const paths = packed.files.map(({ path }) => path);
  for (const wanted of [
    ...["dist/index.js", "dist/index.d.ts", "dist/client/index.js", "dist/client/index.d.ts"],
    ...["dist/client/network-simulator.js", "dist/cli/aether.js", "dist/page/index.html"],
    ...["build/kernel.wasm", "build/motion.wasm", "build/proto/aether.js", "build/twin/kernel.js"],
    ...["config.yaml", "README.md", "LICENSE", "package.json"],
  ])
    expect(paths).toContain(wanted);
  expect(paths.filter((path) => /^(?:src|test|bench|assembly)\/|\.test\./.test(path))).toEqual([]);
});

const RUN = `
import { createWorld, defineComponent, defineSystem } from "aether";
import { AetherClient } from "aether/client";

const Body = defineComponent({ age: "u16" });
const Player = { id: 0 };
const grow = defineSystem({
  name: "grow",
  run(world) {
    world.each(Player, (entity) => world.set(entity, Body, { age: world.tick % 1000 }));
  },
});
const app = createWorld({
  name: "grow",
  components: { body: Body },
  kinds: { player: Player },
  systems: [grow],
});
const settings = { "persistence.url": "none", "observability.admin_addr": "127.0.0.1:0" };
const server = await app.serve({ port: 0, settings: { ...settings, "engine.max_entities": 10 } });
const client = new AetherClient({ url: server.url });
client.connect();
const age = await new Promise((resolve) => {
  client.on("tick", () => {
    const own = client.view.replica.own;
    const age = own.length === 0 ? 0 : Body.get(own, 0, "age");
    if (age > 0) resolve(age);
  });
});
client.leave();
await server.stop();
console.log(age > 0 ? "it has aged" : "it is new");
process.exit(0);
`;

test(
  "an application runs on it with plain Node, in its own process and by the command",
  () => {
    const run = spawnSync(process.execPath, [write("run.mjs", RUN)], {
      cwd: project,
      env: { PATH: process.env["PATH"], LOG_LEVEL: "warn" },
      timeout: PATIENCE_MS,
    });
    expect(run.stderr.toString()).toBe("");
    expect(run.stdout.toString().trimEnd().split("\n").at(-1)).toBe("it has aged");
    const aether = join(project, "node_modules", "aether", "dist", "cli", "aether.js");
    const version = spawnSync(process.execPath, [aether, "--version"], { cwd: project });
    expect(version.stdout.toString()).toMatch(/0\.1\.0/);
    const wrong = write("nothing.mjs", "export default 1;\n");
    const refused = spawnSync(process.execPath, [aether, "serve", "--app", wrong]);
    expect([refused.status, refused.stderr.toString()]).toEqual([
      78,
      expect.stringContaining("is no application"),
    ]);
  },
  SLOW_MS,
);

const RIGHT = `
import { createWorld, defineComponent, defineSystem } from "aether";
import type { AppWorld, Kind, System } from "aether";

interface State { made: number }
export const Body = defineComponent({ isIt: "flag", score: "u16", heading: "f32", badge: 3 });
const Walker: Kind = { id: 1, maxSpeed: 1 };
const walk: System<State> = defineSystem<State>({
  name: "walk",
  everyTicks: 2,
  budgetMs: 3,
  run(world) {
    const { state } = world;
    if (state.made < 3) state.made += world.spawn(Walker, 0, 0) >= 0 ? 1 : 0;
    world.each(Walker, (entity) => {
      const isIt: boolean = world.get(entity, Body, "isIt");
      const score: number = world.get(entity, Body, "score");
      const badge: Uint8Array = world.get(entity, Body, "badge");
      world.set(entity, Body, { isIt: !isIt, score: score + 1, badge });
      world.steer(entity, world.random(), 0);
    });
    const count: number = world.nearest(0, 0, 4, 10);
    if (count > 0) world.events.emit("s", "near", { entity: world.found[0] });
    world.after(4, "bell", 5);
  },
});
function ring(value: number, world: AppWorld<State>): void {
  world.state.made = value;
}
export default createWorld<State>({
  name: "right",
  components: { body: Body },
  kinds: { walker: Walker },
  systems: [walk],
  timers: { bell: ring },
  hooks: {
    join: ({ client }) => (client === "" ? { refuse: "Say who you are." } : { kind: Walker }),
    leave(entity, reason, world) {
      if (reason === "left") world.despawn(entity);
    },
    intent: (_entity, dx) => dx >= 0,
    committed: ({ stream }, world) => void (world.state.made += stream.length),
  },
  state: { made: 0 },
  settings: { "engine.max_entities": 10 },
});
`;

/** What must not compile, a line each; `Body`, `Walker` and `world` are there. */
const WRONG = [
  'defineComponent({ score: "u64" })',
  "defineComponent({ score: { bytes: 2 } })",
  'world.get(1, Body, "points")',
  'const score: boolean = world.get(1, Body, "score")',
  "world.set(1, Body, { score: true })",
  'world.set(1, Body, { isIt: "yes" })',
  "world.set(1, Body, { points: 1 })",
  'world.spawn("walker", 0, 0)',
  "world.spawn(Walker, 0)",
  'world.state.made = "three"',
  "world.state.lost = 1",
  "world.tick = 3",
  "world.found = new Uint32Array(1)",
  'world.after("soon", "bell")',
  "world.events.flush()",
  "defineSystem<State>({ run() {} })",
  'defineSystem<State>({ name: "s", run: (other: string) => other })',
  'createWorld<State>({ name: "w", state: { made: "no" } })',
  'createWorld<State>({ name: "w", sytems: [] })',
  'createWorld<State>({ name: "w", hooks: { join: () => "come in" } })',
  'createWorld<State>({ name: "w", hooks: { intent: () => undefined } })',
  'createWorld<State>({ name: "w", components: { body: { isIt: "flag" } } })',
  "createWorld<State>({})",
];

const STRICTEST: ts.CompilerOptions = {
  ...{ noEmit: true, strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
  ...{ noUncheckedIndexedAccess: true, verbatimModuleSyntax: true },
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2024.d.ts"],
  types: [],
};

/** Of a file, and of all declarations that it needs: faults in words, with the line of the file. */
function faultsOf(file: string): { readonly line: number; readonly text: string }[] {
  const program = ts.createProgram([file], STRICTEST);
  expect(program.getSourceFiles().some(({ fileName }) => fileName.endsWith("app-world.d.ts"))).toBe(
    true,
  );
  return ts.getPreEmitDiagnostics(program).map(({ file: source, messageText, start = 0 }) => {
    const isOwn = source?.fileName === file;
    const text = ts.flattenDiagnosticMessageText(messageText, "\n");
    const line = isOwn ? source.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return { line, text: isOwn ? text : `${source?.fileName ?? ""}: ${text}` };
  });
}

test(
  "its types are exact without a check left out: what is right compiles",
  () => {
    expect(faultsOf(write("right.ts", RIGHT))).toEqual([]);
  },
  SLOW_MS,
);

test(
  "what is wrong does not compile, each by itself",
  () => {
    const head = [
      'import { createWorld, defineComponent, defineSystem } from "aether";',
      'import type { AppWorld } from "aether";',
      "export interface State { made: number }",
      'export const Body = defineComponent({ isIt: "flag", score: "u16" });',
      "export const Walker = { id: 1 };",
      "export declare const world: AppWorld<State>;",
      "export { createWorld, defineSystem };",
    ];
    const lines = WRONG.map((line) => `{ ${line}; }`);
    const faults = faultsOf(write("wrong.ts", [...head, ...lines, ""].join("\n")));
    const seen = new Set(faults.map(({ line }) => line));
    const accepted = WRONG.filter((_, i) => !seen.has(head.length + i + 1));
    expect(accepted).toEqual([]);
    // Nothing else is wrong with the file.
    expect([...seen].filter((line) => line <= head.length)).toEqual([]);
  },
  SLOW_MS,
);
