// The JavaScript spelling of columns.ts, over typed arrays on one buffer. The build wraps the twin
// in a function, so that each world has a buffer of its own.
import {
  AOI_RADIUS,
  BANK,
  BANK_TICK,
  BORN,
  BUCKET,
  CANDIDATE_LAYERS,
  CANDIDATE_MOVED,
  CANDIDATE_RECORD,
  CANDIDATE_ROW,
  CANDIDATE_WIRE,
  CHANGED,
  CLEAN,
  COMMAND,
  COMPONENT,
  CORRECTION,
  CURSOR,
  DUE,
  DUE_MASK,
  ELIGIBLE,
  END,
  ENTER,
  FLAGS,
  FRAME_COUNT,
  FRAME_FIRST,
  FRAME_LENGTH,
  FREE,
  GENERATION,
  HEAP_KEY,
  HEAP_ROW,
  INTENT,
  INTENT_FIRST,
  INTENT_LAST,
  INTENT_NEXT,
  KIND,
  LAP,
  LAST_LOOK,
  LAYER,
  LEFT,
  LISTED,
  LOOK_AT,
  MARKS,
  MASKS,
  MASK_AT,
  MAX_SPEED,
  MOVED,
  NEAR,
  NEAR_KEY,
  NODE_FRESH,
  NODE_HIGH,
  NODE_LOW,
  NODE_MAX_X,
  NODE_MAX_Y,
  NODE_MIN_X,
  NODE_MIN_Y,
  NODE_SKIP,
  POSITION,
  POS_X,
  POS_Y,
  QUERY,
  RANGE,
  RECALLED,
  RESULT,
  ROW_HASH_A,
  ROW_HASH_B,
  ROW_REST_A,
  ROW_REST_B,
  SEQUENCE,
  SHIFT,
  SLOT,
  SLOT_LAYER,
  SLOT_MOVED,
  SLOT_NODE,
  SLOT_ROW,
  SLOT_WIRE,
  SORT_BUCKET,
  SORT_KEY,
  SORT_KEY_B,
  SORT_ROW,
  SORT_ROW_B,
  STIRRED,
  TOLD,
  TOLD_AT,
  TOLD_COUNT,
  TOUCHED,
  TRANSIT,
  VERDICT,
  VIEW_FLAGS,
  WIRE,
  WORLD,
  WROTE,
} from "./layout";

/** As large as the WebAssembly memory; pages never touched cost nothing. */
export const memory = new ArrayBuffer((END + 65535) & -65536);
const u8 = new Uint8Array(memory);
const u16 = new Uint16Array(memory);
const i32 = new Int32Array(memory);

export function word(index: i32): i32 {
  return i32[(WORLD >> 2) + index]!;
}
export function setWord(index: i32, v: i32): void {
  i32[(WORLD >> 2) + index] = v;
}
/** Adds to a word, mod 2^32. */
export function addWord(index: i32, n: i32): void {
  setWord(index, (word(index) + n) | 0);
}

