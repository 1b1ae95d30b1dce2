// What the regression gate concludes from its contests (kernel-judge.ts, baseline.ts).
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

import { type Baseline, caveatsOf, readBaseline, textOf } from "./baseline.ts";
import { DECIDING_ROUNDS, judgeKernel, ratiosOf } from "./kernel-judge.ts";
import type { Contest, Machine, Standing } from "./results.ts";

const CONTROL = "js-grid";
const MACHINE: Machine = {
  cpu: "EPYC",
  cores: 2,
  memoryBytes: 8e9,
  platform: "linux x64",
  node: "v22.23.3",
  v8: "12.4",
};
const baselineOf = (ratios: Baseline["ratios"], control = CONTROL): Baseline => ({
  format: "kernel-baseline",
  date: "2026-01-01T00:00:00.000Z",
  machine: MACHINE,
  versions: { aether: "0.1.0", assemblyscript: "0.28.20" },
  control,
  rounds: 30,
  windowTicks: 32,
  ratios,
});
const BASELINE = baselineOf({ "uniform-100": { "wasm-simd": 0.5, js: 2 } });

const named = { kind: "engine", version: null, note: null } as const;

function measured(name: string, means: readonly number[]): Standing {
  return {
    ...named,
    name,
    status: "measured",
    comparedTicks: 8,
    rounds: means.length,
    windowTicks: 32,
    p10: NaN,
    median: NaN,
    worst: { max: NaN, median: NaN, usual: NaN },
    ratio: null,
    windows: means.map((mean, round) => ({ round, mean, max: mean, ratio: null })),
  };
}

function contest(...contenders: readonly Standing[]): Contest {
  return {
    job: "tick",
    case: { name: "uniform-100", spread: "uniform", n: 100, k: 0, width: 2000 },
    asked: { neighbours: 3, entered: 1, left: 1, updates: 300 },
    contenders,
  };
}

/** A machine that becomes slower by a fifth and faster again, and 1 % of noise upon it. */
const LOAD = Array.from({ length: 30 }, (_, i) => 100 * (1 + 0.1 * Math.sin(i)) + (i % 3));
const times = (factor: number): number[] => LOAD.map((us, i) => us * factor * (1 + (i % 5) / 500));
const STEADY = measured(CONTROL, LOAD);

const judge = (...contenders: readonly Standing[]) =>
  judgeKernel([contest(...contenders)], BASELINE, CONTROL, 30);

test("no slower than the baseline is met, and so is what the margin covers", () => {
  for (const factor of [0.5, 0.56]) {
    const met = judge(STEADY, measured("wasm-simd", times(factor)));
    expect(met).toMatchObject({ verdict: "met", exitCode: 0, faults: [] });
    expect(met.findings[0]?.isBaselineStale).toBe(false);
  }
});

test("a planted loss of 30 % is found, and named", () => {
  const missed = judge(STEADY, measured("wasm-simd", times(0.5 * 1.3)), measured("js", times(2)));
  expect(missed).toMatchObject({ verdict: "missed", exitCode: 1 });
  const [simd, js] = missed.findings;
  expect(simd).toMatchObject({ case: "uniform-100", name: "wasm-simd", verdict: "missed" });
  expect(simd?.slower).toBeCloseTo(0.3, 1);
  expect(js).toMatchObject({ name: "js", verdict: "met" });
});

test("a machine that is slower as a whole loses nothing", () => {
  const slow = (values: readonly number[]): number[] => values.map((us) => us * 3);
  const met = judge(measured(CONTROL, slow(LOAD)), measured("wasm-simd", slow(times(0.5))));
  expect(met).toMatchObject({ verdict: "met", exitCode: 0 });
});

test("a few interrupted windows change nothing, neither the control's nor the kernel's", () => {
  const hit = (values: readonly number[], at: number): number[] =>
    values.map((us, i) => (i % 15 === at ? us * 20 : us));
  const met = judge(measured(CONTROL, hit(LOAD, 4)), measured("wasm-simd", hit(times(0.5), 9)));
  expect(met).toMatchObject({ verdict: "met", exitCode: 0 });
});

test("inconclusive where the control spreads, whatever the ratios are", () => {
  const noise = LOAD.map((us, i) => us * (i % 2 === 0 ? 1 : 1.8));
  for (const factor of [0.1, 0.5, 5]) {
    const unsteady = judge(measured(CONTROL, noise), measured("wasm-simd", times(factor)));
    expect(unsteady).toMatchObject({ verdict: "inconclusive", exitCode: 2 });
    expect(unsteady.controls).toMatchObject([{ case: "uniform-100", isSteady: false }]);
    expect(unsteady.findings[0]?.isBaselineStale).toBe(false);
  }
});

