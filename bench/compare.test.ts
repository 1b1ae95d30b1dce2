// A comparison finds what is wrong: right contenders with one fault planted into each.
import { describe, expect, test } from "vitest";

import { evenCase, crowdOf } from "./cases.ts";
import type { Runner } from "./child.ts";
import { compare, Expectation } from "./compare.ts";
import { CONTENDERS } from "./contenders/index.ts";
import { type Contender, INTENT_WORDS, type Job, type Opening } from "./contenders/contender.ts";
import { Engine } from "./contenders/engine.ts";
import { Local } from "./contenders/local.ts";
import { MapGrid } from "./contenders/map-grid.ts";
import { type OpenIndex, SetDiff } from "./contenders/set-diff.ts";
import { whyNoParts } from "./parts/builds.ts";
import { Workload } from "./workload.ts";

const TICKS = 24;
const NO_PARTS = whyNoParts();
const CASES = [
  evenCase("uniform", 200, 30),
  evenCase("clustered", 200, 30),
  evenCase("bursty", 1000, 100),
];
const EXPECTATIONS = new Map(CASES.map((play) => [play, new Expectation(play, TICKS)]));
const [EVEN] = CASES;

/** A contender in this process, as if in one of its own. */
function runnerOf(contender: Contender, job: Job, play = EVEN!): Runner {
  const workload = new Workload(crowdOf(play));
  const local = new Local(contender, job);
  local.open(workload);
  const run = (batches: Int32Array[]): Promise<Float64Array> => Promise.resolve(local.run(batches));
  return {
    stand: async (ticks) => {
      await run(Array.from({ length: ticks }, () => new Int32Array(0)));
    },
    run: (ticks) => run(Array.from({ length: ticks }, () => workload.next())),
    outcome: () => Promise.resolve(local.outcome()),
    told: (row) => Promise.resolve(local.told(row)),
    shown: (row) => Promise.resolve(local.shown(row)),
    close: () => Promise.resolve(),
  };
}

const openGrid: OpenIndex = (_n, _min, _max, reach) => new MapGrid(reach);

function judge(contender: Contender, job: Job, play = EVEN!): ReturnType<typeof compare> {
  return compare(runnerOf(contender, job, play), job, EXPECTATIONS.get(play)!, Infinity);
}

describe.each(CASES)("$name", (play) => {
  test.each(["wasm-simd", "wasm-scalar", "js"] as const)("%s is right", async (build) => {
    const { fault, comparedTicks, readFrames } = await judge(
      new Engine(build, "tick"),
      "tick",
      play,
    );
    expect(fault).toBeNull();
    expect(comparedTicks).toBe(TICKS);
    expect(readFrames).toBe(true);
  });

  test.skipIf(NO_PARTS !== null).each(["wasm-simd", "wasm-scalar", "js"] as const)(
    `%s is right without frames${NO_PARTS === null ? "" : ` (left out: ${NO_PARTS})`}`,
    async (build) => {
      const { fault, comparedTicks } = await judge(new Engine(build, "sets"), "sets", play);
      expect(fault).toBeNull();
      expect(comparedTicks).toBe(TICKS);
    },
  );

  test("the grid of a Map is right", async () => {
    const { fault, comparedTicks } = await judge(new SetDiff(openGrid), "sets", play);
    expect(fault).toBeNull();
    expect(comparedTicks).toBe(TICKS);
  });
});

describe("a planted fault", () => {
  /** The observer that the faults concern. */
  const OBSERVER = 17;

  class Forgetful extends Engine {
    override told(row: number): Int32Array {
      const told = super.told(row);
      return row === OBSERVER ? told.subarray(1) : told;
    }
  }
  class Miscounting extends Engine {
    override get left(): number {
      return super.left + 1;
    }
  }
  class Sparing extends Engine {
    override get updates(): number {
      return super.updates - 1;
    }
  }
  class Displaced extends Engine {
    override shown(row: number): Int32Array {
      const shown = super.shown(row);
      if (row === OBSERVER) shown[1]! += 1;
      return shown;
    }
  }
  /** Takes every sequence for a new one. */
  class Lax extends SetDiff {
    #ticks = 0;
    override load(intents: Int32Array, count: number): void {
      this.#ticks++;
      super.load(
        intents.map((word, i) => (i % INTENT_WORDS === 1 ? this.#ticks : word)),
        count,
      );
    }
  }
  /** Keeps nobody beyond the radius. */
  class Strict extends SetDiff {
    override open(opening: Opening): void {
      super.open({ ...opening, leave: opening.radius });
    }
  }

  const FAULTS: readonly (readonly [string, Job, () => Contender, RegExp])[] = [
    [
      "a neighbour dropped",
      "sets",
      () => new Forgetful("js", "tick"),
      /^tick 1: observer 17 is not told/,
    ],
    [
      "one that left counted twice",
      "sets",
      () => new Miscounting("js", "tick"),
      /rows left, it should be/,
    ],
    ["a record not sent", "tick", () => new Sparing("js", "tick"), /moved records, it should be/],
    [
      "a record of another place",
      "tick",
      () => new Displaced("js", "tick"),
      /the client of 17 shows/,
    ],
    ["stale sequences accepted", "sets", () => new Lax(openGrid), /^tick \d+: observer \d+ is/],
    ["no hysteresis", "sets", () => new Strict(openGrid), /^tick \d+: observer \d+ is not told of/],
  ];

  test.each(FAULTS)("is found: %s", async (_name, job, make, said) => {
    const { fault } = await judge(make(), job);
    expect(fault).toMatch(said);
  });
});

test("no two contenders have one name", () => {
  expect(new Set(CONTENDERS.map(({ name }) => name)).size).toBe(CONTENDERS.length);
});
