// What a world goes on from: the newest snapshot that is whole, otherwise the other one, otherwise
// nothing. Each step is said.
import type { StoredSnapshot, WorldStore } from "./contract.ts";
import type { Opened } from "./messages.ts";
import { unseal } from "./snapshot.ts";

export async function readWorld(store: WorldStore, epoch: number): Promise<Opened> {
  const snapshots = await store.snapshots();
  const images: Uint8Array[] = [];
  const story: string[] = [];
  for (const snapshot of snapshots) {
    const found = open(snapshot);
    if (typeof found === "string") story.push(found);
    else images.push(found);
  }
  const sessions = await store.sessions();
  const owner = await store.owner();
  const tick = owner?.tick ?? 0;
  if (snapshots.length > 0 && images.length === 0) {
    story.push("No snapshot can be read: the world begins empty, and its sessions are over.");
  }
  return { type: "opened", store: store.name, epoch, tick, images, sessions, story };
}

function open({ slot, tick, sealed }: StoredSnapshot): Uint8Array | string {
  const found = unseal(sealed);
  if (typeof found !== "string") return found;
  return `The snapshot of tick ${tick} in slot ${slot} cannot be read: ${found}`;
}
