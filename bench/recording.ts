// A crowd that moves as people did who were recorded. Every entity of the recording is in the world
// all the time, because contenders know no coming and going: one that is away stands where it was
// last seen, or first.
import { Playback } from "../src/swarm/playback.ts";
import { readPreset } from "../src/swarm/preset.ts";
import { readTrace } from "../src/swarm/trace.ts";
import { type Crowd, halfFor, type Step, STEP_MAX, UNIT } from "./workload.ts";

const TICK_MS = 25;

/** @throws Error with a sentence that names the file and what is wrong */
export function recordedCrowd(file: string, presetName: string): Crowd {
  const trace = readTrace(file);
  const preset = readPreset(presetName, file);
  const half = halfFor(0, 0);
  const speed = STEP_MAX / UNIT;
  const field = { minX: -half, minY: -half, maxX: half, maxY: half };
  const playback = new Playback(trace, preset, { ...field, maxSpeed: speed, maxStep: speed });
  const place = { x: 0, y: 0 };
  const n = playback.agents;
  const x = new Int32Array(n);
  const y = new Int32Array(n);
  for (let row = 0; row < n; row++) {
    playback.locate(row, 0, place);
    x[row] = Math.round(place.x * UNIT);
    y[row] = Math.round(place.y * UNIT);
  }
  /** Towards where it was at that time; who was faster than the rules allow falls behind. */
  function step(row: number, tick: number, atX: number, atY: number, out: Step): void {
    playback.locate(row, tick * TICK_MS, place);
    const dx = Math.round(place.x * UNIT) - atX;
    const dy = Math.round(place.y * UNIT) - atY;
    const share = Math.min(1, STEP_MAX / Math.sqrt(dx * dx + dy * dy));
    out.dx = share < 1 ? Math.trunc(dx * share) : dx;
    out.dy = share < 1 ? Math.trunc(dy * share) : dy;
  }
  return { n, half, x, y, step };
}