// ---- state
export function generation(row: i32): i32 {
  return u16[(GENERATION >> 1) + row]!;
}
export function setGeneration(row: i32, v: i32): void {
  u16[(GENERATION >> 1) + row] = v;
}
export function kind(row: i32): i32 {
  return u16[(KIND >> 1) + row]!;
}
export function setKind(row: i32, v: i32): void {
  u16[(KIND >> 1) + row] = v;
}
export function flags(row: i32): i32 {
  return u8[FLAGS + row]!;
}
export function setFlags(row: i32, v: i32): void {
  u8[FLAGS + row] = v;
}
export function layer(row: i32): i32 {
  return u8[LAYER + row]!;
}
export function setLayer(row: i32, v: i32): void {
  u8[LAYER + row] = v;
}
export function posX(row: i32): i32 {
  return i32[(POS_X >> 2) + row]!;
}
export function setPosX(row: i32, v: i32): void {
  i32[(POS_X >> 2) + row] = v;
}
export function posY(row: i32): i32 {
  return i32[(POS_Y >> 2) + row]!;
}
export function setPosY(row: i32, v: i32): void {
  i32[(POS_Y >> 2) + row] = v;
}
export function bank(row: i32): i32 {
  return i32[(BANK >> 2) + row]!;
}
export function setBank(row: i32, v: i32): void {
  i32[(BANK >> 2) + row] = v;
}
export function bankTick(row: i32): i32 {
  return i32[(BANK_TICK >> 2) + row]!;
}
export function setBankTick(row: i32, v: i32): void {
  i32[(BANK_TICK >> 2) + row] = v;
}
export function sequence(row: i32): i32 {
  return i32[(SEQUENCE >> 2) + row]!;
}
export function setSequence(row: i32, v: i32): void {
  i32[(SEQUENCE >> 2) + row] = v;
}
export function maxSpeed(row: i32): i32 {
  return i32[(MAX_SPEED >> 2) + row]!;
}
export function setMaxSpeed(row: i32, v: i32): void {
  i32[(MAX_SPEED >> 2) + row] = v;
}
export function aoiRadius(row: i32): i32 {
  return i32[(AOI_RADIUS >> 2) + row]!;
}
export function setAoiRadius(row: i32, v: i32): void {
  i32[(AOI_RADIUS >> 2) + row] = v;
}
export function component(row: i32): i32 {
  return i32[(COMPONENT >> 2) + row]!;
}
export function setComponent(row: i32, v: i32): void {
  i32[(COMPONENT >> 2) + row] = v;
}
export function free(row: i32): i32 {
  return u16[(FREE >> 1) + row]!;
}
export function setFree(row: i32, v: i32): void {
  u16[(FREE >> 1) + row] = v;
}

