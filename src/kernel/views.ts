// A kernel's memory as typed arrays by name. This file and assembly/ are the only ones that know
// where things lie.
import * as layout from "#layout";

const { ROWS } = layout;

export interface Views {
  /** The whole memory; frames are sent as parts of it. */
  readonly bytes: Uint8Array;
  /** Words of the world, by the indices of the layout (TICK, HASH_LOW …). */
  readonly world: Int32Array;
  readonly generation: Uint16Array;
  readonly kind: Uint16Array;
  readonly flags: Uint8Array;
  readonly posX: Int32Array;
  readonly posY: Int32Array;
  readonly bank: Int32Array;
  readonly sequence: Int32Array;
  readonly maxSpeed: Int32Array;
  readonly aoiRadius: Int32Array;
  /** Ring of free rows. */
  readonly free: Uint16Array;
  /** Four words a row. */
  readonly component: Int32Array;
  readonly lookAt: Uint8Array;
  readonly viewFlags: Uint8Array;
  readonly verdict: Uint8Array;
  readonly correction: Uint16Array;
  readonly frameCount: Uint8Array;
  readonly frameFirst: Uint16Array;
  readonly frameLength: Uint16Array;
  readonly toldCount: Uint16Array;
  readonly listed: Uint16Array;
  /** Boxes of the index's nodes, sight units. */
  readonly nodeMinX: Int32Array;
  readonly nodeMinY: Int32Array;
  readonly nodeMaxX: Int32Array;
  readonly nodeMaxY: Int32Array;
  readonly query: Uint16Array;
  /** The index: of each slot its row, of each row its slot; of each node its slots and more. */
  readonly slotRow: Uint16Array;
  readonly slotOf: Int32Array;
  readonly nodeLow: Int32Array;
  readonly nodeHigh: Int32Array;
  readonly nodeSkip: Int32Array;
  readonly range: Int32Array;
  /** Twelve words a command; see commands.ts of the kernel. */
  readonly commands: Int32Array;
  readonly results: Int32Array;
  /** Four words an intent: handle, sequence, dx, dy. */
  readonly intents: Int32Array;
}

export function viewsOf(memory: ArrayBuffer): Views {
  const bytes = (at: number, n = ROWS): Uint8Array => new Uint8Array(memory, at, n);
  const halves = (at: number, n = ROWS): Uint16Array => new Uint16Array(memory, at, n);
  const words = (at: number, n = ROWS): Int32Array => new Int32Array(memory, at, n);
  return {
    bytes: new Uint8Array(memory),
    world: words(layout.WORLD, layout.WORLD_WORDS),
    generation: halves(layout.GENERATION),
    kind: halves(layout.KIND),
    flags: bytes(layout.FLAGS),
    posX: words(layout.POS_X),
    posY: words(layout.POS_Y),
    bank: words(layout.BANK),
    sequence: words(layout.SEQUENCE),
    maxSpeed: words(layout.MAX_SPEED),
    aoiRadius: words(layout.AOI_RADIUS),
    free: halves(layout.FREE),
    component: words(layout.COMPONENT, ROWS * layout.COMPONENTS),
    lookAt: bytes(layout.LOOK_AT),
    viewFlags: bytes(layout.VIEW_FLAGS),
    verdict: bytes(layout.VERDICT),
    correction: halves(layout.CORRECTION),
    frameCount: bytes(layout.FRAME_COUNT),
    frameFirst: halves(layout.FRAME_FIRST),
    frameLength: halves(layout.FRAME_LENGTH, layout.FRAME_SLOTS),
    toldCount: halves(layout.TOLD_COUNT),
    listed: halves(layout.LISTED),
    nodeMinX: words(layout.NODE_MIN_X, layout.NODES),
    nodeMinY: words(layout.NODE_MIN_Y, layout.NODES),
    nodeMaxX: words(layout.NODE_MAX_X, layout.NODES),
    nodeMaxY: words(layout.NODE_MAX_Y, layout.NODES),
    query: halves(layout.QUERY),
    slotRow: halves(layout.SLOT_ROW, layout.SLOTS),
    slotOf: words(layout.SLOT),
    nodeLow: words(layout.NODE_LOW, layout.NODES),
    nodeHigh: words(layout.NODE_HIGH, layout.NODES),
    nodeSkip: words(layout.NODE_SKIP, layout.NODES),
    range: words(layout.RANGE, layout.RANGES),
    commands: words(layout.COMMAND, layout.COMMANDS * layout.COMMAND_WORDS),
    results: words(layout.RESULT, layout.COMMANDS),
    intents: words(layout.INTENT, layout.INTENTS * layout.INTENT_WORDS),
  };
}

/** A memory that no kernel runs on: a world may be carried to it and from it. */
export function viewsOfNone(): Views {
  return viewsOf(new ArrayBuffer(layout.PAGES * 65536));
}
