// Tables and figures of the parts of a tick (bench/results/parts.json).
import type { PartContest, PartMeasured, PartsResults, PartStanding } from "../parts/results.ts";
import { plotBars } from "./bars.ts";
import { colourOf, titleOf } from "./lineup.ts";
import { plotLines } from "./lines.ts";
import { plain, type Row, table } from "./markdown.ts";
import { count, quantity, times } from "./numbers.ts";
import type { Figure } from "./svg.ts";

const OURS = ["wasm-simd", "wasm-scalar", "js"];

/** "a row", "an update". */
function one(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

export function isMeasuredPart(standing: PartStanding): standing is PartMeasured {
  return standing.status === "measured";
}

/** By the reference's, which is the first of its contest; 1 for the reference itself. */
function partRatioOf({ contenders }: PartContest, standing: PartMeasured): number {
  return standing === contenders[0] ? 1 : (standing.ratio?.median ?? NaN);
}

export function partTables({ contests, options }: PartsResults): string {
  const { rounds, roundMs, quick } = options;
  const how = `${rounds} rounds of ${roundMs} ms each${quick ? ", --quick" : ""}.`;
  return [how, ...contests.map(partTable)].join("\n\n");
}

function partTable(contest: PartContest): string {
  const { part, what, per, case: played, contenders } = contest;
  const rows = contenders.map((standing): Row => {
    if (!isMeasuredPart(standing)) return [standing.name, standing.status, "", "", ""];
    const { name, p10, median, operations } = standing;
    const ratio = times(partRatioOf(contest, standing));
    return [name, quantity(p10), quantity(median), ratio, count(operations)];
  });
  const unit = `ns ${one(per)}`;
  const head = ["contender", `p10, ${unit}`, `median, ${unit}`, "ratio", "operations a run"];
  const remarks = contenders.flatMap((standing) => {
    const { name, note } = standing;
    const why = isMeasuredPart(standing) ? [] : [`${name}: ${standing.status}: ${standing.why}`];
    return note === null ? why : [...why, `${name}: ${note}`];
  });
  const list = remarks.map((remark) => `- ${plain(remark)}`).join("\n");
  const title = `**${part}** (${titleOf(played)}): ${plain(what)}`;
  return [title, table(head, rows), list].filter((text) => text !== "").join("\n\n");
}

export function partBars({ contests }: PartsResults): Figure | null {
  const panels = contests.map((contest) => ({
    title: `${contest.part}, ${one(contest.per)}: ${titleOf(contest.case)}`,
    bars: contest.contenders.filter(isMeasuredPart).map((standing) => {
      const { name, median } = standing;
      const ratio = partRatioOf(contest, standing);
      const label = `${times(ratio)}, ${quantity(median)} ns`;
      return { name, colour: colourOfPart(name), value: ratio, label };
    }),
  }));
  const shown = panels
    .map((panel) => ({ ...panel, bars: panel.bars.filter(({ value }) => Number.isFinite(value)) }))
    .filter(({ bars }) => bars.length > 1);
  if (shown.length === 0) return null;
  return plotBars({
    title: "Parts of a tick: time by that of the first contender",
    description:
      "For each part of the tick, the time of each contender by that of the first, logarithmic, " +
      "with its nanoseconds an operation.",
    xTitle: "times as long as the first",
    axis: "ratio",
    panels: shown,
  });
}

function colourOfPart(name: string): string {
  if (name === "aether") return "simd";
  return colourOf({ name, kind: OURS.includes(name) ? "engine" : "peer" });
}

export function visitTable({ visits }: PartsResults): string {
  const head = ["entities", "neighbours", "nodes of the index", "nodes visited", "rows found"];
  const rows = visits.map(({ n, k, nodesOfIndex, nodes, hits }) => [
    count(n),
    quantity(k),
    count(nodesOfIndex),
    quantity(nodes),
    quantity(hits),
  ]);
  return table(head, rows, []);
}

/** Nodes that a query visits, beside the nodes that there are. */
export function visitLines({ visits }: PartsResults): Figure | null {
  if (visits.length < 2) return null;
  const line = (name: string, colour: string, y: "nodes" | "hits" | "nodesOfIndex") => ({
    name,
    colour,
    points: visits.map((visit) => ({ x: visit.n, y: visit[y] })),
  });
  return plotLines({
    title: "Work of one range query over n",
    description:
      "Mean number of nodes that a query of radius 200 units visits, over the number of entities " +
      "at equal density, with the nodes of the whole index and the rows found.",
    xTitle: "entities",
    yTitle: "count, mean over the queries",
    panels: [
      {
        title: `radius ${visits[0]?.radius ?? 0} units, equal density`,
        lines: [
          line("nodes of the index", "peer", "nodesOfIndex"),
          line("nodes visited", "simd", "nodes"),
          line("rows found", "tuned", "hits"),
        ],
      },
    ],
  });
}
