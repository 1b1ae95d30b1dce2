// The proofs of the gateway as people call them, with little of everything: what is wrong, lost or
// too large is counted. No time is looked at, so a verdict about times may be any.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, describe, expect, test } from "vitest";

import type { Judgement as CapacityJudgement } from "../../bench/capacity-judge.ts";
import type { CrowdFinding } from "../../bench/crowd/crowd.ts";
import type { BulkFinding } from "../../bench/fuzz/bulk.ts";
import type { SocketsFinding } from "../../bench/fuzz/sockets.ts";
import type { ReplayFinding } from "../../bench/replay/proof.ts";
import { HELD_MAX_BYTES, type Judgement } from "../../bench/slow/judge.ts";
import type { Played } from "../../bench/slow/stage.ts";
import type { Scene } from "../../bench/traces/judge.ts";
import type { Round as WalkersRound } from "../../bench/walkers/judge.ts";

const BESIDE = fileURLToPath(new URL("../../../shared/data", import.meta.url));
const TRACES = process.env["AETHER_TRACES"] ?? BESIDE;
const PROVE = fileURLToPath(new URL("../../bench/prove.ts", import.meta.url));
/** A machine that does much else needs its time. */
const PATIENCE_MS = 180_000;
/** Met, missed, inconclusive: it came to an end. */
const PROVEN = [0, 1, 2];

const folder = mkdtempSync(join(tmpdir(), "aether-proofs-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** @returns what the proof wrote down */
async function prove(name: string, ...argv: readonly string[]): Promise<unknown> {
  const file = join(folder, `${name}.json`);
  const options = ["--disable-warning=ExperimentalWarning", PROVE, name, ...argv, "--json", file];
  const child = spawn(process.execPath, options, { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (part: Buffer) => (stderr += part.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  expect(stderr).toBe("");
  expect(PROVEN).toContain(code);
  return JSON.parse(readFileSync(file, "utf8"));
}

describe("npm run prove", () => {
  test(
    "H29 slow: all come back to a true view, or are closed with 4009, and hold little",
    async () => {
      const few = ["--clients", "6", "--others", "3", "--entities", "400"];
      const short = ["--stalls", "3,9", "--turns", "2", "--slow-close", "5"];
      const proof = (await prove("slow", ...few, ...short)) as {
        judgement: Judgement;
        window: Played;
        control: Played;
      };
      expect(proof.judgement).toMatchObject({ faults: [], right: 12, all: 12, others: null });
      expect([proof.window.turns.length, proof.control.turns.length]).toEqual([2, 0]);
      const held = proof.window.stalls.flatMap(({ heldBytes }) => heldBytes);
      expect(held).toHaveLength(12);
      expect(Math.max(...held)).toBeLessThanOrEqual(HELD_MAX_BYTES);
      expect(Math.min(...held)).toBeGreaterThan(0);
      // Without a window they hold more with every second.
      const [, swallowed] = proof.control.stalls.map(({ heldBytes }) => Math.min(...heldBytes));
      expect(swallowed).toBeGreaterThan(2 * HELD_MAX_BYTES);
      expect(proof.window.counted).toMatchObject({
        aether_slow_closed_total: 6,
        aether_sends_dropped_total: 0,
      });
    },
    PATIENCE_MS,
  );

  test(
    "H11 crowd: nothing is too large, too old or forgotten",
    async () => {
      const argv = ["--crowds", "150x1,150x4", "--frames", "5000"];
      const { findings } = (await prove("crowd", ...argv)) as { findings: CrowdFinding[] };
      expect(findings.map(({ faults }) => faults)).toEqual([[], []]);
    },
    PATIENCE_MS,
  );

  test(
    "walkers: all are there, and the application throws nothing",
    async () => {
      const argv = ["--seconds", "3", "--rounds", "1", "--bots", "3"];
      const { faults, rounds } = (await prove("walkers", ...argv)) as {
        faults: readonly string[];
        rounds: readonly WalkersRound[];
      };
      expect(faults).toEqual([]);
      expect(rounds.map(({ entities, throws }) => [entities, throws])).toEqual([[5003, 0]]);
      expect(rounds[0]?.ticks).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  test(
    "H85 replay: half a minute of play is the same on both engines",
    async () => {
      const argv = ["--seconds", "30", "--bots", "60"];
      const { finding } = (await prove("replay", ...argv)) as { finding: ReplayFinding };
      expect(finding).toMatchObject({ faults: [], ticks: 1200 });
      expect(finding.replayed.map(({ ticks }) => ticks)).toEqual([1200, 1200]);
    },
    PATIENCE_MS,
  );

  test(
    "H31 fuzz: no fault of the server's own, in the process and over sockets",
    async () => {
      const argv = ["--frames", "20000", "--socket-frames", "4000", "--seed", "5"];
      const proof = (await prove("fuzz", ...argv)) as {
        bulk: BulkFinding;
        sockets: SocketsFinding;
      };
      expect(proof.bulk).toMatchObject({ frames: 20_000, faults: [] });
      expect(proof.sockets).toMatchObject({ serverFaults: 0, faults: [] });
      expect(proof.sockets.frames).toBeGreaterThanOrEqual(4000);
      expect(proof.sockets.malformed).toBeGreaterThan(200);
    },
    PATIENCE_MS,
  );

  test(
    "capacity: comes to a verdict, and the clients find nothing wrong",
    async () => {
      const argv = ["--bots", "30", "--seconds", "5", "--rounds", "1"];
      const { judgement } = (await prove("capacity", ...argv)) as { judgement: CapacityJudgement };
      expect(judgement.standings).toHaveLength(1);
      expect(judgement.verdict).not.toBe("wrong");
      expect(judgement.standings[0]?.cpuMsPerTick).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  test(
    "H89 traces: recorded people on a server with PostgreSQL, Redis and a scrape a second",
    async (context) => {
      const file = join(TRACES, "crowd_madras.csv.gz");
      context.skip(!existsSync(file), `${file} is not there`);
      const argv = ["--only", "crowd", "--seconds", "10", "--data", TRACES];
      const { scenes } = (await prove("traces", ...argv)) as { scenes: Scene[] };
      expect(scenes).toHaveLength(1);
      for (const { playing, views, scrapes, flushes, beats, events, rssMib } of scenes) {
        expect(playing).toBeGreaterThan(250);
        expect(Math.min(flushes, beats, events, views)).toBeGreaterThan(0);
        expect(scrapes).toBeGreaterThan(5);
        expect(rssMib).toBeLessThan(512);
      }
    },
    PATIENCE_MS,
  );
});
