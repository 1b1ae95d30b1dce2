// The columns of the memory map as one-line accessors: AssemblyScript's spelling, over load and
// store. columns.twin.ts is JavaScript's. Nothing else touches memory.
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

/** A word of the world, by its index in the layout. */
export function word(index: i32): i32 {
  return load<i32>((index as usize) << 2, WORLD);
}
export function setWord(index: i32, v: i32): void {
  store<i32>((index as usize) << 2, v, WORLD);
}
/** Adds to a word, mod 2^32. */
export function addWord(index: i32, n: i32): void {
  setWord(index, (word(index) + n) | 0);
}

// ---- state
export function generation(row: i32): i32 {
  return load<u16>((row as usize) << 1, GENERATION);
}
export function setGeneration(row: i32, v: i32): void {
  store<u16>((row as usize) << 1, v as u16, GENERATION);
}
export function kind(row: i32): i32 {
  return load<u16>((row as usize) << 1, KIND);
}
export function setKind(row: i32, v: i32): void {
  store<u16>((row as usize) << 1, v as u16, KIND);
}
export function flags(row: i32): i32 {
  return load<u8>(row as usize, FLAGS);
}
export function setFlags(row: i32, v: i32): void {
  store<u8>(row as usize, v as u8, FLAGS);
}
export function layer(row: i32): i32 {
  return load<u8>(row as usize, LAYER);
}
export function setLayer(row: i32, v: i32): void {
  store<u8>(row as usize, v as u8, LAYER);
}
export function posX(row: i32): i32 {
  return load<i32>((row as usize) << 2, POS_X);
}
export function setPosX(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, POS_X);
}
export function posY(row: i32): i32 {
  return load<i32>((row as usize) << 2, POS_Y);
}
export function setPosY(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, POS_Y);
}
export function bank(row: i32): i32 {
  return load<i32>((row as usize) << 2, BANK);
}
export function setBank(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, BANK);
}
export function bankTick(row: i32): i32 {
  return load<i32>((row as usize) << 2, BANK_TICK);
}
export function setBankTick(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, BANK_TICK);
}
export function sequence(row: i32): i32 {
  return load<i32>((row as usize) << 2, SEQUENCE);
}
export function setSequence(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, SEQUENCE);
}
export function maxSpeed(row: i32): i32 {
  return load<i32>((row as usize) << 2, MAX_SPEED);
}
export function setMaxSpeed(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, MAX_SPEED);
}
export function aoiRadius(row: i32): i32 {
  return load<i32>((row as usize) << 2, AOI_RADIUS);
}
export function setAoiRadius(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, AOI_RADIUS);
}
export function component(row: i32): i32 {
  return load<i32>((row as usize) << 2, COMPONENT);
}
export function setComponent(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, COMPONENT);
}
export function free(row: i32): i32 {
  return load<u16>((row as usize) << 1, FREE);
}
export function setFree(row: i32, v: i32): void {
  store<u16>((row as usize) << 1, v as u16, FREE);
}

