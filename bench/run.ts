// One contest: all contenders of a job in one case. First their outputs are compared, then those
// that are right run windows of ticks in turn, each in a process of its own, while the others wait.
import { Child } from "./child.ts";
import { compare, type Comparison, type Expectation } from "./compare.ts";
import { ENGINE, type Entry } from "./contenders/index.ts";
import { planOf, type Plan, takesPart, warmWindows, WINDOW_TICKS } from "./plan.ts";
import type { Case, Contest, Job, LeftOut, Standing, Wrong } from "./results.ts";
import { quantile, ratioOf, type Timing, windowsOf, worstTick } from "./statistic.ts";

export interface RunOptions {
  readonly rounds: number;
  /**
   * For a contender's windows in one case, ms; a peer's comparison and warm-up get a third each.
   */
  readonly budgetMs: number;
  /** Told now and then how far it is. */
  readonly progress: (line: string) => void;
}

/** A contender that proved right, in its process. */
interface Runner {
  readonly entry: Entry;
  readonly child: Child;
  readonly comparison: Comparison;
  readonly plan: Plan;
  readonly timings: Timing[];
  failure: string | null;
}

const PROGRESS_MS = 5000;
const PARTS = 3;
const UNSEEN = { settleTicks: 0, comparedTicks: 0, lastTick: NaN, readFrames: false };
const FRAMES_UNREAD = "its frames were not read: who is told and how many records are right";

export async function runContest(
  job: Job,
  play: Case,
  entries: readonly Entry[],
  expectation: Expectation,
  options: RunOptions,
): Promise<Contest> {
  const standings = new Map<string, Standing>();
  const runners: Runner[] = [];
  try {
    for (const entry of entries) {
      const ready = await prepare(job, play, entry, expectation, options);
      if ("child" in ready) runners.push(ready);
      else standings.set(entry.name, ready);
    }
    await alternate(runners, options);
  } finally {
    await Promise.allSettled(runners.map(({ child }) => child.close()));
  }
  const engine = runners.find(({ entry }) => entry.name === ENGINE) ?? null;
  for (const runner of runners) standings.set(runner.entry.name, standingOf(job, runner, engine));
  const contenders = entries.flatMap(({ name }) => standings.get(name) ?? []);
  return { job, case: play, asked: expectation.asked, contenders };
}

/** Compares a contender, then opens it anew and warms it. */
async function prepare(
  job: Job,
  play: Case,
  entry: Entry,
  expectation: Expectation,
  { rounds, budgetMs, progress }: RunOptions,
): Promise<Runner | Wrong | LeftOut> {
  const named = namedOf(job, entry);
  const leftOut = (why: string): LeftOut => {
    progress(`${entry.name}: left out: ${why}`);
    return { ...named, status: "left out", why };
  };
  let child: Child;
  let comparison: Comparison;
  try {
    child = await Child.open(entry.name, job, play);
  } catch (error) {
    return leftOut(`it cannot be opened: ${inWords(error)}`);
  }
  try {
    // What is made here is compared in all ticks, however long it takes.
    const limitMs = entry.kind === "peer" ? budgetMs / PARTS : Infinity;
    comparison = await compare(child, job, expectation, limitMs);
  } catch (error) {
    comparison = { ...UNSEEN, fault: `it failed: ${inWords(error)}` };
  } finally {
    await child.close().catch(() => undefined);
  }
  if (comparison.fault !== null) {
    progress(`${entry.name}: WRONG: ${comparison.fault}`);
    return { ...named, status: "wrong", why: comparison.fault };
  }
  progress(`${entry.name}: right in ${comparison.comparedTicks} ticks`);
  if (comparison.lastTick > budgetMs * 1000) return leftOut(tooSlow(comparison.lastTick, budgetMs));
  const cold = planOf(entry.kind, comparison.lastTick, rounds, budgetMs);
  child = await Child.open(entry.name, job, play);
  try {
    await child.stand(comparison.settleTicks);
    const tickUs = await warm(child, play.n, cold, budgetMs / PARTS);
    const plan = planOf(entry.kind, tickUs, rounds, budgetMs);
    if (plan.rounds > 0) return { entry, child, comparison, plan, timings: [], failure: null };
    await child.close();
    return leftOut(tooSlow(tickUs, budgetMs));
  } catch (error) {
    await child.close().catch(() => undefined);
    return leftOut(`it failed: ${inWords(error)}`);
  }
}

/** @returns what a tick takes now, us */
async function warm(child: Child, n: number, cold: Plan, limitMs: number): Promise<number> {
  const end = performance.now() + limitMs;
  const ticks = cold.windowTicks;
  const windows = Math.ceil((warmWindows(n) * WINDOW_TICKS) / ticks);
  let us: Float64Array = new Float64Array(0);
  for (let i = 0; i < windows; i++) {
    us = await child.run(ticks);
    if (performance.now() > end) break;
  }
  return quantile([...us], 0.5);
}

/** Rounds; in each, every contender that takes part runs one window, the first one in turn. */
async function alternate(runners: readonly Runner[], options: RunOptions): Promise<void> {
  let told = performance.now();
  for (let round = 0; round < options.rounds; round++) {
    const first = round % Math.max(1, runners.length);
    for (const runner of [...runners.slice(first), ...runners.slice(0, first)]) {
      const { child, plan, timings } = runner;
      if (runner.failure !== null || !takesPart(round, options.rounds, plan.rounds)) continue;
      try {
        timings.push({ round, us: await child.run(plan.windowTicks) });
      } catch (error) {
        runner.failure = inWords(error);
      }
    }
    if (performance.now() - told < PROGRESS_MS) continue;
    options.progress(`round ${round + 1} of ${options.rounds}`);
    told = performance.now();
  }
}

function standingOf(job: Job, runner: Runner, engine: Runner | null): Standing {
  const { entry, comparison, plan, timings, failure } = runner;
  const named = namedOf(job, entry);
  if (failure !== null) return { ...named, status: "left out", why: `it failed: ${failure}` };
  const isEngine = runner === engine;
  const windows = windowsOf(timings, isEngine ? null : (engine?.timings ?? null));
  const means = windows.map((window) => window.mean);
  const engineMeans = windowsOf(engine?.timings ?? [], null).map((window) => window.mean);
  return {
    ...named,
    note: job === "tick" && !comparison.readFrames ? FRAMES_UNREAD : named.note,
    status: "measured",
    comparedTicks: comparison.comparedTicks,
    rounds: timings.length,
    windowTicks: plan.windowTicks,
    p10: quantile(means, 0.1),
    median: quantile(means, 0.5),
    worst: worstTick(timings),
    ratio: ratioOf(windows, quantile(engineMeans, 0.1)),
    windows,
  };
}

function namedOf(job: Job, { name, kind, version, note }: Entry): Omit<Wrong, "status" | "why"> {
  return { name, kind, version, note: note(job) };
}

function tooSlow(tickUs: number, budgetMs: number): string {
  const seconds = (tickUs / 1e6).toFixed(1);
  return `a tick takes ${seconds} s, and all of its windows may take ${budgetMs / 1000} s`;
}

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
