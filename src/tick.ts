// One tick of the server, from deposits to frames, in named phases. Nothing here waits.
import type { Clock } from "./engine/clock.ts";
import type { Thinning } from "./engine/thinning.ts";
import type { World } from "./engine/world.ts";
import type { Gateway } from "./gateway/gateway.ts";
import type { Keeper } from "./persistence/keeper.ts";
import type { LoadLog } from "./observability/load.ts";
import type { TickNumbers } from "./observability/ticks.ts";

export const PHASES = ["gateway", "kernel", "publish", "persist"] as const;

export interface TickParts {
  readonly world: World;
  readonly gateway: Gateway;
  /** null: nothing outlives the process. */
  readonly keeper: Keeper | null;
  readonly clock: Clock;
  readonly thinning: Thinning;
  readonly numbers: TickNumbers;
  readonly log: LoadLog;
  /** Monotonic ms. */
  now(): number;
}

/** Runs the tick that is due. */
export function onTick(parts: TickParts): void {
  const { world, gateway, keeper, clock, thinning, numbers, log } = parts;
  const start = parts.now();
  const skipped = clock.take(start);
  if (skipped > 0) {
    numbers.skip(skipped);
    log.skipped(skipped, start);
    world.skip(skipped);
  }

  gateway.beforeStep();
  const taken = parts.now();
  numbers.phase(0, (taken - start) / 1000);

  world.step();
  const stepped = parts.now();
  numbers.phase(1, (stepped - taken) / 1000);

  gateway.afterStep();
  const published = parts.now();
  numbers.phase(2, (published - stepped) / 1000);

  keeper?.afterTick(world);
  const end = parts.now();
  numbers.phase(3, (end - published) / 1000);
  numbers.finish(end, (end - start) / 1000);
  if (thinning.note(end - start, skipped)) {
    numbers.thinning = thinning.level;
    log.thinned(thinning.level, thinning.smoothedMs, end);
  }
}