// ---- derived columns
export function rowHashA(row: i32): i32 {
  return load<i32>((row as usize) << 2, ROW_HASH_A);
}
export function setRowHashA(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, ROW_HASH_A);
}
export function rowHashB(row: i32): i32 {
  return load<i32>((row as usize) << 2, ROW_HASH_B);
}
export function setRowHashB(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, ROW_HASH_B);
}
export function rowRestA(i: i32): i32 {
  return load<i32>((i as usize) << 2, ROW_REST_A);
}
export function setRowRestA(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, ROW_REST_A);
}
export function rowRestB(i: i32): i32 {
  return load<i32>((i as usize) << 2, ROW_REST_B);
}
export function setRowRestB(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, ROW_REST_B);
}
export function wire(row: i32): i32 {
  return load<i32>((row as usize) << 2, WIRE);
}
export function setWire(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, WIRE);
}
export function born(row: i32): i32 {
  return load<i32>((row as usize) << 2, BORN);
}
export function setBorn(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, BORN);
}
export function moved(row: i32): i32 {
  return load<i32>((row as usize) << 2, MOVED);
}
export function setMoved(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, MOVED);
}
export function clean(row: i32): i32 {
  return load<i32>((row as usize) << 2, CLEAN);
}
export function setClean(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, CLEAN);
}
export function cursor(row: i32): i32 {
  return load<i32>((row as usize) << 2, CURSOR);
}
export function setCursor(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, CURSOR);
}
export function lap(row: i32): i32 {
  return load<i32>((row as usize) << 2, LAP);
}
export function setLap(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, LAP);
}
export function lastLook(row: i32): i32 {
  return load<i32>((row as usize) << 2, LAST_LOOK);
}
export function setLastLook(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, LAST_LOOK);
}
export function wrote(row: i32): i32 {
  return load<i32>((row as usize) << 2, WROTE);
}
export function setWrote(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, WROTE);
}
export function toldAt(row: i32): i32 {
  return load<i32>((row as usize) << 2, TOLD_AT);
}
export function setToldAt(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, TOLD_AT);
}
export function toldCount(row: i32): i32 {
  return load<u16>((row as usize) << 1, TOLD_COUNT);
}
export function setToldCount(row: i32, v: i32): void {
  store<u16>((row as usize) << 1, v as u16, TOLD_COUNT);
}
export function slot(row: i32): i32 {
  return load<i32>((row as usize) << 2, SLOT);
}
export function setSlot(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, SLOT);
}
export function frameFirst(row: i32): i32 {
  return load<u16>((row as usize) << 1, FRAME_FIRST);
}
export function setFrameFirst(row: i32, v: i32): void {
  store<u16>((row as usize) << 1, v as u16, FRAME_FIRST);
}
export function intentFirst(row: i32): i32 {
  return load<i32>((row as usize) << 2, INTENT_FIRST);
}
export function setIntentFirst(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, INTENT_FIRST);
}
export function intentLast(row: i32): i32 {
  return load<i32>((row as usize) << 2, INTENT_LAST);
}
export function setIntentLast(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, INTENT_LAST);
}
export function frameCount(row: i32): i32 {
  return load<u8>(row as usize, FRAME_COUNT);
}
export function setFrameCount(row: i32, v: i32): void {
  store<u8>(row as usize, v as u8, FRAME_COUNT);
}
export function lookAt(row: i32): i32 {
  return load<u8>(row as usize, LOOK_AT);
}
export function setLookAt(row: i32, v: i32): void {
  store<u8>(row as usize, v as u8, LOOK_AT);
}
export function viewFlags(row: i32): i32 {
  return load<u8>(row as usize, VIEW_FLAGS);
}
export function setViewFlags(row: i32, v: i32): void {
  store<u8>(row as usize, v as u8, VIEW_FLAGS);
}
export function verdict(row: i32): i32 {
  return load<u8>(row as usize, VERDICT);
}
export function setVerdict(row: i32, v: i32): void {
  store<u8>(row as usize, v as u8, VERDICT);
}
export function correction(row: i32): i32 {
  return load<u16>((row as usize) << 1, CORRECTION);
}
export function setCorrection(row: i32, v: i32): void {
  store<u16>((row as usize) << 1, v as u16, CORRECTION);
}
export function marks(row: i32): i32 {
  return load<i32>((row as usize) << 2, MARKS);
}
export function setMarks(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, MARKS);
}
export function touched(i: i32): i32 {
  return load<i32>((i as usize) << 2, TOUCHED);
}
export function setTouched(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, TOUCHED);
}
export function maskAt(i: i32): i32 {
  return load<i32>((i as usize) << 2, MASK_AT);
}
export function setMaskAt(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, MASK_AT);
}

