// The server's writing of what it sends seldom: at joining, at parting, in answer to a fault. By
// the generated codec, a fresh array each time; every frame obeys MAX_FRAME.
import { UNITS_PER_POSITION, UNITS_PER_SIGHT } from "./position.ts";
import { aether } from "./schema.ts";
import { MAX_FRAME, PROTOCOL_VERSION } from "./version.ts";

/** What a Welcome tells, besides the constants of the protocol. */
export interface WelcomeFields {
  readonly session: string;
  readonly resumeToken: Uint8Array;
  /** 0 = none yet. */
  readonly entityId: number;
  readonly kind: number;
  /** Position and bounds in 1/256 unit. */
  readonly x: number;
  readonly y: number;
  /** The last sequence processed; the next intent is higher. */
  readonly sequence: number;
  readonly tick: number;
  /** In which the entity came into the world; 0: none yet, or it was there before. */
  readonly enteredTick: number;
  readonly tickMs: number;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  /** 1/256 unit a tick. */
  readonly maxSpeed: number;
  readonly moveBurstTicks: number;
  /** Radii in 1/32 unit. */
  readonly aoiRadius: number;
  readonly leaveRadius: number;
  readonly maxVisible: number;
  readonly windowTicks: number;
  /** Of each entity's components, those that observers are told. */
  readonly componentBytes: number;
  /** The client's last numbered message of the application that was taken; 0 = none. */
  readonly appReceived: number;
  /** Of the application; the engine does not read it. */
  readonly rules: Uint8Array;
}

/** @throws RangeError when session, resume token and rules do not fit one frame together. */
export function encodeWelcome(fields: WelcomeFields): Uint8Array {
  return finish({
    welcome: {
      protocol_version: PROTOCOL_VERSION,
      session: fields.session,
      resume_token: fields.resumeToken,
      entity_id: fields.entityId,
      kind: fields.kind,
      x: fields.x,
      y: fields.y,
      sequence: fields.sequence,
      tick: fields.tick,
      tick_ms: fields.tickMs,
      min_x: fields.minX,
      min_y: fields.minY,
      max_x: fields.maxX,
      max_y: fields.maxY,
      units_per_position: UNITS_PER_POSITION,
      units_per_sight: UNITS_PER_SIGHT,
      max_speed: fields.maxSpeed,
      move_burst_ticks: fields.moveBurstTicks,
      aoi_radius: fields.aoiRadius,
      leave_radius: fields.leaveRadius,
      max_visible: fields.maxVisible,
      window_ticks: fields.windowTicks,
      rules: fields.rules,
      ...(fields.enteredTick === 0 ? {} : { entered_tick: fields.enteredTick }),
      ...(fields.componentBytes === 0 ? {} : { component_bytes: fields.componentBytes }),
      ...(fields.appReceived === 0 ? {} : { app_received: fields.appReceived }),
    },
  });
}

/**
 * @param message a sentence with the value and the remedy; cut where the frame would be too big
 * @param sequence of the intent it is about, 0 = none
 */
export function encodeError(
  code: number,
  message: string,
  sequence = 0,
  retryAfterMs = 0,
): Uint8Array {
  return finish({
    error: { code, message: fit(message), sequence, retry_after_ms: retryAfterMs },
  });
}

/** @param code the close code that follows */
export function encodeGoodbye(code: number, message: string, retryAfterMs = 0): Uint8Array {
  return finish({ goodbye: { code, message: fit(message), retry_after_ms: retryAfterMs } });
}

export function encodePace(tickMs: number): Uint8Array {
  return finish({ pace: { tick_ms: tickMs } });
}

function finish(message: aether.ServerMessage.$Properties): Uint8Array {
  const frame = aether.ServerMessage.encode(message).finish();
  if (frame.length > MAX_FRAME)
    throw new RangeError(`a message of ${frame.length} bytes was to be sent; at most ${MAX_FRAME}`);
  return frame;
}

// Error and Goodbye spend at most 32 bytes on all but the sentence.
const MESSAGE_BYTES = MAX_FRAME - 32;

/** Cuts a sentence to what fits, at a whole character, and mends lone surrogates. */
function fit(message: string): string {
  let bytes = 0;
  let kept = "";
  for (const character of message) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > MESSAGE_BYTES) break;
    kept += code >= 0xd800 && code < 0xe000 ? "\ufffd" : character;
  }
  return kept;
}
