// AoiUpdate bodies: left, entered, moved and changed, in the order in which a client applies them,
// laid into slots that the host sends in place once it has put the header before them.
//
//   slot   | headroom 32 | left: 3a len u16* | entered: 42 len Entity … | moved: 32 len 6-byte* |
//                          ^ body, at most 512 - header           | changed: 4a len record*     ^
//
// moved's records are alias (the row), x, y; changed's are alias and the components of which
// observers are told: see docs/protocol.md.
import {
  candidateRow,
  component,
  due,
  frameCount,
  kind,
  left,
  posX,
  posY,
  putByte,
  putHalf,
  putRecord,
  sequence,
  setFrameCount,
  setFrameFirst,
  setFrameLength,
  setWord,
  word,
  wrote,
} from "./columns";
import { handleOf, sightX, sightY } from "./entities";
import {
  COMPONENTS,
  COMPONENT_BYTES,
  FRAMES,
  FRAMES_LEFT,
  FRAMES_USED,
  FRAME_AT,
  FRAME_BYTES,
  FRAME_END,
  FRAME_ROOM,
  FRAME_STRIDE,
  HEADROOM,
  RECORD_BYTES,
  RECORD_WORD,
  TICK,
  WRITTEN_COUNT,
} from "./layout";
import { layRecords } from "./records";
import { clz32, shr32 } from "./scalars";

/** Bytes of v, an unsigned 32-bit word, as a varint. */
function varintSize(v: i32): i32 {
  const bits = 32 - clz32(v | 1);
  return bits <= 7 ? 1 : bits <= 14 ? 2 : bits <= 21 ? 3 : bits <= 28 ? 4 : 5;
}

function zigzag(v: i32): i32 {
  return (v << 1) ^ (v >> 31);
}

/** Bytes of a field with a one-byte tag; proto3 leaves a zero out. */
function fieldSize(v: i32): i32 {
  return v == 0 ? 0 : 1 + varintSize(v);
}

function putVarint(at: i32, value: i32): i32 {
  let v = value;
  let to = at;
  while ((v & -128) != 0) {
    putByte(to, (v & 127) | 128);
    to++;
    v = shr32(v, 7);
  }
  putByte(to, v);
  return to + 1;
}

function putField(at: i32, tag: i32, v: i32): i32 {
  if (v == 0) return at;
  putByte(at, tag);
  return putVarint(at + 1, v);
}

/** The most bytes that the host's header takes before this observer's body. */
function headerSize(observer: i32): i32 {
  return (
    1 +
    2 +
    fieldSize(word(TICK)) +
    fieldSize(sequence(observer)) +
    fieldSize(zigzag(posX(observer))) +
    fieldSize(zigzag(posY(observer))) +
    2
  );
}

/** Records of `moved` that an Entity takes the room of, at most. */
export function entityRecords(): i32 {
  return word(COMPONENT_BYTES) == 0 ? 5 : 8;
}

/** Bytes of a record of `changed`. */
export function changedBytes(): i32 {
  return 2 + word(COMPONENT_BYTES);
}

/** Opens the frames of an observer; nothing is written yet. */
export function openFrames(observer: i32, budget: i32): void {
  setWord(FRAMES_LEFT, budget);
  setWord(FRAME_ROOM, FRAME_BYTES - headerSize(observer));
  setWord(FRAME_AT, 0);
  setWord(FRAME_END, 0);
}

/** Records that fit into one empty frame. */
export function recordsPerFrame(): i32 {
  return recordsIn(word(FRAME_ROOM));
}

/** Records that fit behind the tag and length of a `moved` field in `room` bytes. */
function recordsIn(room: i32): i32 {
  const bytes = room - 3;
  // 10923 / 2^16 is a shade over 1/6: exact for the 512 bytes of a frame
  return bytes < 6 ? 0 : (bytes * 10923) >> 16;
}

/** Records that still fit into what the observer has left. */
export function recordsLeft(): i32 {
  const open = recordsIn(word(FRAME_END) - word(FRAME_AT));
  return open + word(FRAMES_LEFT) * recordsPerFrame();
}

/** Makes room for `bytes` more in one frame. @returns false when the budget is spent */
function need(observer: i32, bytes: i32): bool {
  if (word(FRAME_END) - word(FRAME_AT) >= bytes) return true;
  if (word(FRAMES_LEFT) == 0) return false;
  closeFrame(observer);
  openFrame(observer);
  setWord(FRAMES_LEFT, word(FRAMES_LEFT) - 1);
  setWord(FRAME_END, word(FRAME_AT) + word(FRAME_ROOM));
  return true;
}

