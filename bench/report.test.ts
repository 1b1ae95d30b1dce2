// The report: figures are well-formed, tables hold the numbers, and docs/benchmarks.md is what the
// results and the notes beside it make.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { readEvidence, readNotes, reportFiles } from "./report/files.ts";
import { GOALS, goalTable, judgeGoals, unexplained } from "./report/goals.ts";
import { count, quantity, times } from "./report/numbers.ts";
import { makePage } from "./report/page.ts";
import { PARTS_SAMPLE, SAMPLE } from "./report/sample.ts";
import { logScale, spread } from "./report/scale.ts";
import { summaryOf, withSummary } from "./report/summary.ts";
import { escapeXml } from "./report/svg.ts";
import { machineTable } from "./report/tables.ts";
import { marksOf, refusalsOf } from "./report/whole.ts";
import type { Case, Job, Results } from "./results.ts";

const DOCS = new URL("../docs/", import.meta.url);
const evidence = { contenders: SAMPLE, parts: PARTS_SAMPLE };
const files = makePage(evidence, readNotes());
const page = files.get("benchmarks.md") ?? "";
const figures = [...files].filter(([path]) => path.endsWith(".svg"));

/** The elements of well-formed XML, in order; throws where it is not. */
function elementsOf(xml: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  const attribute = String.raw`\s[\w:-]+="[^"<]*"`;
  const tag = new RegExp(String.raw`<(/?)([a-z]+)((?:${attribute})*)(/?)>`, "y");
  let at = 0;
  while (at < xml.length) {
    const text = /[^<>&]*(?:&(?:amp|lt|gt|quot);[^<>&]*)*/y;
    text.lastIndex = at;
    at += text.exec(xml)?.[0].length ?? 0;
    if (at === xml.length) break;
    tag.lastIndex = at;
    const found = tag.exec(xml);
    if (found === null) throw new Error(`not XML: ${xml.slice(at, at + 60)}`);
    const [whole, closes, name = "", , isEmpty] = found;
    at += whole.length;
    if (closes === "/") {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
      continue;
    }
    names.push(name);
    if (isEmpty === "") open.push(name);
  }
  if (open.length > 0) throw new Error(`<${open.join("><")}> stays open`);
  return names;
}

describe("figures", () => {
  test("the reader of XML finds faults", () => {
    expect(elementsOf('<a b="1"><c/>x &amp; y</a>')).toEqual(["a", "c"]);
    for (const wrong of ["<a>", "<a></b>", '<a b="<"/>', "<a>&</a>", "<a b=1/>"]) {
      expect(() => elementsOf(wrong), wrong).toThrow();
    }
  });

  test.each(figures)("%s is XML, with a title and a description", (_, svg) => {
    const names = elementsOf(svg);
    expect(names.slice(0, 3)).toEqual(["svg", "title", "desc"]);
    expect(names.length).toBeGreaterThan(30);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("name every contender directly, as text", () => {
    for (const { contenders, job } of SAMPLE.contests) {
      const svg = files.get(`benchmarks/${job}-ratio.svg`) ?? "";
      for (const { name, status } of contenders) {
        expect(svg.includes(`>${escapeXml(name)}<`), name).toBe(status === "measured");
      }
    }
  });

  test("every figure is shown on the page", () => {
    expect(figures.length).toBe(7);
    for (const [path] of figures) expect(page).toContain(`](${path})`);
  });
});

describe("tables", () => {
  test("hold every number of every contender", () => {
    for (const { contenders, case: played, job } of SAMPLE.contests) {
      for (const standing of contenders) {
        if (standing.status !== "measured") continue;
        const { name, p10, median, worst } = standing;
        const numbers = [p10, median, worst.median, worst.max].map(quantity);
        const rows = page.split("\n").filter((line) => line.startsWith(`| ${name} `));
        const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()));
        const found = cells.some((row) => numbers.every((number, i) => row[i + 2] === number));
        expect(found, `${job} ${played.name} ${name}`).toBe(true);
      }
    }
  });

  test("say what was wrong, left out or absent, and why", () => {
    expect(page).toContain("- flatbush: wrong: row 7 misses row 12");
    expect(page).toContain("- rbush: left out: one window took longer than 20 s");
    expect(page).toContain("- d3-quadtree: not installed");
    expect(page).toContain("- the server end to end: not measured");
    expect(page).toContain("- kdbush: Index made anew each tick.");
  });

  test("hold the parts of a tick and the work of a query", () => {
    const rows = page.split("\n").map((line) => line.replace(/ +/g, " "));
    expect(rows).toContain("| protobufjs | 105 | 117 | 69x | 28,750 |");
    expect(rows).toContain("| 10,000 | 30.0 | 833 | 47.9 | 30.5 |");
    expect(page).toContain("- other: left out: not there");
    const without = makePage({ contenders: SAMPLE, parts: null }, readNotes());
    expect(without.get("benchmarks.md")).toContain("Not measured in these results.");
    expect(without.size).toBe(files.size - 2);
  });

  test("say where the strongest JavaScript is faster than the kernel", () => {
    expect(page).toContain("In 2 of 12 contests **it is faster than the kernel**: 100 entities");
    const rows = page.split("\n").map((line) => line.replace(/ +/g, " "));
    const dense = "10,000 entities, 100 neighbours, uniform (tick)";
    expect(rows).toContain(`| ${dense} | 3.5x | 1.41x | |`);
    expect(rows).toContain(
      "| 100 entities, uniform (tick) | 2.2x | 0.88x | **js-pairs is faster** |",
    );
  });

  test("an unknown mark in the notes is refused", () => {
    expect(() => makePage(evidence, "<!-- results: nonsense -->")).toThrow("nonsense");
    expect(page).not.toContain("<!-- results:");
  });
});

