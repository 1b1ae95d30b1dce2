// From a look to frames: what left, who enters as far as there is room (nearest first), then the
// positions and components that the client does not have. All that is due, if it fits; otherwise
// the nearest few and, from a cursor on, the others in turn, so that none waits for ever:
// V due, room for B: each is refreshed within ceil((V - N) / (B - N)) + 1 ticks.
import {
  addWord,
  candidateRow,
  cursor,
  dueMask,
  enter,
  heapRow,
  lap,
  marks,
  moved,
  near,
  setClean,
  setCursor,
  setDue,
  setDueMask,
  setEnter,
  setLap,
  setMarks,
  setWord,
  word,
  wrote,
} from "./columns";
import {
  bothLeft,
  changedBytes,
  closeFrame,
  entityRecords,
  fitsAll,
  openFrame,
  openFrames,
  putChanged,
  putEntered,
  putLeft,
  putMoved,
  recordsLeft,
  recordsPerFrame,
  writeAllChanged,
  writeAllMoved,
  writeBoth,
  writeChanged,
  writeEntered,
  writeLeft,
  writeMoved,
} from "./frames";
import {
  CANDIDATE_WORDS,
  COMPONENT_BYTES,
  DUE_COUNT,
  ENTER_COUNT,
  FRAME_BUDGET,
  FRAME_BYTES,
  HEADER_MAX,
  HEAP_COUNT,
  LAST_WROTE,
  LEFT_COUNT,
  NEAREST,
  NEAR_COUNT,
  RECORD_BYTES,
  ROW_END,
  SENT_TOTAL,
  TICK,
  WRITTEN_COUNT,
} from "./layout";
import { fillPositions, positionOf } from "./leaves";
import { addNearest, clearNearest, offerNear, takeNearest } from "./nearest";
import { ctz32 } from "./scalars";

/**
 * Writes who enters, nearest first where not all fit, and leaves room for `reserve` records.
 * @returns how many entered; they are the first of the enter list
 */
function writeEnters(observer: i32, reserve: i32): i32 {
  const enters = word(ENTER_COUNT);
  const all = (enters + word(FRAME_BUDGET)) * entityRecords() + reserve <= recordsLeft();
  let n = 0;
  if (all) {
    while (n < enters && writeEntered(observer, candidateRow(enter(n)), reserve)) n++;
    return n;
  }
  for (let i = 0; i < enters; i++) addNearest(observer, enter(i));
  fillPositions();
  // those that do not fit stay in the heap: whoever has entered stands before them in the list
  for (let row = takeNearest(); row >= 0; row = takeNearest()) {
    if (!writeEntered(observer, row, reserve)) {
      addNearest(observer, positionOf(row));
      break;
    }
    setEnter(n, positionOf(row));
    n++;
  }
  let rest = n;
  for (let i = 0; i < word(HEAP_COUNT); i++) {
    setEnter(rest, positionOf(heapRow(i)));
    rest++;
  }
  clearNearest();
  return n;
}

/**
 * Of `count` due candidates more than fit, puts the nearest and those next in turn on the due list.
 * @returns how many: at most `room`
 */
function chooseDue(observer: i32, room: i32): i32 {
  setWord(NEAR_COUNT, 0);
  fillPositions();
  const nearest = room >> 1 < NEAREST ? room >> 1 : NEAREST;
  const words = word(CANDIDATE_WORDS);
  for (let w = 0; w < words; w++) {
    let bits = dueMask(w);
    while (bits != 0) {
      const k = (w << 5) + ctz32(bits);
      bits &= bits - 1;
      offerNear(observer, k, nearest);
      const row = candidateRow(k);
      setMarks(row >> 5, marks(row >> 5) | (1 << (row & 31)));
    }
  }
  const first = word(NEAR_COUNT);
  for (let i = 0; i < first; i++) {
    const row = near(i);
    setDue(i, positionOf(row));
    setMarks(row >> 5, marks(row >> 5) & ~(1 << (row & 31)));
  }
  return takeTurns(observer, first, room);
}

/** Fills the due list from `count` to `room` with marked rows from the cursor on; clears marks. */
function takeTurns(observer: i32, count: i32, room: i32): i32 {
  const from = cursor(observer);
  const words = (word(ROW_END) + 31) >> 5;
  if (from == 0) setLap(observer, word(TICK));
  let n = count;
  let next = -1;
  for (let w = 0; w < words; w++) {
    let bits = marks(w);
    setMarks(w, 0);
    if (next >= 0 || w < from >> 5) continue;
    if (w == from >> 5) bits &= -1 << (from & 31);
    while (bits != 0) {
      const row = (w << 5) + ctz32(bits);
      bits &= bits - 1;
      if (n == room) {
        next = row;
        break;
      }
      setDue(n, positionOf(row));
      n++;
    }
  }
  setCursor(observer, next < 0 ? 0 : next);
  if (next < 0) setClean(observer, lap(observer));
  return n;
}

/** Records of `moved` that one takes the room of together with one of `changed`, at most. */
const BOTH_RECORDS = 4;

/** Bytes that a `left` or a `moved` field takes beside its rows and records; an Entity, at most. */
const FIELD_BYTES = 3;
const ENTITY_BYTES = 28;