/** Opens the observer's next frame. */
export function openFrame(observer: i32): void {
  const used = word(FRAMES_USED);
  const count = frameCount(observer);
  setWord(FRAMES_USED, used + 1);
  if (count == 0) setFrameFirst(observer, used);
  setFrameCount(observer, count + 1);
  setWord(FRAME_AT, FRAMES + used * FRAME_STRIDE + HEADROOM);
}

/** Notes the length of the observer's open frame, if it has one. */
export function closeFrame(observer: i32): void {
  if (frameCount(observer) == 0) return;
  const used = word(FRAMES_USED) - 1;
  setFrameLength(used, word(FRAME_AT) - (FRAMES + used * FRAME_STRIDE + HEADROOM));
}

/** Writes `count` of the left list from `from` on into the open frame. */
export function putLeft(from: i32, count: i32): void {
  putByte(word(FRAME_AT), 0x3a);
  let at = putVarint(word(FRAME_AT) + 1, count * 2);
  for (let i = from; i < from + count; i++) {
    putHalf(at, left(i));
    at += 2;
  }
  setWord(FRAME_AT, at);
}

/** Writes the first `count` of the left list; the caller has seen that they fit. */
export function writeLeft(observer: i32, count: i32): void {
  let i = 0;
  while (i < count) {
    if (!need(observer, 5)) return;
    const fit = (word(FRAME_END) - word(FRAME_AT) - 3) >> 1;
    const n = count - i < fit ? count - i : fit;
    putLeft(i, n);
    i += n;
  }
}

/** True while a row's components, as far as observers are told of them, are as at its birth. */
function isBlank(row: i32): bool {
  let bits = 0;
  for (let k = 0; k << 2 < word(COMPONENT_BYTES); k++) bits |= component(row * COMPONENTS + k);
  return bits == 0;
}

/** Lays the components of which observers are told. */
function putComponents(at: i32, row: i32): i32 {
  const bytes = word(COMPONENT_BYTES);
  for (let b = 0; b < bytes; b++) {
    putByte(at + b, component(row * COMPONENTS + (b >> 2)) >> ((b & 3) << 3));
  }
  return at + bytes;
}

/** Writes an Entity into the open frame. */
export function putEntered(row: i32): void {
  const start = word(FRAME_AT);
  let at = putField(start + 2, 0x08, row);
  at = putField(at, 0x10, handleOf(row));
  at = putField(at, 0x18, kind(row));
  at = putField(at, 0x20, zigzag(sightX(row)));
  at = putField(at, 0x28, zigzag(sightY(row)));
  if (word(COMPONENT_BYTES) != 0 && !isBlank(row)) {
    putByte(at, 0x32);
    putByte(at + 1, word(COMPONENT_BYTES));
    at = putComponents(at + 2, row);
  }
  putByte(start, 0x42);
  putByte(start + 1, at - start - 2);
  setWord(FRAME_AT, at);
}

/** Writes an Entity. @returns false when it does not fit and leave room for `reserve` records */
export function writeEntered(observer: i32, row: i32, reserve: i32): bool {
  const x = zigzag(sightX(row));
  const y = zigzag(sightY(row));
  let size =
    fieldSize(row) + fieldSize(handleOf(row)) + fieldSize(kind(row)) + fieldSize(x) + fieldSize(y);
  if (word(COMPONENT_BYTES) != 0 && !isBlank(row)) size += changedBytes();
  const fits = word(FRAME_END) - word(FRAME_AT) >= size + 2;
  const own = entityRecords();
  const cost = fits ? own : recordsIn(word(FRAME_END) - word(FRAME_AT)) + own;
  if (recordsLeft() - cost < reserve) return false;
  if (!need(observer, size + 2)) return false;
  putEntered(row);
  return true;
}

/**
 * Opens a `moved` field for as many of `count` records as fit. @returns how many, 0 when the budget
 * is spent; FRAME_AT is where the first goes
 */
function openMoved(observer: i32, count: i32): i32 {
  if (!need(observer, 9)) return 0;
  const fit = recordsIn(word(FRAME_END) - word(FRAME_AT));
  const n = count < fit ? count : fit;
  putByte(word(FRAME_AT), 0x32);
  setWord(FRAME_AT, putVarint(word(FRAME_AT) + 1, n * RECORD_BYTES));
  return n;
}

/** Writes the first `count` candidates of the due list as moved records. */
export function writeMoved(observer: i32, count: i32): void {
  let i = 0;
  while (i < count) {
    const end = i + openMoved(observer, count - i);
    if (end == i) return;
    let at = word(FRAME_AT);
    for (; i < end; i++) {
      putRecord(at, due(i));
      at += RECORD_BYTES;
    }
    setWord(FRAME_AT, at);
  }
}

