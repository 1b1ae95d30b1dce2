// A world's state as bytes: what a snapshot holds, and a world may be begun from. Little-endian:
//
//   8 words     format | bytes that are kept << 16, rows, free rows, state hash low and high,
//               default speed and radius, what the components mean (0: nobody has said it)
//   16 words    of the world's state, as in the layout
//   columns     each for all rows: generation 2, kind 2, flags 1, layer 1, x 4, y 4, bank 4,
//               bank tick 4, sequence 4, speed 4, radius 4, components 16 bytes a row
//   free list   2 bytes a free row, in the order in which they will be taken
//   kept        what an application keeps with the world
//
// Sights, told sets, frames and the index are not in it: they are made from the state.
import * as layout from "#layout";
import type { Kernel } from "./kernel.ts";
import type { Views } from "./views.ts";

const FORMAT = 1;
export const HEAD_WORDS = 8;
export const HEAD_BYTES = (HEAD_WORDS + layout.STATE_WORDS) * 4;
/** Where each column starts in memory, and its bytes a row; in the order of the image. */
export const COLUMNS = [
  [layout.GENERATION, 2],
  [layout.KIND, 2],
  [layout.FLAGS, 1],
  [layout.LAYER, 1],
  [layout.POS_X, 4],
  [layout.POS_Y, 4],
  [layout.BANK, 4],
  [layout.BANK_TICK, 4],
  [layout.SEQUENCE, 4],
  [layout.MAX_SPEED, 4],
  [layout.AOI_RADIUS, 4],
  [layout.COMPONENT, 4 * layout.COMPONENTS],
] as const;
const ROW_BYTES = COLUMNS.reduce((sum, [, bytes]) => sum + bytes, 0);
const FREE_BYTES = 2;
/** Bytes that an application may keep with the world. */
export const KEPT_MAX = 16_384;
const NOTHING: Uint8Array = new Uint8Array(0);

/** A stored state that cannot be gone on from; a sentence. */
export class ImageFault extends Error {}

/** What rows were given where nothing else was said; position units a tick, sight units. */
export interface RowDefaults {
  readonly maxSpeed: number;
  readonly aoiRadius: number;
  /** Names what the bytes of components mean, u32; 0, or left out: nobody has said it. */
  readonly componentLayout?: number;
}

/** @returns bytes that hold the image of any world of so many rows */
export function imageBytesMax(rows: number): number {
  return HEAD_BYTES + rows * (ROW_BYTES + FREE_BYTES) + KEPT_MAX;
}

/**
 * Writes the state as of the last step.
 * @param out at least `imageBytesMax(max_entities)` bytes
 * @param kept at most KEPT_MAX bytes
 * @returns how many were written
 */
export function writeImage(
  views: Views,
  defaults: RowDefaults,
  out: Uint8Array,
  kept = NOTHING,
): number {
  const { bytes, world } = views;
  const rows = world[layout.ROW_END] ?? 0;
  const first = world[layout.FREE_HEAD] ?? 0;
  const free = (world[layout.FREE_TAIL] ?? 0) - first;
  const { maxSpeed, aoiRadius, componentLayout = 0 } = defaults;
  const low = world[layout.HASH_LOW] ?? 0;
  const high = world[layout.HASH_HIGH] ?? 0;
  const to = new DataView(out.buffer, out.byteOffset, out.byteLength);
  const format = FORMAT | (kept.length << 16);
  const head = [format, rows, free, low, high, maxSpeed, aoiRadius, componentLayout];
  head.forEach((word, i) => {
    to.setInt32(i * 4, word, true);
  });
  for (let i = 0; i < layout.STATE_WORDS; i++) {
    to.setInt32((HEAD_WORDS + i) * 4, world[i] ?? 0, true);
  }
  let at = HEAD_BYTES;
  for (const [column, width] of COLUMNS) {
    out.set(bytes.subarray(column, column + rows * width), at);
    at += rows * width;
  }
  // The list lies in a ring: up to the ring's end, then on from its start.
  const start = first & layout.NONE;
  const end = Math.min(start + free, layout.ROWS);
  out.set(freeRows(bytes, start, end), at);
  at += (end - start) * FREE_BYTES;
  const rest = start + free - end;
  out.set(freeRows(bytes, 0, rest), at);
  at += rest * FREE_BYTES;
  out.set(kept, at);
  return at + kept.length;
}

