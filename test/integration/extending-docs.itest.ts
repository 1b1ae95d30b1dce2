// docs/extending.md: every piece of code is compiled with the strictest types against the built
// package and run by a server as people run it; the pieces of tag are the example, word for word.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { readMetrics } from "../../bench/durability/metrics.ts";
import { ServerProcess } from "./server-process.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAM = join(ROOT, "dist", "cli", "aether.js");
const PATIENCE = { timeout: 40_000, interval: 50 };
const SLOW_MS = 120_000;

const page = readFileSync(join(ROOT, "docs", "extending.md"), "utf8");
const blocks = page.split(/^## /m).flatMap((section) => {
  const [title = ""] = section.split("\n", 1);
  return [...section.matchAll(/```ts *(\w*)\n([\s\S]*?)```/g)].map(([, use = "", code = ""]) => ({
    ...{ title, use, code },
  }));
});
const codeOf = (use: string): string =>
  blocks.flatMap((block) => (block.use === use ? [block.code] : [])).join("\n");

const emitted = 'aether_app_events_total{what="emitted"}';
/** In the order of the page: the section, bots that play, and metrics with their least values. */
const APPS: readonly (readonly [string, number, Readonly<Record<string, number>>])[] = [
  ["A first world", 4, { aether_entity_count: 4, 'aether_app_runs_total{system="hooks"}': 8 }],
  ["Entities of the server", 0, { aether_entity_count: 5 }],
  ["Queries", 3, { [emitted]: 3, 'aether_app_runs_total{system="count"}': 10 }],
  ["Timers and chance", 0, { [emitted]: 3 }],
  ["Hooks", 2, { [emitted]: 2, aether_app_intents_stopped_total: 5 }],
  ["Messages", 2, { aether_entity_count: 2 }],
  [
    "Faults and budgets",
    0,
    {
      'aether_app_disabled{system="fails"}': 1,
      'aether_app_throws_total{system="fails"}': 3,
      'aether_app_runs_total{system="goes"}': 40,
    },
  ],
];

const STRICTEST: ts.CompilerOptions = {
  ...{ noEmit: true, strict: true, exactOptionalPropertyTypes: true },
  noUncheckedIndexedAccess: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2024.d.ts"],
  types: ["node"],
};

let folder = "";
const apps: string[] = [];
const servers: ServerProcess[] = [];
beforeAll(() => {
  // Within the package, so that its name is known.
  folder = mkdtempSync(join(ROOT, "build", ".extending-"));
  for (const [i, { code }] of blocks.filter(({ use }) => ["", "app"].includes(use)).entries()) {
    const file = join(folder, `app-${i}.ts`);
    writeFileSync(file, code);
    apps.push(file);
  }
  writeFileSync(join(folder, "tag.ts"), codeOf("tag"));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.destroy();
});
afterAll(() => rmSync(folder, { recursive: true }));

function serve(file: string, bots: number): ServerProcess {
  const argv = ["--app", file, ...(bots === 0 ? [] : ["--bots", String(bots)])];
  const env = { AETHER_PERSISTENCE_URL: `sqlite:${file}.db` };
  const server = new ServerProcess({ argv, env });
  servers.push(server);
  return server;
}

test("the pieces of tag are the example, and nothing of it is left out", () => {
  const example = readFileSync(join(ROOT, "examples", "tag", "tag.ts"), "utf8");
  const body = example.slice(example.indexOf("import "));
  const packed = (text: string): string => text.replace(/\n+/g, "\n").trim();
  expect(packed(codeOf("tag"))).toBe(packed(body));
  expect(body.split("\n").length).toBeLessThanOrEqual(120);
});

test("every piece is exact in its types", () => {
  writeFileSync(join(folder, "client.ts"), codeOf("client"));
  writeFileSync(join(folder, "talker.ts"), codeOf("talker"));
  const files = [
    ...apps,
    ...["tag.ts", "client.ts", "talker.ts"].map((name) => join(folder, name)),
  ];
  expect(files).toHaveLength(APPS.length + 3);
  const program = ts.createProgram(files, { ...STRICTEST, skipLibCheck: true });
  const faults = ts.getPreEmitDiagnostics(program);
  expect(
    faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
  ).toEqual([]);
});

test.each(APPS.map(([title, bots, wanted], i) => ({ title, bots, wanted, i })))(
  "$title",
  async ({ title, bots, wanted, i }) => {
    const titles = blocks.filter(({ use }) => ["", "app"].includes(use)).map((one) => one.title);
    expect(titles[i]).toBe(title);
    const { metrics } = await serve(apps[i] ?? "", bots).listening();
    for (const [name, least] of Object.entries(wanted))
      await expect
        .poll(async () => (await readMetrics(metrics)).get(name), PATIENCE)
        .toBeGreaterThanOrEqual(least);
    const throws = [...(await readMetrics(metrics))].filter(
      ([name, value]) => name.startsWith("aether_app_throws_total") && value > 0,
    );
    expect(throws.map(([name]) => name)).toEqual(
      title === "Faults and budgets" ? ['aether_app_throws_total{system="fails"}'] : [],
    );
  },
  SLOW_MS,
);

/** Runs a client of the page until it has said all that is expected of it. */
async function plays(use: string, url: string, expected: readonly RegExp[]): Promise<void> {
  const file = join(folder, `${use}.ts`);
  writeFileSync(file, codeOf(use).replaceAll("ws://localhost:8080", url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file]);
  let told = "";
  const hear = (part: Buffer): void => void (told += part.toString());
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  try {
    for (const line of expected) await expect.poll(() => told, PATIENCE).toMatch(line);
  } finally {
    child.kill("SIGKILL");
  }
}

test(
  "a client says something, and is answered and heard",
  async () => {
    const at = APPS.findIndex(([title]) => title === "Messages");
    const { url } = await serve(apps[at] ?? "", 0).listening();
    await plays("talker", url, [/^\d+: you said: hello$/m, /^\d+: hello$/m]);
  },
  SLOW_MS,
);

test(
  "tag is played, a client reads its components, and a replay does the same",
  async () => {
    const server = serve(join(folder, "tag.ts"), 4);
    const { metrics, url } = await server.listening();
    await plays("client", url, [/^I have \d+ points$/m, /^(?:\d+ is|I am) it$/m]);
    const runs = 'aether_app_runs_total{system="score"}';
    await expect
      .poll(async () => (await readMetrics(metrics)).get(runs), PATIENCE)
      .toBeGreaterThan(3);
    server.signal("SIGTERM");
    expect(await server.ended()).toBe(0);
    const journal = join(folder, "tag.ts.db.journal", "tag");
    for (const more of [[], ["--app", join(folder, "tag.ts")]]) {
      const argv = [PROGRAM, "replay", journal, ...more];
      const { status, stdout, stderr } = spawnSync(process.execPath, argv);
      const out = `${stdout.toString()}${stderr.toString()}`;
      expect(out).not.toContain("DIFFERS");
      expect(status).toBe(0);
      if (more.length > 0) expect(out).toMatch(/The application tag issues the same commands/);
    }
  },
  SLOW_MS,
);

test("every command on the page is one that there is", () => {
  const help = spawnSync(process.execPath, [PROGRAM, "--help"]).stdout.toString();
  const commands = [...page.matchAll(/^npx aether (\w+)/gm)].map(([, name = ""]) => name);
  expect(commands.length).toBeGreaterThan(3);
  for (const name of new Set(commands)) expect(help).toContain(`aether ${name}`);
});
