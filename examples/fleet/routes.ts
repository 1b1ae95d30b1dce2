// Where each vehicle of the fleet is at each of its steps: from a recorded trace, or made up. A
// place follows from the vehicle's number and the step alone, so that a server that comes back
// after a crash goes on with the same routes.
import { readFileSync } from "node:fs";

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Sample extends Point {
  readonly ms: number;
}

export interface Routes {
  /** Vehicles are numbered from 1 to this. */
  readonly count: number;
  /** Where a vehicle is so long after it began; null: it has arrived, and stays. */
  at(vehicle: number, ms: number): Point | null;
}

/** @param text rows of t_ms,entity_id,x,y in the order of time; the first row names the columns */
export function routesOfTrace(text: string): Routes {
  const tracks = new Map<string, Sample[]>();
  for (const [i, line] of text.trim().split("\n").slice(1).entries()) {
    const [ms = NaN, , x = NaN, y = NaN] = line.split(",").map(Number);
    const name = line.split(",")[1] ?? "";
    if (Number.isNaN(ms + x + y)) throw new Error(`row ${i + 2} of the trace is ${line}.`);
    const track = tracks.get(name) ?? [];
    tracks.set(name, track);
    track.push({ ms, x, y });
  }
  const all = [...tracks.values()];
  return { count: all.length, at: (vehicle, ms) => between(all[vehicle - 1] ?? [], ms) };
}

/** On the way from the last sample before a moment to the next one. */
function between(track: readonly Sample[], ms: number): Point | null {
  const [first] = track;
  if (first === undefined) return null;
  const next = track.findIndex((sample) => sample.ms - first.ms > ms);
  if (next < 0) return null;
  const [from, to] = [track[next - 1] ?? first, track[next] ?? first];
  const share = (ms - (from.ms - first.ms)) / (to.ms - from.ms);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

const COUNT = 60;
const CORNERS = 7;
/** World units a second, of the slowest; each is a little faster than the one before. */
const SPEED = 20;
const FASTER = 0.3;

/** Round trips over corners that follow from the vehicle's number; they never end. */
export function madeUpRoutes(half: number): Routes {
  const trips = Array.from({ length: COUNT }, (_, i) => tripOf(i + 1, half));
  return {
    count: COUNT,
    at: (vehicle, ms) => along(trips[vehicle - 1] ?? [], (SPEED + vehicle * FASTER) * (ms / 1000)),
  };
}

function tripOf(vehicle: number, half: number): Point[] {
  const share = (n: number): number => ((n * 2654435761) % 2 ** 32) / 2 ** 32;
  const side = (n: number): number => (share(n) - 0.5) * 2 * half;
  return Array.from({ length: CORNERS }, (_, i) => ({
    x: side(vehicle * 31 + i * 2 + 1),
    y: side(vehicle * 57 + i * 2 + 2),
  }));
}

/** So far along a round trip, world units. */
function along(trip: readonly Point[], distance: number): Point | null {
  const legs = trip.map((from, i) => {
    const to = trip[(i + 1) % trip.length] ?? from;
    return { from, to, long: Math.sqrt((to.x - from.x) ** 2 + (to.y - from.y) ** 2) };
  });
  let left = distance % legs.reduce((sum, { long }) => sum + long, 0);
  for (const { from, long, to } of legs) {
    const share = left / long;
    if (share < 1)
      return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
    left -= long;
  }
  return trip[0] ?? null;
}

/** @param file of a trace; absent: they are made up, within so many units of the middle */
export function openRoutes(file: string | undefined, half: number): Routes {
  return file === undefined ? madeUpRoutes(half) : routesOfTrace(readFileSync(file, "utf8"));
}
