// What a world goes on from: the newest snapshot that is whole, otherwise the other one, otherwise
// nothing. Each step is said.
import type { StoredSnapshot, WorldStore } from "./contract.ts";
import type { Opened } from "./messages.ts";
import { unseal } from "./snapshot.ts";

/** @param now Unix ms */
export async function readWorld(store: WorldStore, epoch: number, now: number): Promise<Opened> {
  const snapshots = await store.snapshots();
  const images: Uint8Array[] = [];
  const story: string[] = [];
  for (const snapshot of snapshots) {
    const found = open(snapshot);
    if (typeof found === "string") story.push(found);
    else images.push(found);
  }
  const sessions = await store.sessions();
  const spent = await store.spentTokens(now);
  const owner = await store.owner();
  const { tick, written } = owner ?? { tick: 0, written: 0 };
  if (snapshots.length > 0 && images.length === 0) {
    story.push("No snapshot can be read: the world begins empty, and its sessions are over.");
  }
  const found = { epoch, tick, written, images, sessions, spent, story };
  return { type: "opened", store: store.name, ...found };
}

function open({ slot, tick, sealed }: StoredSnapshot): Uint8Array | string {
  const found = unseal(sealed);
  if (typeof found !== "string") return found;
  return `The snapshot of tick ${tick} in slot ${slot} cannot be read: ${found}`;
}
