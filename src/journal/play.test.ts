// A recorded world lived through again, on either engine, from memory: equal to the last hash, or
// the tick and the row at which it is not.
import { describe, expect, test } from "vitest";
import { POS_X } from "#layout";
import { Reel, segmentOf, Tape } from "../../bench/replay/tape.ts";
import { randomOf, rules } from "../../test/kernel/scenario.ts";
import { World } from "../engine/world.ts";
import { ENGINES } from "../kernel/kernel.ts";
import type { Engine, Kernel } from "../kernel/kernel.ts";
import { openKernel } from "../kernel/open.ts";
import { locate } from "./locate.ts";
import { play } from "./play.ts";
import type { Player, Segment } from "./play.ts";
import { SegmentReader } from "./reader.ts";

const RULES = rules(200);
const PLAYERS: readonly Player[] = ENGINES.map((name) => ({ name, open: () => openKernel(name) }));
const [WASM, JS] = PLAYERS as [Player, Player];

/**
 * A kernel in whose memory one bit changes by itself, after the step that ends in `tick`: what no
 * program would do. A row's hash is renewed when it next moves.
 */
function disturbed(kernel: Kernel, tick: number, row: number, bit: number): Kernel {
  return {
    ...kernel,
    step() {
      kernel.step();
      if (kernel.views.world[0] !== tick) return;
      kernel.views.bytes[POS_X + row * 4 + (bit >> 3)]! ^= 1 << (bit & 7);
    },
  };
}

/** A world in which everybody moves in every tick, written to segments of `every` ticks. */
function recorded(kernel: Kernel, ticks: number, every: number, seed = 1): Segment[] {
  const reel = new Reel();
  const tape = new Tape({ rules: RULES, tickMs: 25, open: (name) => reel.open(name) });
  const world = new World(kernel, RULES, tape);
  const random = randomOf(seed);
  const at = (): number => Math.round((random() - 0.5) * 1000 * 256);
  const spec = { kind: 1, layer: 0, observer: true, visible: true, bank: -1, sequence: 0 };
  const { maxSpeed, aoiRadius } = RULES;
  for (let t = 0; t < ticks; t++) {
    if (world.liveCount < 30) world.join({ ...spec, maxSpeed, aoiRadius, x: at(), y: at() });
    const handles = [...world.liveHandles()];
    if (random() < 0.02) world.skip(3);
    if (random() < 0.05) world.leave(handles.at(-1) ?? 0);
    if (random() < 0.1) world.teleport(handles[0] ?? 0, at(), at());
    if (random() < 0.1) world.steer(handles[1] ?? 0, at(), at());
    if (random() < 0.05) world.setTraits(handles[2] ?? 0, Math.floor(random() * maxSpeed), 320);
    for (const handle of handles) {
      const next = world.sequence(handle & 0xffff) + 1;
      world.intent(handle, next, Math.round(random() * 500 - 250), 3);
    }
    world.step();
    if ((t + 1) % every === 0) tape.checkpoint(world);
  }
  tape.end();
  return reel.segments;
}

const SEGMENTS = recorded(openKernel("wasm"), 300, 100);
const LAST = play({ segments: SEGMENTS, players: PLAYERS }).last;

test.each(ENGINES)("H85 what wasm recorded, %s lives through with every hash the same", (name) => {
  const player = PLAYERS.filter((each) => each.name === name);
  const played = play({ segments: SEGMENTS, players: player });
  expect(played).toMatchObject({ ticks: 300, segments: 4, worldMs: 7500, difference: null });
  expect(played.last).toBeGreaterThan(300);
  expect(played.notes.map((note) => note.what === "end" && note.end.kind)).toEqual(
    Array.from({ length: 4 }, () => "clean"),
  );
});

test("both side by side, and no further than is wanted", () => {
  const until = LAST - 50;
  const played = play({ segments: SEGMENTS, players: PLAYERS, until });
  expect(played.difference).toBeNull();
  expect(played.last).toBeGreaterThan(until - 5);
  expect(played.last).toBeLessThanOrEqual(until);
});

test("a journal that begins with a checkpoint is gone on from there", () => {
  const played = play({ segments: SEGMENTS.slice(1), players: [JS] });
  expect(played).toMatchObject({ ticks: 200, difference: null, last: LAST });
});

test("a missing segment is a jump, said so, and the rest is played", () => {
  const segments = SEGMENTS.filter((_, i) => i !== 1);
  const played = play({ segments, players: [WASM] });
  expect(played).toMatchObject({ ticks: 200, difference: null, last: LAST });
  const jumps = played.notes.filter((note) => note.what === "jump");
  expect(jumps).toHaveLength(1);
  expect(jumps[0]!.to - jumps[0]!.from).toBeGreaterThanOrEqual(100);
});

test("a torn tail is played up to its last whole tick", () => {
  const bytes = bytesOf(SEGMENTS[0]!);
  const cut = segmentOf("cut", bytes.subarray(0, bytes.length - 30));
  const played = play({ segments: [cut], players: [WASM] });
  expect(played).toMatchObject({ ticks: 99, difference: null });
  expect(played.notes.at(-1)).toMatchObject({ what: "end", end: { kind: "torn" } });
});