/** Writes all `count` candidates of DUE_MASK as records; the caller has seen that they fit. */
export function writeAllMoved(observer: i32, count: i32): void {
  setWord(RECORD_WORD, 0);
  let rest = count;
  while (rest > 0) {
    const n = openMoved(observer, rest);
    setWord(FRAME_AT, layRecords(word(FRAME_AT), n));
    rest -= n;
  }
}

/** Writes all `count` candidates of DUE_MASK into the open frame, which has room for them. */
export function putMoved(count: i32): void {
  putByte(word(FRAME_AT), 0x32);
  setWord(RECORD_WORD, 0);
  setWord(FRAME_AT, layRecords(putVarint(word(FRAME_AT) + 1, count * RECORD_BYTES), count));
}

/** Writes one record of `changed`. */
function putChangedRecord(row: i32): void {
  putHalf(word(FRAME_AT), row);
  setWord(FRAME_AT, putComponents(word(FRAME_AT) + 2, row));
}

/** Opens a `changed` field for `count` records; the caller has seen that they fit. */
function openChanged(count: i32): void {
  putByte(word(FRAME_AT), 0x4a);
  setWord(FRAME_AT, putVarint(word(FRAME_AT) + 1, count * changedBytes()));
}

/** Writes `count` of the written rows from `from` on into the open frame. */
export function putChanged(from: i32, count: i32): void {
  openChanged(count);
  for (let i = from; i < from + count; i++) putChangedRecord(due(i));
}

/** Whole pieces of `size` bytes in `bytes`. */
function piecesIn(bytes: i32, size: i32): i32 {
  let n = 0;
  for (let rest = bytes - size; rest >= 0; rest -= size) n++;
  return n;
}

/** Writes the components of all written rows; the caller has seen that they fit. */
export function writeAllChanged(observer: i32): void {
  let i = 0;
  while (i < word(WRITTEN_COUNT)) {
    if (!need(observer, 3 + changedBytes())) return;
    const fit = piecesIn(word(FRAME_END) - word(FRAME_AT) - 3, changedBytes());
    const rest = word(WRITTEN_COUNT) - i;
    const n = rest < fit ? rest : fit;
    putChanged(i, n);
    i += n;
  }
}

/**
 * True when `moved` records and those of all written rows fit into what the observer has left. In
 * each frame a header and what is too small for one more record may be lost.
 */
export function fitsAll(moved: i32): bool {
  const bytes = moved * RECORD_BYTES + word(WRITTEN_COUNT) * changedBytes();
  const lost = (word(FRAMES_LEFT) + 1) * (changedBytes() + 5);
  const open = word(FRAME_END) - word(FRAME_AT);
  return bytes + lost <= open + word(FRAMES_LEFT) * word(FRAME_ROOM);
}

/** Rows of which both position and components fit into `room` bytes. */
function bothIn(room: i32): i32 {
  return piecesIn(room - 6, RECORD_BYTES + changedBytes());
}

/** Rows of which both still fit into what the observer has left. */
export function bothLeft(): i32 {
  const open = bothIn(word(FRAME_END) - word(FRAME_AT));
  return open + word(FRAMES_LEFT) * bothIn(word(FRAME_ROOM));
}

/** Of [from, to) of the due list, writes the components of those written after `since`. */
function writeChangedOf(from: i32, to: i32, since: i32): void {
  let n = 0;
  for (let i = from; i < to; i++) if (wrote(candidateRow(due(i))) > since) n++;
  if (n == 0) return;
  openChanged(n);
  for (let i = from; i < to; i++) {
    if (wrote(candidateRow(due(i))) > since) putChangedRecord(candidateRow(due(i)));
  }
}

/** Writes position, and components written after `since`, of the first `count` of the due list. */
export function writeBoth(observer: i32, count: i32, since: i32): void {
  let i = 0;
  while (i < count) {
    if (!need(observer, 6 + RECORD_BYTES + changedBytes())) return;
    const fit = bothIn(word(FRAME_END) - word(FRAME_AT));
    const end = count - i < fit ? count : i + fit;
    putByte(word(FRAME_AT), 0x32);
    let at = putVarint(word(FRAME_AT) + 1, (end - i) * RECORD_BYTES);
    for (let k = i; k < end; k++) {
      putRecord(at, due(k));
      at += RECORD_BYTES;
    }
    setWord(FRAME_AT, at);
    writeChangedOf(i, end, since);
    i = end;
  }
}

/** Writes a record of `changed` for one row. @returns false when the budget is spent */
export function writeChanged(observer: i32, row: i32): bool {
  if (!need(observer, 3 + changedBytes())) return false;
  openChanged(1);
  putChangedRecord(row);
  return true;
}
