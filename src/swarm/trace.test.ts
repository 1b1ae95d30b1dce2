import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseTrace, readTrace } from "./trace.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aether-trace-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const NO_DESCRIPTION = { presenceGapMs: 500, bounds: null };
// Two entities; 7 is away for longer than the gap; times do not begin at zero.
const CSV = "1000,7,0,0\n1000,5,4,-2\n1100,7,1,0\n1500.5,5,6,-2\n2000,7,9,6\n";

test("rows are sorted by entity and time, times begin at zero, gaps part the runs", () => {
  const trace = parseTrace(CSV, NO_DESCRIPTION, "x");
  expect(trace.entityIds).toEqual([5, 7]);
  expect([...trace.firstSample]).toEqual([0, 2, 5]);
  expect([...trace.ms]).toEqual([0, 500.5, 0, 100, 1000]);
  expect([...trace.run]).toEqual([0, 1, 2, 2, 3]);
  expect(trace).toMatchObject({ runs: 4, durationMs: 1000, middleX: 4.5, middleY: 2 });
});

test("a description gives the gap and the bounds; a header line is passed over", () => {
  const bounds = { minX: -10, minY: 0, maxX: 10, maxY: 4 };
  const trace = parseTrace(`t_ms,entity_id,x,y\n${CSV}`, { presenceGapMs: 900, bounds }, "x");
  expect(trace).toMatchObject({ runs: 2, middleX: 0, middleY: 2 });
});

test("files are read plain and gzipped, with the description beside them", () => {
  writeFileSync(join(folder, "a.json"), '{"presence_gap_ms": 900, "units": "metre"}');
  writeFileSync(join(folder, "a.csv"), CSV);
  writeFileSync(join(folder, "a.csv.gz"), gzipSync(CSV));
  for (const name of ["a.csv", "a.csv.gz"]) expect(readTrace(join(folder, name)).runs).toBe(2);
  writeFileSync(join(folder, "b.csv"), CSV);
  expect(readTrace(join(folder, "b.csv")).runs).toBe(4);
});

test.each([
  ["", /no rows/],
  ["1,2,3\n", /x line 1: "1,2,3"/],
  ["1,2,3,4\n1,2,three,4\n", /x line 2/],
  ["1,2.5,3,4\n", /x line 1/],
])("%j is refused in words", (text, sentence) => {
  expect(() => parseTrace(text, NO_DESCRIPTION, "x")).toThrow(sentence);
});

test("a description that is none is refused in words", () => {
  writeFileSync(join(folder, "c.csv"), CSV);
  writeFileSync(join(folder, "c.json"), '{"presence_gap_ms": "long"}');
  expect(() => readTrace(join(folder, "c.csv"))).toThrow(/c\.json: presence_gap_ms is "long"/);
});
