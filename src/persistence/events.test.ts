// From facts to rows: keys, and what a session is after several facts. The stores' suite sees the
// rows through a database.
import fc from "fast-check";
import { expect, test } from "vitest";

import type { MarkedFact } from "./contract.ts";
import { rowsOf } from "./events.ts";

const COUNTERS = { received: 1, sent: 2, corrections: 3 };
const JOINED = {
  what: "joined",
  ...{ session: "s", entity: 5, kind: 1, tokenHash: "h", account: "a" },
  spent: null,
} as const;

test("a session that was opened in an earlier flight is only changed where facts say so", () => {
  const facts: MarkedFact[] = [
    {
      what: "resumed",
      session: "s",
      entity: 5,
      tokenHash: "new",
      usedHash: "old",
      tick: 1,
      index: 0,
    },
    {
      ...{ what: "suspended", session: "s", entity: 5, code: 1001, counters: COUNTERS },
      ...{ tick: 2, index: 0 },
    },
  ];
  const { opened, changed, events } = rowsOf("w", 4, facts);
  expect(opened).toEqual([]);
  expect(events).toEqual([]);
  expect(changed).toEqual([
    {
      ...{ session: "s", state: "suspended", tokenHash: "new", usedHash: "old" },
      ...{ ...COUNTERS, reason: null },
    },
  ]);
});

test("H43 the token before is kept until its client has shown the next one", () => {
  const resumed: MarkedFact = {
    ...{ what: "resumed", session: "s", entity: 5, tokenHash: "new", usedHash: "old" },
    ...{ tick: 1, index: 0 },
  };
  const told: MarkedFact = { what: "told", session: "s", entity: 5, tick: 2, index: 0 };
  const rows = rowsOf("w", 4, [resumed, told]);
  expect(rows.changed).toMatchObject([{ session: "s", tokenHash: "new", usedHash: "" }]);
  expect([rows.events, rows.history.length]).toEqual([[], 1]);
  // In a flight of its own nothing else changes.
  const alone = rowsOf("w", 4, [told]).changed;
  expect(alone).toMatchObject([{ state: null, tokenHash: null, usedHash: "", received: null }]);
});

test("one that was opened in this flight is one row, as it ends", () => {
  const { opened, changed } = rowsOf("w", 4, [
    { ...JOINED, client: "c", tick: 1, index: 0 },
    {
      ...{ what: "ended", session: "s", entity: 5, reason: "left", counters: COUNTERS },
      ...{ tick: 9, index: 3 },
    },
  ]);
  expect(changed).toEqual([]);
  expect(opened).toEqual([
    {
      ...{ session: "s", entity: 5, kind: 1, client: "c", account: "a", tokenHash: "h" },
      ...{ usedHash: "", state: "ended", ...COUNTERS, reason: "left" },
    },
  ]);
});

test("H43 no event holds a token's hash", () => {
  const facts: MarkedFact[] = [
    { ...JOINED, tokenHash: "geheim", client: "c", tick: 1, index: 0 },
    {
      what: "resumed",
      session: "s",
      entity: 5,
      tokenHash: "geheim",
      usedHash: "old",
      tick: 1,
      index: 1,
    },
  ];
  expect(JSON.stringify(rowsOf("w", 1, facts).events)).not.toContain("geheim");
});

test("keys are unique, whatever the facts, and events come in the order of their facts", () => {
  const kind = fc.constantFrom("joined", "ended", "emitted");
  fc.assert(
    fc.property(fc.array(fc.tuple(kind, fc.nat(3)), { maxLength: 40 }), (story) => {
      const facts: MarkedFact[] = [];
      let [tick, index] = [0, 0];
      for (const [what, later] of story) {
        index = later > 0 ? 0 : index + 1;
        tick += later;
        const mark = { tick, index };
        if (what === "joined") facts.push({ ...JOINED, client: "", ...mark });
        else if (what === "ended") {
          const who = { session: "s", entity: 5, reason: "lost", counters: COUNTERS } as const;
          facts.push({ what, ...who, ...mark });
        } else facts.push({ what: "emitted", stream: "a", type: "t", payload: "{}", ...mark });
      }
      const keys = rowsOf("w", 1, facts).events.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      const places = keys
        .map((key) => key.split(":").map(Number))
        .map(([, , t = 0, i = 0]) => [t, i]);
      const sorted = places.toSorted(([t = 0, i = 0], [u = 0, j = 0]) => t - u || i - j);
      expect(places).toEqual(sorted);
    }),
  );
});
