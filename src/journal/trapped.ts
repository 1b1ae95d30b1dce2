// A capsule of a step that a kernel did not survive: the state before it and its whole input. What
// it comes to is known only where nothing had to be left out; played on a kernel that has been
// mended it comes to an end, and to the same one on both engines.
import { LAYOUT_MARK } from "#layout";
import type { Trap } from "../engine/rescue.ts";
import { tickOfImage } from "../kernel/image.ts";
import { CapsuleWriter } from "./capsule.ts";
import { FORMAT } from "./format.ts";
import type { SegmentHead } from "./format.ts";

/** Where it happened. */
export type Origin = Pick<SegmentHead, "world" | "version" | "rules" | "tickMs" | "createdMs">;

/** What the mark lists of what was left out; the tick's record has all of it. */
const POISONS_MAX = 1000;

/** @param config the settings, without secrets @returns the whole file */
export function trapCapsule(trap: Trap, origin: Origin, config: object): Uint8Array {
  const { engine, engineNow, error, hashHigh, hashLow, image, input, poisons } = trap;
  const { remedy, reruns, tick } = trap;
  const before = tickOfImage(image);
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const facts = { tick, engine, engineNow, remedy, reruns, leftOut: poisons.length, error: why };
  const about = { trap: facts, poisons: poisons.slice(0, POISONS_MAX), config };
  const head = { ...origin, format: FORMAT, epoch: 0, layout: LAYOUT_MARK, tick: before };
  const writer = new CapsuleWriter(head, image, about);
  const { commands, commandCount, intents, intentCount } = input;
  const isWhole = poisons.length === 0;
  writer.tick({
    ...{ tick, hasHash: isWhole, facts: 0 },
    ...{ hashLow: isWhole ? hashLow : 0, hashHigh: isWhole ? hashHigh : 0 },
    ...{ commands, commandCount, intents, intentCount },
  });
  return writer.bytes();
}
