// Where the strongest JavaScript that we know stands beside the kernel: said in words, so that
// nobody has to find it in the tables.
import type { Results } from "../results.ts";
import { contestsOf, ENGINE, isMeasured, ratioOf, titleOf } from "./lineup.ts";
import { table } from "./markdown.ts";
import { times } from "./numbers.ts";

/** The opponent of the goals, and the strongest one. */
export const GRID = "js-grid";
export const PAIRS = "js-pairs";

interface Stand {
  readonly title: string;
  /** Times by the engine's; null where not measured. */
  readonly grid: number | null;
  readonly pairs: number;
}

/** @returns null where it was not measured */
export function strongestSection(results: Results): string | null {
  const all = (["tick", "sets"] as const).flatMap((job) =>
    standsOf(results, job).map((stand) => ({ ...stand, title: `${stand.title} (${job})` })),
  );
  if (all.length === 0) return null;
  const rows = all.map(({ title, grid, pairs }) => [
    title,
    grid === null ? "" : times(grid),
    times(pairs),
    pairs < 1 ? `**${PAIRS} is faster**` : "",
  ]);
  return `${sentence(all)}\n\n${table(["case", GRID, PAIRS, "note"], rows, [0, 3])}`;
}

function standsOf(results: Results, job: "tick" | "sets"): Stand[] {
  return contestsOf(results, job).flatMap((contest) => {
    const ratio = (name: string): number | null => {
      const standing = contest.contenders.find((each) => each.name === name);
      if (standing === undefined || !isMeasured(standing)) return null;
      const value = ratioOf(standing);
      return Number.isFinite(value) ? value : null;
    };
    const pairs = ratio(PAIRS);
    return pairs === null ? [] : [{ title: titleOf(contest.case), grid: ratio(GRID), pairs }];
  });
}

function sentence(all: readonly Stand[]): string {
  const values = all.map(({ pairs }) => pairs);
  const range = `${times(Math.min(...values))} to ${times(Math.max(...values))}`;
  const faster = all.filter(({ pairs }) => pairs < 1).map(({ title }) => title);
  const head = `The time of \`${PAIRS}\` by that of \`${ENGINE}\`: ${range}.`;
  if (faster.length === 0) return `${head} In none of ${all.length} contests is it faster.`;
  return (
    `${head} In ${faster.length} of ${all.length} contests **it is faster than the kernel**: ` +
    `${faster.join("; ")}.`
  );
}
