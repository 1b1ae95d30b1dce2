// What stands at the head of a world's image, read as src/kernel/image.ts draws it.
import { TICK } from "#layout";

/** Words before those of the world's state; the hash is among them. */
const HEAD_WORDS = 8;
const HASH_AT = 12;

export interface Head {
  readonly tick: number;
  /** Low and high half of the state hash. */
  readonly hash: readonly [number, number];
}

export function headOf(image: Uint8Array): Head {
  const words = new DataView(image.buffer, image.byteOffset, image.byteLength);
  return {
    tick: words.getInt32((HEAD_WORDS + TICK) * 4, true),
    hash: [words.getUint32(HASH_AT, true), words.getUint32(HASH_AT + 4, true)],
  };
}
