// What recorded scenes on a whole house come to: was everything true, soon enough, and in how much
// memory.
import { EXIT_CODES, type Verdict } from "../verdict.ts";

/** The seed's targets: from an intent to a neighbour's view, ms; the server's memory, MiB. */
export const P99_MAX_MS = 50;
export const RSS_MAX_MIB = 512;
/** A collection that takes longer holds up a whole tick. */
export const PAUSE_MAX_MS = 25;
/** What we aim at ourselves, said beside the verdict. */
export const RSS_AIM_MIB = 160;
/** A delay counts against the server only if the load was so punctual: p99 of its lateness, ms. */
export const LATENESS_MAX_MS = 10;
/** Of the scrapes that a second each comes to; the first and the last second are not whole. */
const SCRAPES_MIN = 0.9;

/** A scene, played through once. */
export interface Scene {
  readonly name: string;
  readonly seconds: number;
  readonly playing: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly sendLatenessMs: number;
  readonly tickRateMin: number;
  readonly tickP99Ms: number;
  /** The longest collection of garbage, and how late a tick began at most: edges of buckets, ms. */
  readonly pauseMs: number;
  readonly latestMs: number;
  readonly views: number;
  readonly bytesPerSecond: number;
  /** At most, MiB. */
  readonly rssMib: number;
  /** What stood beside the server, as its own metrics count it. */
  readonly scrapes: number;
  readonly flushes: number;
  readonly beats: number;
  readonly events: number;
  /** What the clients found wrong, or the server said. */
  readonly faults: readonly string[];
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly faults: readonly string[];
  readonly missed: readonly string[];
  readonly unclear: readonly string[];
}

export function judge(scenes: readonly Scene[]): Judgement {
  const of = (find: (scene: Scene) => readonly string[]): string[] =>
    scenes.flatMap((scene) => find(scene).map((words) => `${scene.name}: ${words}`));
  const [faults, missed, unclear] = [of(faultsOf), of(missedBy), of(unclearIn)];
  const verdict = verdictOf(faults, missed, unclear);
  return { verdict, exitCode: EXIT_CODES[verdict], faults, missed, unclear };
}

/** What was not beside the server, or not at work, makes it another measurement. */
function faultsOf(scene: Scene): string[] {
  const { scrapes, seconds, flushes, beats, events } = scene;
  const faults = [...scene.faults];
  if (!(scrapes >= SCRAPES_MIN * seconds)) faults.push(`${scrapes} scrapes in ${seconds} s`);
  if (!(flushes > 0)) faults.push("PostgreSQL took nothing");
  if (!(beats > 0)) faults.push("Redis took no presence");
  if (!(events > 0)) faults.push("Redis took no event");
  return faults;
}

function missedBy(scene: Scene): string[] {
  const { sendLatenessMs, rssMib } = scene;
  const missed = sendLatenessMs <= LATENESS_MAX_MS ? lateBy(scene) : [];
  if (!(rssMib < RSS_MAX_MIB)) missed.push(`${rssMib.toFixed(0)} MiB`);
  return missed;
}

/** On a machine that is held up all is late, the collections among it. */
function unclearIn(scene: Scene): string[] {
  const { sendLatenessMs } = scene;
  if (sendLatenessMs <= LATENESS_MAX_MS) return [];
  return lateBy(scene).map(
    (words) => `${words}; the load came ${sendLatenessMs.toFixed(1)} ms late`,
  );
}

function lateBy({ p99Ms, pauseMs }: Scene): string[] {
  const late: string[] = [];
  if (!(p99Ms < P99_MAX_MS)) late.push(`p99 ${p99Ms.toFixed(1)} ms`);
  if (!(pauseMs <= PAUSE_MAX_MS)) late.push(`a collection of up to ${pauseMs} ms`);
  return late;
}

function verdictOf(
  faults: readonly string[],
  missed: readonly string[],
  unclear: readonly string[],
): Verdict {
  if (faults.length > 0) return "wrong";
  if (missed.length > 0) return "missed";
  return unclear.length > 0 ? "inconclusive" : "met";
}
