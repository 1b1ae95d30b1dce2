// Writes and reads the messages of an application's .proto, field by field from its description: no
// code is made at run time. Accepts what protobufjs accepts; fields come in any order, unknown ones
// are passed over.
import { BYTES, FIXED32, FIXED64, VARINT } from "../protocol/read.ts";
import type { WireReader } from "../protocol/read.ts";
import { MAX_DEPTH } from "../protocol/version.ts";
import { putFixed32, putFloat, putUint32, putUint64 } from "../protocol/write.ts";
import type { Field, Proto } from "./proto.ts";

const NO_BYTES = new Uint8Array(0);
const UTF8 = new TextEncoder();
const cell = new DataView(new ArrayBuffer(8));
/** Of the message that is written or read now: one is done with before the next begins. */
let elements = 0;

export type Fields = Record<string, unknown>;

const INT32: readonly [number, number] = [-2147483648, 2147483647];
/** Least and most of the kinds of whole numbers, and what of a number the wire has. */
const WHOLE: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["int32", INT32],
  ["sint32", INT32],
  ["sfixed32", INT32],
  ["uint32", [0, 4294967295]],
  ["fixed32", [0, 4294967295]],
]);
const WIDE: ReadonlyMap<string, readonly [bigint, bigint]> = new Map([
  ["int64", [-(2n ** 63n), 2n ** 63n - 1n]],
  ["sint64", [-(2n ** 63n), 2n ** 63n - 1n]],
  ["sfixed64", [-(2n ** 63n), 2n ** 63n - 1n]],
  ["uint64", [0n, 2n ** 64n - 1n]],
  ["fixed64", [0n, 2n ** 64n - 1n]],
]);
/**
 * Elements of all repeated fields of one message, those of messages inside of it included. An empty
 * message has two bytes on the wire, and many times that in memory.
 */
const ELEMENTS_MAX = 128;

function wireOf(type: string, proto: Proto): number {
  if (type === "string" || type === "bytes" || proto.messages.has(type)) return BYTES;
  if (type === "float" || type.endsWith("fixed32")) return FIXED32;
  return type === "double" || type.endsWith("fixed64") ? FIXED64 : VARINT;
}

