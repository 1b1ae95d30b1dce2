// One tick of the world, and the kernel's other doors. Everything the host may call stands here.
import { setWord, word } from "./columns";
import { adoptRows } from "./adopt";
import { observeAll } from "./aoi";
import { applyCommands } from "./commands";
import { digest } from "./digest";
import { finishHash, recomputeSums } from "./hash";
import { applyIntents, clearVerdicts } from "./intents";
import { BEGAN, LAYOUT_MARK, TICK } from "./layout";
import { spreadLeaves } from "./leaves";
import { beginTick, isDue, isSound, rebuild } from "./quadtree";
import { queryBox, queryCircle, queryNearestRows } from "./query";
import { listRows, writeDownAll } from "./told";

/** The layout that this kernel was compiled with. */
export function layoutMark(): i32 {
  return LAYOUT_MARK;
}

/** Advances the world by one tick: commands, intents, index, views, hash. */
export function step(): void {
  setWord(TICK, word(TICK) + 1);
  setWord(BEGAN, word(TICK));
  beginTick();
  clearVerdicts();
  applyCommands();
  applyIntents();

  if (isDue()) rebuildIndex();
  observeAll();
  finishHash();
}

/** Sums an observer's told set into DIGEST_COUNT, DIGEST_HASH, DIGEST_POSITIONS. */
export function digestView(row: i32): void {
  digest(row);
}

/** Puts an observer's told rows into LISTED; LISTED_COUNT says how many. */
export function listTold(row: i32): void {
  listRows(row);
}

/**
 * Rows within a radius of a point, sight units, into QUERY, ascending; QUERY_COUNT says how many.
 * @param radius at most 1,000 units (32,000), so that squares fit 32 bits; more is cut to that
 */
export function query(x: i32, y: i32, radius: i32): void {
  queryCircle(x, y, radius);
}

/** Likewise, rows within a rectangle of any size, its borders included. */
export function queryRectangle(minX: i32, minY: i32, maxX: i32, maxY: i32): void {
  queryBox(minX, minY, maxX, maxY);
}

/** Likewise, the `most` rows nearest to a point and within a radius: by distance, ties by row. */
export function queryNearest(x: i32, y: i32, most: i32, radius: i32): void {
  queryNearestRows(x, y, most, radius);
}

/** Makes the index anew. The frames of the step before are lost by it. */
export function rebuildIndex(): void {
  writeDownAll();
  rebuild();
  spreadLeaves();
}

/** 1 when the index holds exactly the live rows. */
export function indexIsSound(): i32 {
  return isSound() ? 1 : 0;
}

/** The state hash made anew from the state alone. */
export function rehashState(): void {
  recomputeSums();
  finishHash();
}

/**
 * Takes over the state that the host has written in place of this world's own, which must have been
 * configured and still be empty: derived columns, hash and index are made from it.
 */
export function adoptState(): void {
  adoptRows();
  rehashState();
  rebuildIndex();
}
