// One tick of the server, from deposits to frames, in named phases. Nothing here waits.
import type { Clock } from "./engine/clock.ts";
import type { World } from "./engine/world.ts";
import type { Gateway } from "./gateway/gateway.ts";
import type { TickNumbers } from "./observability/ticks.ts";

export const PHASES = ["gateway", "kernel", "publish"] as const;

export interface TickParts {
  readonly world: World;
  readonly gateway: Gateway;
  readonly clock: Clock;
  readonly numbers: TickNumbers;
  /** Monotonic ms. */
  now(): number;
}

/** Runs the tick that is due. */
export function onTick(parts: TickParts): void {
  const { world, gateway, clock, numbers } = parts;
  const start = parts.now();
  const skipped = clock.take(start);
  if (skipped > 0) {
    numbers.skip(skipped);
    world.skip(skipped);
  }

  gateway.beforeStep();
  const taken = parts.now();
  numbers.phase(0, (taken - start) / 1000);

  world.step();
  const stepped = parts.now();
  numbers.phase(1, (stepped - taken) / 1000);

  gateway.afterStep();
  const end = parts.now();
  numbers.phase(2, (end - stepped) / 1000);
  numbers.finish(end, (end - start) / 1000);
}
