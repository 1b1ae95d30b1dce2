// The bytes of a tick, and what reads them back: golden, random, and damaged.
import { describe, expect, test } from "vitest";
import { COMMAND_WORDS, COMMANDS, INTENT_WORDS, INTENTS } from "#layout";
import { FRAME_BYTES } from "./format.ts";
import { TickDecoder, TickEncoder } from "./tick-record.ts";
import type { TickRecord } from "./tick-record.ts";

function record(over: Partial<TickRecord>): TickRecord {
  return {
    ...{ tick: 1, hasHash: true, hashLow: 0, hashHigh: 0, facts: 0 },
    ...{ commands: new Int32Array(0), commandCount: 0 },
    ...{ intents: new Int32Array(0), intentCount: 0 },
    ...over,
  };
}

/** @returns the payload, as bytes of their own */
function payloadOf(encoder: TickEncoder, each: TickRecord): Uint8Array {
  return encoder.bytes.slice(FRAME_BYTES, encoder.encode(each));
}

function commands(...rows: number[][]): Pick<TickRecord, "commands" | "commandCount"> {
  const words = new Int32Array(rows.length * COMMAND_WORDS);
  rows.forEach((row, i) => words.set(row, i * COMMAND_WORDS));
  return { commands: words, commandCount: rows.length };
}

function intents(...rows: number[][]): Pick<TickRecord, "intents" | "intentCount"> {
  const words = Int32Array.from(rows.flat());
  return { intents: words, intentCount: rows.length };
}

