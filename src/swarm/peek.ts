// What the swarm needs of a message before the client has it: which tick begins.

/** ServerMessage.aoi and AoiUpdate.tick, as tags. */
const AOI_TAG = 0x12;
const TICK_TAG = 0x08;

/** @returns the tick of an AoiUpdate; 0 for any other message */
export function updateTick(bytes: Uint8Array): number {
  if (bytes[0] !== AOI_TAG) return 0;
  // The length of what follows takes one byte or two, up to 512.
  let at = bytes[1]! < 0x80 ? 2 : 3;
  if (bytes[at] !== TICK_TAG) return 0;
  let tick = 0;
  let factor = 1;
  do {
    at += 1;
    tick += (bytes[at]! & 0x7f) * factor;
    factor *= 128;
  } while (bytes[at]! >= 0x80);
  return tick;
}
