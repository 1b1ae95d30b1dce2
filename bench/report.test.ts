// The report: figures are well-formed, tables hold the numbers, and docs/benchmarks.md is what the
// results and the notes beside it make.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { readEvidence, readNotes, reportFiles } from "./report/files.ts";
import { GOALS, judgeGoals, unexplained } from "./report/goals.ts";
import { count, quantity, times } from "./report/numbers.ts";
import { makePage } from "./report/page.ts";
import { PARTS_SAMPLE, SAMPLE } from "./report/sample.ts";
import { logScale, spread } from "./report/scale.ts";
import { escapeXml } from "./report/svg.ts";

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
    expect(find("tuned JavaScript (js-grid), 1,000 entities")).toEqual(["met", "3.20"]);
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
