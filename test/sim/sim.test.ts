// Bounded runs of the simulator; `npm run sim -- --seed S --minutes M` takes longer ones.
import { beforeAll, describe, expect, test } from "vitest";
import { PLANTED } from "./plants.ts";
import { reportOf } from "./report.ts";
import type { Outcome } from "./simulation.ts";
import { Simulation } from "./simulation.ts";

const MINUTES = 0.25;
/**
 * Between them: every network, both engines, every trade, every grace, with a store and without,
 * drains and kills in the middle, updates whole and thinned.
 */
const SEEDS = [1, 3, 6, 8, 92, 16, 20, 22, 24, 27];

function simulate(seed: number): Promise<Outcome> {
  return new Simulation({ seed, minutes: MINUTES }).run();
}

describe("faults on, then off", () => {
  const outcomes: Outcome[] = [];
  const total = (figure: string): number =>
    outcomes.reduce((sum, { figures }) => sum + (figures[figure] ?? NaN), 0);

  beforeAll(async () => {
    for (const seed of SEEDS) outcomes.push(await simulate(seed));
  });

  test.each(SEEDS)("seed %i: every invariant holds in every tick, and all recover", (seed) => {
    const outcome = outcomes[SEEDS.indexOf(seed)];
    expect(outcome && reportOf(outcome, { seed, minutes: MINUTES })).toBe("");
  });

  test("the same seed lives through the same run", async () => {
    expect(await simulate(SEEDS[3] ?? 0)).toEqual(outcomes[3]);
  });

  // What the runs above have gone through without a violation: none of it was an empty promise.
  test("views were judged by brute force, applied by clients and proven by digests", () => {
    expect(total("views")).toBeGreaterThan(100_000);
    expect(total("applied")).toBeGreaterThan(50_000);
    expect(total("digests")).toBeGreaterThan(SEEDS.length * 60);
    expect(total("extraParts")).toBeGreaterThan(100);
  });

  test("updates were thinned, and the views that waited for their turn were judged", () => {
    expect(total("thinned")).toBeGreaterThan(100);
  });

  test("H01 bursts and haste were corrected, and nobody went too far", () => {
    expect(total("corrections")).toBeGreaterThan(1000);
    expect(total("delays")).toBeGreaterThan(50);
  });

  test("H04 H05 H06 bad sequences, deltas, owners were refused; honest intents arrived", () => {
    expect(total("badSequence")).toBeGreaterThan(50);
    expect(total("badIntent")).toBeGreaterThan(20);
    expect(total("notOwner")).toBeGreaterThan(50);
    expect(total("intents")).toBeGreaterThan(50_000);
  });

  test("H12 entities came and went, and each had one owner", () => {
    expect(total("births")).toBeGreaterThan(1000);
    expect(total("cuts")).toBeGreaterThan(20);
  });

  test("H02 H31 H41 floods, noise and silence were answered by the book", () => {
    expect(total("floods")).toBeGreaterThan(10);
    expect(total("malformed")).toBeGreaterThan(20);
    expect(total("noHello")).toBeGreaterThan(5);
  });

  test("H60 worlds went on from their journals, some cut off in the midst of a write", () => {
    expect(total("recoveries")).toBeGreaterThan(2);
    expect(total("writesCutOff")).toBeGreaterThan(3);
  });

  test("H84 kernels trapped, poison was left out, and capsules of it were played", () => {
    expect(total("traps")).toBeGreaterThan(10);
    expect(total("leftOut")).toBeGreaterThan(5);
  });

  test("H60 stores were brought back from older copies: worlds went on from their journals", () => {
    expect(total("rewinds")).toBeGreaterThan(0);
  });

  test("H29 slow readers had a bounded window, a merged state, or an end", () => {
    expect(total("stalls")).toBeGreaterThan(50);
    expect(total("windowsClosed")).toBeGreaterThan(500);
    expect(total("merges")).toBeGreaterThan(500);
    expect(total("slowClosed")).toBeGreaterThan(5);
    expect(total("resets")).toBeGreaterThan(total("births"));
    expect(total("sendsDropped")).toBeGreaterThan(0);
  });

  test("H43 a used token opened nothing, and was counted", () => {
    expect(total("tokensRefused")).toBeGreaterThan(100);
    expect(total("tokensReused")).toBeGreaterThan(10);
  });

  test("H61 facts were committed once each, whatever befell the store and its worker", () => {
    expect(total("facts")).toBeGreaterThan(2000);
    expect(total("commits")).toBeGreaterThan(500);
    expect(total("outages")).toBeGreaterThan(0);
    expect(total("workersKilled")).toBeGreaterThan(5);
  });

  test("sessions outlived connections and servers, and ended when their grace was over", () => {
    expect(total("restarts")).toBeGreaterThan(8);
    expect(total("resumed")).toBeGreaterThan(200);
    expect(total("resumedAfterRestart")).toBeGreaterThan(100);
    expect(total("keptByRestarts")).toBeGreaterThan(200);
    expect(total("expired")).toBeGreaterThan(100);
  });

  test("H85 the world lived through again on the other engine has the same hash each tick", () => {
    expect(total("ticks")).toBeGreaterThan(4000);
    expect(total("skipped")).toBeGreaterThan(5);
  });
});

describe("a planted bug is found", () => {
  /** Ticks of simulation that may go by before. */
  const TICKS = 2000;

  test.each(PLANTED)("$what", async ({ plant, seed: first, says }) => {
    let ticks = 0;
    let report = "";
    for (let seed = first; report === "" && ticks < TICKS; seed++) {
      const outcome = await new Simulation({ seed, minutes: MINUTES, plant }).run();
      ticks += outcome.figures["ticks"] ?? 0;
      report = reportOf(outcome, { seed, minutes: MINUTES });
    }
    expect(report).toMatch(says);
    expect(report).toMatch(/\nseed \d+, tick \d+, .* again:\n {2}npm run sim -- --seed \d+ --min/);
    expect(ticks).toBeLessThan(TICKS);
  });
});