describe("goals", () => {
  test("the worst value decides; what was not measured is not met", () => {
    const standings = new Map(judgeGoals(evidence).map((s) => [s.goal.name, s]));
    expect(standings.size).toBe(GOALS.length);
    const find = (name: string): unknown => {
      const standing = standings.get(name);
      return [standing?.verdict, standing?.worst?.value.toFixed(2)];
    };
    // in sets it is less than in a tick
    expect(find("tuned JavaScript (js-grid), 1,000 entities")).toEqual(["met", "3.13"]);
    expect(find("tuned JavaScript (js-grid), 100 and 300 entities")).toEqual(["met", "2.20"]);
    expect(find("framing, an update")).toEqual(["met", "1.70"]);
    expect(find("framing, protobufjs")).toEqual(["met", "68.82"]);
    const [dense, kdbush] = [
      "tuned JavaScript (js-grid), 10,000 entities, 100 neighbours",
      "kdbush and Set diff, 10,000 entities, 100 neighbours",
    ];
    expect(find(dense)).toEqual(["missed", "3.53"]);
    expect(find(kdbush)).toEqual(["not measured", undefined]);
    expect(unexplained(evidence, `text\n**${dense}.** Why.`)).toEqual([]);
    expect(unexplained(evidence, "text")).toEqual([dense]);
  });

  test("every case of the size that a goal names counts, and both jobs", () => {
    const worse = (job: Job, spread: Case["spread"], n: number, k: number): Results => {
      const [contest] = SAMPLE.contests.filter((each) => each.job === job && each.case.n === 1000);
      const contenders = contest!.contenders.map((c) =>
        c.status === "measured" && c.ratio !== null
          ? { ...c, ratio: { ...c.ratio, median: 0.5 } }
          : c,
      );
      const played = { ...contest!.case, name: "worse", spread, n, k };
      return {
        ...SAMPLE,
        contests: [...SAMPLE.contests, { job, case: played, contenders, asked }],
      };
    };
    const { asked } = SAMPLE.contests[0]!;
    const found = (contenders: Results, name: string): unknown =>
      judgeGoals({ contenders, parts: null }).find(({ goal }) => goal.name === name)?.worst?.value;
    const grid = "tuned JavaScript (js-grid), 1,000 entities";
    expect(found(worse("tick", "bursty", 1000, 0), grid)).toBe(0.5);
    expect(found(worse("sets", "uniform", 1000, 100), grid)).toBe(0.5);
    expect(found(worse("sets", "clustered", 1000, 0), "kdbush and Set diff, 1,000 entities")).toBe(
      0.5,
    );
    expect(found(worse("tick", "trace", 1000, 0), grid)).toBe(3.125);
    const dense = "tuned JavaScript (js-grid), 10,000 entities, 100 neighbours";
    expect(found(worse("sets", "clustered", 10_000, 100), dense)).toBe(0.5);
    expect(found(worse("sets", "uniform", 10_000, 30), dense)).toBeCloseTo(3.53);
    const native = "native C of 128 bits, everywhere";
    expect(found(worse("sets", "trace", 77, 0), native)).toBe(2);
    const table = goalTable({ contenders: worse("sets", "trace", 77, 0), parts: null });
    expect(table).toContain("2.0x (0.50x in the tables)");
  });
});

describe("the summary", () => {
  test("says who wins, who is faster than the kernel, and how many goals are missed", () => {
    const said = summaryOf(evidence).replaceAll("\n", " ");
    expect(said).toBe(
      "The fastest of 12 contests, a case and a job each: `native` in 12 and the kernel that the " +
        "server runs (`wasm-simd`) in none. Faster than the kernel: `native` (the same source in " +
        "C) in 12 of 12 and `js-pairs` (JavaScript that assumes what the kernel may not) in 2 of " +
        "12; " +
        "nothing else in any. Of the 9 goals that the project set itself, 1 is missed, and 1 not " +
        "measured.",
    );
    expect(page).toContain(summaryOf(evidence));
  });

  test("takes its place in README.md, and misses it in words", () => {
    const readme =
      "a\n<!-- Made by `npm run bench:report` from here -->\nold\n<!-- to here -->\nb\n";
    const once = withSummary(readme, evidence);
    expect(once).not.toContain("old");
    expect(once.endsWith(`${summaryOf(evidence)}\n\n<!-- to here -->\nb\n`)).toBe(true);
    expect(withSummary(once, evidence)).toBe(once);
    expect(() => withSummary("nothing", evidence)).toThrow("README.md has no place");
  });
});

