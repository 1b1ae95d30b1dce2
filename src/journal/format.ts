// The journal's file format. A segment is a file of records, little-endian:
//
//     0  length    u32  of the payload, bytes
//     4  checksum  u32  CRC-32 of type and payload
//     8  type      u8
//     9  payload
//
//   HEAD        JSON  which world, rules and memory map; always the first record
//   CHECKPOINT        the world's image after HEAD's tick; always the second. Without bytes: the
//                     world begins, and its first tick's commands carry its rules
//   TICK              a step's whole input and the state hash after it: see tick-record.ts
//   FACTS       JSON  what was noted in a tick that must outlive the process; several of one tick
//                     add up
//   MARK        JSON  anything else that a reader should show: a trap, a gap, a change of kernel
//   APP         JSON  what reached an application in the tick whose record follows: for a replay
//                     with it, and what it keeps with the world
//   END               nothing follows: the segment was closed
//
// What a record says of JSON is checked here once, so that nobody has to trust it later.
import { crc32 } from "node:zlib";
import type { Fact } from "../engine/facts.ts";
import type { WorldRules } from "../engine/rules.ts";

export const FORMAT = 1;

export const HEAD = 1;
export const CHECKPOINT = 2;
export const TICK = 3;
export const FACTS = 4;
// 5 belonged to a format that no release has written.
export const END = 6;
export const MARK = 7;
export const APP = 8;
const TYPE_MAX = APP;

/** Length, checksum and type. */
export const FRAME_BYTES = 9;
/**
 * Bytes of a payload at most. The largest: a tick of 65,536 commands and 131,072 intents, 6.5 MiB;
 * the image of 65,535 rows, 3.3 MiB. Who has more facts writes several records.
 */
export const PAYLOAD_MAX = 16 * 1024 * 1024;

/** A segment's first record. */
export interface SegmentHead {
  readonly format: number;
  /** Name of the world. */
  readonly world: string;
  /** The writer's claim on the world; each start of a server has a higher one. */
  readonly epoch: number;
  /** The program that wrote it. */
  readonly version: string;
  /** LAYOUT_MARK of the kernel that ran. */
  readonly layout: number;
  readonly rules: WorldRules;
  /** Milliseconds from tick to tick. */
  readonly tickMs: number;
  /** The tick that the checkpoint stands after; 0: the world begins. */
  readonly tick: number;
  /** Unix ms. */
  readonly createdMs: number;
  /**
   * What the store held when this writer claimed the world: whose last flight, of which tick; zeros
   * where there was none. Tells whether anybody has gone on without this journal.
   */
  readonly base?: { readonly epoch: number; readonly tick: number };
}

/** Facts of one tick. A flight at tick S holds those of all ticks up to S. */
export interface FactsRecord {
  readonly tick: number;
  readonly facts: readonly Fact[];
}

/** An application's tick; src/app knows what its fields mean. */
export interface AppNote extends Readonly<Record<string, unknown>> {
  /** The tick before it. */
  readonly tick: number;
  /** What is kept with the world from this tick on, where that has changed. */
  readonly kept?: string;
}

/** Something that happened beside the ticks. */
export interface Mark extends Readonly<Record<string, unknown>> {
  readonly what: string;
}

// ---------------------------------------------------------------- names of files

const NAME = /^(\d{12})-(\d{1,15})\.aej$/;

/** @param tick that the segment's checkpoint stands after */
export function segmentName(tick: number, epoch: number): string {
  return `${String(tick).padStart(12, "0")}-${epoch}.aej`;
}

/** @returns null for a file of another kind */
export function readSegmentName(name: string): { tick: number; epoch: number } | null {
  const [, tick, epoch] = NAME.exec(name) ?? [];
  return tick === undefined ? null : { tick: Number(tick), epoch: Number(epoch) };
}

// ---------------------------------------------------------------- frames

/**
 * Puts the frame before a payload that lies at `at + FRAME_BYTES`.
 * @returns where the record ends
 */
export function putFrame(out: Uint8Array, at: number, type: number, length: number): number {
  const end = at + FRAME_BYTES + length;
  out[at + 8] = type;
  putWord(out, at, length);
  putWord(out, at + 4, crc32(out.subarray(at + 8, end)));
  return end;
}

/** What stands at a place of a segment. */
export interface Frame {
  readonly type: number;
  readonly length: number;
  readonly checksum: number;
}

/** @returns a frame that could be one, of a record within `room` bytes; otherwise what is wrong */
export function readFrame(bytes: Uint8Array, at: number, room: number): Frame | string {
  if (room < FRAME_BYTES) return `${room} bytes of a record's first ${FRAME_BYTES}`;
  const length = wordAt(bytes, at);
  const type = bytes[at + 8] ?? 0;
  if (type < HEAD || type > TYPE_MAX) return `type ${type}, which no record has`;
  if (length > PAYLOAD_MAX) return `${length} bytes in one record, where ${PAYLOAD_MAX} is most`;
  if (length > room - FRAME_BYTES) {
    return `${room} bytes of a record that has ${length + FRAME_BYTES}`;
  }
  return { type, length, checksum: wordAt(bytes, at + 4) };
}