test("a poisonous input, of which nobody saw the end, is played without a hash", () => {
  const reel = new Reel();
  const tape = new Tape({ rules: RULES, tickMs: 25, open: (name) => reel.open(name) });
  const world = new World(openKernel("js"), RULES, tape);
  world.step();
  const trapping: Player = {
    name: "wasm",
    open: () => ({
      ...openKernel("wasm"),
      step: () => {
        throw new Error("unreachable");
      },
    }),
  };
  const played = play({ segments: reel.segments, players: [trapping] });
  expect(played.difference).toMatchObject({ tick: 1, sides: [{ trap: "Error: unreachable" }] });
  const verdict = locate(played.difference!, {
    ...{ segments: reel.segments, players: [trapping, JS], rowsMax: 5 },
  });
  expect(verdict.sentence).toMatch(/js kernel agrees with the journal; another one traps/);
});

describe("a planted non-determinism is located to tick and row", () => {
  const AT = 137;
  const ROW = 11;
  /** The row moves in the next tick, and with it its hash. */
  const seen = (segments: readonly Segment[]): number => {
    const ticks: number[] = [];
    for (const segment of segments) {
      const source = segment.open();
      const reader = new SegmentReader(source);
      for (let item = reader.next(); item !== null; item = reader.next())
        if (item.type === "tick") ticks.push(item.record.tick);
    }
    return ticks.find((tick) => tick > AT) ?? -1;
  };

  function plant(name: Engine): Player {
    return { name, open: () => disturbed(openKernel(name), AT, ROW, 3) };
  }

  test.each(ENGINES)("in the %s kernel that plays", (name) => {
    const other = PLAYERS.filter((player) => player.name !== name);
    const players = [plant(name), ...other];
    const { difference } = play({ segments: SEGMENTS, players: [players[0]!] });
    expect(difference).toMatchObject({ tick: seen(SEGMENTS), segment: 1 });
    const verdict = locate(difference!, { segments: SEGMENTS, players, rowsMax: 5 });
    expect(verdict.sentence).toBe(
      `The ${other[0]!.name} kernel agrees with the journal, the ${name} one does not.`,
    );
    expect(verdict.located).toMatchObject({ tick: seen(SEGMENTS), left: other[0]!.name });
    const { rowCount, rows, words } = verdict.located!.difference;
    expect([rowCount, words]).toEqual([1, []]);
    const [left, right] = rows[0]!.states;
    expect(rows[0]!.row).toBe(ROW);
    expect(Math.abs(left!.x - right!.x)).toBe(8);
    expect({ ...left, x: 0 }).toEqual({ ...right, x: 0 });
  });

  test("in one of two that play side by side", () => {
    const players = [WASM, plant("js")];
    const { difference } = play({ segments: SEGMENTS, players });
    const { located } = locate(difference!, { segments: SEGMENTS, players, rowsMax: 5 });
    expect(located).toMatchObject({ tick: seen(SEGMENTS), left: "wasm", right: "js" });
    expect(located!.difference.rows.map(({ row }) => row)).toEqual([ROW]);
  });

  test("in the server that recorded: no kernel agrees, the hash alone tells row and column", () => {
    const segments = recorded(disturbed(openKernel("wasm"), AT, ROW, 3), 150, 1000);
    const { difference } = play({ segments, players: [JS] });
    expect(difference).toMatchObject({ tick: seen(segments), checkpoint: null });
    const verdict = locate(difference!, { segments, players: PLAYERS, rowsMax: 5 });
    expect(verdict.sentence).toMatch(/The journal says something else than js and wasm/);
    expect(verdict.located).toBeNull();
    expect(verdict.explanation).toMatchObject({ row: ROW, column: "x" });
    const { here, there } = verdict.explanation!;
    expect(Math.abs(here - there)).toBe(8);
  });

  test("likewise, and the next checkpoint shows both states", () => {
    const segments = recorded(disturbed(openKernel("wasm"), AT, ROW, 3), 150, AT + 1);
    const { difference } = play({ segments, players: [WASM] });
    const { located } = locate(difference!, { segments, players: PLAYERS, rowsMax: 5 });
    expect(located).toMatchObject({ left: "journal", right: "wasm" });
    expect(located!.difference.rows.map(({ row }) => row)).toEqual([ROW]);
  });

  test("a hash that no single change explains is not explained", () => {
    const segments = recorded(disturbed(openKernel("wasm"), AT, ROW, 3), 150, 1000);
    const { difference } = play({ segments, players: [WASM] });
    const other = { ...difference!, recorded: "0123456789abcdef" };
    const verdict = locate(other, { segments, players: [WASM], rowsMax: 5 });
    expect(verdict.explanation).toBeNull();
  });

  test("a checkpoint that is not what was reached", () => {
    const segments = recorded(disturbed(openKernel("wasm"), LAST, ROW, 3), 300, 100);
    const { difference } = play({ segments, players: [WASM] });
    expect(difference).toMatchObject({ tick: LAST, segment: 3 });
    const { located, sentence } = locate(difference!, { segments, players: PLAYERS, rowsMax: 5 });
    expect(sentence).toMatch(/not the state at the checkpoint/);
    expect(located!.difference.rows.map(({ row }) => row)).toEqual([ROW]);
  });
});

function bytesOf(segment: Segment): Uint8Array {
  const source = segment.open();
  const bytes = new Uint8Array(source.size);
  source.read(bytes, 0);
  return bytes;
}
