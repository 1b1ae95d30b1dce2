// What a contest came to, as lines of text.
import { ENGINE } from "./contenders/index.ts";
import type { Contest, Standing } from "./results.ts";

const HEAD = ["", "p10", "median", "worst of a window", "worst", "ratio", "of p10s", "windows", ""];
/** From this column on, words: to the left. */
const WORDS_FROM = 8;

/** A table of one contest; times in us a tick. */
export function tableOf(contest: Contest): string[] {
  const { job, case: play, asked } = contest;
  const rows = [HEAD, ...contest.contenders.map(cellsOf)];
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => {
        const width = widths[i] ?? 0;
        return i === 0 || i >= WORDS_FROM ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
  const title =
    `${job}, ${play.name}: ${play.n} in ${play.width} units, ` +
    `${asked.neighbours.toFixed(1)} neighbours, a tick ${asked.entered.toFixed(1)} enter, ` +
    `${asked.left.toFixed(1)} leave, ${asked.updates.toFixed(0)} updates; us a tick`;
  return [title, ...lines.map((line) => `  ${line}`)];
}

function cellsOf(standing: Standing): string[] {
  const { name, status } = standing;
  if (status !== "measured") return [name, ...Array<string>(7).fill("-"), said(status, standing)];
  const { p10, median, worst, ratio, rounds, windowTicks, note } = standing;
  const times = [p10, median, worst.median, worst.max].map(digits);
  const own = name === ENGINE ? "1" : "-";
  const ratios = ratio === null ? [own, own] : [digits(ratio.median), digits(ratio.p10)];
  return [name, ...times, ...ratios, `${rounds} x ${windowTicks}`, note ?? ""];
}

function said(status: "wrong" | "left out", { why }: { readonly why: string }): string {
  return `${status === "wrong" ? "WRONG" : status}: ${why}`;
}

/** Three significant digits, or all before the point. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const places = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(places);
}