// ---- derived columns
export function rowHashA(row: i32): i32 {
  return i32[(ROW_HASH_A >> 2) + row]!;
}
export function setRowHashA(row: i32, v: i32): void {
  i32[(ROW_HASH_A >> 2) + row] = v;
}
export function rowHashB(row: i32): i32 {
  return i32[(ROW_HASH_B >> 2) + row]!;
}
export function setRowHashB(row: i32, v: i32): void {
  i32[(ROW_HASH_B >> 2) + row] = v;
}
export function rowRestA(i: i32): i32 {
  return i32[(ROW_REST_A >> 2) + i]!;
}
export function setRowRestA(i: i32, v: i32): void {
  i32[(ROW_REST_A >> 2) + i] = v;
}
export function rowRestB(i: i32): i32 {
  return i32[(ROW_REST_B >> 2) + i]!;
}
export function setRowRestB(i: i32, v: i32): void {
  i32[(ROW_REST_B >> 2) + i] = v;
}
export function wire(row: i32): i32 {
  return i32[(WIRE >> 2) + row]!;
}
export function setWire(row: i32, v: i32): void {
  i32[(WIRE >> 2) + row] = v;
}
export function born(row: i32): i32 {
  return i32[(BORN >> 2) + row]!;
}
export function setBorn(row: i32, v: i32): void {
  i32[(BORN >> 2) + row] = v;
}
export function moved(row: i32): i32 {
  return i32[(MOVED >> 2) + row]!;
}
export function setMoved(row: i32, v: i32): void {
  i32[(MOVED >> 2) + row] = v;
}
export function clean(row: i32): i32 {
  return i32[(CLEAN >> 2) + row]!;
}
export function setClean(row: i32, v: i32): void {
  i32[(CLEAN >> 2) + row] = v;
}
export function cursor(row: i32): i32 {
  return i32[(CURSOR >> 2) + row]!;
}
export function setCursor(row: i32, v: i32): void {
  i32[(CURSOR >> 2) + row] = v;
}
export function lap(row: i32): i32 {
  return i32[(LAP >> 2) + row]!;
}
export function setLap(row: i32, v: i32): void {
  i32[(LAP >> 2) + row] = v;
}
export function lastLook(row: i32): i32 {
  return i32[(LAST_LOOK >> 2) + row]!;
}
export function setLastLook(row: i32, v: i32): void {
  i32[(LAST_LOOK >> 2) + row] = v;
}
export function wrote(row: i32): i32 {
  return i32[(WROTE >> 2) + row]!;
}
export function setWrote(row: i32, v: i32): void {
  i32[(WROTE >> 2) + row] = v;
}
export function toldAt(row: i32): i32 {
  return i32[(TOLD_AT >> 2) + row]!;
}
export function setToldAt(row: i32, v: i32): void {
  i32[(TOLD_AT >> 2) + row] = v;
}
export function toldCount(row: i32): i32 {
  return u16[(TOLD_COUNT >> 1) + row]!;
}
export function setToldCount(row: i32, v: i32): void {
  u16[(TOLD_COUNT >> 1) + row] = v;
}
export function slot(row: i32): i32 {
  return i32[(SLOT >> 2) + row]!;
}
export function setSlot(row: i32, v: i32): void {
  i32[(SLOT >> 2) + row] = v;
}
export function frameFirst(row: i32): i32 {
  return u16[(FRAME_FIRST >> 1) + row]!;
}
export function setFrameFirst(row: i32, v: i32): void {
  u16[(FRAME_FIRST >> 1) + row] = v;
}
export function intentFirst(row: i32): i32 {
  return i32[(INTENT_FIRST >> 2) + row]!;
}
export function setIntentFirst(row: i32, v: i32): void {
  i32[(INTENT_FIRST >> 2) + row] = v;
}
export function intentLast(row: i32): i32 {
  return i32[(INTENT_LAST >> 2) + row]!;
}
export function setIntentLast(row: i32, v: i32): void {
  i32[(INTENT_LAST >> 2) + row] = v;
}
export function frameCount(row: i32): i32 {
  return u8[FRAME_COUNT + row]!;
}
export function setFrameCount(row: i32, v: i32): void {
  u8[FRAME_COUNT + row] = v;
}
export function lookAt(row: i32): i32 {
  return u8[LOOK_AT + row]!;
}
export function setLookAt(row: i32, v: i32): void {
  u8[LOOK_AT + row] = v;
}
export function viewFlags(row: i32): i32 {
  return u8[VIEW_FLAGS + row]!;
}
export function setViewFlags(row: i32, v: i32): void {
  u8[VIEW_FLAGS + row] = v;
}
export function verdict(row: i32): i32 {
  return u8[VERDICT + row]!;
}
export function setVerdict(row: i32, v: i32): void {
  u8[VERDICT + row] = v;
}
export function correction(row: i32): i32 {
  return u16[(CORRECTION >> 1) + row]!;
}
export function setCorrection(row: i32, v: i32): void {
  u16[(CORRECTION >> 1) + row] = v;
}
export function marks(row: i32): i32 {
  return i32[(MARKS >> 2) + row]!;
}
export function setMarks(row: i32, v: i32): void {
  i32[(MARKS >> 2) + row] = v;
}
export function touched(i: i32): i32 {
  return i32[(TOUCHED >> 2) + i]!;
}
export function setTouched(i: i32, v: i32): void {
  i32[(TOUCHED >> 2) + i] = v;
}
export function maskAt(i: i32): i32 {
  return i32[(MASK_AT >> 2) + i]!;
}
export function setMaskAt(i: i32, v: i32): void {
  i32[(MASK_AT >> 2) + i] = v;
}

