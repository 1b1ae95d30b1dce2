// What a frame is, by protobufjs and by docs/protocol.md, and not by the code that is fuzzed.
import { aether } from "../../src/protocol/schema.ts";

const FRAME_MAX = 512;
const SEQUENCE_MAX = 2 ** 31 - 1;
const JUMP_MAX = 2 ** 20;

/** Whose entity it is, and the last sequence of it that counted. */
export interface Player {
  readonly entity: number;
  readonly sequence: number;
}

export interface LegalMove {
  readonly sequence: number;
  /** World units, as they were sent. */
  readonly dx: number;
  readonly dy: number;
}

/** @returns null where it is no message at all */
export function read(bytes: Uint8Array): aether.ClientMessage | null {
  try {
    return aether.ClientMessage.decode(bytes);
  } catch {
    return null;
  }
}

/** @returns the intent that this frame of this player is; null where it must change nothing */
export function legalMove(bytes: Uint8Array, { entity, sequence: last }: Player): LegalMove | null {
  if (bytes.length > FRAME_MAX) return null;
  const message = read(bytes);
  if (message?.body !== "move") return null;
  const { entity_id, sequence = 0, delta_x: dx = 0, delta_y: dy = 0 } = message.move ?? {};
  if (entity_id !== entity || dx === null || dy === null || sequence === null) return null;
  if (!Number.isFinite(dx) || !Number.isFinite(dy)) return null;
  const isNext = sequence > last && sequence <= SEQUENCE_MAX && sequence - last <= JUMP_MAX;
  return isNext ? { sequence, dx, dy } : null;
}
