// What a replay found, for people and as JSON.
import type { RowDifference, RowState } from "../../kernel/image-rows.ts";
import type { Located, Verdict } from "../../journal/locate.ts";
import type { Mark } from "../../journal/format.ts";
import type { Played } from "../../journal/play.ts";

/** A sentence without its full stop. */
export interface Trouble {
  readonly sentence: string;
  /** Bytes are not as they were written. */
  readonly isDamage: boolean;
}

/** What became of an application that lived through it as well. */
export interface AppFinding {
  readonly name: string;
  /** Ticks in which it did what is recorded, and ticks of which nobody can say it. */
  readonly checked: number;
  readonly unchecked: number;
  /** Where it first did not, a sentence without its end; null: nowhere. */
  readonly fault: string | null;
}

export interface Finding {
  readonly path: string;
  readonly verdict: "equal" | "differs" | "damaged";
  readonly kernels: readonly string[];
  readonly played: Played;
  readonly troubles: readonly Trouble[];
  /** How long it took. */
  readonly wallMs: number;
  /** Of the difference; null where there is none. */
  readonly located: Verdict | null;
  readonly segmentName: string;
  /** null: it was not asked. */
  readonly app: AppFinding | null;
}

const HOUR_MS = 3_600_000;
const MARKS_SHOWN = 20;
const NAME_WIDTH = 14;
const STATE_WIDTH = 16;

/** How many times faster than the world's own time. */
function speedOf({ played, wallMs }: Finding): number {
  return Math.round(played.worldMs / Math.max(1, wallMs));
}

export function report(finding: Finding): string {
  const { kernels, played, troubles, wallMs } = finding;
  const { first, hash, head, last, notes, segments, ticks } = played;
  const marks = notes.filter((note) => note.what === "mark");
  const lines = [
    `World "${head?.world ?? ""}", ${segments} segment${segments === 1 ? "" : "s"}, recorded by ` +
      `Aether ${head?.version ?? ""}.`,
    ticks === 0
      ? "No tick was replayed."
      : `${ticks} ticks replayed on ${kernels.join(" and ")}, ${first} to ${last}: ` +
        `${timeOf(played.worldMs)} in ${timeOf(wallMs)}, ${speedOf(finding)} times real time.`,
    ...marks.slice(0, MARKS_SHOWN).map(({ tick, mark }) => {
      return `After tick ${tick}: ${markWords(mark)}.`;
    }),
    ...(marks.length > MARKS_SHOWN ? [`… and ${marks.length - MARKS_SHOWN} marks more.`] : []),
    ...troubles.map(({ sentence }) => `${upper(sentence)}.`),
    ...(finding.app === null ? [] : appLines(finding.app)),
    ...(finding.located === null ? equalLines(ticks, hash) : differenceLines(finding)),
  ];
  return `${lines.join("\n")}\n`;
}

/** Settings and what was left out of a step are for whoever reads JSON. */
function markWords({ what, config: _settings, poisons: _leftOut, ...rest }: Mark): string {
  return Object.keys(rest).length === 0 ? what : `${what} ${JSON.stringify(rest)}`;
}

function appLines({ name, checked, unchecked, fault }: AppFinding): string[] {
  const same = `The application ${name} issues the same commands in ${checked} ticks`;
  const rest = unchecked === 0 ? "" : `; ${unchecked} lie before its beginning or behind a gap`;
  return [`${same}${rest}.`, ...(fault === null ? [] : [`THE APPLICATION DIFFERS: ${fault}.`])];
}

function equalLines(ticks: number, hash: string): string[] {
  return ticks === 0 ? [] : [`Every state hash is equal; the last is ${hash}.`];
}

