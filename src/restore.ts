// What a server goes on from at its start: the newest stored world that can be read, and the
// sessions that wait in it for their clients.
import type { World } from "./engine/world.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { ImageFault } from "./kernel/image.ts";
import type { Log } from "./observability/log.ts";
import type { Opened } from "./persistence/messages.ts";

export interface Restoring {
  readonly opened: Opened;
  readonly world: World;
  readonly gateway: Gateway;
  /** A world of the same rules, to try an image on. */
  readonly onKernel: () => World;
  readonly log: Log;
}

/** Says each step. @throws Error in words when the stored world does not fit the settings */
export function restoreWorld({ opened, world, gateway, onKernel, log }: Restoring): void {
  const { store, epoch, images, sessions } = opened;
  for (const sentence of opened.story) log.warn({ store, epoch }, sentence);
  for (const image of images) {
    const fault = faultOf(image, onKernel());
    if (fault !== null) {
      log.warn({ store, epoch }, `A snapshot cannot be gone on from: ${fault}`);
      continue;
    }
    world.adopt(image);
    gateway.adopt(sessions, world.liveHandles());
    const facts = { store, epoch, tick: world.tick, entities: world.liveCount };
    log.info({ ...facts, sessions: gateway.playing }, "The world goes on from its last snapshot");
    return;
  }
  gateway.adopt(sessions, []);
  log.info({ store, epoch }, "The world begins empty");
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