/** What an application kept with the world; a part of the image. @param image one that is sound */
export function keptOf(image: Uint8Array): Uint8Array {
  const kept = ((image[3] ?? 0) << 8) | (image[2] ?? 0);
  return image.subarray(image.length - kept);
}

function freeRows(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return bytes.subarray(layout.FREE + start * FREE_BYTES, layout.FREE + end * FREE_BYTES);
}

/** The words of a world's state that are rules of its present configuration. */
const RULES = [
  layout.MIN_X,
  layout.MIN_Y,
  layout.MAX_X,
  layout.MAX_Y,
  layout.BURST_TICKS,
  layout.MAX_ENTITIES,
  layout.AOI_RADIUS_MAX,
  layout.HYSTERESIS,
];

/**
 * Puts an image's state in place of that of a world that is configured and empty. Rules are those
 * of the world; where they differ from the image's, rows are brought within them.
 * @throws ImageFault for an image that is damaged or of another format; Error in words for one that
 * does not fit engine.max_entities, or whose components mean something else
 */
export function adoptImage(kernel: Kernel, defaults: RowDefaults, image: Uint8Array): void {
  const from = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const { bytes, world } = kernel.views;
  const { rows, free } = sizesOf(from);
  const max = world[layout.MAX_ENTITIES] ?? 0;
  const stateWord = (i: number): number => from.getInt32((HEAD_WORDS + i) * 4, true);
  const isSameRules =
    RULES.every((i) => stateWord(i) === world[i]) &&
    from.getInt32(20, true) === defaults.maxSpeed &&
    from.getInt32(24, true) === defaults.aoiRadius;
  mustBeSound(image, rows, free);
  mustMeanTheSame(from.getUint32(28, true), defaults.componentLayout ?? 0);
  if (highestLive(image, rows) >= max) {
    throw new Error(
      `engine.max_entities is ${max}, but the stored world has an entity in row ` +
        `${highestLive(image, rows)}: set it to at least ${highestLive(image, rows) + 1}.`,
    );
  }
  for (let i = 0; i < layout.STATE_WORDS; i++) {
    if (!RULES.includes(i)) world[i] = stateWord(i);
  }
  let at = HEAD_BYTES;
  for (const [column, width] of COLUMNS) {
    bytes.set(image.subarray(at, at + rows * width), column);
    at += rows * width;
  }
  const list: number[] = [];
  for (let i = 0; i < free; i++) list.push(from.getUint16(at + i * FREE_BYTES, true));
  putFree(kernel, list, stateWord(layout.MAX_ENTITIES));
  takeDefaults(kernel, rows, from, defaults);
  kernel.adoptState();
  const isSameState =
    world[layout.HASH_LOW] === from.getInt32(12, true) &&
    world[layout.HASH_HIGH] === from.getInt32(16, true);
  if (isSameRules && !isSameState) {
    throw new ImageFault("the stored world does not have the state hash that it was stored with.");
  }
}

/** @throws ImageFault */
function sizesOf(from: DataView): { rows: number; free: number } {
  const word = from.byteLength >= HEAD_BYTES ? from.getInt32(0, true) : -1;
  const [format, kept] = [word & 65535, word >>> 16];
  if (format !== FORMAT) {
    throw new ImageFault(`the stored world has format ${format}; this program reads ${FORMAT}.`);
  }
  const rows = from.getInt32(4, true);
  const free = from.getInt32(8, true);
  const bytes = HEAD_BYTES + rows * ROW_BYTES + free * FREE_BYTES + kept;
  const isSound = rows >= 0 && rows <= layout.NONE && free >= 0 && free <= layout.NONE;
  if (!isSound || kept > KEPT_MAX || from.byteLength !== bytes) {
    throw new ImageFault(
      `the stored world has ${from.byteLength} bytes, which do not fit its rows.`,
    );
  }
  return { rows, free };
}

/**
 * Each row lives or is free, once; else the kernel would be led beyond its tables.
 * @throws ImageFault
 */
