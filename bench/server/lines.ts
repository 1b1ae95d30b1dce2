// What a load came to, as lines of text.
import type { Range, ServerContest, ServerStanding } from "./results.ts";

const HEAD = ["", "p50", "p99", "Hz", "CPU/tick", "by bare", "RSS", "B/s client", "rounds"];

export function serverLines({ bots, neighbours, contenders }: ServerContest): string[] {
  const rows = [HEAD, ...contenders.map(cellsOf)];
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  const said = contenders.flatMap((c) =>
    c.status === "measured" ? [] : [`${c.name}: ${c.status}: ${c.why}`],
  );
  const title = `${bots} bots, ${neighbours} neighbours; ms, MiB`;
  return [title, ...[...lines, ...said].map((line) => `  ${line}`)];
}

function cellsOf(standing: ServerStanding): string[] {
  if (standing.status !== "measured") return [standing.name, ...HEAD.slice(1).map(() => "-")];
  const { name, p50, p99, tickRate, cpuMsPerTick, ratio, rssMib, bytesPerClient } = standing;
  const shown = (range: Range | null, digits: number): string =>
    range === null ? "-" : range.median.toFixed(digits);
  return [
    name,
    shown(p50, 1),
    shown(p99, 1),
    shown(tickRate, 2),
    shown(cpuMsPerTick, 2),
    ratio === null ? "-" : `${shown(ratio, 2)}x`,
    shown(rssMib, 0),
    shown(bytesPerClient, 0),
    String(standing.rounds.length),
  ];
}
