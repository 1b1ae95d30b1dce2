// Areas of interest. An observer's set is what its client was told: the rows found now are compared
// with it, and what changed is what goes into frames, as far as they have room. So a slow client,
// a crowded one and one that hesitates at the border are all served by the same few steps.
import {
  addWord,
  aoiRadius,
  born,
  clean,
  copyTold,
  enter,
  flags,
  inner,
  lastLook,
  layer,
  lookAt,
  loose,
  ring,
  moved,
  setDue,
  setEnter,
  setInner,
  setLastLook,
  setLeft,
  setLookAt,
  setRing,
  setStamp,
  setTold,
  setToldAt,
  setToldCount,
  setViewFlags,
  setWord,
  stamp,
  told,
  toldAt,
  toldCount,
  wire,
  word,
} from "./columns";
import { sightX, sightY } from "./entities";
import {
  DUE_COUNT,
  ENTERED_TOTAL,
  ENTER_COUNT,
  FLAG_INCOMPLETE,
  FLAG_RESET,
  FRAME_BUDGET,
  FRAMES_SHORT_TOTAL,
  FRAMES_USED,
  FRAME_SLOTS,
  HYSTERESIS,
  INCOMPLETE_TOTAL,
  INNER_COUNT,
  LAST_BORN,
  LEFT_COUNT,
  LEFT_TOTAL,
  LOOKS_TOTAL,
  LOOK_NOT,
  LOOK_RESET,
  LOOK,
  LOOSE_COUNT,
  MAX_VISIBLE,
  NONE,
  PAIRS_USED,
  RESETS_TOTAL,
  RING_COUNT,
  STAMP_NOW,
  STAY_COUNT,
  TICK,
  VISIBLE,
} from "./layout";
import { addNearest, clearNearest, takeNearest } from "./nearest";
import { publish } from "./publish";
import { scan } from "./scan";
import { toI32 } from "./scalars";

// Stamps of a row while one observer is at work: STAMP_NOW plus
const TOLD_BEFORE = 0;
const STAYS = 1;
const CHOSEN_STAY = 2;
const CHOSEN_ENTER = 3;
const STAMPS = 4;

/** Leave radius of an enter radius, sight units. */
export function leaveRadius(radius: i32): i32 {
  const permille = (radius * (1000 + word(HYSTERESIS))) as f64;
  return toI32(Math.floor(permille / 1000));
}

/** The observer keeps what it was told; nothing is sent. */
export function keepTold(observer: i32): void {
  const to = word(PAIRS_USED);
  copyTold(to, toldAt(observer), toldCount(observer));
  setToldAt(observer, to);
  setWord(PAIRS_USED, to + toldCount(observer));
  setViewFlags(observer, 0);
}

function push(countWord: i32): i32 {
  const n = word(countWord);
  setWord(countWord, n + 1);
  return n;
}

/** Stamps what was told; rows that are somebody else by now have left. */
function recall(observer: i32, count: i32, base: i32): void {
  const from = toldAt(observer);
  const end = from + count;
  const since = lastLook(observer);
  if (word(LAST_BORN) <= since) {
    for (let i = from; i < end; i++) setStamp(told(i), base + TOLD_BEFORE);
    return;
  }
  for (let i = from; i < end; i++) {
    const row = told(i);
    if (born(row) > since) setLeft(push(LEFT_COUNT), row);
    else setStamp(row, base + TOLD_BEFORE);
  }
}

/** Adds the loose rows in reach, by exact 32-bit differences. */
function findLoose(observer: i32, radius: i32, leave: i32): void {
  const x = sightX(observer);
  const y = sightY(observer);
  const n = word(LOOSE_COUNT);
  for (let i = 0; i < n; i++) {
    const row = loose(i);
    const dx = sightX(row) - x;
    const dy = sightY(row) - y;
    if (dx > leave || dx < -leave || dy > leave || dy < -leave) continue;
    const d2 = dx * dx + dy * dy;
    if (d2 <= radius * radius) setInner(push(INNER_COUNT), row);
    else if (d2 <= leave * leave) setRing(push(RING_COUNT), row);
  }
}

function mayEnter(observer: i32, row: i32): bool {
  if (row == observer || row == NONE) return false;
  return (flags(row) & VISIBLE) != 0 && layer(row) == layer(observer);
}

/**
 * Sorts what was found: those that stay go to the told set of this tick, those of them that moved
 * since everything shown was true to the due list, those that may enter to the enter list.
 */
function classify(observer: i32, base: i32): void {
  const to = word(PAIRS_USED);
  const since = clean(observer);
  const inners = word(INNER_COUNT);
  const rings = word(RING_COUNT);
  let stays = 0;
  let dues = 0;
  let enters = 0;
  for (let k = 0; k < inners; k++) {
    const row = inner(k);
    if (stamp(row) == base + TOLD_BEFORE) {
      setStamp(row, base + STAYS);
      setTold(to + stays, row);
      stays++;
      setDue(dues, row);
      if (moved(row) > since) dues++;
    } else if (mayEnter(observer, row)) {
      setEnter(enters, row);
      enters++;
    }
  }
  for (let k = 0; k < rings; k++) {
    const row = ring(k);
    if (stamp(row) != base + TOLD_BEFORE) continue;
    setStamp(row, base + STAYS);
    setTold(to + stays, row);
    stays++;
    setDue(dues, row);
    if (moved(row) > since) dues++;
  }
  setWord(STAY_COUNT, stays);
  setWord(DUE_COUNT, dues);
  setWord(ENTER_COUNT, enters);
}