// ---- index
export function slotWire(row: i32): i32 {
  return i32[(SLOT_WIRE >> 2) + row]!;
}
export function setSlotWire(row: i32, v: i32): void {
  i32[(SLOT_WIRE >> 2) + row] = v;
}
export function slotRow(row: i32): i32 {
  return u16[(SLOT_ROW >> 1) + row]!;
}
export function setSlotRow(row: i32, v: i32): void {
  u16[(SLOT_ROW >> 1) + row] = v;
}
export function sortKey(row: i32): i32 {
  return i32[(SORT_KEY >> 2) + row]!;
}
export function setSortKey(row: i32, v: i32): void {
  i32[(SORT_KEY >> 2) + row] = v;
}
export function sortKeyB(row: i32): i32 {
  return i32[(SORT_KEY_B >> 2) + row]!;
}
export function setSortKeyB(row: i32, v: i32): void {
  i32[(SORT_KEY_B >> 2) + row] = v;
}
export function sortRow(row: i32): i32 {
  return u16[(SORT_ROW >> 1) + row]!;
}
export function setSortRow(row: i32, v: i32): void {
  u16[(SORT_ROW >> 1) + row] = v;
}
export function sortRowB(row: i32): i32 {
  return u16[(SORT_ROW_B >> 1) + row]!;
}
export function setSortRowB(row: i32, v: i32): void {
  u16[(SORT_ROW_B >> 1) + row] = v;
}
export function sortBucket(row: i32): i32 {
  return i32[(SORT_BUCKET >> 2) + row]!;
}
export function setSortBucket(row: i32, v: i32): void {
  i32[(SORT_BUCKET >> 2) + row] = v;
}
export function slotNode(i: i32): i32 {
  return i32[(SLOT_NODE >> 2) + i]!;
}
export function setSlotNode(i: i32, v: i32): void {
  i32[(SLOT_NODE >> 2) + i] = v;
}
export function nodeMinX(row: i32): i32 {
  return i32[(NODE_MIN_X >> 2) + row]!;
}
export function setNodeMinX(row: i32, v: i32): void {
  i32[(NODE_MIN_X >> 2) + row] = v;
}
export function nodeMinY(row: i32): i32 {
  return i32[(NODE_MIN_Y >> 2) + row]!;
}
export function setNodeMinY(row: i32, v: i32): void {
  i32[(NODE_MIN_Y >> 2) + row] = v;
}
export function nodeMaxX(row: i32): i32 {
  return i32[(NODE_MAX_X >> 2) + row]!;
}
export function setNodeMaxX(row: i32, v: i32): void {
  i32[(NODE_MAX_X >> 2) + row] = v;
}
export function nodeMaxY(row: i32): i32 {
  return i32[(NODE_MAX_Y >> 2) + row]!;
}
export function setNodeMaxY(row: i32, v: i32): void {
  i32[(NODE_MAX_Y >> 2) + row] = v;
}
export function nodeLow(row: i32): i32 {
  return i32[(NODE_LOW >> 2) + row]!;
}
export function setNodeLow(row: i32, v: i32): void {
  i32[(NODE_LOW >> 2) + row] = v;
}
export function nodeHigh(row: i32): i32 {
  return i32[(NODE_HIGH >> 2) + row]!;
}
export function setNodeHigh(row: i32, v: i32): void {
  i32[(NODE_HIGH >> 2) + row] = v;
}
export function nodeSkip(row: i32): i32 {
  return i32[(NODE_SKIP >> 2) + row]!;
}
export function setNodeSkip(row: i32, v: i32): void {
  i32[(NODE_SKIP >> 2) + row] = v;
}
export function slotLayer(i: i32): i32 {
  return u8[SLOT_LAYER + i]!;
}
export function setSlotLayer(i: i32, v: i32): void {
  u8[SLOT_LAYER + i] = v;
}
export function slotMoved(i: i32): i32 {
  return u8[SLOT_MOVED + i]!;
}
export function setSlotMoved(i: i32, v: i32): void {
  u8[SLOT_MOVED + i] = v;
}
export function nodeFresh(i: i32): i32 {
  return u8[NODE_FRESH + i]!;
}
export function setNodeFresh(i: i32, v: i32): void {
  u8[NODE_FRESH + i] = v;
}
export function range(i: i32): i32 {
  return i32[(RANGE >> 2) + i]!;
}
export function setRange(i: i32, v: i32): void {
  i32[(RANGE >> 2) + i] = v;
}
export function transit(i: i32): i32 {
  return i32[(TRANSIT >> 2) + i]!;
}
export function setTransit(i: i32, v: i32): void {
  i32[(TRANSIT >> 2) + i] = v;
}

