// Outputs before times: what a contender answers, tick by tick, against the oracle. A contender
// that answers something else is not slower or faster, it is wrong.
import { crowdOf } from "./cases.ts";
import type { Runner } from "./child.ts";
import type { Outcome } from "./contenders/contender.ts";
import { type Expected, Oracle } from "./oracle.ts";
import type { Asked, Case, Job } from "./results.ts";
import { Workload } from "./workload.ts";

/**
 * Before what is compared, everybody stands still until nobody enters a view any more, at most for
 * so many ticks: a crowded view needs some until it is told of all, because frames have a limit.
 */
const SETTLE_TICKS_MAX = 32;

/** What should come out of each of the first ticks of a case, the one after settling first. */
export class Expectation {
  readonly ticks: readonly Expected[];
  readonly asked: Asked;
  readonly #case: Case;

  constructor(play: Case, ticks: number) {
    this.#case = play;
    const workload = new Workload(crowdOf(play));
    const oracle = settled(workload);
    this.ticks = Array.from({ length: ticks }, () => oracle.tick(workload.next()));
    const meanOf = (of: (tick: Expected) => number): number =>
      this.ticks.reduce((sum, tick) => sum + of(tick), 0) / ticks;
    this.asked = {
      neighbours: meanOf((tick) => tick.pairs) / play.n,
      entered: meanOf((tick) => tick.entered),
      left: meanOf((tick) => tick.left),
      updates: meanOf((tick) => tick.updatesMin),
    };
  }

  /** The oracle as it was after a tick, to say what exactly differs. */
  oracleAfter(tick: number): Oracle {
    const workload = new Workload(crowdOf(this.#case));
    const oracle = settled(workload);
    for (let i = 0; i <= tick; i++) oracle.tick(workload.next());
    return oracle;
  }
}

function settled(workload: Workload): Oracle {
  const oracle = new Oracle(workload);
  oracle.tick(new Int32Array(0));
  return oracle;
}

export interface Comparison {
  /** Ticks that it needed until nobody entered any more. */
  readonly settleTicks: number;
  readonly comparedTicks: number;
  /** What a tick took at the end, us: before it was warm. */
  readonly lastTick: number;
  /** What clients show was compared as well, not only who is told of whom. */
  readonly readFrames: boolean;
  /** What differs, a sentence; null = nothing. */
  readonly fault: string | null;
}

/**
 * Compares a contender that was just opened, as far as it gets, one tick at least.
 * @param limitMs after which no further tick is begun
 */
export async function compare(
  runner: Runner,
  job: Job,
  expectation: Expectation,
  limitMs: number,
): Promise<Comparison> {
  const end = performance.now() + limitMs;
  const settleTicks = await settle(runner);
  let lastTick = NaN;
  let comparedTicks = 0;
  let readFrames = false;
  for (const expected of expectation.ticks) {
    lastTick = (await runner.run(1))[0] ?? NaN;
    const outcome = await runner.outcome();
    readFrames = outcome.shown !== null;
    const differs = differenceOf(outcome, expected, job);
    if (differs !== null) {
      const said = await explain(runner, expectation, comparedTicks, differs);
      const fault = `tick ${comparedTicks + 1}: ${said}`;
      return { settleTicks, comparedTicks, lastTick, readFrames, fault };
    }
    comparedTicks++;
    if (performance.now() > end) break;
  }
  return { settleTicks, comparedTicks, lastTick, readFrames, fault: null };
}

/** Every tick is looked at: whoever reads frames must read all of them. @returns how many */
async function settle(runner: Runner): Promise<number> {
  for (let ticks = 1; ticks < SETTLE_TICKS_MAX; ticks++) {
    await runner.stand(1);
    if ((await runner.outcome()).entered === 0) return ticks;
  }
  return SETTLE_TICKS_MAX;
}

type Difference =
  | { readonly what: "count"; readonly said: string }
  | { readonly what: "told" | "shown"; readonly row: number };

function differenceOf(outcome: Outcome, expected: Expected, job: Job): Difference | null {
  for (const what of ["told", "shown"] as const) {
    const row = outcome[what]?.findIndex((digest, i) => digest !== expected[what][i]) ?? -1;
    if (row >= 0) return { what, row };
  }
  for (const what of ["entered", "left"] as const) {
    if (outcome[what] !== expected[what])
      return {
        what: "count",
        said: `${outcome[what]} rows ${what}, it should be ${expected[what]}`,
      };
  }
  if (job === "sets") return null;
  const { updatesMin, updatesMax } = expected;
  if (outcome.updates >= updatesMin && outcome.updates <= updatesMax) return null;
  const range = `${updatesMin} to ${updatesMax}`;
  return { what: "count", said: `${outcome.updates} moved records, it should be ${range}` };
}

async function explain(
  runner: Runner,
  expectation: Expectation,
  tick: number,
  difference: Difference,
): Promise<string> {
  if (difference.what === "count") return difference.said;
  const { what, row } = difference;
  const oracle = expectation.oracleAfter(tick);
  if (what === "told") {
    const is = [...(await runner.told(row))];
    return `observer ${row} ${toldApart(is, [...oracle.toldOf(row)])}`;
  }
  const is = [...((await runner.shown(row)) ?? [])];
  const should = [...oracle.shownOf(row)];
  const at = is.findIndex((word, i) => word !== should[i]);
  const record = (words: number[]): string => words.slice(at - (at % 3), at - (at % 3) + 3).join();
  if (at < 0) return `the client of ${row} shows ${is.length / 3} rows of ${should.length / 3}`;
  return `the client of ${row} shows (row, x, y) ${record(is)}, it should be ${record(should)}`;
}

function toldApart(is: readonly number[], should: readonly number[]): string {
  const missing = should.filter((row) => !is.includes(row));
  const extra = is.filter((row) => !should.includes(row));
  const parts = [
    ...(missing.length > 0 ? [`is not told of ${some(missing)}`] : []),
    ...(extra.length > 0 ? [`is told of ${some(extra)} in vain`] : []),
  ];
  return parts.length === 0 ? "is told the right rows in the wrong order" : parts.join(" and ");
}

function some(rows: readonly number[]): string {
  return rows.length <= 3 ? rows.join(", ") : `${rows.slice(0, 3).join(", ")} … (${rows.length})`;
}
