// What a real server wrote down is lived through again: beside it, after SIGKILL, while the wall
// clock jumps; and a recorded world comes out the same on another Node and in a browser.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { afterAll, afterEach, expect, test } from "vitest";

import { openFile, SegmentReader } from "../../src/journal/reader.ts";
import { hashText } from "../../src/journal/rerun.ts";
import { Browsing, findBrowser, NO_BROWSER } from "./browser.ts";
import { ServerProcess } from "./server-process.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = join(ROOT, "dist/cli/aether.js");
const CAPSULE = join(ROOT, "test/capsules/walkers.capsule");
const BOTS = "12";

const folder = mkdtempSync(join(tmpdir(), "aether-replay-"));
const servers: ServerProcess[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.destroy();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A server with bots that writes its journal to a folder of this name. */
function serve(name: string, env: Readonly<Record<string, string>> = {}): ServerProcess {
  const server = new ServerProcess({
    argv: ["--bots", BOTS],
    env: {
      AETHER_PERSISTENCE_URL: `sqlite:${join(folder, name, "aether.db")}`,
      AETHER_JOURNAL_DIR: join(folder, name, "journal"),
      ...env,
    },
  });
  servers.push(server);
  return server;
}

interface Told {
  readonly verdict: string;
  readonly ticks: number;
  readonly first: number;
  readonly last: number;
}

function aether(...argv: string[]): { code: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, [PROGRAM, ...argv], { cwd: folder });
  return { code: done.status, out: done.stdout.toString(), err: done.stderr.toString() };
}

/** Replays until so many ticks are there. */
async function replayed(name: string, ticks: number): Promise<Told> {
  for (let tries = 0; ; tries++) {
    const { code, err, out } = aether("replay", join(folder, name, "journal"), "--diff", "--json");
    if (code === 0) {
      const told = JSON.parse(out) as Told;
      if (told.ticks >= ticks) return told;
    }
    if (tries === 100)
      throw new Error(`${ticks} ticks are not equal: ${String(code)} ${out}${err}`);
    await sleep(100);
  }
}

test("H60 a journal is replayed beside its server, and after SIGKILL; a capsule too", async () => {
  const server = serve("killed");
  await server.listening();
  const beside = await replayed("killed", 60);
  expect(beside.verdict).toBe("equal");
  const cut = aether("capsule", join(folder, "killed", "journal"), "--out", "running.capsule");
  expect(cut).toMatchObject({ code: 0, err: "" });
  expect(aether("replay", "running.capsule").code).toBe(0);

  server.signal("SIGKILL");
  await server.ended();
  const after = await replayed("killed", 60);
  expect(after.last).toBeGreaterThanOrEqual(beside.last);
});

const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
const HOUR_MS = 3_600_000;
const JUMPS = ["+3h", "-3h", "+0", "-3h", "+3h"];

test("H80 the wall clock jumps by hours to and fro: the world does not notice", async (context) => {
  context.skip(!existsSync(FAKETIME), "there is no libfaketime (Debian: faketime)");
  const clock = join(folder, "clock");
  writeFileSync(clock, "+0");
  const server = serve("jumped", {
    LD_PRELOAD: FAKETIME,
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    DONT_FAKE_MONOTONIC: "1",
  });
  await server.listening();
  let ticks = 0;
  for (const jump of JUMPS) {
    writeFileSync(clock, jump);
    ticks = (await replayed("jumped", ticks + 40)).ticks;
  }
  server.signal("SIGTERM");
  expect(await server.ended()).toBe(0);
  // The clock did jump: the log is dated by it.
  const times = server.log.map((line) => Date.parse(String(line["time"])));
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(2 * HOUR_MS);
  expect(server.log.filter(({ level }) => ["error", "fatal"].includes(level))).toEqual([]);
  const told = await replayed("jumped", ticks);
  expect(told.verdict).toBe("equal");
  // Three hours are 432,000 ticks.
  expect(told.last - told.first).toBeLessThan(40_000);
});

/** What each tick of the capsule came to, as it was recorded. */
function recordedHashes(): string[] {
  const hashes: string[] = [];
  for (const { hashHigh, hashLow } of ticksOf().ticks) hashes.push(hashText(hashLow, hashHigh));
  return hashes;
}

interface Ticks {
  readonly rules: object;
  readonly image: readonly number[];
  readonly ticks: readonly {
    readonly hashLow: number;
    readonly hashHigh: number;
    readonly commands: readonly number[];
    readonly intents: readonly number[];
  }[];
}

