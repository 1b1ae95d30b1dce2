import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Ending, Refusal } from "./codes.ts";
import { closeName, CLOSES, errorName, ERRORS, EXITS } from "./codes.ts";

const page = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");

/** Rows `| code | NAME | sentence | …` of the table below a heading. */
function tableBelow(heading: string): string[] {
  const section = page.split(`### ${heading}\n`)[1]?.split("\n#")[0] ?? "";
  return [...section.matchAll(/^\| (\d+) +\| (\w+) +\| ([^|]+?) +\|/gm)].map((row) =>
    row.slice(1, 4).join(" "),
  );
}

function rowsOf(catalogue: Readonly<Record<string, { code: number; sentence: string }>>): string[] {
  return Object.entries(catalogue).map(
    ([name, { code, sentence }]) => `${code} ${name} ${sentence}`,
  );
}

test.each([
  ["Error codes", ERRORS],
  ["Close codes", CLOSES],
  ["Exit codes", EXITS],
])("docs/protocol.md lists the %s and no others", (heading, catalogue) => {
  expect(tableBelow(heading)).toEqual(rowsOf(catalogue));
});

test("the documented close code of an error is the catalogue's", () => {
  for (const [name, { code, ...rest }] of Object.entries(ERRORS)) {
    const close = "close" in rest ? String(rest.close) : "-";
    expect(page).toMatch(new RegExp(`^\\| ${code} +\\| ${name} +\\|[^|]+\\| ${close} +\\|$`, "m"));
  }
});

test("no code is given twice", () => {
  const catalogues: Readonly<Record<string, Ending>>[] = [ERRORS, CLOSES, EXITS];
  for (const catalogue of catalogues) {
    const codes = Object.values(catalogue).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  }
});

test("error codes follow each other from 1 on, as those who count them take for granted", () => {
  expect(Object.values(ERRORS).map(({ code }) => code)).toEqual(
    Array.from(Object.keys(ERRORS), (_, i) => i + 1),
  );
});

test("every error that closes does so with a code of the catalogue", () => {
  const refusals: Refusal[] = Object.values(ERRORS);
  const closes = refusals.flatMap(({ close }) => (close === undefined ? [] : [close]));
  expect(closes.map(closeName).filter((name) => name.startsWith("UNKNOWN"))).toEqual([]);
});

test("a close code's sentence fits into a close frame", () => {
  for (const { sentence } of Object.values(CLOSES))
    expect(new TextEncoder().encode(sentence).length).toBeLessThanOrEqual(123);
});

test("codes have names, also those that are not ours", () => {
  expect(errorName(2)).toBe("BAD_INTENT");
  expect(errorName(999)).toBe("UNKNOWN_999");
  expect(closeName(4009)).toBe("TOO_SLOW");
  expect(closeName(1006)).toBe("CUT_OFF");
  expect(closeName(4999)).toBe("UNKNOWN_4999");
});
