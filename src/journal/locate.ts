// From the tick at which a kernel and the journal differ to the row: which state is right, which is
// not, and what stands in the rows of both.
import { compareImages } from "../kernel/image-rows.ts";
import type { ImageDifference } from "../kernel/image-rows.ts";
import { explain } from "./explain.ts";
import type { Explanation } from "./explain.ts";
import { play } from "./play.ts";
import type { Difference, Player, Segment, Side } from "./play.ts";
import { SegmentReader } from "./reader.ts";
import { Rerun } from "./rerun.ts";

/** Two states of one tick, side by side. */
export interface Located {
  /** The tick of both states: that of the difference, or of the first checkpoint behind it. */
  readonly tick: number;
  /** Whose states they are. */
  readonly left: string;
  readonly right: string;
  readonly difference: ImageDifference;
}

/** What can be said of a difference. */
export interface Verdict {
  /** All that were asked, with what they said to the tick. */
  readonly sides: readonly Side[];
  /** Who is likely to be wrong. */
  readonly sentence: string;
  /** null: no two states are known that could be compared. */
  readonly located: Located | null;
  /** Of a hash that is all that is known of a state; null: there is none, or nobody asked. */
  readonly explanation: Explanation | null;
}

export interface LocateOptions {
  readonly segments: readonly Segment[];
  /** All kernels there are; those that the difference does not name yet are asked as well. */
  readonly players: readonly Player[];
  /** How many rows are shown. */
  readonly rowsMax: number;
}

/** The name of what was recorded, beside those of kernels. */
export const JOURNAL = "journal";

export function locate(found: Difference, options: LocateOptions): Verdict {
  return { explanation: null, ...verdictOf(found, options) };
}

type Said = Omit<Verdict, "explanation"> & Partial<Verdict>;

function verdictOf(found: Difference, options: LocateOptions): Said {
  const { players, rowsMax } = options;
  const sides = [...found.sides, ...askOthers(found, options)];
  const alive = sides.filter(({ trap }) => trap === null);
  const [first] = alive;
  if (found.checkpoint !== null && first !== undefined) {
    return {
      sides,
      sentence:
        "Every hash up to here was equal, but not the state at the checkpoint: memory of the " +
        "recording server, or the checkpoint, was changed outside of a step.",
      located: beside(found.tick, [JOURNAL, found.checkpoint], [first.name, first.image], rowsMax),
    };
  }
  if (found.recorded === "") return ofUnseen(found.tick, sides, rowsMax);
  const right = alive.find(({ hash }) => hash === found.recorded);
  const wrong = alive.find(({ hash }) => hash !== found.recorded);
  if (right !== undefined && wrong !== undefined) {
    return {
      sides,
      sentence: `The ${right.name} kernel agrees with the journal, the ${wrong.name} one does not.`,
      located: beside(found.tick, [right.name, right.image], [wrong.name, wrong.image], rowsMax),
    };
  }
  const other = alive.find(({ hash }) => hash !== first?.hash);
  if (first !== undefined && other !== undefined) {
    return {
      sides,
      sentence: "No two agree, neither the kernels with one another nor one with the journal.",
      located: beside(found.tick, [first.name, first.image], [other.name, other.image], rowsMax),
    };
  }
  if (wrong === undefined) {
    const sentence =
      right === undefined
        ? "Every kernel traps in this tick."
        : `The ${right.name} kernel agrees with the journal; another one traps.`;
    return { sides, sentence, located: null };
  }
  const names = alive.map(({ name }) => name).join(" and ");
  return {
    sides,
    sentence:
      `The journal says something else than ${names}: what ` +
      "ran then was another program, or its memory was changed.",
    located: atCheckpoint(found, options, wrong.name),
    explanation: explained(found, players, wrong),
  };
}

/** Of a step whose end nobody saw, since the kernel of then trapped in it. */
function ofUnseen(tick: number, sides: readonly Side[], rowsMax: number): Said {
  const alive = sides.filter(({ trap }) => trap === null);
  const [first] = alive;
  const other = alive.find(({ hash }) => hash !== first?.hash);
  if (first !== undefined && other !== undefined) {
    const sentence = "The kernels do not agree on a step whose end was not recorded.";
    const located = beside(tick, [first.name, first.image], [other.name, other.image], rowsMax);
    return { sides, sentence, located };
  }
  const sentence =
    first === undefined
      ? "Every kernel traps in this tick."
      : `The ${first.name} kernel comes to an end of it, which nobody recorded; another traps.`;
  return { sides, sentence, located: null };
}

function explained(found: Difference, players: readonly Player[], side: Side): Explanation | null {
  const player = players.find(({ name }) => name === side.name);
  if (player === undefined || found.recorded === "") return null;
  return explain(player.open(), found.head.rules, side.image, found.recorded);
}

function beside(
  tick: number,
  [left, a]: readonly [string, Uint8Array],
  [right, b]: readonly [string, Uint8Array],
  rowsMax: number,
): Located {
  return { tick, left, right, difference: compareImages(a, b, rowsMax) };
}

/** What kernels say that have not been asked: they live through the segment up to that tick. */
function askOthers(found: Difference, { players, segments }: LocateOptions): Side[] {
  const segment = segments[found.segment];
  if (segment === undefined || found.checkpoint !== null) return [];
  return players
    .filter(({ name }) => found.sides.every((side) => side.name !== name))
    .flatMap((player) => {
      const { difference } = play({ segments: [segment], players: [player], until: found.tick });
      const side = difference?.sides[0];
      // Another tick than this one: then it is no witness of it.
      if (side !== undefined && difference?.tick === found.tick) return [side];
      return stateAt(segment, player, found.tick) ?? [];
    });
}

/** A kernel's state after a tick, whatever the journal says of it; null: it has no such tick. */
function stateAt(segment: Segment, player: Player, tick: number): Side | null {
  const { name } = player;
  const source = segment.open();
  const reader = new SegmentReader(source);
  let rerun: Rerun | null = null;
  try {
    const head = reader.next();
    const checkpoint = reader.next();
    if (head?.type === "head" && checkpoint?.type === "checkpoint") {
      rerun = new Rerun(player.open(), head.head.rules, checkpoint.image);
    }
    for (const record of reader.ticks(-1, tick)) rerun?.step(record);
  } catch (error) {
    return { name, hash: "", trap: String(error), image: new Uint8Array(0) };
  } finally {
    source.close();
  }
  return {
    name,
    hash: rerun?.hash ?? "",
    trap: null,
    image: rerun?.image() ?? new Uint8Array(0),
  };
}

/**
 * A journal holds hashes of ticks, and states only of checkpoints: the next one behind the
 * difference shows which rows it is in. Rows do not change one another, so that it stays in them.
 */
function atCheckpoint(
  found: Difference,
  { players, rowsMax, segments }: LocateOptions,
  name: string,
): Located | null {
  const next = segments[found.segment + 1];
  const segment = segments[found.segment];
  const player = players.find((each) => each.name === name);
  if (next === undefined || segment === undefined || player === undefined) return null;
  const source = next.open();
  try {
    const reader = new SegmentReader(source);
    const head = reader.next();
    const checkpoint = reader.next();
    if (head?.type !== "head" || checkpoint?.type !== "checkpoint") return null;
    const { tick } = head.head;
    const { image } = checkpoint;
    if (tick < found.tick || image.length === 0) return null;
    const side = stateAt(segment, player, tick);
    if (side === null || side.trap !== null) return null;
    return beside(tick, [JOURNAL, image], [name, side.image], rowsMax);
  } finally {
    source.close();
  }
}
