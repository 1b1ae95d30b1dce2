// Structural commands of one step, in order of arrival: with the intents, the only mutators of the
// world. Each is OP, handle, arguments; what it made (a handle, 1 for done, 0 for refused) stands
// in its result.
import {
  addWord,
  bank,
  command,
  component,
  maxSpeed,
  setAoiRadius,
  setBank,
  setBankTick,
  setComponent,
  setFlags,
  setKind,
  setLayer,
  setMaxSpeed,
  setResult,
  setSequence,
  setWord,
  setWrote,
  word,
} from "./columns";
import { freeRow, handleOf, isLive, place, pushFree, reborn, takeRow } from "./entities";
import { restate } from "./hash";
import {
  AOI_RADIUS_MAX,
  BURST_TICKS,
  CENTRE,
  COMMAND_COUNT,
  COMMAND_WORDS,
  COMPONENTS,
  COMPONENT_BYTES,
  DELTA_MAX,
  FRAME_BUDGET,
  HYSTERESIS,
  INDEX_WANTED,
  KEY_SHIFT,
  LAST_WROTE,
  LEAVE_OF,
  LIVE,
  LOOK_MASK,
  MARGIN,
  MARGIN_MAX,
  MARGIN_TICKS,
  MAX_ENTITIES,
  MAX_VISIBLE,
  MAX_X,
  MAX_Y,
  MIN_X,
  MIN_Y,
  NOBODY,
  NONE,
  OBSERVER,
  OP_BUDGET,
  OP_COMPONENT,
  OP_CONFIG,
  OP_JOIN,
  OP_LEAVE,
  OP_SKIP,
  OP_STEER,
  OP_TELEPORT,
  OP_TRAITS,
  RANDOM,
  SIGHT_SHIFT,
  SKIP_MAX,
  TICK,
  VISIBLE,
} from "./layout";
import { settleBank } from "./judge";
import { clampTo } from "./motion";
import { insert, remove, update } from "./quadtree";
import { clz32 } from "./scalars";
import { steerRow } from "./steer";

/** Frames that one observer may be given in a step; log2 of the steps of which one looks at it. */
const FRAME_BUDGET_MAX = 8;
const LOOK_SHIFT_MAX = 3;

/**
 * CONFIG: bounds, burst, entities, radius, hysteresis | frame budget << 16,
 * max visible | index << 16 | component bytes << 24, seed; max speed comes first.
 */
function configure(at: i32): i32 {
  if (word(MAX_ENTITIES) != 0) return 0;
  setWord(MIN_X, command(at + 2));
  setWord(MIN_Y, command(at + 3));
  setWord(MAX_X, command(at + 4));
  setWord(MAX_Y, command(at + 5));
  setWord(BURST_TICKS, command(at + 6));
  setWord(MAX_ENTITIES, command(at + 7));
  setWord(AOI_RADIUS_MAX, command(at + 8));
  setWord(HYSTERESIS, command(at + 9) & 65535);
  setWord(LEAVE_OF, -1);
  setWord(FRAME_BUDGET, command(at + 9) >> 16);
  setWord(MAX_VISIBLE, command(at + 10) & 65535);
  setWord(INDEX_WANTED, (command(at + 10) >> 16) & 255);
  setWord(COMPONENT_BYTES, clampTo(command(at + 10) >> 24, 0, COMPONENTS * 4));
  setWord(RANDOM, command(at + 11));
  const speed = command(at + 1);
  const margin = (speed * MARGIN_TICKS) >> SIGHT_SHIFT;
  setWord(MARGIN, margin < MARGIN_MAX ? margin : MARGIN_MAX);
  // as the sort takes them: each bound floored first, or the far border could need a bit more
  const width = (word(MAX_X) >> SIGHT_SHIFT) - (word(MIN_X) >> SIGHT_SHIFT);
  const height = (word(MAX_Y) >> SIGHT_SHIFT) - (word(MIN_Y) >> SIGHT_SHIFT);
  const bits = 32 - clz32(width > height ? width : height);
  const middleX = (word(MIN_X) >> SIGHT_SHIFT) + (width >> 1);
  const middleY = (word(MIN_Y) >> SIGHT_SHIFT) + (height >> 1);
  setWord(CENTRE, (middleX & 65535) | (middleY << 16));
  setWord(KEY_SHIFT, bits > 16 ? bits - 16 : 0);
  for (let row = 0; row < word(MAX_ENTITIES); row++) pushFree(row);
  return 1;
}

