// One tick of the world, and the kernel's other doors. Everything the host may call stands here.
import {
  addWord,
  clearFrameCounts,
  flags,
  loose,
  nodeHigh,
  nodeLow,
  nodeMaxX,
  nodeMaxY,
  nodeMinX,
  nodeMinY,
  nodeSkip,
  candidateRow,
  setQueried,
  setStamp,
  setWord,
  slotRow,
  word,
} from "./columns";
import { isLooking, keepTold, leaveRadius, observe } from "./aoi";
import { applyCommands } from "./commands";
import { digest } from "./digest";
import { sightX, sightY } from "./entities";
import { finishHash, recomputeSums } from "./hash";
import { applyIntents, clearVerdicts } from "./intents";
import {
  AOI_RADIUS_MAX,
  CANDIDATES_TOTAL,
  FRAMES_USED,
  LAYOUT_MARK,
  LOOSE_COUNT,
  MARGIN,
  NODE_COUNT,
  NONE,
  OBSERVER,
  PAIRS,
  PAIRS_USED,
  PARITY,
  QUERY_COUNT,
  ROW_END,
  SINCE_REBUILD,
  STAMP_NOW,
  TICK,
} from "./layout";
import { clampTo } from "./motion";
import { gather, isDue, isSound, rebuild } from "./quadtree";

/** The layout that this kernel was compiled with. */
export function layoutMark(): i32 {
  return LAYOUT_MARK;
}

/** Stamps rise with every look; long before they run out, all start again. */
function renewStamps(): void {
  if (word(STAMP_NOW) == 0) setWord(STAMP_NOW, 1);
  if (word(STAMP_NOW) < 1073741824) return;
  for (let row = 0; row < word(ROW_END); row++) setStamp(row, 0);
  setWord(STAMP_NOW, 1);
}

function isObserver(row: i32): bool {
  return row != NONE && (flags(row) & OBSERVER) != 0;
}

function observeFrom(row: i32, candidates: i32): void {
  if (!isLooking(row)) keepTold(row);
  else observe(row, candidates);
}

/** The observers of a leaf share their candidates. */
function observeLeaf(node: i32, reach: i32): void {
  let candidates = -1;
  for (let s = nodeLow(node); s < nodeHigh(node); s++) {
    const row = slotRow(s);
    if (!isObserver(row)) continue;
    if (candidates < 0) {
      candidates = gather(
        nodeMinX(node),
        nodeMinY(node),
        nodeMaxX(node),
        nodeMaxY(node),
        reach + 2 * word(MARGIN),
      );
      addWord(CANDIDATES_TOTAL, candidates);
    }
    observeFrom(row, candidates);
  }
}

function observeAll(): void {
  renewStamps();
  clearFrameCounts(word(ROW_END));
  setWord(FRAMES_USED, 0);
  setWord(PARITY, 1 - word(PARITY));
  setWord(PAIRS_USED, word(PARITY) * PAIRS);
  const reach = leaveRadius(word(AOI_RADIUS_MAX));
  for (let node = 0; node < word(NODE_COUNT); node++) {
    if (nodeSkip(node) == node + 1) observeLeaf(node, reach);
  }
  for (let i = 0; i < word(LOOSE_COUNT); i++) {
    const row = loose(i);
    if (!isObserver(row)) continue;
    const x = sightX(row);
    const y = sightY(row);
    observeFrom(row, gather(x, y, x, y, reach + word(MARGIN)));
  }
}

/** Advances the world by one tick: commands, intents, index, views, hash. */
export function step(): void {
  setWord(TICK, word(TICK) + 1);
  clearVerdicts();
  applyCommands();
  applyIntents();

  setWord(SINCE_REBUILD, word(SINCE_REBUILD) + 1);
  if (isDue()) rebuild();

  observeAll();
  finishHash();
}

/** Sums an observer's told set into DIGEST_COUNT, DIGEST_HASH, DIGEST_POSITIONS. */
export function digestView(row: i32): void {
  digest(row);
}

/**
 * Rows within a radius of a point, sight units, into QUERY; QUERY_COUNT says how many.
 * @param wanted at most 1,000 units (32,000), so that squares fit 32 bits; more is cut to that
 */
export function query(x: i32, y: i32, wanted: i32): void {
  const radius = clampTo(wanted, 0, 32000);
  const candidates = gather(x, y, x, y, radius + word(MARGIN));
  const extra = word(LOOSE_COUNT);
  let n = 0;
  for (let k = 0; k < candidates + extra; k++) {
    const row = k < candidates ? candidateRow(k) : loose(k - candidates);
    if (row == NONE) continue;
    const dx = sightX(row) - x;
    const dy = sightY(row) - y;
    if (dx > radius || dx < -radius || dy > radius || dy < -radius) continue;
    if (dx * dx + dy * dy > radius * radius) continue;
    setQueried(n, row);
    n++;
  }
  setWord(QUERY_COUNT, n);
}

/** Makes the index anew now: for tests, which compare it with the one kept. */
export function rebuildIndex(): void {
  rebuild();
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
