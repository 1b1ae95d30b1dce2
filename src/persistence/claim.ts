// How a process becomes the owner of a world. The world's lock dies with its holder, so after a
// crash the next one has it at once. A holder that is alive but writes nothing (frozen, cut off) is
// overtaken: the epoch rises, and whatever it writes later hits no row.
import { setTimeout as sleep } from "node:timers/promises";
import type { Owner, WorldStore } from "./contract.ts";

/** An owner writes at least once a second; one that has not for so long is taken for gone, ms. */
export const SILENCE_MS = 3000;
/** The lock of a process that has just died is there within a few of these. */
const LOOK_MS = 50;

/** Another process has the world, and writes. */
export class WorldOwned extends Error {}

/**
 * Epochs are seconds of the clock, so that they, and the keys of events made of them, do not come
 * again where a database begins anew, or from a backup.
 * @param now Unix ms
 * @returns the new epoch; rejects with WorldOwned
 */
export async function claimWorld(store: WorldStore, owner: string, now: number): Promise<number> {
  if (!(await store.tryLock())) await overtake(store);
  return store.claim(owner, Math.floor(now / 1000));
}

/** Resolves when the lock was had, or its holder has written nothing for SILENCE_MS. */
async function overtake(store: WorldStore): Promise<void> {
  const first = await store.owner();
  for (let waited = 0; waited < SILENCE_MS; waited += LOOK_MS) {
    await sleep(LOOK_MS);
    if (await store.tryLock()) return;
    const now = await store.owner();
    if (!isSame(first, now)) {
      // The last flight of one that was killed may land after it; then the lock goes with it.
      await sleep(LOOK_MS);
      if (await store.tryLock()) return;
      throw new WorldOwned(
        `the world is run by another process (${now?.owner ?? "unknown"}), which is alive: stop ` +
          "that one first, or name another world in persistence.world.",
      );
    }
  }
}

function isSame(a: Owner | null, b: Owner | null): boolean {
  return a?.epoch === b?.epoch && a?.tick === b?.tick;
}
