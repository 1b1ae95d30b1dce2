// `aether replay`: lives through a journal or a capsule again, faster than it happened, compares
// every state hash, and says where the first difference is.
import { ENGINES } from "../../kernel/kernel.ts";
import { openKernel } from "../../kernel/open.ts";
import { readSegmentName } from "../../journal/format.ts";
import { locate } from "../../journal/locate.ts";
import { play } from "../../journal/play.ts";
import type { Note, Player, Segment } from "../../journal/play.ts";
import { AppReplay } from "../../app/replay.ts";
import type { App } from "../../app/definition.ts";
import { EXITS } from "../../protocol/codes.ts";
import { loadApp } from "../app-file.ts";
import { parseReplay } from "../options.ts";
import type { ReplayOptions } from "../options.ts";
import { segmentsAt, unlessUnfit } from "./journal-files.ts";
import { progressOf } from "./progress.ts";
import { plainOf, report } from "./words.ts";
import type { AppFinding, Finding, Trouble } from "./words.ts";

/** It differs, or is damaged. */
const EXIT_DIFFERS = 1;
const ROWS = 3;
const ROWS_OF_DIFF = 50;

/** Plays one journal. @returns the exit code */
export async function runReplay(argv: readonly string[]): Promise<number> {
  const parsed = parseReplay(argv);
  if (!parsed.ok) return refuse(parsed.faults.join("\n"));
  const { options } = parsed;
  const segments = segmentsAt(options.path);
  if (typeof segments === "string") return refuse(`aether replay: ${segments}.`);
  const app = options.app === undefined ? null : await loadApp(options.app, process.cwd());
  if (typeof app === "string") return refuse(`aether replay: ${app}.`);
  const finding = unlessUnfit(() => find(segments, options, app));
  if (typeof finding === "string") return refuse(`aether replay: ${finding}.`);
  process.stdout.write(
    options.json ? `${JSON.stringify(plainOf(finding), null, 2)}\n` : report(finding),
  );
  return finding.verdict === "equal" ? EXITS.OK.code : EXIT_DIFFERS;
}

function refuse(text: string): number {
  process.stderr.write(`${text}\n`);
  return EXITS.CONFIG.code;
}

/** @returns a sentence when there is nothing to play */
function find(
  segments: readonly Segment[],
  options: ReplayOptions,
  app: App | null,
): Finding | string {
  const again = app === null ? null : new AppReplay(app);
  const all: readonly Player[] = ENGINES.map((name) => ({ name, open: () => openKernel(name) }));
  const players = options.diff ? all : all.filter(({ name }) => name === options.kernel);
  const until = options.until === null ? {} : { until: options.until };
  const progress = progressOf();
  const began = performance.now();
  const played = play({
    segments,
    players,
    ...until,
    ...(again === null ? {} : { witness: again }),
    onProgress: (tick, ticks) => progress.show(tick, ticks),
  });
  const wallMs = performance.now() - began;
  progress.clear();
  if (played.head === null) return `${segments[0]?.name ?? ""} ${reasonOf(played.notes)}`;
  const { difference } = played;
  const rowsMax = options.diff ? ROWS_OF_DIFF : ROWS;
  const verdict =
    difference === null ? null : locate(difference, { segments, players: all, rowsMax });
  const troubles = played.notes.flatMap((note) => troubleOf(note, segments));
  const isOff = difference !== null || (again?.fault ?? null) !== null;
  const isDamaged = troubles.some(({ isDamage }) => isDamage);
  return {
    ...{ path: options.path, played, troubles, wallMs },
    kernels: players.map(({ name }) => name),
    located: verdict,
    segmentName: segments[difference?.segment ?? 0]?.name ?? "",
    verdict: isOff ? "differs" : isDamaged ? "damaged" : "equal",
    app: again === null || app === null ? null : { name: app.name, ...foundOf(again) },
  };
}

function foundOf({ checked, unchecked, fault }: AppReplay): Omit<AppFinding, "name"> {
  return { checked, unchecked, fault };
}

function reasonOf(notes: readonly Note[]): string {
  const end = notes.find((note) => note.what === "end");
  return end?.end.reason ?? "holds no checkpoint";
}

/** What a reader should know of the way; a torn tail is what a crash leaves, damage is not. */
function troubleOf(note: Note, segments: readonly Segment[]): Trouble[] {
  if (note.what === "mark") return [];
  if (note.what === "jump") {
    const { from, to } = note;
    const words =
      to > from
        ? `ticks ${from + 1} to ${to} are in no segment`
        : `the world went on from tick ${to} after tick ${from}: what lay between was lost`;
    return [{ sentence: words, isDamage: false }];
  }
  const { kind, lastTick, offset, reason } = note.end;
  if (kind === "clean" || kind === "open") return [];
  const name = segments[note.segment]?.name ?? "";
  const next = segments[note.segment + 1]?.name;
  // The writer of the next one found the crash; the same writer would have gone on.
  const isCut = next !== undefined && epochOf(next) === epochOf(name);
  const isDamage = kind === "damaged" || isCut;
  const what = isDamage ? "is damaged" : "has a torn tail, as after a crash";
  return [
    {
      sentence: `${name} ${what} at byte ${offset}: it ${reason}. Whole up to tick ${lastTick}`,
      isDamage,
    },
  ];
}

function epochOf(name: string): number {
  return readSegmentName(name)?.epoch ?? -1;
}