function mustBeSound(image: Uint8Array, rows: number, free: number): void {
  const from = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const word = (i: number): number => from.getInt32((HEAD_WORDS + i) * 4, true);
  const capacity = word(layout.MAX_ENTITIES);
  const taken = new Uint8Array(layout.ROWS);
  const flags = HEAD_BYTES + rows * 4;
  let live = 0;
  for (let row = 0; row < rows; row++) {
    taken[row] = (image[flags + row] ?? 0) & layout.LIVE;
    live += taken[row] ?? 0;
  }
  const list = HEAD_BYTES + rows * ROW_BYTES;
  let isSound =
    word(layout.ROW_END) === rows &&
    word(layout.LIVE_COUNT) === live &&
    word(layout.FREE_TAIL) - word(layout.FREE_HEAD) === free &&
    live + free === capacity;
  for (let i = 0; i < free && isSound; i++) {
    const row = from.getUint16(list + i * FREE_BYTES, true);
    isSound = row < capacity && taken[row] === 0;
    taken[row] = 1;
  }
  if (!isSound) {
    throw new ImageFault("the stored world counts its rows in a way that does not fit together.");
  }
}

/** What nobody has said fits any: then the bytes are zeros. @throws Error in words */
function mustMeanTheSame(stored: number, own: number): void {
  if (stored === 0 || stored === own) return;
  const who = own === 0 ? "no application" : "an application with other components";
  throw new Error(
    `this server runs ${who}, but an application wrote the components of the stored world: ` +
      "start it with that application (--app), or name another persistence.world.",
  );
}

/** @returns -1 when nothing lives */
function highestLive(image: Uint8Array, rows: number): number {
  const flags = HEAD_BYTES + rows * 4;
  let row = rows - 1;
  while (row >= 0 && ((image[flags + row] ?? 0) & layout.LIVE) === 0) row--;
  return row;
}

/** The free list of the image without rows that are too many now, and with those that are new. */
function putFree(kernel: Kernel, list: readonly number[], oldMax: number): void {
  const { bytes, world } = kernel.views;
  const max = world[layout.MAX_ENTITIES] ?? 0;
  const rows = list.filter((row) => row < max);
  for (let row = oldMax; row < max; row++) rows.push(row);
  const first = world[layout.FREE_HEAD] ?? 0;
  rows.forEach((row, i) => {
    const at = layout.FREE + ((first + i) & layout.NONE) * 2;
    bytes[at] = row & 255;
    bytes[at + 1] = row >> 8;
  });
  world[layout.FREE_TAIL] = first + rows.length;
}

/** Rows that had the default speed or radius of then get that of now. */
function takeDefaults(kernel: Kernel, rows: number, from: DataView, defaults: RowDefaults): void {
  const { maxSpeed, aoiRadius } = kernel.views;
  const oldSpeed = from.getInt32(20, true);
  const oldRadius = from.getInt32(24, true);
  for (let row = 0; row < rows; row++) {
    if (maxSpeed[row] === oldSpeed) maxSpeed[row] = defaults.maxSpeed;
    if (aoiRadius[row] === oldRadius) aoiRadius[row] = defaults.aoiRadius;
  }
}

/** @returns the tick that an image stands after; -1 where it is none */
export function tickOfImage(image: Uint8Array): number {
  if (image.byteLength < HEAD_BYTES) return -1;
  const from = new DataView(image.buffer, image.byteOffset, image.byteLength);
  return from.getInt32((HEAD_WORDS + layout.TICK) * 4, true);
}

/** An entity of an image. */
export interface ImageEntity {
  /** Handle. */
  readonly id: number;
  readonly kind: number;
  /** World units. */
  readonly x: number;
  readonly y: number;
}

/** @throws ImageFault @returns all live entities */
export function entitiesOf(image: Uint8Array): ImageEntity[] {
  const from = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const { rows } = sizesOf(from);
  const kinds = HEAD_BYTES + rows * 2;
  const flags = kinds + rows * 2;
  const xs = flags + rows * 2;
  const entities: ImageEntity[] = [];
  for (let row = 0; row < rows; row++) {
    if (((image[flags + row] ?? 0) & layout.LIVE) === 0) continue;
    const generation = from.getUint16(HEAD_BYTES + row * 2, true);
    const x = from.getInt32(xs + row * 4, true) / layout.UNIT;
    const y = from.getInt32(xs + (rows + row) * 4, true) / layout.UNIT;
    const id = (row | (generation << 16)) >>> 0;
    entities.push({ id, kind: from.getUint16(kinds + row * 2, true), x, y });
  }
  return entities;
}
