// What a server goes on from at its start: the world as the journal has it, otherwise the newest
// stored one that can be read, and the sessions that wait in it for their clients.
import { LAYOUT_MARK } from "#layout";
import type { Config } from "./config/schema.ts";
import type { WorldRules } from "./engine/rules.ts";
import type { World } from "./engine/world.ts";
import type { Gateway } from "./gateway/gateway.ts";
import type { Disk } from "./journal/disk.ts";
import type { JournalWorkerOptions } from "./journal/messages.ts";
import type { NotedFact } from "./journal/noted.ts";
import { recover } from "./journal/recovery.ts";
import type { Recovered, Recovery } from "./journal/recovery.ts";
import { sessionsAfter, spentBy } from "./journal/sessions.ts";
import { ImageFault } from "./kernel/image.ts";
import type { Kernel } from "./kernel/kernel.ts";
import type { Log } from "./observability/log.ts";
import type { Opened } from "./persistence/messages.ts";

export interface Restoring {
  readonly opened: Opened;
  readonly recovery: Recovery;
  readonly world: World;
  readonly gateway: Gateway;
  /** Takes over what was noted and brought to no store. */
  readonly takeOver: (facts: readonly NotedFact[]) => void;
  /** Handles of a restored world that are to have a session. */
  readonly owned: (world: World) => Iterable<number>;
  /** A world of the same rules, to try an image on. */
  readonly onKernel: () => World;
  readonly log: Log;
}

/** @param disk null: there is no journal. Never throws: a journal that cannot be had is said */
export function lookIntoJournal(
  disk: Disk | null,
  world: string,
  { images, tick, written }: Opened,
  openKernel: () => Kernel,
  openTwin: () => Kernel,
): Recovery {
  if (disk === null) return { recovered: null, story: [] };
  try {
    return recover({ disk, world, store: { epoch: written, tick, images }, openKernel, openTwin });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { recovered: null, story: [`The journal cannot be read: ${reason}`] };
  }
}

/** What stands at the head of each segment that this server writes. */
export function headOf(
  config: Config,
  rules: WorldRules,
  version: string,
  { epoch, tick, written }: Opened,
): JournalWorkerOptions["head"] {
  const { world } = config.persistence;
  const { tick_rate_ms: tickMs } = config.engine;
  const base = { epoch: written, tick };
  return { world, epoch, version, layout: LAYOUT_MARK, rules, tickMs, base };
}

/**
 * Says each step. @throws Error in words when the stored world does not fit the settings
 * @returns where the world goes on from the journal; null: it does not
 */
export function restoreWorld(parts: Restoring): Recovered | null {
  const { opened, recovery, world, gateway, takeOver, log } = parts;
  const { store, epoch, images, sessions } = opened;
  for (const sentence of [...opened.story, ...recovery.story]) log.warn({ store, epoch }, sentence);
  const { recovered } = recovery;
  if (recovered !== null && adopted(recovered.image, parts)) {
    const { facts, from, ticks } = recovered;
    takeOver(facts);
    gateway.adopt(sessionsAfter(sessions, facts), parts.owned(world));
    const found = { store, epoch, tick: world.tick, entities: world.liveCount };
    const journal = { from, ticks, facts: facts.length, sessions: gateway.playing };
    log.info({ ...found, ...journal }, "The world goes on from its journal");
    return recovered;
  }
  for (const image of images) {
    if (!adopted(image, parts)) continue;
    gateway.adopt(sessions, parts.owned(world));
    const facts = { store, epoch, tick: world.tick, entities: world.liveCount };
    log.info({ ...facts, sessions: gateway.playing }, "The world goes on from its last snapshot");
    return null;
  }
  gateway.adopt(sessions, []);
  log.info({ store, epoch }, "The world begins empty");
  return null;
}

/** Tokens of accounts that are used up. */
export function spentTokens({ spent }: Opened, recovered: Recovered | null): Opened["spent"] {
  return recovered === null ? spent : [...spent, ...spentBy(recovered.facts)];
}

function adopted(image: Uint8Array, { opened, world, onKernel, log }: Restoring): boolean {
  const fault = faultOf(image, onKernel());
  if (fault === null) world.adopt(image);
  else {
    const { store, epoch } = opened;
    log.warn({ store, epoch }, `A snapshot cannot be gone on from: ${fault}`);
  }
  return fault === null;
}

/** @returns what is wrong with an image, null when it is sound; @throws as restoreWorld does */
function faultOf(image: Uint8Array, world: World): string | null {
  try {
    world.adopt(image);
    return null;
  } catch (error) {
    if (error instanceof ImageFault) return error.message;
    throw error;
  }
}
