import { expect, test } from "vitest";

import { parseServe } from "./options.ts";

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