/** The capsule in plain numbers, for whoever cannot read files. */
function ticksOf(): Ticks {
  const source = openFile(CAPSULE);
  const reader = new SegmentReader(source);
  let rules = {};
  let image: number[] = [];
  const ticks: Ticks["ticks"][number][] = [];
  for (let item = reader.next(); item !== null; item = reader.next()) {
    if (item.type === "head") rules = item.head.rules;
    else if (item.type === "checkpoint") image = [...item.image];
    else if (item.type === "tick") {
      const { commandCount, commands, hashHigh, hashLow, intentCount, intents } = item.record;
      ticks.push({
        ...{ hashLow, hashHigh },
        commands: [...commands.subarray(0, commandCount * 12)],
        intents: [...intents.subarray(0, intentCount * 4)],
      });
    }
  }
  source.close();
  return { rules, image, ticks };
}

/** Plays the capsule on the built program's engines, and prints what it came to. */
const PLAY = `
  const { play } = await import("${ROOT}dist/journal/play.js");
  const { openFile } = await import("${ROOT}dist/journal/reader.js");
  const { openKernel } = await import("${ROOT}dist/kernel/open.js");
  const segments = [{ name: "capsule", open: () => openFile("${CAPSULE}") }];
  const told = ["js", "wasm"].map((name) => {
    const players = [{ name, open: () => openKernel(name) }];
    const { difference, hash, ticks } = play({ segments, players });
    return { name, ticks, hash, differs: difference !== null };
  });
  console.log(JSON.stringify({ node: process.version, told }));
`;

const OLDER = "/usr/bin/node";

test("H86 a recorded world comes out the same on another version of Node", (context) => {
  const version = existsSync(OLDER) ? spawnSync(OLDER, ["--version"]).stdout.toString().trim() : "";
  const [major = 0, minor = 0] = version.replace("v", "").split(".").map(Number);
  // Which has the checksums of records.
  const isNew = major > 20 || (major === 20 && minor >= 15);
  context.skip(!isNew || version === process.version, "there is no other Node.js, 20.15 or newer");
  const hashes = recordedHashes();
  const same = { ticks: hashes.length, hash: hashes.at(-1), differs: false };
  const played = (node: string): unknown => {
    const done = spawnSync(node, ["--input-type=module", "-e", PLAY]);
    if (done.status !== 0) throw new Error(done.stderr.toString());
    return JSON.parse(done.stdout.toString());
  };
  const both = [
    { name: "js", ...same },
    { name: "wasm", ...same },
  ];
  expect(played(process.execPath)).toEqual({ node: process.version, told: both });
  expect(played(OLDER)).toEqual({ node: version, told: both });
});

/** Lives through the ticks in a page, on both engines, with the program's own files. */
const PAGE = `<!doctype html><link rel="icon" href="data:,">
<script type="importmap">{"imports": {
  "#layout": "/build/twin/layout.js", "#twin": "/build/twin/kernel.js"
}}</script>
<script type="module">
  import * as layout from "#layout";
  import { createTwin } from "#twin";
  import { Rerun } from "/dist/journal/rerun.js";
  import { viewsOf } from "/dist/kernel/views.js";
  const { image, rules, ticks } = await (await fetch("/ticks")).json();
  const module = await WebAssembly.compile(await (await fetch("/build/kernel.wasm")).arrayBuffer());
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => { throw new Error("the kernel called " + name); };
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  const twin = createTwin();
  const kernels = [
    { ...exports, engine: "wasm", views: viewsOf(exports.memory.buffer) },
    { ...twin, engine: "js", views: viewsOf(twin.memory) },
  ];
  window.told = kernels.map((kernel) => {
    const rerun = new Rerun(kernel, rules, Uint8Array.from(image));
    return ticks.map(({ commands, intents }) => {
      rerun.step({
        tick: 0, hasHash: false, hashLow: 0, hashHigh: 0, facts: 0,
        commands: Int32Array.from(commands), commandCount: commands.length / layout.COMMAND_WORDS,
        intents: Int32Array.from(intents), intentCount: intents.length / layout.INTENT_WORDS,
      });
      return rerun.hash;
    });
  });
</script>`;

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

test("H86 a recorded world comes out the same in a browser", async (context) => {
  context.skip(findBrowser() === undefined, NO_BROWSER);
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    if (path === "/") response.setHeader("content-type", "text/html").end(PAGE);
    else if (path === "/ticks") response.end(JSON.stringify(ticksOf()));
    else if (/^\/(?:dist|build)\/[\w/-]+\.(?:js|wasm)$/.test(path)) {
      response.setHeader("content-type", TYPES[extname(path)] ?? "");
      response.end(readFileSync(join(ROOT, path)));
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const browsing = await Browsing.start();
  try {
    const page = await browsing.open(`http://127.0.0.1:${port}/`);
    await page.waitForFunction("window.told !== undefined");
    const told = await page.evaluate<string[][]>("window.told");
    const hashes = recordedHashes();
    expect(hashes.length).toBeGreaterThan(20);
    expect(told).toEqual([hashes, hashes]);
    expect(browsing.complaints).toEqual([]);
  } finally {
    await browsing.stop();
    server.close();
  }
});
