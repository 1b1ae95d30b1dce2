// Segments read record by record: whole ones, cut ones, and ones in which any byte has changed.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  checkpointRecord,
  endRecord,
  FACTS,
  factsRecord,
  FORMAT,
  headRecord,
  markRecord,
  PAYLOAD_MAX,
  readSegmentName,
  recordOf,
  segmentName,
} from "./format.ts";
import type { SegmentHead } from "./format.ts";
import { bytesSource, listSegments, openFile, SegmentReader } from "./reader.ts";
import type { SegmentEnd } from "./reader.ts";
import { TickEncoder } from "./tick-record.ts";

const HEAD: SegmentHead = {
  ...{ format: FORMAT, world: "main", epoch: 3, version: "0.1.0", layout: 7, tickMs: 25 },
  ...{ tick: 40, createdMs: 1_700_000_000_000 },
  rules: {
    ...{ minX: -1, minY: -2, maxX: 3, maxY: 4, maxSpeed: 5, burstTicks: 6, aoiRadius: 7 },
    ...{
      hysteresisPermille: 8,
      maxEntities: 9,
      maxVisible: 10,
      framesPerTick: 4,
      componentBytes: 0,
    },
    ...{ index: "auto", seed: 1 },
  },
};
const IMAGE = Uint8Array.from({ length: 50 }, (_, i) => i);
const LEFT = { what: "ended", session: "s", entity: 1, reason: "left" } as const;
const FACT = { ...LEFT, counters: { received: 1, sent: 2, corrections: 0 } };

const encoder = new TickEncoder();

function tick(number: number, facts = 0): Uint8Array {
  const none = new Int32Array(0);
  const move = Int32Array.of(1, number, 5, 5);
  const length = encoder.encode({
    ...{ tick: number, hasHash: true, hashLow: number, hashHigh: 0, facts },
    ...{ commands: none, commandCount: 0, intents: move, intentCount: 1 },
  });
  return encoder.bytes.slice(0, length);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

encoder.begin();
const PARTS = [
  headRecord(HEAD),
  checkpointRecord(IMAGE),
  tick(41),
  tick(42, 1),
  factsRecord({ tick: 42, facts: [FACT] }),
  markRecord({ what: "gap", ticks: 3 }),
  tick(46),
];
const OPEN = joined(...PARTS);
const CLEAN = joined(OPEN, endRecord());

interface Read {
  readonly types: readonly string[];
  readonly ticks: readonly number[];
  readonly end: SegmentEnd;
}

function readAll(bytes: Uint8Array): Read {
  const reader = new SegmentReader(bytesSource(bytes));
  const types: string[] = [];
  const ticks: number[] = [];
  for (let item = reader.next(); item !== null; item = reader.next()) {
    types.push(item.type);
    if (item.type === "tick") ticks.push(item.record.tick);
  }
  return { types, ticks, end: reader.end };
}

test("golden: the frame of a record", () => {
  expect(Buffer.from(recordOf(FACTS, Uint8Array.of(1, 2, 3))).toString("hex")).toBe(
    "03000000" + "4411db04" + "04" + "010203",
  );
  expect(Buffer.from(endRecord()).toString("hex")).toBe("00000000" + "b84a613b" + "06");
  expect(() => recordOf(FACTS, new Uint8Array(PAYLOAD_MAX + 1))).toThrow(/at most 16777216/);
});

test("everything comes back as it was written", () => {
  const reader = new SegmentReader(bytesSource(CLEAN));
  expect(reader.next()).toEqual({ type: "head", head: HEAD });
  expect(reader.next()).toEqual({ type: "checkpoint", image: IMAGE });
  expect(reader.next()).toMatchObject({ type: "tick", record: { tick: 41, hashLow: 41 } });
  expect(reader.next()).toMatchObject({ type: "tick", record: { tick: 42, facts: 1 } });
  expect(reader.next()).toEqual({ type: "facts", facts: { tick: 42, facts: [FACT] } });
  expect(reader.next()).toEqual({ type: "mark", mark: { what: "gap", ticks: 3 } });
  expect(reader.next()).toMatchObject({ type: "tick", record: { tick: 46, intentCount: 1 } });
  expect(() => reader.end).toThrow(/not been read to its end/);
  expect(reader.next()).toBeNull();
  expect(reader.next()).toBeNull();
  expect(reader.end).toEqual({ kind: "clean", offset: CLEAN.length, reason: "", lastTick: 46 });
  expect(readAll(OPEN).end).toEqual({ ...reader.end, kind: "open", offset: OPEN.length });
});

test("H60 cut at any byte it ends at the last whole record, and says so", () => {
  const bounds: number[] = [];
  PARTS.reduce((sum, part) => (bounds.push(sum + part.length), sum + part.length), 0);
  const wholeTicks = [40, 40, 41, 41, 42, 42, 46];
  for (let length = 0; length <= OPEN.length; length++) {
    const { end } = readAll(OPEN.subarray(0, length));
    const whole = bounds.filter((bound) => bound <= length).length;
    const isWhole = whole > 0 && bounds[whole - 1] === length;
    expect(end.kind).toBe(isWhole ? "open" : "torn");
    expect(end.offset).toBe(whole === 0 ? 0 : bounds[whole - 1]);
    expect(end.reason === "").toBe(isWhole);
    // A tick whose facts did not arrive is not whole.
    expect(end.lastTick).toBe(whole === 0 ? 0 : wholeTicks[whole - 1]);
  }
});

test("H67 one flipped bit anywhere is found, named, and nothing behind it is read", () => {
  const untouched = readAll(OPEN);
  for (let at = 0; at < OPEN.length; at++) {
    const bytes = OPEN.slice();
    bytes[at]! ^= 1 << (at % 8);
    const { end, types, ticks } = readAll(bytes);
    expect(end.offset).toBeLessThanOrEqual(at);
    expect(end.reason).not.toBe("");
    // Whole records stand behind it, unless it is the last.
    const isLast = at >= OPEN.length - PARTS.at(-1)!.length;
    expect(end.kind).toBe(isLast ? "torn" : "damaged");
    expect(types).toEqual(untouched.types.slice(0, types.length));
    expect(ticks).toEqual(untouched.ticks.slice(0, ticks.length));
  }
});

test("a tail of zeros, as a file system leaves it after a power cut, is torn", () => {
  const { end } = readAll(joined(OPEN, new Uint8Array(4096)));
  expect(end).toMatchObject({ kind: "torn", offset: OPEN.length, lastTick: 46 });
});

describe("records that do not belong where they stand", () => {
  const head = headRecord(HEAD);
  const image = checkpointRecord(IMAGE);
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["no head", image, /type 2 where it cannot stand/],
    ["no checkpoint", joined(head, tick(41)), /type 3 where it cannot stand/],
    ["two heads", joined(head, image, head), /type 1 where it cannot stand/],
    ["a tick again", joined(head, image, tick(41), tick(41)), /tick 41 after tick 41/],
    ["a tick of before", joined(head, image, tick(40)), /tick 40 after tick 40/],
    ["another format", headRecord({ ...HEAD, format: 9 }), /format 9, .* reads format 1/],
    ["no JSON", recordOf(1, Uint8Array.of(255)), /no JSON object/],
    ["half a head", recordOf(1, new TextEncoder().encode('{"format":1}')), /not say all/],
    ["no facts", joined(head, image, recordOf(4, new TextEncoder().encode("{}"))), /hold facts/],
    ["a type of none", joined(head, image, recordOf(5, Uint8Array.of(1))), /type 5, which none/],
    ["no words", joined(head, image, recordOf(7, new TextEncoder().encode("[]"))), /happened/],
    ["no tick", joined(head, image, recordOf(3, Uint8Array.of(1))), /tick that cannot be read/],
    ["a full end", joined(head, image, recordOf(6, Uint8Array.of(1))), /end with something/],
  ];

  test.each(cases)("%s", (_, bytes, reason) => {
    const { end } = readAll(bytes);
    expect(end.kind).toBe("torn");
    expect(end.reason).toMatch(reason);
  });
});