/** @param at where the frame stands; the whole record lies in `bytes` */
export function isIntact(bytes: Uint8Array, at: number, frame: Frame): boolean {
  const end = at + FRAME_BYTES + frame.length;
  return crc32(bytes.subarray(at + 8, end)) === frame.checksum;
}

function putWord(out: Uint8Array, at: number, value: number): void {
  out[at] = value & 255;
  out[at + 1] = (value >>> 8) & 255;
  out[at + 2] = (value >>> 16) & 255;
  out[at + 3] = value >>> 24;
}

function wordAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return (low | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}

// ---------------------------------------------------------------- records to write

/** @throws Error when the payload is larger than PAYLOAD_MAX: its maker must split it */
export function recordOf(type: number, payload: Uint8Array): Uint8Array {
  if (payload.length > PAYLOAD_MAX) {
    throw new Error(`a record of ${payload.length} bytes: at most ${PAYLOAD_MAX} are read back`);
  }
  const out = new Uint8Array(FRAME_BYTES + payload.length);
  out.set(payload, FRAME_BYTES);
  putFrame(out, 0, type, payload.length);
  return out;
}

export function headRecord(head: SegmentHead): Uint8Array {
  return jsonRecord(HEAD, head);
}

/** @param image of the world after the head's tick; none where that is 0 */
export function checkpointRecord(image: Uint8Array): Uint8Array {
  return recordOf(CHECKPOINT, image);
}

export function factsRecord(record: FactsRecord): Uint8Array {
  return jsonRecord(FACTS, record);
}

export function markRecord(mark: Mark): Uint8Array {
  return jsonRecord(MARK, mark);
}

export function appRecord(note: AppNote): Uint8Array {
  return jsonRecord(APP, note);
}

export function endRecord(): Uint8Array {
  return recordOf(END, new Uint8Array(0));
}

function jsonRecord(type: number, value: object): Uint8Array {
  return recordOf(type, new TextEncoder().encode(JSON.stringify(value)));
}

// ---------------------------------------------------------------- payloads to read
// Each answers with a sentence's end, completing "the record …", where it does not fit.

export function readHead(payload: Uint8Array): SegmentHead | string {
  const value = objectIn(payload);
  if (value === null) return "is no JSON object";
  const { format } = value;
  if (format !== FORMAT) {
    return `is of format ${String(format)}, and this program reads format ${FORMAT}`;
  }
  return isHead(value) ? value : "does not say all that a head must";
}

export function readFacts(payload: Uint8Array): FactsRecord | string {
  const value = objectIn(payload);
  return value !== null && isFacts(value) ? value : "does not hold facts";
}

export function readMark(payload: Uint8Array): Mark | string {
  const value = objectIn(payload);
  return value !== null && isMark(value) ? value : "does not say what happened";
}

export function readApp(payload: Uint8Array): AppNote | string {
  const value = objectIn(payload);
  return value !== null && isApp(value) ? value : "does not say what reached the application";
}

type Json = Readonly<Record<string, unknown>>;

function objectIn(payload: Uint8Array): Json | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Rules that are numbers: all but the index. */
const RULES = [
  ...["minX", "minY", "maxX", "maxY", "maxSpeed", "burstTicks", "aoiRadius"],
  ...["hysteresisPermille", "maxEntities", "maxVisible", "framesPerTick", "componentBytes", "seed"],
];
/** A kernel's, all but the one that stands for none. */
const ROWS_MAX = 65_535;
const INDEXES = ["auto", "quadtree", "brute"];

function isHead(value: Json): value is Json & SegmentHead {
  const { rules } = value;
  return (
    ["format", "epoch", "layout", "tick", "createdMs"].every((key) => isWhole(value[key])) &&
    ["world", "version"].every((key) => typeof value[key] === "string") &&
    Number(value["tick"]) >= 0 &&
    typeof value["tickMs"] === "number" &&
    isBase(value["base"]) &&
    isObject(rules) &&
    RULES.every((key) => isWhole(rules[key])) &&
    Number(rules["maxEntities"]) <= ROWS_MAX &&
    INDEXES.includes(String(rules["index"]))
  );
}

function isBase(value: unknown): boolean {
  return (
    value === undefined || (isObject(value) && isWhole(value["epoch"]) && isWhole(value["tick"]))
  );
}

const WHATS = ["joined", "resumed", "told", "suspended", "ended", "violated", "emitted"];

function isFacts(value: Json): value is Json & FactsRecord {
  const { facts, tick } = value;
  return (
    isWhole(tick) &&
    Array.isArray(facts) &&
    facts.every((fact) => isObject(fact) && WHATS.includes(String(fact["what"])))
  );
}

function isApp(value: Json): value is Json & AppNote {
  const { kept, tick } = value;
  return isWhole(tick) && (kept === undefined || typeof kept === "string");
}

function isMark(value: Json): value is Mark {
  return typeof value["what"] === "string";
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value);
}
