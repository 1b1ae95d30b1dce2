// The contenders of the page, as a worker opens them.
import type { Contender } from "../contenders/contender.ts";
import { Engine } from "../contenders/engine.ts";
import { jsGrid } from "../contenders/js-grid.ts";
import { jsPairs } from "../contenders/js-pairs.ts";
import { MapGrid } from "../contenders/map-grid.ts";
import { SetDiff } from "../contenders/set-diff.ts";
import { burstyCrowd, clusteredCrowd, uniformCrowd } from "../crowds.ts";
import type { Job } from "../results.ts";
import { type Crowd, Workload } from "../workload.ts";
import { BUILDS, type PageCase } from "./lineup.ts";

const CROWDS: Readonly<Record<PageCase["spread"], (n: number, k: number) => Crowd>> = {
  uniform: uniformCrowd,
  clustered: clusteredCrowd,
  bursty: burstyCrowd,
};

export function workloadOf({ spread, n, k }: PageCase): Workload {
  return new Workload(CROWDS[spread](n, k));
}

/** @param leave sight units; a cell of the grid is as wide */
export function makeContender(name: string, job: Job, leave: number): Contender {
  const build = BUILDS.find((each) => each === name);
  if (build !== undefined) return new Engine(build, job);
  if (name === "js-grid") return jsGrid(job);
  if (name === "js-pairs") return jsPairs(job);
  if (name === "map-grid") return new SetDiff(() => new MapGrid(leave));
  throw new Error(`no contender is called ${name}`);
}
