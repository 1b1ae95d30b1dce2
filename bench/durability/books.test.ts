// What the books of the proof of durability find, and what they let pass.
import { expect, test } from "vitest";

import { balance, type Event } from "./books.ts";

const opened = (session: string, entity: number): Event => ({
  type: "session.opened",
  payload: { session, entity },
});
const closed = (session: string): Event => ({ type: "session.closed", payload: { session } });

test("each session opened once and closed once, told or not", () => {
  const events = [opened("a", 1), opened("untold", 2), closed("untold"), closed("a")];
  expect(balance(new Map([["a", 1]]), events)).toEqual({
    faults: [],
    sessionsOpened: 2,
    lost: 0,
    doubled: 0,
  });
});

test.each([
  ["never opened", [closed("a")], { lost: 1, doubled: 0 }],
  ["never closed", [opened("a", 1)], { lost: 1, doubled: 0 }],
  ["not there at all", [], { lost: 1, doubled: 0 }],
  ["opened twice", [opened("a", 1), opened("a", 1), closed("a")], { lost: 0, doubled: 1 }],
  ["closed twice", [opened("a", 1), closed("a"), closed("a")], { lost: 0, doubled: 1 }],
  ["of another entity", [opened("a", 2), closed("a")], { lost: 0, doubled: 0 }],
])("a session %s is a fault", (_what, events, counts) => {
  const found = balance(new Map([["a", 1]]), events);
  expect(found).toMatchObject(counts);
  expect(found.faults).toHaveLength(1);
  expect(found.faults[0]).toContain("session a of entity 1");
});
