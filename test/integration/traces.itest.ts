// Recorded movement through the real server, everything checked that the clients are shown. The
// recordings lie beside the repository (AETHER_TRACES names another folder); where they are absent
// these tests are skipped, and say so.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, describe, expect, test } from "vitest";

import type { Figures } from "../../src/swarm/figures.ts";
import { ServerProcess } from "./server-process.ts";

const BESIDE = fileURLToPath(new URL("../../../shared/data", import.meta.url));
const TRACES = process.env["AETHER_TRACES"] ?? BESIDE;
const SWARM = fileURLToPath(new URL("../../dist/swarm/main.js", import.meta.url));
const SECONDS = 12;

const servers: ServerProcess[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.destroy();
});

/** Runs a swarm against a server of its own. */
async function play(
  argv: readonly string[],
  kernel: string,
): Promise<{ code: number; figures: Figures }> {
  const server = new ServerProcess({ env: { AETHER_ENGINE_KERNEL: kernel } });
  servers.push(server);
  const { url } = await server.listening();
  const folder = mkdtempSync(join(tmpdir(), "aether-traces-"));
  const json = join(folder, "figures.json");
  const common = ["--url", url, "--pid", String(server.pid), "--json", json];
  const args = [SWARM, ...argv, ...common, "--seconds", String(SECONDS)];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const [code] = (await once(child, "exit")) as [number];
  const figures = JSON.parse(readFileSync(json, "utf8")) as Figures;
  rmSync(folder, { recursive: true });
  return { code, figures };
}

const trace = (file: string, preset: string): string[] => [
  ...["--trace", join(TRACES, file), "--preset", preset],
];

const RUNS = [
  ["crowd_madras.csv.gz", "madras_pp4", "wasm"],
  ["crowd_madras.csv.gz", "madras_pp4", "js"],
  ["soccer_tracab.csv.gz", "soccer_x13_over", "wasm"],
] as const;

describe.each(RUNS)("%s as %s on %s", (file, preset, kernel) => {
  test("0 differences, corrections as predicted, frames within 512 bytes", async (context) => {
    context.skip(!existsSync(join(TRACES, file)), `${file} is not in ${TRACES}`);
    const { code, figures } = await play(trace(file, preset), kernel);
    expect(figures.faults).toEqual([]);
    expect(code).toBe(0);
    expect(figures.playingMax).toBeGreaterThan(250);
    expect(figures.oracle?.views).toBeGreaterThan(5000);
    expect(figures.counts.frameMax).toBeLessThanOrEqual(512);
    expect(figures.server?.rssPeakMib).toBeLessThan(512);
  });
});

test("one flipped record is found", async () => {
  const { code, figures } = await play(["--bots", "60", "--corrupt"], "wasm");
  expect(code).toBe(1);
  expect(figures.findings.length).toBeGreaterThan(0);
});