test("what is missed by a steady control counts, though another case is inconclusive", () => {
  const noise = LOAD.map((us, i) => us * (i % 2 === 0 ? 1 : 1.8));
  const simd = measured("wasm-simd", times(0.7));
  const both = [contest(measured(CONTROL, noise), simd), contest(STEADY, simd)];
  expect(judgeKernel(both, BASELINE, CONTROL, 30)).toMatchObject({
    verdict: "missed",
    exitCode: 1,
  });
});

test("inconclusive without a baseline, or with one by another control", () => {
  const contests = [contest(STEADY, measured("wasm-simd", times(0.5)))];
  for (const baseline of [null, baselineOf(BASELINE.ratios, "js-pairs"), baselineOf({})]) {
    const none = judgeKernel(contests, baseline, CONTROL, 30);
    expect(none).toMatchObject({ verdict: "inconclusive", exitCode: 2 });
    expect(none.findings).toMatchObject([{ baseline: null, slower: null }]);
  }
  expect(judgeKernel([], BASELINE, CONTROL, 30)).toMatchObject({ verdict: "inconclusive" });
});

test("faster by more than the margin: the baseline is to be written anew", () => {
  const faster = judge(STEADY, measured("wasm-simd", times(0.4)));
  expect(faster).toMatchObject({ verdict: "met", exitCode: 0 });
  expect(faster.findings).toMatchObject([{ isBaselineStale: true }]);
});

test("wrong outputs fail, however fast the rest is; so does what could not be measured", () => {
  const ours = measured("wasm-simd", times(0.5));
  for (const status of ["wrong", "left out"] as const) {
    const js: Standing = { ...named, name: "js", status, why: "tick 3: 4 rows left" };
    const failed = judge(STEADY, ours, js);
    expect(failed).toMatchObject({ verdict: "wrong", exitCode: 1 });
    expect(failed.faults).toHaveLength(1);
    expect(failed.faults[0]).toMatch(/^js was .* in uniform-100: tick 3: 4 rows left$/);
  }
});

test("ratios are of rounds in which both took part", () => {
  const control = measured(CONTROL, [100, 200, 100, 200]);
  const windows = [1, 3].map((round) => ({ round, mean: 100, max: 100, ratio: null }));
  const few = { ...measured("wasm-simd", []), windows } as Standing;
  expect(judge(control, few).findings[0]?.ratio).toBe(0.5);
});

test("a baseline is read as it was written, and nothing else is", () => {
  const folder = mkdtempSync(join(tmpdir(), "aether-baseline-"));
  const file = join(folder, "baseline.json");
  try {
    expect(readBaseline(file)).toBeNull();
    const { findings } = judge(
      STEADY,
      measured(
        "wasm-simd",
        LOAD.map((us) => us * 0.25),
      ),
    );
    const written = baselineOf(ratiosOf(findings));
    expect(written.ratios).toEqual({ "uniform-100": { "wasm-simd": 0.25 } });
    writeFileSync(file, textOf(written));
    expect(readBaseline(file)).toEqual(written);
    writeFileSync(file, '{ "format": "contenders" }');
    expect(() => readBaseline(file)).toThrow("is not a kernel's baseline");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("another machine or another V8 is said in words", () => {
  expect(caveatsOf(BASELINE, MACHINE)).toEqual([]);
  const [machine, ...more] = caveatsOf(BASELINE, { ...MACHINE, cpu: "Xeon" });
  expect(machine).toContain("another machine (EPYC, linux x64; this is Xeon, linux x64)");
  expect(more).toEqual([]);
  const [compiler] = caveatsOf(BASELINE, { ...MACHINE, node: "v24.1.0", v8: "13.6" });
  expect(compiler).toContain("Node v22.23.3 (V8 12.4; this is v24.1.0, V8 13.6)");
});

test("few rounds decide nothing, but an output that is wrong stays wrong", () => {
  const slow = contest(STEADY, measured("wasm-simd", times(0.9)));
  const by = (rounds: number) => judgeKernel([slow], BASELINE, CONTROL, rounds);
  expect(by(DECIDING_ROUNDS)).toMatchObject({ verdict: "missed", exitCode: 1 });
  expect(by(DECIDING_ROUNDS - 1)).toMatchObject({ verdict: "inconclusive", exitCode: 2 });
  const wrong: Standing = { ...named, name: "wasm-simd", status: "wrong", why: "row 3" };
  expect(judgeKernel([contest(STEADY, wrong)], BASELINE, CONTROL, 3)).toMatchObject({
    verdict: "wrong",
    exitCode: 1,
  });
});
