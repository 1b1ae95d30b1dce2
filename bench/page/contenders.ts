// The contenders of the page, as a worker opens them.
import type { Contender } from "../contenders/contender.ts";
import { Engine } from "../contenders/engine.ts";
import { MapGrid } from "../contenders/map-grid.ts";
import { SetDiff } from "../contenders/set-diff.ts";
import { TunedWorld } from "../contenders/tuned.ts";
import { clusteredCrowd, uniformCrowd } from "../crowds.ts";
import type { Job } from "../results.ts";
import { type Crowd, Workload } from "../workload.ts";
import { BUILDS, type PageCase } from "./lineup.ts";

export function workloadOf({ spread, n, k }: PageCase): Workload {
  const crowd: Crowd = spread === "uniform" ? uniformCrowd(n, k) : clusteredCrowd(n, k);
  return new Workload(crowd);
}

/** @param leave sight units; a cell of the grid is as wide */
export function makeContender(name: string, job: Job, leave: number): Contender {
  const build = BUILDS.find((each) => each === name);
  if (build !== undefined) return new Engine(build);
  if (name === "tuned") return new TunedWorld(job);
  if (name === "map-grid") return new SetDiff(() => new MapGrid(leave));
  throw new Error(`no contender is called ${name}`);
}
