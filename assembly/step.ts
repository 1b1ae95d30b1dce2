// One tick of the world, and the kernel's other doors. Everything the host may call stands here.
import { nodeHigh, nodeLow, setQueried, setWord, slot, slotRow, word } from "./columns";
import { adoptRows } from "./adopt";
import { observeAll } from "./aoi";
import { applyCommands } from "./commands";
import { digest } from "./digest";
import { sightX, sightY } from "./entities";
import { finishHash, recomputeSums } from "./hash";
import { applyIntents, clearVerdicts } from "./intents";
import {
  BEGAN,
  LAYOUT_MARK,
  MARGIN,
  NODE_COUNT,
  NONE,
  QUERY_COUNT,
  SLOT_END,
  SORTED,
  TICK,
} from "./layout";
import { spreadLeaves } from "./leaves";
import { clampTo } from "./motion";
import { beginTick, isDue, isSound, nextNear, rebuild } from "./quadtree";
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

/** Adds those of slots [low, high) that are within the radius to QUERY. */
function collect(low: i32, high: i32, x: i32, y: i32, radius: i32): void {
  let n = word(QUERY_COUNT);
  for (let s = low; s < high; s++) {
    const row = slotRow(s);
    if (row == NONE || slot(row) != s) continue;
    const dx = sightX(row) - x;
    const dy = sightY(row) - y;
    if (dx > radius || dx < -radius || dy > radius || dy < -radius) continue;
    if (dx * dx + dy * dy > radius * radius) continue;
    setQueried(n, row);
    n++;
  }
  setWord(QUERY_COUNT, n);
}

/**
 * Rows within a radius of a point, sight units, into QUERY; QUERY_COUNT says how many.
 * @param wanted at most 1,000 units (32,000), so that squares fit 32 bits; more is cut to that
 */
export function query(x: i32, y: i32, wanted: i32): void {
  const radius = clampTo(wanted, 0, 32000);
  const m = word(MARGIN);
  setWord(QUERY_COUNT, 0);
  let node = nextNear(0, x - m, y - m, x + m, y + m, radius);
  while (node < word(NODE_COUNT)) {
    collect(nodeLow(node), nodeHigh(node), x, y, radius);
    node = nextNear(node + 1, x - m, y - m, x + m, y + m, radius);
  }
  collect(word(SORTED), word(SLOT_END), x, y, radius);
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