/** Mulberry32 as i32: the whole range. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return t ^ (t >>> 14);
  };
}

function plain(each: Readonly<TickRecord>): unknown {
  return {
    ...each,
    commands: [...each.commands.subarray(0, each.commandCount * COMMAND_WORDS)],
    intents: [...each.intents.subarray(0, each.intentCount * INTENT_WORDS)],
  };
}

function randomRecord(random: () => number, tick: number): TickRecord {
  const below = (n: number): number => (random() >>> 0) % n;
  const word = (): number => (below(3) === 0 ? random() : below(4000) - 2000);
  const someCommands = Array.from({ length: below(6) }, () => [
    below(9),
    ...Array.from({ length: below(12) }, word),
  ]);
  const someIntents = Array.from({ length: below(40) }, () => [
    ...[below(2) === 0 ? random() : below(30), below(2) === 0 ? tick : word(), word(), word()],
  ]);
  return record({
    ...{ tick, hasHash: below(9) > 0, hashLow: random() >>> 0, hashHigh: random() >>> 0 },
    ...{ facts: below(3), ...commands(...someCommands), ...intents(...someIntents) },
  });
}

test("golden: an empty tick, a join, intents that go on, jump and come from a reborn row", () => {
  const encoder = new TickEncoder();
  encoder.begin();
  const hex = (each: TickRecord): string => Buffer.from(payloadOf(encoder, each)).toString("hex");
  expect(hex(record({ tick: 300, hashLow: 0x01020304, hashHigh: 0xfffefdfc, facts: 2 }))).toBe(
    "01" + "04030201" + "fcfdfeff" + "ac02" + "02" + "00" + "00",
  );
  const join = commands([2, 0, 7, -256, 256]);
  expect(hex(record({ tick: 301, hasHash: false, ...join }))).toBe(
    "00" + "00000000" + "00000000" + "ad02" + "00" + "01" + "0204000eff038004" + "00",
  );
  const moves = intents([5, 1, 100, -100], [4, 9, 0, 1], [5 | (3 << 16), 2, 1, 1]);
  expect(hex(record({ tick: 302, ...moves }))).toBe(
    "010000000000000000ae02000003" + "15c801c701" + "0200120002" + "0403020202",
  );
  // A moment later both move on: a byte says who and that it is the next.
  const next = intents([5 | (3 << 16), 3, 1280, -1280], [4, 10, 1, 1]);
  expect(hex(record({ tick: 303, ...next }))).toBe(
    "010000000000000000af02000002" + "158014ff13" + "030202",
  );
  // In a new segment the same says more: nothing is known of what was before.
  encoder.begin();
  expect(hex(record({ tick: 303, ...intents([4, 10, 1, 1]) }))).toBe(
    "010000000000000000af02000001" + "1000140202",
  );
});

test("what is written is read back, over 400 random ticks of one segment", () => {
  const encoder = new TickEncoder();
  const decoder = new TickDecoder();
  const random = randomOf(1);
  encoder.begin();
  decoder.begin();
  for (let tick = 1; tick <= 400; tick++) {
    const each = randomRecord(random, tick);
    expect(decoder.decode(payloadOf(encoder, each))).toBe(true);
    expect(plain(decoder.record)).toEqual(plain(each));
  }
});

test("the largest tick fits its buffer and comes back", () => {
  const encoder = new TickEncoder();
  const decoder = new TickDecoder();
  const words = new Int32Array(COMMANDS * COMMAND_WORDS).fill(-(2 ** 31));
  const moves = new Int32Array(INTENTS * INTENT_WORDS);
  for (let i = 0; i < INTENTS; i++) {
    // From one end of the rows to the other, so that each distance is the longest there is.
    moves.set(
      [i % 2 === 0 ? 0xffff_ffff | 0 : 0xffff_0000 | 0, 2 ** 31 - 1, 2 ** 31 - 1, -1],
      i * 4,
    );
  }
  const each = record({
    ...{ tick: 2 ** 32 - 1, hashLow: 2 ** 32 - 1, hashHigh: 2 ** 32 - 1, facts: 2 ** 32 - 1 },
    ...{ commands: words, commandCount: COMMANDS, intents: moves, intentCount: INTENTS },
  });
  expect(decoder.decode(payloadOf(encoder, each))).toBe(true);
  expect(decoder.record.tick).toBe(2 ** 32 - 1);
  expect(decoder.record.commands).toEqual(words);
  expect(decoder.record.intents).toEqual(moves);
});

test("300 rows that all move take at most 6 bytes each", () => {
  const encoder = new TickEncoder();
  encoder.begin();
  const all = (sequence: number): number[][] =>
    Array.from({ length: 300 }, (_, row) => [row | (1 << 16), sequence, 1280, -1280]);
  payloadOf(encoder, record({ tick: 1, ...intents(...all(1)) }));
  const { length } = payloadOf(encoder, record({ tick: 2, ...intents(...all(2)) }));
  expect(length).toBeLessThan(300 * 6);
});

describe("fuzz: bytes that are no tick", () => {
  const encoder = new TickEncoder();
  const random = randomOf(7);
  const payloads = Array.from({ length: 60 }, (_, i) =>
    payloadOf(encoder, randomRecord(random, i + 1)),
  );

  test("cut anywhere they are refused", () => {
    const decoder = new TickDecoder();
    for (const payload of payloads) {
      for (let length = 0; length < payload.length; length++) {
        expect(decoder.decode(payload.subarray(0, length))).toBe(false);
      }
    }
  });

  test("changed or random they are refused or within bounds, and nothing throws", () => {
    const decoder = new TickDecoder();
    let refused = 0;
    for (let i = 0; i < 20_000; i++) {
      const bytes = payloads[i % payloads.length]!.slice();
      for (let k = 0; k <= i % 3; k++) bytes[(random() >>> 0) % bytes.length] = random() & 255;
      if (i % 10 === 0) bytes.forEach((_, at) => (bytes[at] = random() & 255));
      if (!decoder.decode(bytes)) refused++;
      expect(decoder.record.commandCount).toBeLessThanOrEqual(COMMANDS);
      expect(decoder.record.intentCount).toBeLessThanOrEqual(INTENTS);
    }
    expect(refused).toBeGreaterThan(2000);
  });
});
