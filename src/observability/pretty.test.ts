import { expect, test } from "vitest";

import { prettyLine } from "./pretty.ts";

const TIME = new Date(2026, 0, 2, 3, 4, 5, 67).toISOString();

function pretty(fields: object): string {
  return prettyLine(`${JSON.stringify({ level: "info", time: TIME, ...fields })}\n`, false);
}

test("a line reads as time of day, level, sentence, fields", () => {
  const fields = { session: "a1-2", url: "ws://127.0.0.1:8080", client: "my game" };
  expect(pretty({ ...fields, message: "Aether listens" })).toBe(
    '03:04:05.067 INFO  Aether listens session=a1-2 url=ws://127.0.0.1:8080 client="my game"\n',
  );
  expect(pretty({ level: "warn", message: "Short" })).toBe("03:04:05.067 WARN  Short\n");
});

test("an error's stack follows, a line each", () => {
  const error = {
    type: "RangeError",
    message: "too far",
    stack: "RangeError: too far\n    at a.js",
  };
  expect(pretty({ level: "error", message: "A fault", error })).toBe(
    "03:04:05.067 ERROR A fault\n    RangeError: too far\n        at a.js\n",
  );
  expect(pretty({ message: "A fault", error: "in words" })).toContain('\n    "in words"\n');
});

test("H45 what strangers send reaches no terminal as more than text", () => {
  const nasty = "a\r\n\u001b[2J\u009b31m\u202egnp.exe\u2028\u007f\u0000";
  const said = pretty({ [nasty]: nasty, message: nasty, error: { stack: `x\n${nasty}` } });
  expect(said.split("\n")).toHaveLength(5);
  expect(said.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(said).toContain("\\u202egnp.exe");
  const raw = prettyLine(`no json ${nasty}\n`, false);
  expect(raw).toBe(
    `no json a\\u000d\\u000a\\u001b[2J\\u009b31m\\u202egnp.exe\\u2028\\u007f\\u0000\n`,
  );
});

test("colours are for terminals that have them, and for our own words alone", () => {
  const line = `${JSON.stringify({ level: "error", time: TIME, message: "no", a: 1 })}\n`;
  const painted = prettyLine(line, true);
  expect(painted).toContain("\u001b[31mERROR\u001b[0m no");
  // eslint-disable-next-line no-control-regex
  expect(painted.replace(/\u001b\[[\d;]+m/g, "")).toBe(prettyLine(line, false));
});
