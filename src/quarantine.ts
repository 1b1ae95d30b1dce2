// What a step was saved from, for people: a line of the log, and a capsule that `aether replay`
// plays: the world before the step, and all that it was given.
import type { Trap } from "./engine/rescue.ts";
import { CAPSULE_SUFFIX } from "./journal/capsule.ts";
import { type Origin, trapCapsule } from "./journal/trapped.ts";
import type { Log } from "./observability/log.ts";

export interface QuarantineParts {
  readonly log: Log;
  readonly origin: Omit<Origin, "createdMs">;
  /** The settings, without secrets. */
  readonly config: object;
  /** Unix ms. */
  readonly wallNow: () => number;
  /** Keeps a file; must not wait, and says itself where it fails. */
  readonly keep: (name: string, bytes: Uint8Array) => void;
}

const SENTENCES: Readonly<Record<Trap["remedy"], string>> = {
  memory: "The kernel trapped; the step was run again on another, and nothing is lost",
  index: "The kernel trapped; its index was made anew, and every client is told all again",
  input: "The kernel trapped; what it traps with was left out",
};
/** Words of the log: who sends a thousand at once has the others in the file. */
const TOLD_MAX = 8;

export class Quarantine {
  readonly #parts: QuarantineParts;

  constructor(parts: QuarantineParts) {
    this.#parts = parts;
  }

  note(trap: Trap): void {
    const { config, keep, log, origin, wallNow } = this.#parts;
    const { engine, engineNow, error, poisons, remedy, reruns, tick } = trap;
    const createdMs = Math.floor(wallNow());
    const file = `trap-${tick}-${createdMs}${CAPSULE_SUFFIX}`;
    const facts = { tick, engine, remedy, reruns, leftOut: poisons.length };
    const told = poisons.slice(0, TOLD_MAX);
    log.error({ ...facts, poisons: told, file, error }, SENTENCES[remedy]);
    if (engineNow !== engine)
      log.error({ tick, engine: engineNow }, `The world runs on the ${engineNow} kernel now`);
    keep(file, trapCapsule(trap, { ...origin, createdMs }, config));
  }
}
