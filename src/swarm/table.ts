// The figures of a run as a table for people.
import type { Figures, Quantiles } from "./figures.ts";

/** Share of the rounds that may be left out before the table says so. */
const LEFT_OUT_MAX = 0.01;

type Line = readonly [name: string, value: string];

/** @returns the table, findings and verdict, as text with a line end */
export function renderTable(figures: Figures): string {
  const { counts } = figures;
  const lines: Line[] = [
    ["bots", `${figures.playingMax} at most of ${figures.agents}, ${counts.joins} joined`],
    ["measured", `${figures.measuredSeconds} s`],
    ["sent to acknowledged", quantiles(figures.acknowledgedMs)],
    ["sent to a neighbour's view", quantiles(figures.neighbourMs)],
    ["tick rate", `${figures.tickRateMean} Hz mean, ${figures.tickRateMin} Hz slowest bot`],
    ["per client", `${(figures.bytesPerClientPerSecond / 1000).toFixed(1)} kB/s`],
    ["frames", `${counts.frames}, largest ${counts.frameMax} B`],
    ["intents", intents(figures)],
    ["send lateness", quantiles(figures.sendLatenessMs)],
    ["corrections", corrections(figures)],
    ["digests", `${counts.digestsOk} equal, ${counts.digestsBad} different`],
    ...oracleLines(figures),
    ["incomplete ticks", incomplete(figures)],
    ["movement rule", model(figures)],
    ["connections", connections(figures)],
    ...corruptionLine(figures),
    ["longest silence", `${counts.longestSilenceMs.toFixed(0)} ms`],
    ["workers' CPU", `${(figures.workersCpuMs / 1000).toFixed(1)} s`],
    ...serverLine(figures),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  const table = lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  const findings = figures.findings.map((finding) => `  - ${finding}`);
  const verdict =
    figures.faults.length === 0
      ? ["verdict: all that was checked is true"]
      : ["verdict: FAILED", ...figures.faults.map((fault) => `  * ${fault}`)];
  return [
    ...table,
    ...(findings.length > 0 ? ["findings:", ...findings] : []),
    ...verdict,
    ...loadNote(figures),
    "",
  ].join("\n");
}

/** A load that was not sent in time is not the load that was asked for. */
function loadNote({ counts }: Figures): string[] {
  const share = counts.droppedRounds / Math.max(1, counts.intents + counts.droppedRounds);
  if (share <= LEFT_OUT_MAX) return [];
  const percent = (share * 100).toFixed(1);
  return [`note: ${percent} % of the load was left out for want of time: latencies do not count`];
}

function oracleLines({ oracle }: Figures): Line[] {
  if (oracle === null) return [["views", "not checked"]];
  const wrong = oracle.missing + oracle.extra + oracle.wrongPositions;
  const skipped = `${oracle.incomplete} incomplete, ${oracle.merged} merged, ${oracle.reset} reset`;
  const strangers = `${oracle.strangers} entries of ${oracle.strangerIds} strangers left out`;
  return [
    ["views checked", `${oracle.views} with ${oracle.entries} entities over ${oracle.ticks} ticks`],
    [
      "views wrong",
      `${wrong}: ${oracle.missing} missing, ${oracle.extra} too many, ` +
        `${oracle.wrongPositions} misplaced`,
    ],
    ["views not checked", `${skipped}; ${oracle.uncertain} uncertain pairs`],
    ...(oracle.strangers > 0 ? [["strangers", strangers] as const] : []),
  ];
}

function incomplete({ counts }: Figures): string {
  return `${counts.incompleteTicks} of ${counts.ticks}, at most ${counts.incompleteRun} in a row`;
}

function corruptionLine({ corruption }: Figures): Line[] {
  return corruption === "none" ? [] : [["flipped record", corruption]];
}

function intents({ counts }: Figures): string {
  const { intents, held, droppedRounds } = counts;
  return `${intents} sent, ${held} held back, ${droppedRounds} left out for want of time`;
}

function corrections({ counts, model: rule }: Figures): string {
  const { overBank, overRate, clipped } = rule;
  const classes = `${overBank} over the bank, ${overRate} over the rate, ${clipped} clipped`;
  return `${counts.corrections}, ${rule.corrections} as predicted; intents: ${classes}`;
}

function model({ model: rule }: Figures): string {
  const open = `${rule.open} open, ${rule.resyncs} merged ticks taken as told`;
  const unchecked = rule.unchecked > 0 ? `, ${rule.unchecked} Corrections not compared` : "";
  return `${rule.differences} differences in ${rule.applied} intents applied; ${open}${unchecked}`;
}

function connections({ counts }: Figures): string {
  const bad = `${counts.losses} lost, ${counts.silences} silent`;
  const { dials, refusals, putOffs, leaves, errors } = counts;
  const put = putOffs > 0 ? `, ${putOffs} put off` : "";
  return `${dials} dialled, ${refusals} refused${put}, ${leaves} left, ${bad}, ${errors} errors`;
}

function serverLine({ server }: Figures): Line[] {
  if (server === null) return [];
  const { rssMib, rssPeakMib } = server;
  return [["server's memory", `${rssMib.toFixed(0)} MiB, at most ${rssPeakMib.toFixed(0)} MiB`]];
}

function quantiles({ p50, p90, p99, max, count }: Quantiles): string {
  return `p50 ${p50}  p90 ${p90}  p99 ${p99}  max ${max} ms  (${count})`;
}