function differenceLines(finding: Finding): string[] {
  const { difference } = finding.played;
  const { located: verdict, segmentName } = finding;
  if (difference === null || verdict === null) return [];
  const { checkpoint, offset, recorded, tick } = difference;
  const where =
    checkpoint === null ? `TICK ${tick} DIFFERS` : `THE STATE AFTER TICK ${tick} DIFFERS`;
  const said = recorded === "" ? "not recorded" : recorded;
  const { explanation, located } = verdict;
  return [
    `${where} (${segmentName}, byte ${offset}):`,
    ...(checkpoint === null ? [`  ${"journal".padEnd(NAME_WIDTH)}${said}`] : []),
    ...verdict.sides.map(({ name, hash, trap }) => `  ${name.padEnd(NAME_WIDTH)}${trap ?? hash}`),
    verdict.sentence,
    ...(explanation === null
      ? []
      : [
          `The recorded hash is that of the same state with ${explanation.column} of row ` +
            `${explanation.row} as ${explanation.there}, where it is ${explanation.here} here.`,
        ]),
    ...(located === null ? [] : locatedLines(located)),
  ];
}

function locatedLines({ difference, left, right, tick }: Located): string[] {
  const { rowCount, rows, words } = difference;
  const count =
    rowCount === 0
      ? "No row differs"
      : `${rowCount} row${rowCount === 1 ? " differs" : "s differ"}`;
  return [
    `${count} after tick ${tick}${rows.length < rowCount ? `; the first ${rows.length}` : ""}.`,
    ...(rows.length + words.length === 0 ? [] : [`  ${line("", left, right).trimEnd()}`]),
    ...words.map(({ name, values }) => `  ${line(name, ...values)}`),
    ...rows.flatMap(rowLines),
  ];
}

/** Both states of a row side by side; positions, bank and speed in 1/256 unit. */
function rowLines({ row, states: [left, right] }: RowDifference): string[] {
  const keys = Object.keys(left ?? right ?? {}) as (keyof RowState)[];
  const show = (state: RowState | null, key: keyof RowState): string =>
    state === null ? "-" : String(state[key]);
  return [
    `  row ${row}`,
    ...keys.map((key) => {
      const [a, b] = [show(left, key), show(right, key)];
      return `    ${line(key, a, b).trimEnd()}${a === b ? "" : "  <- differs"}`;
    }),
  ];
}

function line(name: string, left: string | number, right: string | number): string {
  const cells = [left, right].map((cell) => String(cell).padEnd(STATE_WIDTH));
  return `${name.padEnd(NAME_WIDTH)}${cells.join("")}`;
}

function timeOf(ms: number): string {
  if (ms >= HOUR_MS) return `${(ms / HOUR_MS).toFixed(2)} h`;
  return ms >= 60_000 ? `${(ms / 60_000).toFixed(1)} min` : `${(ms / 1000).toFixed(1)} s`;
}

function upper(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** The same as one JSON object. */
export function plainOf(finding: Finding): object {
  const { difference, first, hash, head, last, notes, segments, ticks, worldMs } = finding.played;
  const { located: verdict, wallMs } = finding;
  return {
    ...{ journal: finding.path, verdict: finding.verdict, kernels: finding.kernels },
    ...{ world: head?.world ?? null, version: head?.version ?? null, segments, ticks, first, last },
    ...{ hash, worldMs, wallMs: Math.round(wallMs), speed: speedOf(finding) },
    marks: notes.flatMap((note) =>
      note.what === "mark" ? [{ tick: note.tick, ...note.mark }] : [],
    ),
    troubles: finding.troubles,
    app: finding.app,
    difference:
      difference === null || verdict === null
        ? null
        : {
            ...{ tick: difference.tick, segment: finding.segmentName, offset: difference.offset },
            ...{ recorded: difference.recorded, isCheckpoint: difference.checkpoint !== null },
            sides: verdict.sides.map(({ name, hash: said, trap }) => ({ name, hash: said, trap })),
            ...{ sentence: verdict.sentence, explanation: verdict.explanation },
            located: verdict.located,
          },
  };
}