// ---- index
export function slotWire(row: i32): i32 {
  return load<i32>((row as usize) << 2, SLOT_WIRE);
}
export function setSlotWire(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, SLOT_WIRE);
}
export function slotRow(row: i32): i32 {
  return load<u16>((row as usize) << 1, SLOT_ROW);
}
export function setSlotRow(row: i32, v: i32): void {
  store<u16>((row as usize) << 1, v as u16, SLOT_ROW);
}
export function sortKey(row: i32): i32 {
  return load<i32>((row as usize) << 2, SORT_KEY);
}
export function setSortKey(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, SORT_KEY);
}
export function sortKeyB(row: i32): i32 {
  return load<i32>((row as usize) << 2, SORT_KEY_B);
}
export function setSortKeyB(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, SORT_KEY_B);
}
export function sortRow(row: i32): i32 {
  return load<u16>((row as usize) << 1, SORT_ROW);
}
export function setSortRow(row: i32, v: i32): void {
  store<u16>((row as usize) << 1, v as u16, SORT_ROW);
}
export function sortRowB(row: i32): i32 {
  return load<u16>((row as usize) << 1, SORT_ROW_B);
}
export function setSortRowB(row: i32, v: i32): void {
  store<u16>((row as usize) << 1, v as u16, SORT_ROW_B);
}
export function sortBucket(row: i32): i32 {
  return load<i32>((row as usize) << 2, SORT_BUCKET);
}
export function setSortBucket(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, SORT_BUCKET);
}
export function slotNode(i: i32): i32 {
  return load<i32>((i as usize) << 2, SLOT_NODE);
}
export function setSlotNode(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, SLOT_NODE);
}
export function nodeMinX(row: i32): i32 {
  return load<i32>((row as usize) << 2, NODE_MIN_X);
}
export function setNodeMinX(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, NODE_MIN_X);
}
export function nodeMinY(row: i32): i32 {
  return load<i32>((row as usize) << 2, NODE_MIN_Y);
}
export function setNodeMinY(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, NODE_MIN_Y);
}
export function nodeMaxX(row: i32): i32 {
  return load<i32>((row as usize) << 2, NODE_MAX_X);
}
export function setNodeMaxX(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, NODE_MAX_X);
}
export function nodeMaxY(row: i32): i32 {
  return load<i32>((row as usize) << 2, NODE_MAX_Y);
}
export function setNodeMaxY(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, NODE_MAX_Y);
}
export function nodeLow(row: i32): i32 {
  return load<i32>((row as usize) << 2, NODE_LOW);
}
export function setNodeLow(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, NODE_LOW);
}
export function nodeHigh(row: i32): i32 {
  return load<i32>((row as usize) << 2, NODE_HIGH);
}
export function setNodeHigh(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, NODE_HIGH);
}
export function nodeSkip(row: i32): i32 {
  return load<i32>((row as usize) << 2, NODE_SKIP);
}
export function setNodeSkip(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, NODE_SKIP);
}
export function slotLayer(i: i32): i32 {
  return load<u8>(i as usize, SLOT_LAYER);
}
export function setSlotLayer(i: i32, v: i32): void {
  store<u8>(i as usize, v as u8, SLOT_LAYER);
}
export function slotMoved(i: i32): i32 {
  return load<u8>(i as usize, SLOT_MOVED);
}
export function setSlotMoved(i: i32, v: i32): void {
  store<u8>(i as usize, v as u8, SLOT_MOVED);
}
export function nodeFresh(i: i32): i32 {
  return load<u8>(i as usize, NODE_FRESH);
}
export function setNodeFresh(i: i32, v: i32): void {
  store<u8>(i as usize, v as u8, NODE_FRESH);
}
export function range(i: i32): i32 {
  return load<i32>((i as usize) << 2, RANGE);
}
export function setRange(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, RANGE);
}
export function transit(i: i32): i32 {
  return load<i32>((i as usize) << 2, TRANSIT);
}
export function setTransit(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, TRANSIT);
}

// ---- told sets and scratch
export function told(row: i32): i32 {
  return load<u16>((row as usize) << 1, TOLD);
}
export function left(row: i32): i32 {
  return load<u16>((row as usize) << 1, LEFT);
}
export function setLeft(row: i32, v: i32): void {
  store<u16>((row as usize) << 1, v as u16, LEFT);
}
export function nearKey(row: i32): i32 {
  return load<i32>((row as usize) << 2, NEAR_KEY);
}
export function setNearKey(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, NEAR_KEY);
}
export function bucket(i: i32): i32 {
  return load<i32>((i as usize) << 2, BUCKET);
}
export function setBucket(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, BUCKET);
}
export function heapKey(row: i32): i32 {
  return load<i32>((row as usize) << 2, HEAP_KEY);
}
export function setHeapKey(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, HEAP_KEY);
}
export function heapRow(row: i32): i32 {
  return load<i32>((row as usize) << 2, HEAP_ROW);
}
export function setHeapRow(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, HEAP_ROW);
}
export function queried(row: i32): i32 {
  return load<u16>((row as usize) << 1, QUERY);
}
export function setQueried(row: i32, v: i32): void {
  store<u16>((row as usize) << 1, v as u16, QUERY);
}
export function mask(i: i32): i32 {
  return load<i32>((i as usize) << 2, MASKS);
}
export function setMask(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, MASKS);
}
export function candidateWire(i: i32): i32 {
  return load<i32>((i as usize) << 2, CANDIDATE_WIRE);
}
export function setCandidateWire(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, CANDIDATE_WIRE);
}
export function candidateRow(i: i32): i32 {
  return load<u16>((i as usize) << 1, CANDIDATE_ROW);
}
export function setCandidateRow(i: i32, v: i32): void {
  store<u16>((i as usize) << 1, v as u16, CANDIDATE_ROW);
}
export function candidateLayer(i: i32): i32 {
  return load<u8>(i as usize, CANDIDATE_LAYERS);
}
export function setCandidateLayer(i: i32, v: i32): void {
  store<u8>(i as usize, v as u8, CANDIDATE_LAYERS);
}
export function candidateMoved(i: i32): i32 {
  return load<u8>(i as usize, CANDIDATE_MOVED);
}
export function setCandidateMoved(i: i32, v: i32): void {
  store<u8>(i as usize, v as u8, CANDIDATE_MOVED);
}
export function eligible(i: i32): i32 {
  return load<i32>((i as usize) << 2, ELIGIBLE);
}
export function setEligible(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, ELIGIBLE);
}
export function stirred(i: i32): i32 {
  return load<i32>((i as usize) << 2, STIRRED);
}
export function setStirred(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, STIRRED);
}
export function changed(i: i32): i32 {
  return load<i32>((i as usize) << 2, CHANGED);
}
export function setChanged(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, CHANGED);
}
export function dueMask(i: i32): i32 {
  return load<i32>((i as usize) << 2, DUE_MASK);
}
export function setDueMask(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, DUE_MASK);
}
export function position(i: i32): i32 {
  return load<i32>((i as usize) << 2, POSITION);
}
export function setPosition(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, POSITION);
}
export function shift(i: i32): i32 {
  return load<i32>((i as usize) << 2, SHIFT);
}
export function setShift(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, SHIFT);
}
export function recalled(i: i32): i32 {
  return load<u8>(i as usize, RECALLED);
}
export function setRecalled(i: i32, v: i32): void {
  store<u8>(i as usize, v as u8, RECALLED);
}
export function enter(i: i32): i32 {
  return load<i32>((i as usize) << 2, ENTER);
}
export function setEnter(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, ENTER);
}
export function due(i: i32): i32 {
  return load<i32>((i as usize) << 2, DUE);
}
export function setDue(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, DUE);
}
export function near(i: i32): i32 {
  return load<i32>((i as usize) << 2, NEAR);
}
export function setNear(i: i32, v: i32): void {
  store<i32>((i as usize) << 2, v, NEAR);
}
export function listed(i: i32): i32 {
  return load<u16>((i as usize) << 1, LISTED);
}
export function setListed(i: i32, v: i32): void {
  store<u16>((i as usize) << 1, v as u16, LISTED);
}

