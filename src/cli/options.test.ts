import { expect, test } from "vitest";

import { parseDoctor, parseOutbox, parsePlan, parseRelay, parseServe } from "./options.ts";

test.each([
  [[], { bots: 0 }],
  [["-config", "config.yaml"], { config: "config.yaml", bots: 0 }],
  [["--config", "a b.yaml", "--bots", "100"], { config: "a b.yaml", bots: 100 }],
  [["--bots=7", "-config=x=y.yaml"], { config: "x=y.yaml", bots: 7 }],
])("reads %j", (argv, options) => {
  expect(parseServe(argv)).toEqual({ ok: true, options });
});

test.each([
  [["--bot", "3"], 2],
  [["serve"], 1],
  [["--config"], 1],
  [["--config="], 1],
  [["--bots", "many"], 1],
  [["--bots", "-1"], 1],
  [["--bots", "1e3"], 1],
  [["--bots", "65536"], 1],
  [["--bots", "1", "--bots", "2"], 1],
  [["--verbose", "--config", "--bots"], 1],
])("refuses %j, one sentence for each fault", (argv, count) => {
  const parsed = parseServe(argv);
  expect(parsed.ok ? [] : parsed.faults).toHaveLength(count);
});

test("a sentence shows what was written, and what to write", () => {
  expect(parseServe(["--bots", "many", "\u001b[2J"])).toEqual({
    ok: false,
    faults: [
      '"\\u001b[2J" is no option of serve: see aether --help.',
      '--bots is "many": write a whole number from 0 to 65535.',
    ],
  });
});

test.each([
  [["list"], { action: "list", keys: null, limit: 100 }],
  [["list", "--limit", "7", "--config=a.yaml"], { limit: 7, config: "a.yaml" }],
  [["retry", "--all"], { action: "retry", keys: null }],
  [["drop", "--key", "main:1:2:3", "-key=main:1:2:5"], { keys: ["main:1:2:3", "main:1:2:5"] }],
])("reads outbox %j", (argv, options) => {
  expect(parseOutbox(argv)).toMatchObject({ ok: true, options });
});

test.each([
  [[], "aether outbox is followed by nothing: write list, retry or drop."],
  [["purge"], 'aether outbox has no "purge": write list, retry or drop.'],
  [["list", "--all"], '"--all" is no option of outbox list: see aether --help.'],
  [["list", "--limit", "0"], '--limit is "0": write a whole number from 1 to 100000.'],
  [["retry"], "aether outbox retry needs to know which: give --key KEY, or --all, not both."],
  [
    ["drop", "--all", "--key", "main:1:2:3"],
    "aether outbox drop needs to know which: give --key KEY, or --all, not both.",
  ],
  [["drop", "--all=yes"], '"--all=yes" is no option of outbox drop: see aether --help.'],
])("refuses outbox %j", (argv, sentence) => {
  expect(parseOutbox(argv)).toEqual({ ok: false, faults: [sentence] });
});

test("relay takes a configuration and nothing else", () => {
  expect(parseRelay(["--config", "a.yaml"])).toEqual({ ok: true, options: { config: "a.yaml" } });
  expect(parseRelay(["--bots", "1"])).toMatchObject({ ok: false, faults: { length: 2 } });
});

test("doctor takes a configuration, and --json", () => {
  expect(parseDoctor([])).toEqual({ ok: true, options: { json: false } });
  expect(parseDoctor(["--json", "-config=a.yaml"])).toEqual({
    ok: true,
    options: { json: true, config: "a.yaml" },
  });
  expect(parseDoctor(["--json=yes"])).toMatchObject({ ok: false, faults: { length: 1 } });
});

test("plan takes density, frames, line and time", () => {
  expect(parsePlan([])).toEqual({
    ok: true,
    options: { json: false, neighbours: 10, frames: null, mbit: null, seconds: 5 },
  });
  const all = ["--neighbours", "60", "--frames=2", "--mbit", "1000", "--seconds", "3", "--json"];
  expect(parsePlan(all)).toEqual({
    ok: true,
    options: { json: true, neighbours: 60, frames: 2, mbit: 1000, seconds: 3 },
  });
  expect(parsePlan(["--neighbours", "501", "--frames", "9", "--mbit", "0"])).toEqual({
    ok: false,
    faults: [
      '--neighbours is "501": write a whole number from 1 to 500.',
      '--frames is "9": write a whole number from 1 to 8.',
      '--mbit is "0": write a whole number from 1 to 400000.',
    ],
  });
});
