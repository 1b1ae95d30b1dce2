// An application in a server: the rules that it makes of the settings, who of a stored world is a
// player, and the runtime over the server's parts.
import { NONE, OBSERVER, SIGHT_UNIT, UNIT } from "#layout";
import type { App } from "./app/definition.ts";
import { AppRuntime } from "./app/runtime.ts";
import { worldRules } from "./config/rules.ts";
import type { Config } from "./config/schema.ts";
import type { WorldRules } from "./engine/rules.ts";
import type { World } from "./engine/world.ts";
import type { Gateway } from "./gateway/gateway.ts";
import type { Journal } from "./journal/journal.ts";
import type { Log } from "./observability/log.ts";
import type { Keeper } from "./persistence/keeper.ts";

/** @throws Error in words where the settings do not allow what the application wants */
export function rulesWith(config: Config, app: App | null): WorldRules {
  const rules = worldRules(config);
  if (app === null) return rules;
  for (const { id, maxSpeed, aoiRadius } of app.kindOf.values()) {
    mustAllow(id, "engine.max_speed", maxSpeed, rules.maxSpeed / UNIT);
    mustAllow(id, "engine.aoi_radius", aoiRadius, rules.aoiRadius / SIGHT_UNIT);
  }
  const { componentBytes, componentLayout } = app;
  return { ...rules, componentBytes, componentLayout };
}

function mustAllow(kind: number, key: string, wanted: number | undefined, most: number): void {
  if (wanted === undefined || (wanted >= 0 && wanted <= most)) return;
  throw new Error(
    `kind ${kind} of the application wants ${wanted}, and ${key} is ${most}: ` +
      "raise the setting, or lower the kind's.",
  );
}

export interface ApplicationParts {
  readonly world: World;
  readonly tickMs: number;
  now(): number;
  readonly gateway: () => Gateway;
  readonly keeper: Keeper | null;
  readonly journal: Journal | null;
  readonly log: Log;
}

/** Where nothing outlives the process, nothing is emitted. */
const NO_OUTBOX = {
  isBehind: false,
  hasRoom: () => false,
  note: () => 0,
  isDurable: () => true,
};

export function runtimeOf(app: App, parts: ApplicationParts): AppRuntime {
  const { gateway, journal, keeper, log, tickMs, world } = parts;
  return new AppRuntime(app, {
    ...{ world, tickMs, now: () => parts.now(), ledger: keeper ?? NO_OUTBOX },
    journal: journal === null ? null : { app: (record) => journal.app({ ...record }) },
    log: (level, fields, message) => log[level](fields, message),
    correct: (entity) => gateway().correct(entity),
    post: () => gateway().messages,
  });
}

/** Entities that must have a session: with an application, those that are players'. */
export function* handlesToOwn(world: World, hasApp: boolean): Generator<number> {
  for (const handle of world.liveHandles()) {
    const isPlayer = ((world.kernel.views.flags[handle & NONE] ?? 0) & OBSERVER) !== 0;
    if (isPlayer || !hasApp) yield handle;
  }
}
