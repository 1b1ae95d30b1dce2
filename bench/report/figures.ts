// The figures of docs/benchmarks.md, from the results of the contenders.
import type { Contest, Job, Results } from "../results.ts";
import { plotBars } from "./bars.ts";
import {
  colourOf,
  contestsOf,
  isMeasured,
  ranked,
  ratioOf,
  titleOf,
  worstRatioOf,
} from "./lineup.ts";
import { type Line, type Panel, plotLines } from "./lines.ts";
import { times } from "./numbers.ts";
import type { Figure } from "./svg.ts";

const JOBS: Readonly<Record<Job, string>> = {
  tick: "one tick as the server runs it, frames included",
  sets: "told sets only, without frames",
};

/**
 * Cases that differ in nothing but n. The world of fixed size has 30 neighbours at 1,000 entities:
 * the larger worlds of that density go on from there.
 */
const FAMILIES: readonly { title: string; isMember: (contest: Contest) => boolean }[] = [
  {
    title: "2,000 x 2,000 units to n = 1,000, then 30 neighbours",
    isMember: ({ case: { spread, n, k } }) =>
      spread === "uniform" && (k === 0 ? n <= 1000 : k === 30 && n > 1000),
  },
  {
    title: "100 neighbours",
    isMember: ({ case: { spread, k } }) => spread === "uniform" && k === 100,
  },
];

/** Time over n, a panel for each density. Null where no two sizes were measured. */
export function timeOverN(results: Results, job: Job): Figure | null {
  const panels = FAMILIES.map(({ title, isMember }): Panel => {
    const contests = contestsOf(results, job).filter(isMember);
    return { title, lines: linesOf(contests) };
  }).filter(({ lines }) => lines.some(({ points }) => points.length > 1));
  if (panels.length === 0) return null;
  return plotLines({
    title: `Time over n: ${JOBS[job]}`,
    description:
      "Median time of a tick over the number of entities, both logarithmic, one line for each " +
      "contender; lower is faster. The tables below hold the numbers.",
    xTitle: "entities",
    yTitle: "us a tick, median",
    panels,
  });
}

function linesOf(contests: readonly Contest[]): Line[] {
  const lines = new Map<string, Line & { points: { x: number; y: number }[] }>();
  for (const contest of contests.toSorted((a, b) => a.case.n - b.case.n)) {
    for (const standing of ranked(contest)) {
      const { name } = standing;
      const line = lines.get(name) ?? { name, colour: colourOf(standing), points: [] };
      line.points.push({ x: contest.case.n, y: standing.median });
      lines.set(name, line);
    }
  }
  return [...lines.values()];
}

export function ratioBars(results: Results, job: Job): Figure | null {
  const panels = contestsOf(results, job).map((contest) => ({
    title: titleOf(contest.case),
    bars: ranked(contest)
      .filter((standing) => Number.isFinite(ratioOf(standing)))
      .map((standing) => ({
        name: standing.name,
        colour: colourOf(standing),
        value: ratioOf(standing),
        label: times(ratioOf(standing)),
      })),
  }));
  const shown = panels.filter(({ bars }) => bars.length > 1);
  if (shown.length === 0) return null;
  return plotBars({
    title: `Time by that of wasm-simd: ${JOBS[job]}`,
    description:
      "For each case, the time of each contender by the time of wasm-simd in the same rounds, " +
      "logarithmic; a bar to the right is slower, to the left faster.",
    xTitle: "times as long as wasm-simd (median of the rounds)",
    axis: "ratio",
    panels: shown,
  });
}

/** How far the slowest tick of a window stands out, at the largest worlds. */
export function worstBars(results: Results): Figure | null {
  const contests = contestsOf(results, "tick");
  const n = Math.max(...contests.map((contest) => contest.case.n));
  const panels = contests
    .filter((contest) => contest.case.n === n)
    .map((contest) => ({
      title: titleOf(contest.case),
      bars: contest.contenders.filter(isMeasured).map((standing) => ({
        name: standing.name,
        colour: colourOf(standing),
        value: worstRatioOf(standing),
        label: times(worstRatioOf(standing)),
      })),
    }));
  if (panels.length === 0) return null;
  return plotBars({
    title: "Worst tick by the median tick",
    description:
      "For the largest worlds, the slowest tick of a window (median of the windows) by the " +
      "median " +
      "of all ticks; the goal is at most 2.",
    xTitle: "times the median tick",
    axis: "linear",
    limit: { value: 2, label: "goal: at most 2x" },
    panels,
  });
}