test("fuzz: random bytes behind a sound start end the reading, and nothing throws", () => {
  const start = joined(headRecord(HEAD), checkpointRecord(IMAGE));
  let state = 5;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8;
  for (let i = 0; i < 600; i++) {
    const noise = Uint8Array.from({ length: random() % 200 }, () => random() & 255);
    // Often a type and a length that could be.
    if (i % 2 === 0 && noise.length > 20) noise.set([noise.length - 20, 0, 0, 0], 0);
    if (i % 2 === 0 && noise.length > 20) noise[8] = 1 + (i % 7);
    const { end, types } = readAll(joined(start, noise));
    expect(types).toEqual(["head", "checkpoint"]);
    expect(end.offset).toBe(start.length);
  }
});

describe("a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "aether-segments-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("its segments are listed in the order in which they were written", () => {
    const names = [segmentName(500, 2), segmentName(90, 10), segmentName(0, 2)];
    expect(names[0]).toBe("000000000500-2.aej");
    expect(readSegmentName("000000000090-10.aej")).toEqual({ tick: 90, epoch: 10 });
    for (const name of names) writeFileSync(join(folder, name), OPEN);
    for (const other of ["notes.txt", "12-3.aej", "000000000001-2.aej.part"]) {
      writeFileSync(join(folder, other), "");
    }
    const listed = listSegments(folder);
    expect(listed.map(({ epoch, tick: at }) => [epoch, at])).toEqual([
      [2, 0],
      [2, 500],
      [10, 90],
    ]);
    expect(listed.every(({ size }) => size === OPEN.length)).toBe(true);
  });

  test("a file larger than what is read at once comes back whole", () => {
    const path = join(folder, "large");
    const image = Uint8Array.from({ length: 3_000_000 }, (_, i) => i * 7);
    encoder.begin();
    const ticks = Array.from({ length: 20_000 }, (_, i) => tick(41 + i));
    writeFileSync(path, Buffer.concat([headRecord(HEAD), checkpointRecord(image), ...ticks]));
    const source = openFile(path);
    const reader = new SegmentReader(source);
    reader.next();
    const second = reader.next();
    expect(second?.type === "checkpoint" && Buffer.compare(second.image, image)).toBe(0);
    let count = 0;
    while (reader.next() !== null) count++;
    source.close();
    expect([count, reader.end.kind, reader.end.lastTick]).toEqual([20_000, "open", 20_040]);
  });
});