// ---- told sets and scratch
export function told(row: i32): i32 {
  return u16[(TOLD >> 1) + row]!;
}
export function left(row: i32): i32 {
  return u16[(LEFT >> 1) + row]!;
}
export function setLeft(row: i32, v: i32): void {
  u16[(LEFT >> 1) + row] = v;
}
export function nearKey(row: i32): i32 {
  return i32[(NEAR_KEY >> 2) + row]!;
}
export function setNearKey(row: i32, v: i32): void {
  i32[(NEAR_KEY >> 2) + row] = v;
}
export function bucket(i: i32): i32 {
  return i32[(BUCKET >> 2) + i]!;
}
export function setBucket(i: i32, v: i32): void {
  i32[(BUCKET >> 2) + i] = v;
}
export function heapKey(row: i32): i32 {
  return i32[(HEAP_KEY >> 2) + row]!;
}
export function setHeapKey(row: i32, v: i32): void {
  i32[(HEAP_KEY >> 2) + row] = v;
}
export function heapRow(row: i32): i32 {
  return i32[(HEAP_ROW >> 2) + row]!;
}
export function setHeapRow(row: i32, v: i32): void {
  i32[(HEAP_ROW >> 2) + row] = v;
}
export function queried(row: i32): i32 {
  return u16[(QUERY >> 1) + row]!;
}
export function setQueried(row: i32, v: i32): void {
  u16[(QUERY >> 1) + row] = v;
}
export function mask(i: i32): i32 {
  return i32[(MASKS >> 2) + i]!;
}
export function setMask(i: i32, v: i32): void {
  i32[(MASKS >> 2) + i] = v;
}
export function candidateWire(i: i32): i32 {
  return i32[(CANDIDATE_WIRE >> 2) + i]!;
}
export function setCandidateWire(i: i32, v: i32): void {
  i32[(CANDIDATE_WIRE >> 2) + i] = v;
}
export function candidateRow(i: i32): i32 {
  return u16[(CANDIDATE_ROW >> 1) + i]!;
}
export function setCandidateRow(i: i32, v: i32): void {
  u16[(CANDIDATE_ROW >> 1) + i] = v;
}
export function candidateLayer(i: i32): i32 {
  return u8[CANDIDATE_LAYERS + i]!;
}
export function setCandidateLayer(i: i32, v: i32): void {
  u8[CANDIDATE_LAYERS + i] = v;
}
export function candidateMoved(i: i32): i32 {
  return u8[CANDIDATE_MOVED + i]!;
}
export function setCandidateMoved(i: i32, v: i32): void {
  u8[CANDIDATE_MOVED + i] = v;
}
export function eligible(i: i32): i32 {
  return i32[(ELIGIBLE >> 2) + i]!;
}
export function setEligible(i: i32, v: i32): void {
  i32[(ELIGIBLE >> 2) + i] = v;
}
export function stirred(i: i32): i32 {
  return i32[(STIRRED >> 2) + i]!;
}
export function setStirred(i: i32, v: i32): void {
  i32[(STIRRED >> 2) + i] = v;
}
export function changed(i: i32): i32 {
  return i32[(CHANGED >> 2) + i]!;
}
export function setChanged(i: i32, v: i32): void {
  i32[(CHANGED >> 2) + i] = v;
}
export function dueMask(i: i32): i32 {
  return i32[(DUE_MASK >> 2) + i]!;
}
export function setDueMask(i: i32, v: i32): void {
  i32[(DUE_MASK >> 2) + i] = v;
}
export function position(i: i32): i32 {
  return i32[(POSITION >> 2) + i]!;
}
export function setPosition(i: i32, v: i32): void {
  i32[(POSITION >> 2) + i] = v;
}
export function shift(i: i32): i32 {
  return i32[(SHIFT >> 2) + i]!;
}
export function setShift(i: i32, v: i32): void {
  i32[(SHIFT >> 2) + i] = v;
}
export function recalled(i: i32): i32 {
  return u8[RECALLED + i]!;
}
export function setRecalled(i: i32, v: i32): void {
  u8[RECALLED + i] = v;
}
export function enter(i: i32): i32 {
  return i32[(ENTER >> 2) + i]!;
}
export function setEnter(i: i32, v: i32): void {
  i32[(ENTER >> 2) + i] = v;
}
export function due(i: i32): i32 {
  return i32[(DUE >> 2) + i]!;
}
export function setDue(i: i32, v: i32): void {
  i32[(DUE >> 2) + i] = v;
}
export function near(i: i32): i32 {
  return i32[(NEAR >> 2) + i]!;
}
export function setNear(i: i32, v: i32): void {
  i32[(NEAR >> 2) + i] = v;
}
export function listed(i: i32): i32 {
  return u16[(LISTED >> 1) + i]!;
}
export function setListed(i: i32, v: i32): void {
  u16[(LISTED >> 1) + i] = v;
}

