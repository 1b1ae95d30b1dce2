import fc from "fast-check";
import { expect, test } from "vitest";
import { CLOSES, ERRORS } from "../protocol/codes.ts";
import { FREE, OPEN, ARRIVING, rowOf, Sessions } from "./session.ts";

const CAPACITY = 12;

test("list, states and rows stay true through any order of opens, entries and releases", () => {
  const moves = fc.array(
    fc.record({
      slot: fc.nat(CAPACITY - 1),
      row: fc.integer({ min: 0, max: 40 }),
      what: fc.nat(2),
    }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(moves, (list) => {
      const sessions = new Sessions(CAPACITY, "p");
      const open = new Map<number, number>(); // slot -> handle
      let generation = 1;
      for (const { slot, row, what } of list) {
        const handle = open.get(slot);
        if (what === 0 && handle === undefined) {
          sessions.open(slot, `from ${slot}`, 7);
          open.set(slot, 0);
        } else if (what === 1 && handle === 0 && sessions.ownerOf(row) < 0) {
          generation++;
          sessions.enter(slot, row | (generation << 16), 0);
          open.set(slot, row | (generation << 16));
        } else if (what === 2 && handle !== undefined) {
          sessions.release(slot);
          open.delete(slot);
        }
        const listed = Array.from({ length: sessions.count }, (_, i) => sessions.at(i));
        expect(listed.sort((a, b) => a - b)).toEqual([...open.keys()].sort((a, b) => a - b));
        for (let s = 0; s < CAPACITY; s++) {
          const held = open.get(s);
          const state = held === undefined ? FREE : held === 0 ? OPEN : ARRIVING;
          expect(sessions.stateOf(s)).toBe(state);
          expect(sessions.handleOf(s)).toBe(held ?? 0);
          if (held !== undefined && held !== 0) expect(sessions.ownerOf(rowOf(held))).toBe(s);
        }
      }
      for (let row = 0; row <= 40; row++) {
        const owner = sessions.ownerOf(row);
        if (owner >= 0) expect(rowOf(open.get(owner) ?? -1)).toBe(row);
      }
    }),
    { numRuns: 200, seed: 2 },
  );
});

test("a row that was given to another before its last owner was released stays the other's", () => {
  const sessions = new Sessions(2, "p");
  sessions.open(0, "", 0);
  sessions.open(1, "", 0);
  sessions.enter(0, 5 | (1 << 16), 0);
  sessions.enter(1, 5 | (2 << 16), 0);
  sessions.release(0);
  expect(sessions.ownerOf(5)).toBe(1);
});

test("a slot that is used again has another name", () => {
  const sessions = new Sessions(1, "p");
  const names = new Set<string>();
  for (let i = 0; i < 100; i++) {
    sessions.open(0, "", 0);
    names.add(sessions.nameOf(0));
    sessions.release(0);
  }
  expect(names.size).toBe(100);
});

test("every sentence that can end a connection fits a Close frame", () => {
  const closing = Object.values(ERRORS).filter((refusal) => "close" in refusal);
  for (const { sentence } of [...closing, ...Object.values(CLOSES)])
    expect(new TextEncoder().encode(sentence).length).toBeLessThanOrEqual(123);
});
