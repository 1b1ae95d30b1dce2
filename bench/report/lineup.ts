// Who is who in the figures and tables: order, colour, and the names of cases.
import type { Case, Contest, Job, Measured, Results, Standing } from "../results.ts";
import { ENGINE } from "../contenders/index.ts";
import { count } from "./numbers.ts";

export { ENGINE };

/** A colour of svg.ts. */
export function colourOf({ name, kind }: Pick<Standing, "name" | "kind">): string {
  if (name === "js-pairs") return "pairs";
  if (kind !== "engine") return kind;
  if (name === ENGINE) return "simd";
  return name === "js" ? "twin" : "scalar";
}

export function isMeasured(standing: Standing): standing is Measured {
  return standing.status === "measured";
}

/** The measured ones of a contest, fastest first. */
export function ranked({ contenders }: Contest): Measured[] {
  return contenders.filter(isMeasured).sort((a, b) => a.median - b.median);
}

/** Median time by the engine's; 1 for the engine itself. */
export function ratioOf({ name, ratio }: Measured): number {
  return name === ENGINE ? 1 : (ratio?.median ?? NaN);
}

/** The slowest tick of a window, as a rule, by the tick that is usual. */
export function worstRatioOf({ worst }: Measured): number {
  return worst.median / worst.usual;
}

export function contestsOf({ contests }: Results, job: Job): Contest[] {
  return contests.filter((contest) => contest.job === job);
}

/** Such as "10,000 entities, 100 neighbours, clustered". */
export function titleOf({ name, spread, n, k }: Case): string {
  if (spread === "trace") return `${name.replace(/^trace-/, "trace ")}, ${count(n)} entities`;
  const dense = k === 0 ? "" : `, ${count(k)} neighbours`;
  return `${count(n)} entities${dense}, ${spread}`;
}

/** All names of a job's contenders: our own first, then peers, each in the order of the results. */
export function namesOf(contests: readonly Contest[]): string[] {
  const all = contests.flatMap(({ contenders }) => contenders);
  const ours = all.filter(({ kind }) => kind !== "peer");
  return [...new Set([...ours, ...all].map(({ name }) => name))];
}
