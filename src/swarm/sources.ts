// From what the command line asks for, and the world as the server describes it, to movement.
import type { WelcomeRules } from "../client/welcome.ts";
import { Crowd } from "./crowd.ts";
import type { Field, Movement } from "./movement.ts";
import type { Source } from "./options.ts";
import { Playback } from "./playback.ts";
import { PLAIN_PRESET, readPreset } from "./preset.ts";
import { readTrace } from "./trace.ts";
import { POSITION_UNITS } from "./units.ts";
import { RandomWalk } from "./walk.ts";

/** Largest step along an axis that the rule knows, units. */
const DELTA_MAX = 64;

/** Reads files where the source names some. Throws an Error with a sentence. */
export function openMovement(source: Source, rules: WelcomeRules): Movement {
  const field = fieldOf(rules);
  switch (source.kind) {
    case "walk":
      return new RandomWalk(source.bots, source.seed, field);
    case "crowd":
      return new Crowd(source.bots, source.seed, field);
    case "trace": {
      const { file, preset, presetsFile } = source;
      const laidOut =
        preset === null ? PLAIN_PRESET : readPreset(preset, file, presetsFile ?? undefined);
      return new Playback(readTrace(file), laidOut, field);
    }
  }
}

/** The world in world units. */
export function fieldOf(rules: WelcomeRules): Field {
  const maxSpeed = rules.maxSpeed / POSITION_UNITS;
  return {
    minX: rules.minX / POSITION_UNITS,
    minY: rules.minY / POSITION_UNITS,
    maxX: rules.maxX / POSITION_UNITS,
    maxY: rules.maxY / POSITION_UNITS,
    maxSpeed,
    maxStep: Math.min(DELTA_MAX, maxSpeed * rules.moveBurstTicks),
  };
}