// ---- input
export function command(row: i32): i32 {
  return load<i32>((row as usize) << 2, COMMAND);
}
export function setCommand(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, COMMAND);
}
export function result(row: i32): i32 {
  return load<i32>((row as usize) << 2, RESULT);
}
export function setResult(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, RESULT);
}
export function intent(row: i32): i32 {
  return load<i32>((row as usize) << 2, INTENT);
}
export function setIntent(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, INTENT);
}
export function intentNext(row: i32): i32 {
  return load<i32>((row as usize) << 2, INTENT_NEXT);
}
export function setIntentNext(row: i32, v: i32): void {
  store<i32>((row as usize) << 2, v, INTENT_NEXT);
}

// ---- frames
export function frameLength(row: i32): i32 {
  return load<u16>((row as usize) << 1, FRAME_LENGTH);
}
export function setFrameLength(row: i32, v: i32): void {
  store<u16>((row as usize) << 1, v as u16, FRAME_LENGTH);
}

// Frames are written by byte address.
export function putByte(at: i32, v: i32): void {
  store<u8>(at as usize, v as u8);
}
export function putHalf(at: i32, v: i32): void {
  store<u16>(at as usize, v as u16);
}
/** The 6-byte record of a candidate; two bytes beyond it may be overwritten. */
export function putRecord(at: i32, i: i32): void {
  store<u64>(at as usize, load<u64>((i as usize) << 3, CANDIDATE_RECORD));
}
/** Makes a candidate's record of its row and wire form. */
export function setCandidateRecord(i: i32, row: i32, wire: i32): void {
  store<u64>(
    (i as usize) << 3,
    (row as u64) | (((wire as u64) & 0xffffffff) << 16),
    CANDIDATE_RECORD,
  );
}

// Blocks.
function wordAt(base: i32, index: i32): usize {
  return (base as usize) + ((index as usize) << 2);
}
function halfAt(base: i32, index: i32): usize {
  return (base as usize) + ((index as usize) << 1);
}

export function clearFrameCounts(rows: i32): void {
  memory.fill(FRAME_COUNT, 0, rows as usize);
}
export function copyTold(to: i32, from: i32, count: i32): void {
  memory.copy(halfAt(TOLD, to), halfAt(TOLD, from), (count as usize) << 1);
}
export function clearMoved(slots: i32): void {
  memory.fill(SLOT_MOVED, 0, slots as usize);
}
export function clearMask(from: i32, words: i32): void {
  memory.fill(wordAt(MASKS, from), 0, (words as usize) << 2);
}