/** A field may be called `constructor`: what every object inherits is none of its values. */
function ownOf(value: Readonly<Fields>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

// ------------------------------------------------------------------ writing

/**
 * Writes the fields of a message.
 * @returns where they end; beyond `out.length` where they do not fit
 * @throws RangeError, TypeError for a value that its field does not hold, or too many elements
 */
export function writeFields(
  proto: Proto,
  name: string,
  value: Readonly<Fields>,
  out: Uint8Array,
): number {
  elements = 0;
  const end = writeAll(proto, name, value, out, 0);
  if (end <= out.length && elements > ELEMENTS_MAX)
    throw new RangeError(
      `${name} has ${elements} elements in repeated fields: send ${ELEMENTS_MAX} at most.`,
    );
  return end;
}

function writeAll(
  proto: Proto,
  name: string,
  value: Readonly<Fields>,
  out: Uint8Array,
  at: number,
): number {
  let pos = at;
  for (const field of proto.messages.get(name) ?? []) {
    const item = ownOf(value, field.name);
    if (item === undefined) continue;
    if (field.label !== "repeated") {
      pos = writeField(proto, field, item, out, pos);
      continue;
    }
    if (!Array.isArray(item)) return refuse(field, item, "an array");
    elements += item.length;
    if (wireOf(field.type, proto) === BYTES)
      for (const one of item as unknown[]) pos = writeOne(proto, field, one, out, pos);
    else if (item.length > 0) {
      pos = putUint32(out, pos, (field.number << 3) | BYTES);
      const start = pos + 1;
      let end = start;
      for (const one of item as unknown[]) end = writeScalar(field, one, out, end);
      pos = putLength(out, start, end);
    }
  }
  return pos;
}

/** What is 0 or empty is left out, unless the field is marked optional. */
function writeField(
  proto: Proto,
  field: Field,
  item: unknown,
  out: Uint8Array,
  pos: number,
): number {
  const isZero = Object.is(item, 0) || item === 0n || item === false || item === "";
  const isEmpty = isZero || (item instanceof Uint8Array && item.length === 0);
  if (isEmpty && field.label === "" && !proto.messages.has(field.type)) return pos;
  return writeOne(proto, field, item, out, pos);
}

function writeOne(proto: Proto, field: Field, item: unknown, out: Uint8Array, at: number): number {
  const wire = wireOf(field.type, proto);
  const pos = putUint32(out, at, ((field.number << 3) | wire) >>> 0);
  if (wire !== BYTES) return writeScalar(field, item, out, pos);
  const start = pos + 1;
  if (field.type === "string") {
    if (typeof item !== "string") return refuse(field, item, "a string");
    const { read, written } = UTF8.encodeInto(item, out.subarray(start));
    return read < item.length ? Infinity : putLength(out, start, start + written);
  }
  if (field.type === "bytes") {
    if (!(item instanceof Uint8Array)) return refuse(field, item, "a Uint8Array");
    if (start + item.length > out.length) return Infinity;
    out.set(item, start);
    return putLength(out, start, start + item.length);
  }
  if (typeof item !== "object" || item === null) return refuse(field, item, "an object");
  const end = writeAll(proto, field.type, item as Readonly<Fields>, out, start);
  return end > out.length ? Infinity : putLength(out, start, end);
}

/** Puts the length before bytes that begin one byte behind its place; moves them for a long one. */
function putLength(out: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < 128) {
    out[start - 1] = length;
    return end;
  }
  if (end + 1 > out.length) return Infinity;
  out.copyWithin(start + 1, start, end);
  putUint32(out, start - 1, length);
  return end + 1;
}

function writeScalar(field: Field, item: unknown, out: Uint8Array, pos: number): number {
  const { type } = field;
  if (pos > out.length) return Infinity;
  if (WIDE.has(type)) return writeWide(field, item, out, pos);
  if (type === "bool")
    return typeof item === "boolean"
      ? putUint32(out, pos, item ? 1 : 0)
      : refuse(field, item, type);
  if (typeof item !== "number") return refuse(field, item, "a number");
  if (type === "float") return putFloat(out, pos, item);
  if (type === "double") {
    cell.setFloat64(0, item, true);
    return putFixed32(out, putFixed32(out, pos, cell.getUint32(0, true)), cell.getUint32(4, true));
  }
  const [least, most] = WHOLE.get(type) ?? INT32;
  if (!Number.isInteger(item) || item < least || item > most)
    return refuse(field, item, `a whole number of ${least} to ${most}`);
  if (type.endsWith("fixed32")) return putFixed32(out, pos, item);
  if (type === "sint32") return putUint32(out, pos, (item << 1) ^ (item >> 31));
  return putUint64(out, pos, item, item < 0 ? -1 : 0);
}

function writeWide(field: Field, item: unknown, out: Uint8Array, pos: number): number {
  const [least, most] = WIDE.get(field.type)!;
  if (typeof item !== "bigint" || item < least || item > most)
    return refuse(field, item, `a bigint of ${least} to ${most}`);
  const sent = field.type === "sint64" ? (item << 1n) ^ (item >> 63n) : item;
  cell.setBigUint64(0, BigInt.asUintN(64, sent), true);
  const low = cell.getUint32(0, true);
  const high = cell.getUint32(4, true);
  if (field.type.endsWith("fixed64")) return putFixed32(out, putFixed32(out, pos, low), high);
  return putUint64(out, pos, low, high);
}

function refuse(field: Field, item: unknown, wanted: string): never {
  const isPlain = typeof item === "number" || typeof item === "bigint" || typeof item === "string";
  const given = isPlain ? String(item) : `of type ${typeof item}`;
  throw new RangeError(`${field.name} is to be ${given}; ${field.type} wants ${wanted}.`);
}

