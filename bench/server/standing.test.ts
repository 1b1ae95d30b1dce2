// What is written down of a server that was measured: only what counts, and nothing of a wrong one.
import { expect, test } from "vitest";
import type { ServerStanding } from "./results.ts";
import { standingOf, type Trial } from "./standing.ts";

const RIGHT = { faults: [], comparedViews: 2600 };

function trial(round: number, changes: Partial<Trial> = {}): Trial {
  return {
    round,
    p50: 12,
    p99: 25,
    tickRate: 40,
    cpuMsPerTick: 3,
    rssMib: 100,
    bytesPerClient: 3000,
    latenessMs: 1,
    playedShare: 1,
    faults: [],
    ...changes,
  };
}

function measured(standing: ServerStanding) {
  if (standing.status !== "measured") throw new Error(standing.why);
  return standing;
}

test("medians and ranges; ratios between measurements of one round", () => {
  const ours = [3, 4, 8].map((cpuMsPerTick, round) => trial(round, { cpuMsPerTick }));
  const bare = [2, 4, 4].map((cpuMsPerTick, round) => trial(round, { cpuMsPerTick }));
  const standing = measured(standingOf("wasm", RIGHT, ours, bare));
  expect(standing).toMatchObject({ name: "wasm", comparedViews: 2600 });
  expect(standing.cpuMsPerTick).toEqual({ median: 4, min: 3, max: 8 });
  expect(standing.ratio).toEqual({ median: 1.5, min: 1, max: 2 });
  expect(standing.rounds.map(({ round }) => round)).toEqual([0, 1, 2]);
  expect(standing.rounds[0]).not.toHaveProperty("faults");
});

test("a round that the control lacks gives no ratio, and no control none at all", () => {
  const ours = [trial(0, { cpuMsPerTick: 3 }), trial(1, { cpuMsPerTick: 30 })];
  expect(measured(standingOf("js", RIGHT, ours, [trial(0)])).ratio?.max).toBe(1);
  expect(measured(standingOf("js", RIGHT, ours, [])).ratio).toBeNull();
  expect(measured(standingOf("bare", RIGHT, ours, null)).ratio).toBeNull();
});

test("one fault, in the check or in any round, and there is no figure", () => {
  const checked = { faults: ["3 differences"], comparedViews: 9 };
  expect(standingOf("wasm", checked, [], [])).toEqual({
    status: "wrong",
    name: "wasm",
    why: "3 differences",
  });
  const late = { latenessMs: 99, playedShare: 0.5 };
  const trials = [trial(0), trial(1, { faults: ["1 digests differ"], ...late })];
  expect(standingOf("wasm", RIGHT, trials, [])).toEqual({
    status: "wrong",
    name: "wasm",
    why: "round 2: 1 digests differ",
  });
});

test("a late load tells the server's cost and not its latency", () => {
  const late = trial(0, { latenessMs: 11, p99: 500, cpuMsPerTick: 5 });
  const mixed = measured(standingOf("wasm", RIGHT, [late, trial(1)], []));
  expect([mixed.p99?.max, mixed.cpuMsPerTick.max, mixed.rounds.length]).toEqual([25, 5, 2]);
  const allLate = measured(standingOf("wasm", RIGHT, [late], []));
  expect([allLate.p50, allLate.p99, allLate.cpuMsPerTick.median]).toEqual([null, null, 5]);
});

test("a load that was not played in full tells nothing", () => {
  const short = trial(0, { playedShare: 0.9, cpuMsPerTick: 1 });
  const standing = measured(standingOf("wasm", RIGHT, [short, trial(1)], []));
  expect(standing.cpuMsPerTick).toEqual({ median: 3, min: 3, max: 3 });
  const uncounted = trial(1, { cpuMsPerTick: NaN });
  expect(standingOf("wasm", RIGHT, [short, uncounted], [])).toMatchObject({ status: "left out" });
  expect(standingOf("wasm", RIGHT, [short], [])).toMatchObject({
    why: expect.stringContaining("90.0 % were sent at best") as string,
  });
});