/** JOIN: kind, x, y, speed, radius, layer | flags << 8, bank (-1 = full), sequence. */
function join(at: i32): i32 {
  if ((command(at + 7) & 255) == NOBODY) return 0;
  const row = takeRow();
  if (row < 0) return 0;
  setKind(row, command(at + 2));
  setMaxSpeed(row, clampTo(command(at + 5), 0, DELTA_MAX));
  setAoiRadius(row, clampTo(command(at + 6), 0, word(AOI_RADIUS_MAX)));
  setLayer(row, command(at + 7) & 255);
  setFlags(row, LIVE | ((command(at + 7) >> 8) & (VISIBLE | OBSERVER)));
  const full = maxSpeed(row) * word(BURST_TICKS);
  const bank = command(at + 8);
  setBank(row, bank < 0 || bank > full ? full : bank);
  setBankTick(row, word(TICK));
  setSequence(row, command(at + 9));
  place(row, command(at + 3), command(at + 4));
  restate(row);
  insert(row);
  return handleOf(row);
}

function leave(row: i32): i32 {
  remove(row);
  freeRow(row);
  return 1;
}

/** TELEPORT: x, y. Costs no bank; whoever saw the row gets left and entered. */
function teleport(row: i32, at: i32): i32 {
  place(row, command(at + 2), command(at + 3));
  reborn(row);
  restate(row);
  remove(row);
  insert(row);
  return 1;
}

/** STEER: dx, dy. */
function steer(row: i32, at: i32): i32 {
  steerRow(row, command(at + 2), command(at + 3));
  return 1;
}

/**
 * TRAITS: speed, radius. What the bank has by now it was given at the old speed; it holds no more
 * than the new one lets it.
 */
function setTraits(row: i32, at: i32): i32 {
  settleBank(row);
  setMaxSpeed(row, clampTo(command(at + 2), 0, DELTA_MAX));
  setAoiRadius(row, clampTo(command(at + 3), 0, word(AOI_RADIUS_MAX)));
  const full = maxSpeed(row) * word(BURST_TICKS);
  if (bank(row) > full) setBank(row, full);
  restate(row);
  return 1;
}

/** True for bits of a word of components of which observers are told. */
function isTold(k: i32, bits: i32): bool {
  const bytes = word(COMPONENT_BYTES) - k * 4;
  return bytes >= 4 ? bits != 0 : bytes > 0 && (bits & ((1 << (bytes << 3)) - 1)) != 0;
}

/** COMPONENT: four words, four masks of the bits that are written. */
function writeComponents(row: i32, at: i32): i32 {
  let isSeen = false;
  for (let k = 0; k < COMPONENTS; k++) {
    const old = component(row * COMPONENTS + k);
    const bits = (old ^ command(at + 2 + k)) & command(at + 2 + COMPONENTS + k);
    if (isTold(k, bits)) isSeen = true;
    setComponent(row * COMPONENTS + k, old ^ bits);
  }
  restate(row);
  if (!isSeen) return 1;
  setWrote(row, word(TICK));
  setWord(LAST_WROTE, word(TICK));
  update(row);
  return 1;
}

/**
 * BUDGET: frames for an observer, log2 of the steps of which one looks at it. Decides what is told
 * and when, and nothing of the state.
 */
function budget(at: i32): i32 {
  setWord(FRAME_BUDGET, clampTo(command(at + 2), 1, FRAME_BUDGET_MAX));
  setWord(LOOK_MASK, (1 << clampTo(command(at + 3), 0, LOOK_SHIFT_MAX)) - 1);
  return 1;
}

function applyCommand(at: i32): i32 {
  const op = command(at);
  if (op == OP_JOIN) return join(at);
  if (op == OP_CONFIG) return configure(at);
  if (op == OP_SKIP) {
    addWord(TICK, clampTo(command(at + 2), 0, SKIP_MAX));
    return 1;
  }
  if (op == OP_BUDGET) return budget(at);
  const handle = command(at + 1);
  if (!isLive(handle)) return 0;
  const row = handle & NONE;
  if (op == OP_LEAVE) return leave(row);
  if (op == OP_TELEPORT) return teleport(row, at);
  if (op == OP_COMPONENT) return writeComponents(row, at);
  if (op == OP_STEER) return steer(row, at);
  if (op == OP_TRAITS) return setTraits(row, at);
  return 0;
}

/** Applies the step's commands. */
export function applyCommands(): void {
  const n = word(COMMAND_COUNT);
  for (let i = 0; i < n; i++) setResult(i, applyCommand(i * COMMAND_WORDS));
  setWord(COMMAND_COUNT, 0);
}
