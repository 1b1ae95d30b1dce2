// Rows: birth, death, handles. A handle is row + generation, so that a row used again has another
// name; rows wait in a ring, first in, first out, so that a name comes back as late as possible.
import {
  flags,
  free,
  generation,
  posX,
  posY,
  setBorn,
  setClean,
  setComponent,
  setCursor,
  setFlags,
  setFrameCount,
  setFree,
  setGeneration,
  setLap,
  setLastLook,
  setLookAt,
  setMaskAt,
  setMoved,
  setPosX,
  setPosY,
  setToldAt,
  setToldCount,
  setViewFlags,
  setWire,
  setWord,
  wire,
  word,
} from "./columns";
import { rehashFree, restate } from "./hash";
import {
  COMPONENTS,
  FREE_HEAD,
  FREE_TAIL,
  LAST_BORN,
  LIVE,
  LIVE_COUNT,
  LOOK,
  MAX_X,
  MAX_Y,
  MIN_X,
  MIN_Y,
  NONE,
  ROW_END,
  SIGHT_SHIFT,
  TICK,
} from "./layout";
import { clampTo } from "./motion";

export function handleOf(row: i32): i32 {
  return row | (generation(row) << 16);
}

/** True for the present name of a live row; 0 is never one. */
export function isLive(handle: i32): bool {
  const row = handle & NONE;
  return handleOf(row) == handle && (flags(row) & LIVE) != 0;
}

/** Sight coordinates (1/32 unit): the floor of the position. */
export function sightX(row: i32): i32 {
  return posX(row) >> SIGHT_SHIFT;
}
export function sightY(row: i32): i32 {
  return posY(row) >> SIGHT_SHIFT;
}

/**
 * Puts the row at a place, within the world, and keeps its wire form in step; it has moved if that
 * became another.
 */
export function place(row: i32, x: i32, y: i32): void {
  setPosX(row, clampTo(x, word(MIN_X), word(MAX_X)));
  setPosY(row, clampTo(y, word(MIN_Y), word(MAX_Y)));
  const now = (sightX(row) & 65535) | (sightY(row) << 16);
  if (now == wire(row)) return;
  setWire(row, now);
  setMoved(row, word(TICK));
}

/** The row is somebody else to whoever saw it: they get left and entered. */
export function reborn(row: i32): void {
  setBorn(row, word(TICK));
  setWord(LAST_BORN, word(TICK));
  setMoved(row, word(TICK));
}

/** Appends a row to the free list. */
export function pushFree(row: i32): void {
  const tail = word(FREE_TAIL);
  setFree(tail & NONE, row);
  rehashFree(tail, 1);
  setWord(FREE_TAIL, (tail + 1) | 0);
}

/** The row has been told of nobody, and nothing is laid for its client. */
export function untold(row: i32): void {
  setToldAt(row, 0);
  setToldCount(row, 0);
  setMaskAt(row, -1);
  setClean(row, 0);
  setCursor(row, 0);
  setLap(row, 0);
  setLastLook(row, 0);
  setFrameCount(row, 0);
  setViewFlags(row, 0);
}

/** Takes the row that has been free longest and gives it a new name. @returns -1 when all live. */
export function takeRow(): i32 {
  const head = word(FREE_HEAD);
  if (head == word(FREE_TAIL)) return -1;
  const row = free(head & NONE);
  rehashFree(head, -1);
  setWord(FREE_HEAD, (head + 1) | 0);
  const next = generation(row) + 1;
  setGeneration(row, next > 4095 ? 1 : next);
  setFlags(row, LIVE);
  setWord(LIVE_COUNT, word(LIVE_COUNT) + 1);
  if (row >= word(ROW_END)) setWord(ROW_END, row + 1);
  for (let k = 0; k < COMPONENTS; k++) setComponent(row * COMPONENTS + k, 0);
  untold(row);
  setLookAt(row, LOOK);
  reborn(row);
  return row;
}

/** The row is nobody now; its name is dead. */
export function freeRow(row: i32): void {
  setFlags(row, 0);
  setToldAt(row, 0);
  setToldCount(row, 0);
  setFrameCount(row, 0);
  setViewFlags(row, 0);
  setWord(LIVE_COUNT, word(LIVE_COUNT) - 1);
  restate(row);
  pushFree(row);
}
