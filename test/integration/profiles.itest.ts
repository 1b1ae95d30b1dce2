// Profiles of the server as people run it, under 300 bots, read as people read them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { Profile } from "pprof-format";
import { afterAll, beforeAll, expect, test } from "vitest";

import { ServerProcess } from "./server-process.ts";

const BOTS = 300;
const TOKEN = "a-token-of-this-test-alone-0123456789";

const folder = mkdtempSync(join(tmpdir(), "aether-profiles-"));
const file = join(folder, "cpu.pb.gz");
let server: ServerProcess | null = null;
let root = "";
let metrics = "";

async function get(url: string, token = TOKEN) {
  const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}

async function valueOf(name: string): Promise<number> {
  const text = (await get(metrics)).bytes.toString();
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
}

beforeAll(async () => {
  server = new ServerProcess({
    argv: ["--bots", String(BOTS)],
    env: { AETHER_OBSERVABILITY_ADMIN_TOKEN: TOKEN },
  });
  ({ metrics } = await server.listening());
  root = metrics.replace("/metrics", "/debug/pprof");
});
afterAll(async () => {
  await server?.destroy();
  rmSync(folder, { recursive: true });
});

test("H47 profiles ask for the admin token", async () => {
  for (const path of ["", "/", "/profile?seconds=1", "/heap", "/allocs", "/goroutine?debug=1"])
    expect((await get(`${root}${path}`, "wrong")).status, path).toBe(401);
});

test("a CPU profile under 300 bots names the kernel's functions, and ticks go on", async () => {
  await expect.poll(() => valueOf("aether_active_connections"), { interval: 200 }).toBe(BOTS);
  const before = await valueOf("aether_tick_duration_seconds_count");
  const { status, bytes } = await get(`${root}/profile?seconds=5`);
  expect(status).toBe(200);
  writeFileSync(file, bytes);
  const { strings } = Profile.decode(gunzipSync(bytes)).stringTable;
  expect(strings).toContain("assembly/step/step");
  expect(strings).toContain("assembly/aoi/look");
  expect(strings).toContain("onTick");
  expect(strings.filter((name) => name.startsWith("wasm-function"))).toEqual([]);
  // Of 200, on a machine that may do much else.
  const ticks = (await valueOf("aether_tick_duration_seconds_count")) - before;
  expect(ticks).toBeGreaterThan(50);
});

test("go tool pprof reads it", ({ skip }) => {
  skip(spawnSync("go", ["version"]).error !== undefined, "there is no go (Debian: golang-go)");
  const env = { PATH: process.env["PATH"], HOME: folder };
  const read = spawnSync("go", ["tool", "pprof", "-top", file], { env, encoding: "utf8" });
  expect(read.status, read.stderr).toBe(0);
  expect(read.stdout).toMatch(/^Type: cpu$/m);
  expect(read.stdout).toMatch(/^Duration: 5\.?\d*s, Total samples = /m);
  expect(read.stdout).toMatch(/ assembly\/aoi\/look$/m);
});

test("the page of what is open counts every client once", async () => {
  const text = (await get(`${root}/goroutine?debug=1`)).bytes.toString();
  expect(text).toMatch(new RegExp(`^ +${BOTS} {2}playing$`, "m"));
  if (process.platform !== "linux") return;
  expect(text).toMatch(new RegExp(`^ +${BOTS} {2}port \\d+ {2}ESTABLISHED$`, "m"));
});