describe("results that are not whole", () => {
  const real = readEvidence();
  const { contenders, parts } = real;

  test("are refused when they are of --quick or of a part of the cases", () => {
    const quick = { quick: true } as const;
    expect(refusalsOf(real)).toEqual([]);
    expect(
      refusalsOf({
        contenders: { ...contenders, options: { ...contenders.options, ...quick } },
        parts: parts && { ...parts, options: { ...parts.options, ...quick } },
      }),
    ).toEqual([
      "bench/results holds contenders of --quick: run npm run bench",
      "bench/results holds parts of --quick: run npm run bench:parts",
    ]);
    const halves = parts && { ...parts, contests: parts.contests.slice(2) };
    expect(refusalsOf({ contenders, parts: halves })).toEqual([
      "bench/results holds parts without insert in uniform-300, index in uniform-300: " +
        "run npm run bench:parts",
    ]);
    const few = { ...contenders, contests: contenders.contests.slice(1) };
    expect(refusalsOf({ contenders: few, parts })).toEqual([
      "bench/results holds contenders without uniform-100 (tick): run npm run bench",
    ]);
    const [first, ...others] = contenders.contests;
    const without = first!.contenders.filter(({ name }) => name !== "js-pairs");
    const fewer = { ...contenders, contests: [{ ...first!, contenders: without }, ...others] };
    const [said] = refusalsOf({ contenders: fewer, parts });
    expect(said).toContain("without js-pairs in uniform-100 (tick): run npm run bench");
    const absent = [{ name: "js-pairs", why: "it is not there" }];
    expect(refusalsOf({ contenders: { ...fewer, absent }, parts })).toEqual([]);
  });

  test("are marked when rounds are few, a contender was absent or the machine was busy", () => {
    expect(page).toContain("**Not of whole runs.** The contenders are of 3 rounds in place of 30.");
    const options = { ...contenders.options, rounds: 30 };
    const whole = { ...contenders, options, absent: [], absentCases: [], loadAverage: 0.4 };
    expect(marksOf({ contenders: whole, parts: null })).toEqual([]);
    const busy = { ...whole, loadAverage: 3.5, absent: [{ name: "rbush", why: "not installed" }] };
    expect(marksOf({ contenders: busy, parts: null })).toEqual([
      "The contenders are without rbush",
      "The run of the contenders began on a busy machine, with a load average of 3.5",
    ]);
    const table = (results: Results): string => machineTable(results).replace(/ +/g, " ");
    expect(table(busy)).toContain("| load average at the start | 3.5, busy with something else |");
    expect(table(whole)).toContain("| load average at the start | 0.4, idle |");
  });
});

describe("numbers and axes", () => {
  test("three digits, thousands apart", () => {
    expect([0, 0.1234, 1.5, 12.34, 123.4, 12_345.6].map(quantity)).toEqual(
      ["0", "0.123", "1.50", "12.3", "123", "12,346"], // prettier-ignore
    );
    expect([0.834, 1, 3.14, 41.7, 1234].map(times)).toEqual([
      "0.83x",
      "1.00x",
      "3.1x",
      "42x",
      "1,234x",
    ]);
    expect(count(1_234_567)).toBe("1,234,567");
  });

  test("a logarithmic axis holds its values and has marks between its ends", () => {
    for (const values of [[5, 7], [5, 4387], [100], [0.8, 217], [3000, 10_000]]) {
      const { at, marks } = logScale(values, 0, 100);
      for (const value of values) expect(at(value)).toBeGreaterThan(0);
      for (const value of [...values, ...marks]) expect(at(value)).toBeLessThan(100.1);
      expect(at(Math.max(...values))).toBeGreaterThanOrEqual(at(Math.min(...values)));
    }
  });

  test("labels keep their order and their distance", () => {
    expect(spread([10, 50], 16, 0, 100)).toEqual([10, 50]);
    const places = spread([50, 52, 51, 99, 98, 2], 16, 0, 100);
    const sorted = places.toSorted((a, b) => a - b);
    sorted.slice(1).forEach((place, i) => {
      expect(place - (sorted[i] ?? 0)).toBeGreaterThanOrEqual(15.99);
    });
    const order = [5, 0, 2, 1, 4, 3].map((i) => places[i] ?? 0);
    expect(order).toEqual(sorted);
    expect(sorted.at(-1)).toBeLessThanOrEqual(100);
  });
});

describe("docs/benchmarks.md", () => {
  test("is what the results and the notes make", () => {
    const made = reportFiles();
    for (const [path, text] of made) {
      const file = new URL(path, DOCS);
      expect(existsSync(file) ? readFileSync(file, "utf8") : "", path).toBe(text);
    }
    const beside = readdirSync(new URL("benchmarks/", DOCS)).map((name) => `benchmarks/${name}`);
    expect(beside.filter((path) => !made.has(path))).toEqual([]);
  });

  test("explains every goal that is missed", () => {
    expect(unexplained(readEvidence(), readNotes())).toEqual([]);
  });
});
