import { describe, expect, test } from "vitest";
import { Playback } from "./playback.ts";
import { parsePreset } from "./preset.ts";
import { parseTrace } from "./trace.ts";

const FIELD = { minX: -1000, minY: -1000, maxX: 1000, maxY: 1000, maxSpeed: 5, maxStep: 64 };
// Entity 1 is there all the time; 2 comes at 200, goes at 400, and is there again from 950.
const CSV = [
  "0,1,0,0",
  "1000,1,10,20",
  "200,2,10,0",
  "400,2,20,0",
  "950,2,0,0",
  "1000,2,0,10",
].join("\n");
const BOUNDS = { minX: 0, minY: 0, maxX: 20, maxY: 20 };

function play(preset: object, csv = CSV) {
  const trace = parseTrace(csv, { presenceGapMs: 500, bounds: BOUNDS }, "x");
  const playback = new Playback(trace, parsePreset(preset, "p"), FIELD);
  const where = (agent: number, ms: number) => {
    const place = { x: 0, y: 0 };
    playback.locate(agent, ms, place);
    return [place.x, place.y];
  };
  return { playback, where };
}

// Entity 1 of this one has samples often enough not to be away in between.
const DENSE =
  "0,1,0,0\n250,1,2.5,5\n500,1,5,10\n750,1,7.5,15\n1000,1,10,20\n" +
  "200,2,10,0\n400,2,20,0\n950,2,0,0\n1000,2,0,10";

describe("Playback", () => {
  test("interpolates between samples, the middle of the bounds at 0,0, scaled", () => {
    const { where } = play({ scale: 2 }, DENSE);
    expect(where(0, 0)).toEqual([-20, -20]);
    expect(where(0, 100)).toEqual([-18, -16]);
    expect(where(1, 300)).toEqual([10, -20]);
    expect(where(0, 600)).toEqual([-8, 4]);
    expect(where(0, 50)).toEqual([-19, -18]);
  });

  test("comes and goes as recorded", () => {
    const { playback } = play({}, DENSE);
    const visits = [0, 199, 200, 400, 401, 900, 950, 999].map((ms) => playback.visit(1, ms));
    expect(visits).toEqual([-1, -1, 1, 1, -1, -1, 2, 2]);
    expect([0, 500, 999].map((ms) => playback.visit(0, ms))).toEqual([0, 0, 0]);
  });

  test("a gap longer than the description's is an absence", () => {
    expect(play({}).playback.visit(0, 500)).toBe(-1);
  });

  test("begins again with a new visit, for the end is elsewhere", () => {
    const { playback, where } = play({}, DENSE);
    expect(playback.lapMs).toBe(1000);
    expect(where(0, 1100)).toEqual(where(0, 100));
    expect(playback.visit(0, 1001)).not.toBe(playback.visit(0, 999));
    expect(playback.visit(0, 2001)).not.toBe(playback.visit(0, 1001));
  });

  test("forth and back: no jump, and no new visit where it turns", () => {
    const { playback, where } = play({ pingpong: 3 }, DENSE);
    expect(playback.lapMs).toBe(6000);
    expect(where(0, 1100)).toEqual(where(0, 900));
    expect(where(0, 2100)).toEqual(where(0, 100));
    const visits = [999, 1000, 1001, 1049, 1051].map((ms) => playback.visit(1, ms));
    expect(visits).toEqual([2, 2, 2, 2, -1]);
    expect(playback.visit(0, 5000)).toBe(playback.visit(0, 0));
  });

  test("time_scale 2 takes twice as long", () => {
    const { playback, where } = play({ time_scale: 2 }, DENSE);
    expect(playback.lapMs).toBe(2000);
    expect(where(0, 200)).toEqual(play({}, DENSE).where(0, 100));
  });

  test("copies: mirrored, moved, and rotated in time", () => {
    const copies = [{}, { shift_s: 0.3, flip_x: true, dx: 100 }, { flip_y: true, dy: -50 }];
    const { playback, where } = play({ copies }, DENSE);
    expect(playback.agents).toBe(6);
    expect(where(2, 100)).toEqual([100 - where(0, 400)[0]!, where(0, 400)[1]]);
    expect(where(4, 100)).toEqual([where(0, 100)[0], -where(0, 100)[1]! - 50]);
    // The copy's loop jumps where the trace ends: at 700 ms of the run.
    expect(playback.visit(2, 699)).toBe(playback.visit(2, 0));
    expect(playback.visit(2, 701)).not.toBe(playback.visit(2, 699));
  });

  test("a bot aims at the trace from where it is; too far away, it walks", () => {
    const { playback } = play({}, DENSE);
    const step = { dx: 0, dy: 0 };
    playback.step(0, 100, -9 * 256 + 1, -8 * 256, null, step);
    expect(step).toEqual({ dx: -1 / 256, dy: 0 });
    playback.step(0, 100, -9 * 256, -8 * 256, null, step);
    expect(step).toEqual({ dx: 0, dy: 0 });
    playback.step(0, 100, (-9 - 300) * 256, (-8 - 400) * 256, null, step);
    expect(step).toEqual({ dx: 3, dy: 4 });
  });

  test("targets outside the world end at its border", () => {
    expect(play({ scale: 1000 }, DENSE).where(0, 0)).toEqual([-1000, -1000]);
  });
});