/** What was told and neither stays nor left by itself has left. */
function findLeft(observer: i32, count: i32, base: i32): void {
  if (word(STAY_COUNT) + word(LEFT_COUNT) == count) return;
  const from = toldAt(observer);
  for (let i = from; i < from + count; i++) {
    const row = told(i);
    if (stamp(row) == base + TOLD_BEFORE) setLeft(push(LEFT_COUNT), row);
  }
}

/** Over max_visible the set is the nearest, ties by row. @returns true when rows were cut */
function capVisible(observer: i32, base: i32): bool {
  const stays = word(STAY_COUNT);
  const enters = word(ENTER_COUNT);
  const most = word(MAX_VISIBLE);
  if (stays + enters <= most) return false;
  const to = word(PAIRS_USED);
  for (let i = 0; i < stays; i++) addNearest(observer, told(to + i));
  for (let i = 0; i < enters; i++) addNearest(observer, enter(i));
  for (let i = 0; i < most; i++) {
    const row = takeNearest();
    setStamp(row, base + (stamp(row) == base + STAYS ? CHOSEN_STAY : CHOSEN_ENTER));
  }
  clearNearest();
  const since = clean(observer);
  let kept = 0;
  let dues = 0;
  for (let i = 0; i < stays; i++) {
    const row = told(to + i);
    if (stamp(row) == base + CHOSEN_STAY) {
      setTold(to + kept, row);
      kept++;
      setDue(dues, row);
      if (moved(row) > since) dues++;
    } else {
      setLeft(push(LEFT_COUNT), row);
    }
  }
  setWord(STAY_COUNT, kept);
  setWord(DUE_COUNT, dues);
  kept = 0;
  for (let i = 0; i < enters; i++) {
    const row = enter(i);
    if (stamp(row) == base + CHOSEN_ENTER) {
      setEnter(kept, row);
      kept++;
    }
  }
  setWord(ENTER_COUNT, kept);
  return true;
}

/** Everything is forgotten: whoever stays enters anew. */
function forget(): void {
  const to = word(PAIRS_USED);
  const stays = word(STAY_COUNT);
  for (let i = 0; i < stays; i++) setEnter(push(ENTER_COUNT), told(to + i));
  setWord(STAY_COUNT, 0);
  setWord(DUE_COUNT, 0);
  setWord(LEFT_COUNT, 0);
}

/** Closes the told set: behind those that stay, the first `entered` of the enter list. */
function noteTold(observer: i32, entered: i32): void {
  const stays = word(STAY_COUNT);
  const to = word(PAIRS_USED);
  for (let i = 0; i < entered; i++) setTold(to + stays + i, enter(i));
  setToldAt(observer, to);
  setToldCount(observer, stays + entered);
  setWord(PAIRS_USED, to + stays + entered);
}

/** One look of one observer over its candidates: diff, frames, told set. */
export function observe(observer: i32, candidates: i32): void {
  const budget = word(FRAME_BUDGET);
  if (word(FRAMES_USED) + budget > FRAME_SLOTS) {
    addWord(FRAMES_SHORT_TOTAL, 1);
    keepTold(observer);
    setViewFlags(observer, FLAG_INCOMPLETE);
    return;
  }
  const base = word(STAMP_NOW);
  setWord(STAMP_NOW, base + STAMPS);
  let reset = lookAt(observer) == LOOK_RESET || born(observer) > lastLook(observer);
  const before = reset ? 0 : toldCount(observer);
  const radius = aoiRadius(observer);
  const leave = leaveRadius(radius);

  setWord(LEFT_COUNT, 0);
  recall(observer, before, base);
  scan(candidates, wire(observer), radius * radius, leave * leave);
  findLoose(observer, radius, leave);
  classify(observer, base);
  findLeft(observer, before, base);
  const capped = capVisible(observer, base);
  // half of the budget at 2 bytes each; a view that loses more is cheaper to tell anew
  if (word(LEFT_COUNT) > budget * 120) {
    reset = true;
    forget();
  }
  const enters = word(ENTER_COUNT);
  const entered = publish(observer);
  noteTold(observer, entered);

  const incomplete = capped || entered < enters || clean(observer) != word(TICK);
  setViewFlags(observer, (reset ? FLAG_RESET : 0) | (incomplete ? FLAG_INCOMPLETE : 0));
  setLookAt(observer, LOOK);
  setLastLook(observer, word(TICK));
  addWord(LOOKS_TOTAL, 1);
  addWord(ENTERED_TOTAL, entered);
  addWord(LEFT_TOTAL, word(LEFT_COUNT));
  if (incomplete) addWord(INCOMPLETE_TOTAL, 1);
  if (reset) addWord(RESETS_TOTAL, 1);
}

/** True for an observer that is to be scanned in this step. */
export function isLooking(row: i32): bool {
  return lookAt(row) != LOOK_NOT;
}