/** Lists the written rows: of the due ones, and the observer, those written after `since`. */
function listWritten(observer: i32, since: i32): void {
  setWord(WRITTEN_COUNT, 0);
  if (word(LAST_WROTE) <= since) return;
  let n = 0;
  if (wrote(observer) > since) {
    setDue(0, observer);
    n = 1;
  }
  const words = word(DUE_COUNT) == 0 ? 0 : word(CANDIDATE_WORDS);
  for (let w = 0; w < words; w++) {
    let bits = dueMask(w);
    while (bits != 0) {
      const row = candidateRow((w << 5) + ctz32(bits));
      bits &= bits - 1;
      if (wrote(row) <= since) continue;
      setDue(n, row);
      n++;
    }
  }
  setWord(WRITTEN_COUNT, n);
}

/** Takes out of the due ones who did not move after `since`: its components are told alone. */
function dropUnmoved(since: i32): void {
  if (word(DUE_COUNT) == 0) return;
  let dues = 0;
  const words = word(CANDIDATE_WORDS);
  for (let w = 0; w < words; w++) {
    let bits = dueMask(w);
    let kept = 0;
    while (bits != 0) {
      const k = ctz32(bits);
      bits &= bits - 1;
      if (moved(candidateRow((w << 5) + k)) <= since) continue;
      kept |= 1 << k;
      dues++;
    }
    setDueMask(w, kept);
  }
  setWord(DUE_COUNT, dues);
}

/** True when all there is to tell fits one frame behind the longest header, whatever it is. */
function isFew(): bool {
  const bytes =
    FIELD_BYTES * 2 +
    word(LEFT_COUNT) * 2 +
    word(ENTER_COUNT) * ENTITY_BYTES +
    word(DUE_COUNT) * RECORD_BYTES;
  if (word(COMPONENT_BYTES) == 0) return bytes <= FRAME_BYTES - HEADER_MAX;
  const records = word(ENTER_COUNT) + word(WRITTEN_COUNT);
  return bytes + FIELD_BYTES + records * changedBytes() <= FRAME_BYTES - HEADER_MAX;
}

/** What nearly every look comes to: a frame that has room for all. */
function publishFew(observer: i32, since: i32): void {
  const written = word(WRITTEN_COUNT);
  if (written != 0) dropUnmoved(since);
  const lefts = word(LEFT_COUNT);
  const enters = word(ENTER_COUNT);
  const count = word(DUE_COUNT);
  setClean(observer, word(TICK));
  setCursor(observer, 0);
  if ((lefts | enters | count | written) == 0) return;
  openFrame(observer);
  if (lefts != 0) putLeft(0, lefts);
  for (let i = 0; i < enters; i++) putEntered(candidateRow(enter(i)));
  if (count != 0) putMoved(count);
  if (written != 0) putChanged(0, written);
  closeFrame(observer);
  addWord(SENT_TOTAL, count);
}

/**
 * Lays the frames of one look.
 * @param since tick up to which all that is shown is true; -1 when nothing is shown
 * @returns how many of the enter list entered; they are its first
 */
export function publish(observer: i32, since: i32): i32 {
  if (word(COMPONENT_BYTES) != 0) listWritten(observer, since);
  if (!isFew()) return publishAll(observer, since);
  publishFew(observer, since);
  return word(ENTER_COUNT);
}

function publishAll(observer: i32, since: i32): i32 {
  openFrames(observer, word(FRAME_BUDGET));
  if (word(LEFT_COUNT) != 0) writeLeft(observer, word(LEFT_COUNT));
  const count = word(DUE_COUNT);
  let entered = 0;
  if (word(ENTER_COUNT) != 0) {
    const half = (word(FRAME_BUDGET) * recordsPerFrame()) >> 1;
    const wanted = word(WRITTEN_COUNT) == 0 ? count : (count + 1) * BOTH_RECORDS + 1;
    entered = writeEnters(observer, wanted < half ? wanted : half);
  }
  if (word(WRITTEN_COUNT) != 0) publishBoth(observer, since);
  else publishMoved(observer);
  closeFrame(observer);
  return entered;
}

/** Positions: of all, or of those whose turn it is. */
function publishMoved(observer: i32): void {
  const count = word(DUE_COUNT);
  const room = recordsLeft();
  if (count <= room) {
    setClean(observer, word(TICK));
    setCursor(observer, 0);
    writeAllMoved(observer, count);
    addWord(SENT_TOTAL, count);
  } else {
    const sent = chooseDue(observer, room);
    writeMoved(observer, sent);
    addWord(SENT_TOTAL, sent);
  }
}

/** Positions and components: of all, or the observer's own and of those whose turn it is. */
function publishBoth(observer: i32, since: i32): void {
  if (fitsAll(word(DUE_COUNT))) {
    dropUnmoved(since);
    setClean(observer, word(TICK));
    setCursor(observer, 0);
    writeAllMoved(observer, word(DUE_COUNT));
    writeAllChanged(observer);
    addWord(SENT_TOTAL, word(DUE_COUNT));
    return;
  }
  if (wrote(observer) > since && !writeChanged(observer, observer)) return;
  const sent = chooseDue(observer, bothLeft());
  writeBoth(observer, sent, since);
  addWord(SENT_TOTAL, sent);
}
