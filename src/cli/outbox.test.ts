import { expect, test } from "vitest";

import type { DeadEvent } from "../persistence/contract.ts";
import { report } from "./outbox.ts";

const dead: DeadEvent = {
  id: 1,
  key: "main:1:2:4",
  stream: "session:7",
  type: "session.opened",
  tick: 2,
  payload: "{}",
  attempts: 8,
  ageMs: 1000,
  error: "refused\u001b[2J",
  diedAt: "2026-01-01T00:00:00.000Z",
};

test("an empty outbox is one sentence", () => {
  expect(report({ waiting: 0, oldestMs: 0, dead: 0 }, [])).toBe(
    "0 events waiting; 0 dead events.\n",
  );
});

test("dead events are a table, with nothing that moves a cursor", () => {
  expect(report({ waiting: 1, oldestMs: 61_400, dead: 3 }, [dead, { ...dead, key: "k" }])).toBe(
    [
      "KEY         STREAM     TYPE            TRIES  GIVEN UP                  WHY",
      "main:1:2:4  session:7  session.opened  8      2026-01-01T00:00:00.000Z  refused\\u{1b}[2J",
      "k           session:7  session.opened  8      2026-01-01T00:00:00.000Z  refused\\u{1b}[2J",
      "",
      "1 event waiting, the oldest for 61 s; 3 dead events (2 shown).",
      "",
    ].join("\n"),
  );
});
