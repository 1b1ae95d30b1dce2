// The tables of docs/benchmarks.md.
import { isBusy } from "../machine.ts";
import type { Contest, Results, Standing } from "../results.ts";
import type { Evidence } from "./goals.ts";
import { ENGINE, isMeasured, namesOf, ratioOf, titleOf } from "./lineup.ts";
import { details, plain, type Row, table } from "./markdown.ts";
import { count, quantity, times } from "./numbers.ts";

export function machineTable(results: Results): string {
  const { machine, date, options, contests } = results;
  const versions = new Map(
    contests.flatMap(({ contenders }) => contenders.map((c) => [c.name, c.version] as const)),
  );
  const libraries = [...versions]
    .filter(([, version]) => version !== null)
    .map(([name, version]) => `${name} ${version ?? ""}`);
  const rows: Row[] = [
    ["processor", `${machine.cpu}, ${machine.cores} logical cores`],
    ["memory", `${(machine.memoryBytes / 2 ** 30).toFixed(1)} GiB`],
    ["platform", machine.platform],
    ["Node", `${machine.node}, V8 ${machine.v8}`],
    ["load average at the start", loadOf(results)],
    ["run", `${date.slice(0, 10)}${options.quick ? ", --quick" : ""}`],
    ["windows", `${options.rounds} of ${options.windowTicks} ticks, fewer for slow contenders`],
  ];
  if (libraries.length > 0) rows.push(["libraries", libraries.join(", ")]);
  return table(["what", "which"], rows, [0, 1]);
}

function loadOf({ loadAverage, machine: { cores } }: Results): string {
  if (loadAverage === undefined) return "not recorded";
  return `${loadAverage}, ${isBusy(loadAverage, cores) ? "busy with something else" : "idle"}`;
}

/** Ratios of a job at a glance: a row for each case, a column for each contender. */
export function ratioTable(contests: readonly Contest[]): string {
  const names = namesOf(contests).filter((name) => name !== ENGINE);
  const rows = contests.map((contest) => {
    const find = (name: string): Standing | undefined =>
      contest.contenders.find((standing) => standing.name === name);
    const engine = find(ENGINE);
    const time = engine !== undefined && isMeasured(engine) ? quantity(engine.median) : "-";
    return [titleOf(contest.case), time, ...names.map((name) => ratioCell(find(name)))];
  });
  return table(["case", `${ENGINE}, us`, ...names], rows);
}

function ratioCell(standing: Standing | undefined): string {
  if (standing === undefined) return "";
  return isMeasured(standing) ? times(ratioOf(standing)) : standing.status;
}

/** Every number of a contest, folded. */
export function contestTable({ case: played, asked, contenders }: Contest): string {
  const rows = contenders.map((standing): Row => {
    const name = standing.version === null ? standing.name : `${standing.name} ${standing.version}`;
    if (!isMeasured(standing)) return [name, standing.status, "", "", "", "", "", ""];
    const { p10, median, worst, ratio, rounds, windowTicks } = standing;
    const [range, low] =
      ratio === null
        ? ["1", "1"]
        : [`${times(ratio.median)} (${times(ratio.min)} to ${times(ratio.max)})`, times(ratio.p10)];
    return [
      name,
      quantity(p10),
      quantity(median),
      quantity(worst.median),
      quantity(worst.max),
      range,
      low,
      `${rounds} x ${windowTicks}`,
    ];
  });
  const head = [
    "contender",
    "p10, us",
    "median, us",
    "worst of a window, us",
    "worst tick, us",
    "ratio (range)",
    "ratio of p10",
    "windows",
  ];
  const { neighbours, entered, left, updates } = asked;
  const work =
    `World ${count(played.width)} units wide; of the ticks compared, one has ` +
    `${quantity(neighbours)} told rows an observer, ${quantity(entered)} entries, ` +
    `${quantity(left)} leaves, ${count(updates)} moved records.`;
  const remarks = contenders.flatMap((standing) => remarksOn(standing));
  const body = [work, table(head, rows)];
  if (remarks.length > 0) body.push(remarks.map((remark) => `- ${plain(remark)}`).join("\n"));
  return details(titleOf(played), body.join("\n\n"));
}

function remarksOn(standing: Standing): string[] {
  const remarks: string[] = [];
  if (!isMeasured(standing)) remarks.push(`${standing.name}: ${standing.status}: ${standing.why}`);
  if (standing.note !== null) remarks.push(`${standing.name}: ${standing.note}`);
  return remarks;
}

/** What was not measured at all, so that nothing is left out silently. */
export function absentList({ contenders, parts, server }: Evidence): string {
  const all = [...contenders.absent, ...contenders.absentCases];
  if (parts === null) all.push({ name: "the parts of a tick", why: "not measured" });
  if (!server) all.push({ name: "the server end to end", why: "not measured" });
  if (all.length === 0) return "All contenders, all cases, the parts and the server were measured.";
  return all.map(({ name, why }) => `- ${plain(`${name}: ${why}`)}`).join("\n");
}