// ------------------------------------------------------------------ reading

/** Reads the fields of a message to the reader's end; a fault is the reader's. */
export function readFields(proto: Proto, name: string, reader: WireReader): Fields {
  const value = emptyFields(proto, name);
  elements = 0;
  readInto(proto, name, reader, 0, value);
  return value;
}

function readInto(
  proto: Proto,
  name: string,
  reader: WireReader,
  depth: number,
  value: Fields,
): void {
  const fields = proto.messages.get(name) ?? [];
  if (depth > MAX_DEPTH) reader.fail();
  while (reader.more()) {
    const tag = reader.tag();
    const field = fields.find(({ number }) => number === tag >>> 3);
    const wire = field === undefined ? VARINT : wireOf(field.type, proto);
    const isPacked = wire !== BYTES && field?.label === "repeated" && (tag & 7) === BYTES;
    if (field === undefined || ((tag & 7) !== wire && !isPacked)) {
      reader.skip(tag, depth);
      continue;
    }
    const isRepeated = field.label === "repeated";
    const list = isRepeated ? (value[field.name] as unknown[]) : [];
    if (isPacked) {
      const outer = reader.enter();
      while (reader.more() && counts(reader)) list.push(readScalar(field.type, reader));
      reader.leave(outer);
      continue;
    }
    if (isRepeated && !counts(reader)) return;
    if (proto.messages.has(field.type)) {
      // The same message again is merged into the one that came before.
      const before = isRepeated ? undefined : (ownOf(value, field.name) as Fields | undefined);
      const inner = before ?? emptyFields(proto, field.type);
      const outer = reader.enter();
      readInto(proto, field.type, reader, depth + 1, inner);
      reader.leave(outer);
      if (isRepeated) list.push(inner);
      else value[field.name] = inner;
    } else if (isRepeated) list.push(readScalar(field.type, reader));
    else value[field.name] = readScalar(field.type, reader);
  }
}

/** An element of a repeated field follows. @returns whether the message may have it */
function counts(reader: WireReader): boolean {
  if (++elements > ELEMENTS_MAX) reader.fail();
  return !reader.bad;
}

function emptyFields(proto: Proto, name: string): Fields {
  const value: Fields = {};
  for (const { name: key, type, label } of proto.messages.get(name) ?? [])
    if (label === "repeated") value[key] = [];
    else if (label === "" && !proto.messages.has(type)) value[key] = emptyOf(type);
  return value;
}

function emptyOf(type: string): unknown {
  if (type === "string") return "";
  if (type === "bytes") return NO_BYTES;
  if (type === "bool") return false;
  return WIDE.has(type) ? 0n : 0;
}

function readScalar(type: string, reader: WireReader): unknown {
  switch (type) {
    case "string":
      return reader.text();
    case "bytes":
      return reader.view().slice();
    case "bool":
      return reader.bool();
    case "uint32":
      return reader.uint32();
    case "sint32":
      return reader.sint32();
    case "fixed32":
      return reader.fixed32() >>> 0;
    case "sfixed32":
      return reader.fixed32();
    case "float":
      cell.setInt32(0, reader.fixed32());
      return cell.getFloat32(0);
    case "double":
      readFixed64(reader);
      return cell.getFloat64(0, true);
  }
  // An int32, or an enum.
  if (!WIDE.has(type)) return reader.uint32() | 0;
  if (type.endsWith("fixed64")) readFixed64(reader);
  else {
    reader.wide();
    cell.setUint32(0, reader.low, true);
    cell.setUint32(4, reader.high, true);
  }
  const bits = cell.getBigUint64(0, true);
  if (type === "sint64") return (bits >> 1n) ^ -(bits & 1n);
  return type === "int64" || type === "sfixed64" ? BigInt.asIntN(64, bits) : bits;
}

function readFixed64(reader: WireReader): void {
  cell.setInt32(0, reader.fixed32(), true);
  cell.setInt32(4, reader.fixed32(), true);
}
