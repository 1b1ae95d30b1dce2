// Prints a frame field by field, with the names of proto/aether.proto: for the golden listing. It
// reads the .proto itself and shares no code with the codecs.
import { readFileSync } from "node:fs";

interface Field {
  readonly type: string;
  readonly name: string;
}

type Message = ReadonlyMap<number, Field>;

const WIDTH = 16; // bytes a line
const COLUMN = 54; // where the words start

const messages = parse(readFileSync(new URL("aether.proto", import.meta.url), "utf8"));

function parse(source: string): ReadonlyMap<string, Message> {
  const found = new Map<string, Map<number, Field>>();
  let fields = new Map<number, Field>();
  for (const line of source.split("\n")) {
    const opened = /^message (\w+) \{/.exec(line);
    if (opened?.[1] !== undefined) {
      fields = new Map();
      found.set(opened[1], fields);
    }
    const field = /^\s+(?:repeated )?(\w+) (\w+) = (\d+);/.exec(line);
    if (field?.[1] !== undefined && field[2] !== undefined)
      fields.set(Number(field[3]), { type: field[1], name: field[2] });
  }
  return found;
}

/** @returns one line or more for each field of `bytes`, a message of type `type`. */
export function annotate(type: string, bytes: Uint8Array): string {
  const lines: string[] = [];
  walk(type, bytes, 1, lines);
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function walk(type: string, bytes: Uint8Array, depth: number, lines: string[]): void {
  const message = messages.get(type);
  if (message === undefined) throw new Error(`aether.proto has no message ${type}`);
  for (let pos = 0; pos < bytes.length;) {
    const start = pos;
    const tag = varint(bytes, pos);
    const field = message.get(Number(tag.value >> 3n));
    if (field === undefined) throw new Error(`${type} has no field ${tag.value >> 3n}`);
    const wire = Number(tag.value & 7n);
    if (wire === 5) {
      pos = tag.end + 4;
      const view = new DataView(bytes.buffer, bytes.byteOffset + tag.end, 4);
      const value = field.type === "float" ? view.getFloat32(0, true) : view.getUint32(0, true);
      print(bytes.subarray(start, pos), depth, `${field.name} = ${shown(field, value)}`, lines);
    } else if (wire === 0) {
      const { value, end } = varint(bytes, tag.end);
      pos = end;
      const signed = field.type === "sint32" ? (value >> 1n) ^ -(value & 1n) : value;
      print(bytes.subarray(start, pos), depth, `${field.name} = ${shown(field, signed)}`, lines);
    } else {
      const length = varint(bytes, tag.end);
      pos = length.end + Number(length.value);
      const label = `${field.name}, ${length.value} bytes${messages.has(field.type) ? ":" : ""}`;
      print(bytes.subarray(start, length.end), depth, label, lines);
      content(field, bytes.subarray(length.end, pos), depth + 1, lines);
    }
  }
}

function content(field: Field, bytes: Uint8Array, depth: number, lines: string[]): void {
  if (messages.has(field.type)) walk(field.type, bytes, depth, lines);
  else if (field.name === "moved") {
    for (let pos = 0; pos < bytes.length; pos += 6) {
      const [alias, x, y] = [0, 2, 4].map((at) => half(bytes, pos + at));
      print(bytes.subarray(pos, pos + 6), depth, `alias ${alias}, x ${x}, y ${y}`, lines);
    }
  } else if (field.name === "left") {
    for (let pos = 0; pos < bytes.length; pos += 2)
      print(bytes.subarray(pos, pos + 2), depth, `alias ${half(bytes, pos)}`, lines);
  } else {
    const isText = field.type === "string" || field.name === "payload" || field.name === "rules";
    print(bytes, depth, isText ? `"${new TextDecoder().decode(bytes)}"` : "", lines);
  }
}

function print(bytes: Uint8Array, depth: number, words: string, lines: string[]): void {
  for (let pos = 0; pos < bytes.length; pos += WIDTH) {
    const hex = Array.from(bytes.subarray(pos, pos + WIDTH), (byte) =>
      byte.toString(16).padStart(2, "0"),
    );
    lines.push("  ".repeat(depth) + hex.join(" ").padEnd(COLUMN - 2 * depth) + words);
    words = "";
  }
}

function shown(field: Field, value: bigint | number): string {
  const isHex = field.name === "hash" || field.name === "id" || field.name === "entity_id";
  return isHex ? `0x${value.toString(16).padStart(8, "0")}` : String(value);
}

function half(bytes: Uint8Array, pos: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + pos, 2).getUint16(0, true);
}

function varint(bytes: Uint8Array, start: number): { value: bigint; end: number } {
  let value = 0n;
  let pos = start;
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[pos++];
    if (byte === undefined) throw new Error(`a varint at ${start} does not end`);
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return { value, end: pos };
  }
}