// ---- input
export function command(row: i32): i32 {
  return i32[(COMMAND >> 2) + row]!;
}
export function setCommand(row: i32, v: i32): void {
  i32[(COMMAND >> 2) + row] = v;
}
export function result(row: i32): i32 {
  return i32[(RESULT >> 2) + row]!;
}
export function setResult(row: i32, v: i32): void {
  i32[(RESULT >> 2) + row] = v;
}
export function intent(row: i32): i32 {
  return i32[(INTENT >> 2) + row]!;
}
export function setIntent(row: i32, v: i32): void {
  i32[(INTENT >> 2) + row] = v;
}
export function intentNext(row: i32): i32 {
  return i32[(INTENT_NEXT >> 2) + row]!;
}
export function setIntentNext(row: i32, v: i32): void {
  i32[(INTENT_NEXT >> 2) + row] = v;
}

// ---- frames
export function frameLength(row: i32): i32 {
  return u16[(FRAME_LENGTH >> 1) + row]!;
}
export function setFrameLength(row: i32, v: i32): void {
  u16[(FRAME_LENGTH >> 1) + row] = v;
}

export function putByte(at: i32, v: i32): void {
  u8[at] = v;
}
export function putHalf(at: i32, v: i32): void {
  u8[at] = v;
  u8[at + 1] = v >> 8;
}
export function putRecord(at: i32, i: i32): void {
  const from = CANDIDATE_RECORD + i * 8;
  const a = i32[from >> 2]!;
  const b = i32[(from >> 2) + 1]!;
  u8[at] = a;
  u8[at + 1] = a >> 8;
  u8[at + 2] = a >> 16;
  u8[at + 3] = a >> 24;
  u8[at + 4] = b;
  u8[at + 5] = b >> 8;
}
export function setCandidateRecord(i: i32, row: i32, wire: i32): void {
  const at = (CANDIDATE_RECORD >> 2) + i * 2;
  i32[at] = row | (wire << 16);
  i32[at + 1] = wire >>> 16;
}

export function clearFrameCounts(rows: i32): void {
  u8.fill(0, FRAME_COUNT, FRAME_COUNT + rows);
}
export function copyTold(to: i32, from: i32, count: i32): void {
  u16.copyWithin((TOLD >> 1) + to, (TOLD >> 1) + from, (TOLD >> 1) + from + count);
}
export function clearMoved(slots: i32): void {
  u8.fill(0, SLOT_MOVED, SLOT_MOVED + slots);
}
export function clearMask(from: i32, words: i32): void {
  i32.fill(0, (MASKS >> 2) + from, (MASKS >> 2) + from + words);
}
