// How a trace is laid into the world: scaled, slowed, played forth and back, and in several copies
// that are shifted in time, mirrored and moved.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { flagIn, isRecord, knownKeysOnly, numberIn } from "./json.ts";

export interface PresetCopy {
  /** Rotates the copy's time within the trace's duration. */
  shiftMs: number;
  flipX: boolean;
  flipY: boolean;
  /** World units, after scaling and mirroring. */
  dx: number;
  dy: number;
}

export interface Preset {
  /** World units per unit of the trace; the middle of the trace's bounds lies at 0,0. */
  scale: number;
  /** Factor on the trace's times: 2 plays it at half speed. */
  timeScale: number;
  /** Times that it is played forth and back before a lap ends; 0 = forth only, then it jumps. */
  pingpong: number;
  copies: readonly PresetCopy[];
}

const COPY_KEYS = ["shift_s", "flip_x", "flip_y", "dx", "dy"];
const PRESET_KEYS = ["scale", "time_scale", "pingpong", "copies"];

export const PLAIN_PRESET: Preset = {
  scale: 1,
  timeScale: 1,
  pingpong: 0,
  copies: [{ shiftMs: 0, flipX: false, flipY: false, dx: 0, dy: 0 }],
};

/**
 * Finds a preset: by name in `presetsFile` (default: presets.json beside the trace), or as a file
 * that holds one. Throws an Error with a sentence.
 */
export function readPreset(nameOrFile: string, traceFile: string, presetsFile?: string): Preset {
  if (nameOrFile.endsWith(".json") && existsSync(nameOrFile))
    return parsePreset(readJson(nameOrFile), nameOrFile);
  const file = presetsFile ?? join(dirname(traceFile), "presets.json");
  const presets = readJson(file);
  if (!isRecord(presets)) throw new Error(`${file} is no JSON object of presets`);
  const preset = presets[nameOrFile];
  if (preset === undefined)
    throw new Error(
      `${file} has no preset ${nameOrFile}; it has ${Object.keys(presets).join(", ")}`,
    );
  return parsePreset(preset, `${file}: ${nameOrFile}`);
}

/** Reads the parsed JSON of one preset. Throws an Error with a sentence that names the key. */
export function parsePreset(json: unknown, name: string): Preset {
  if (!isRecord(json)) throw new Error(`${name} is no JSON object`);
  knownKeysOnly(json, PRESET_KEYS, name);
  const preset: Preset = {
    scale: numberIn(json, "scale", 1, name),
    timeScale: numberIn(json, "time_scale", 1, name),
    pingpong: numberIn(json, "pingpong", 0, name),
    copies: parseCopies(json["copies"], name),
  };
  if (!(preset.scale > 0 && preset.timeScale > 0))
    throw new Error(`${name}: scale and time_scale must be above 0`);
  if (!Number.isInteger(preset.pingpong) || preset.pingpong < 0)
    throw new Error(`${name}: pingpong is ${preset.pingpong}, it must be a whole number`);
  return preset;
}

function parseCopies(json: unknown, name: string): readonly PresetCopy[] {
  if (json === undefined) return PLAIN_PRESET.copies;
  if (!Array.isArray(json) || json.length === 0)
    throw new Error(`${name}: copies must be a list of at least one object`);
  return json.map((copy: unknown, i) => {
    const where = `${name}: copies[${i}]`;
    if (!isRecord(copy)) throw new Error(`${where} is no object`);
    knownKeysOnly(copy, COPY_KEYS, where);
    const shift = numberIn(copy, "shift_s", 0, where);
    if (shift < 0) throw new Error(`${where}: shift_s is ${shift}, it must not be negative`);
    return {
      shiftMs: shift * 1000,
      flipX: flagIn(copy, "flip_x", where),
      flipY: flagIn(copy, "flip_y", where),
      dx: numberIn(copy, "dx", 0, where),
      dy: numberIn(copy, "dy", 0, where),
    };
  });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} cannot be read as JSON: ${String(error)}`);
  }
}
