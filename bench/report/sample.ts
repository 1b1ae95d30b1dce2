// Results for the tests of the report: invented, of the shape of real ones.
import type { Part, PartContest, PartsResults, PartStanding } from "../parts/results.ts";
import type { Case, Contest, Job, Kind, Measured, Results, Standing } from "../results.ts";
import { ENGINE } from "./lineup.ts";

const WINDOW_TICKS = 32;
const ROUNDS = 3;

const KINDS: Readonly<Record<string, Kind>> = {
  "wasm-simd": "engine",
  "wasm-scalar": "engine",
  js: "engine",
  native: "native",
  "js-grid": "tuned",
  "js-pairs": "tuned",
};

function measured(name: string, median: number, engine: number): Measured {
  const kind = KINDS[name] ?? "peer";
  const ratio = median / engine;
  return {
    status: "measured",
    name,
    kind,
    version: kind === "peer" ? "1.2.3" : null,
    note: name === "kdbush" ? "Index made anew each tick." : null,
    comparedTicks: 24,
    rounds: ROUNDS,
    windowTicks: WINDOW_TICKS,
    p10: median * 0.95,
    median,
    worst: { max: median * 4, median: median * 1.8, usual: median },
    ratio:
      name === ENGINE
        ? null
        : { median: ratio, min: ratio * 0.9, max: ratio * 1.1, p10: ratio * 1.01 },
    windows: Array.from({ length: ROUNDS }, (_, round) => ({
      round,
      mean: median,
      max: median * 2.5,
      ratio: name === ENGINE ? null : ratio,
    })),
  };
}

function contest(
  job: Job,
  played: Omit<Case, "width">,
  times: Readonly<Record<string, number>>,
  others: readonly Standing[] = [],
): Contest {
  const engine = times[ENGINE] ?? 1;
  return {
    job,
    case: { ...played, width: 2000 },
    asked: { neighbours: 28.75, entered: 1234, left: 1233, updates: 28_000 },
    contenders: [
      ...Object.entries(times).map(([name, us]) => measured(name, us, engine)),
      ...others,
    ],
  };
}

const uniform = (n: number, k: number): Omit<Case, "width"> => ({
  name: `uniform-${n}${k === 0 ? "" : `-k${k}`}`,
  spread: "uniform",
  n,
  k,
});

const WRONG: Standing = {
  status: "wrong",
  name: "flatbush",
  kind: "peer",
  version: "4.5.6",
  note: null,
  why: "row 7 misses row 12 <at> tick 3 & later",
};
const LEFT_OUT: Standing = {
  status: "left out",
  name: "rbush",
  kind: "peer",
  version: "4.0.0",
  note: null,
  why: "one window took longer than 20 s",
};

const ours = (simd: number, grid: number): Record<string, number> => ({
  "wasm-simd": simd,
  "wasm-scalar": simd * 2.4,
  js: simd * 3.7,
  "js-grid": grid,
  "js-pairs": grid * 0.4,
  native: simd * 0.83,
});

const peers = (simd: number, by: number): Record<string, number> => ({
  kdbush: simd * by,
  "hand-written grid": simd * by * 0.8,
  "@timohausmann/quadtree-js": simd * by * 3.1,
});

export const SAMPLE: Results = {
  format: "contenders",
  date: "2026-01-02T03:04:05.000Z",
  machine: {
    cpu: 'Example "CPU" <64>',
    cores: 2,
    memoryBytes: 8 * 2 ** 30,
    platform: "linux x64",
    node: "v22.0.0",
    v8: "12.4",
  },
  options: { quick: false, rounds: ROUNDS, windowTicks: WINDOW_TICKS, budgetMs: 20_000 },
  absent: [{ name: "d3-quadtree", why: "not installed: npm ci --prefix bench" }],
  absentCases: [],
  contests: [
    contest("tick", uniform(100, 0), ours(6.1, 13.4)),
    contest("tick", uniform(300, 0), ours(19.2, 44)),
    contest("tick", uniform(1000, 0), ours(91, 291)),
    contest("tick", uniform(3000, 30), ours(310, 1010)),
    contest("tick", uniform(3000, 100), ours(570, 2200)),
    contest("tick", uniform(10_000, 30), ours(1190, 3900)),
    contest("tick", uniform(10_000, 100), ours(2150, 7600)),
    contest(
      "tick",
      { name: "clustered-10000", spread: "clustered", n: 10_000, k: 30 },
      ours(1900, 7000),
    ),
    contest("sets", uniform(300, 0), { ...ours(16, 40), ...peers(16, 20) }),
    contest("sets", uniform(1000, 0), { ...ours(80, 250), ...peers(80, 40) }, [WRONG]),
    contest("sets", uniform(10_000, 30), { ...ours(990, 3300), ...peers(990, 70) }, [LEFT_OUT]),
    contest("sets", { name: "trace-madras", spread: "trace", n: 500, k: 0 }, ours(30, 80)),
  ],
};

function part(
  name: Part,
  per: string,
  times: Readonly<Record<string, number>>,
  others: readonly PartStanding[] = [],
): PartContest {
  const [reference = 1] = Object.values(times);
  const contenders = Object.entries(times).map(([contender, ns], i): PartStanding => ({
    status: "measured",
    name: contender,
    note: null,
    p10: ns * 0.9,
    median: ns,
    ratio: i === 0 ? null : { median: ns / reference, p10: ns / reference },
    operations: 28_750,
    rounds: [{ mean: ns, samples: 100 }],
  }));
  return {
    part: name,
    what: `All of ${name}, and nothing else.`,
    per,
    case: { ...uniform(1000, 0), width: 2000 },
    contenders: [...contenders, ...others],
  };
}

export const PARTS_SAMPLE: PartsResults = {
  format: "parts",
  date: SAMPLE.date,
  machine: SAMPLE.machine,
  options: { quick: false, rounds: 1, roundMs: 100, warmUpMs: 10 },
  contests: [
    part("framing", "update", { "wasm-simd": 1.7, js: 11.2, protobufjs: 117 }),
    part("query", "query", { "wasm-simd": 210, "wasm-scalar": 480, js: 600 }),
    part("decode-intent", "message", { aether: 40, protobufjs: 180 }, [
      { status: "left out", name: "other", note: null, why: "not there" },
    ]),
  ],
  visits: [100, 1000, 10_000, 50_000].map((n) => ({
    n,
    k: 30,
    radius: 200,
    queries: 1000,
    nodes: 8 + 3 * Math.log2(n),
    hits: 30.5,
    nodesOfIndex: n / 12,
  })),
};
