// One tick of the server, from deposits to frames, in named phases. Nothing here waits.
import type { AppRuntime } from "./app/runtime.ts";
import type { Clock } from "./engine/clock.ts";
import type { Thinning } from "./engine/thinning.ts";
import type { World } from "./engine/world.ts";
import type { Gateway } from "./gateway/gateway.ts";
import type { Inspector } from "./inspector/inspector.ts";
import type { Journal } from "./journal/journal.ts";
import type { Keeper } from "./persistence/keeper.ts";
import type { LoadLog } from "./observability/load.ts";
import type { TickNumbers } from "./observability/ticks.ts";
import type { Tally } from "./tally.ts";

export interface TickParts {
  readonly world: World;
  readonly gateway: Gateway;
  /** null: there is no application. */
  readonly app: AppRuntime | null;
  /** null: nothing outlives the process. */
  readonly keeper: Keeper | null;
  /** null: there is no journal. */
  readonly journal: Journal | null;
  /** null: there is no live page. */
  readonly inspector: Inspector | null;
  readonly clock: Clock;
  readonly thinning: Thinning;
  readonly numbers: TickNumbers;
  readonly tally: Pick<Tally, "take" | "publish">;
  readonly log: LoadLog;
  /** Monotonic ms. */
  now(): number;
}

/** Runs the tick that is due. */
export function onTick(parts: TickParts): void {
  const { world, gateway, app, keeper, journal, inspector, clock } = parts;
  const { thinning, numbers, tally, log } = parts;
  const start = parts.now();
  inspector?.beforeTick();
  const due = clock.dueMs;
  const skipped = clock.take(start);
  numbers.begin(start, due, skipped);
  if (skipped > 0) {
    log.skipped(skipped, start);
    world.skip(skipped);
  }

  gateway.beforeStep();
  app?.beforeStep();
  const taken = parts.now();
  numbers.phase(0, start, taken);

  world.step();
  const stepped = parts.now();
  numbers.phase(1, taken, stepped);

  gateway.afterStep();
  const published = parts.now();
  numbers.phase(2, stepped, published);

  keeper?.afterTick(world);
  journal?.afterTick(world, keeper?.landedTick ?? -1);
  const kept = parts.now();
  numbers.phase(3, published, kept);

  tally.take(kept);
  const recorded = parts.now();
  numbers.phase(4, kept, recorded);

  inspector?.afterTick(start, taken, stepped, published, kept, recorded);
  const end = parts.now();
  numbers.phase(5, recorded, end);
  numbers.finish(start, end);
  if (thinning.note(end - start, skipped)) {
    numbers.thinning = thinning.level;
    log.thinned(thinning.level, thinning.smoothedMs, end);
  }
  tally.publish();
}
