// The step's parts, one by one: entry of a build that only the benchmark makes
// (`node assembly/build.mjs --parts`), to tell what each of them costs. The parts are those of the
// step; what they are called with is not.
import {
  addWord,
  clearFrameCounts,
  clearMoved,
  mask,
  maskAt,
  setDueMask,
  setSlotMoved,
  setWord,
  slot,
  slotRow,
  nodeHigh,
  nodeLow,
  toldCount,
  transit,
  word,
} from "./columns";
import { observeAll } from "./aoi";
import { applyCommands } from "./commands";
import { closeFrame, openFrames, writeAllMoved } from "./frames";
import { finishHash } from "./hash";
import { applyIntents, clearVerdicts } from "./intents";
import {
  BEGAN,
  CANDIDATE_WORDS,
  FRAMES_USED,
  FRAME_BUDGET,
  NODE_COUNT,
  NONE,
  ROW_END,
  SENT_TOTAL,
  SLOT_END,
  SLOT_GONE,
  TICK,
  TRANSIT_COUNT,
} from "./layout";
import { gatherLeaf, hasMasks } from "./leaves";
import { beginTick, insert, isDue, isLeaf, remove } from "./quadtree";
import { rebuildIndex } from "./step";

export { indexIsSound, layoutMark, listTold, query, step } from "./step";

/** A tick begins; its commands and intents are taken, validated and hashed. */
export function takeIntents(): void {
  setWord(TICK, word(TICK) + 1);
  setWord(BEGAN, word(TICK));
  beginTick();
  clearVerdicts();
  applyCommands();
  applyIntents();
  finishHash();
}

/** The index is made anew. */
export function reindex(): void {
  rebuildIndex();
}

/** The index is made anew if that is due. */
export function reindexIfDue(): void {
  if (isDue()) rebuildIndex();
}

/** All looks, and frames of all that changed. */
export function observe(): void {
  observeAll();
}

/**
 * All looks as if nobody had moved: sets, who entered, who left, but no record of a move. But who
 * left a slot has left it, or masks would be read wrongly.
 */
export function observeSets(): void {
  clearMoved(word(SLOT_END));
  for (let t = 0; t < word(TRANSIT_COUNT); t++) setSlotMoved(transit(t), SLOT_GONE);
  observeAll();
}

/** Takes the first rows out of the index and puts them in again. */
export function reinsert(count: i32): void {
  for (let row = 0; row < count; row++) {
    if (slot(row) < 0) continue;
    remove(row);
    insert(row);
  }
}

/** Frames that move everybody whom each observer of a leaf was told of, and nothing else. */
export function frameAgain(): void {
  clearFrameCounts(word(ROW_END));
  setWord(FRAMES_USED, 0);
  for (let node = 0; node < word(NODE_COUNT); node++) {
    if (!isLeaf(node) || !hasMasks(node)) continue;
    gatherLeaf(node);
    for (let s = nodeLow(node); s < nodeHigh(node); s++) {
      const row = slotRow(s);
      if (row == NONE || slot(row) != s || maskAt(row) < 0) continue;
      for (let w = 0; w < word(CANDIDATE_WORDS); w++) setDueMask(w, mask(maskAt(row) + w));
      openFrames(row, word(FRAME_BUDGET));
      writeAllMoved(row, toldCount(row));
      closeFrame(row);
      addWord(SENT_TOTAL, toldCount(row));
    }
  }
}
