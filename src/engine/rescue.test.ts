// Steps that kernels do not survive: among 300 walkers, poison is found and left out, and the
// world is in each tick the one that never met it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as layout from "#layout";
import { afterAll, expect, test } from "vitest";
import { randomOf, rules } from "../../test/kernel/scenario.ts";
import {
  hasCommand,
  hasDelta,
  openTrapping,
  plantUnreachable,
} from "../../test/kernel/trapping.ts";
import { View } from "../../test/kernel/view.ts";
import { adoptImage } from "../kernel/image.ts";
import { type Engine, ENGINES, type Kernel } from "../kernel/kernel.ts";
import { openKernel } from "../kernel/open.ts";
import type { Recorder } from "./recorder.ts";
import { Rescue, type Trap } from "./rescue.ts";
import { World } from "./world.ts";

const WALKERS = 300;
const ROWS = Array.from({ length: WALKERS }, (_, row) => row);
const POISON = 4242;
const RULES = rules(500, { index: "auto", framesPerTick: 4 });
/** At 40 ticks a second. */
const MINUTE = 2400;
const HERE = { kind: 1, maxSpeed: 1280, aoiRadius: 6400, layer: 0, bank: -1, sequence: 0 };
const SEEN = { observer: true, visible: true };

const folder = mkdtempSync(join(tmpdir(), "aether-traps-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A world that is rescued, and beside it one that is given all but the poison. */
class Pair {
  readonly traps: Trap[] = [];
  readonly rescue: Rescue;
  readonly world: World;
  readonly plain: World;
  readonly #random = randomOf(9);
  #sequence = 0;

  constructor(engine: Engine, open: (engine: Engine) => Kernel, recorder?: Recorder) {
    const onTrap = (trap: Trap): unknown => this.traps.push(trap);
    this.rescue = new Rescue({ open, windowTicks: MINUTE, onTrap });
    this.world = new World(open(engine), RULES, recorder, this.rescue);
    this.plain = new World(openKernel(engine === "wasm" ? "js" : "wasm"), RULES);
    for (let i = 0; i < WALKERS; i++) {
      const place = { x: this.#any(500 * 256), y: this.#any(500 * 256) };
      for (const each of this.both) each.join({ ...HERE, ...SEEN, ...place });
    }
    for (const each of this.both) each.step();
  }

  get both(): readonly World[] {
    return [this.world, this.plain];
  }

  /** Everybody walks but those who do something else. @param poison by row: what it is asked */
  walk(poison: ReadonlyMap<number, number> = new Map()): void {
    this.#sequence++;
    for (let row = 0; row < WALKERS; row++) {
      const [dx, dy] = [this.#any(900), this.#any(900)];
      const planted = poison.get(row);
      if (planted !== undefined) this.#intend(this.world, row, planted, dy);
      else for (const each of this.both) this.#intend(each, row, dx, dy);
    }
  }

  /** One step of each, after which nobody may tell them apart. */
  step(): void {
    for (const each of this.both) each.step();
    this.compareStates();
    const [frames, others] = this.both.map((each) => ROWS.map((row) => framesOf(each, row)));
    expect(frames).toEqual(others);
    expect(this.world.corrections.count).toBe(this.plain.corrections.count);
  }

  compareStates(): void {
    expect(this.world.tick).toBe(this.plain.tick);
    expect(this.world.hashLow).toBe(this.plain.hashLow);
    expect(this.world.hashHigh).toBe(this.plain.hashHigh);
    expect(this.world.kernel.indexIsSound()).toBe(1);
  }

  #intend(world: World, row: number, dx: number, dy: number): void {
    world.intent(world.handle(row), this.#sequence, dx, dy);
  }

  #any(reach: number): number {
    return Math.floor((this.#random() * 2 - 1) * reach);
  }
}

function framesOf(world: World, row: number): string {
  const parts = [`${world.viewFlags(row)}`];
  for (let part = 0; part < world.frameCount(row); part++) {
    const bytes = world.memory.subarray(world.frameStart(row, part), world.frameEnd(row, part));
    parts.push(Buffer.from(bytes).toString("base64"));
  }
  return parts.join();
}

test.each(ENGINES)("H84 a poisonous intent among 300 on %s is found and left out", (engine) => {
  const pair = new Pair(engine, openTrapping(hasDelta(POISON)));
  const { rescue, traps, world } = pair;
  for (let t = 0; t < 6; t++) {
    const isPoisoned = t === 3;
    pair.walk(isPoisoned ? new Map([[137, POISON]]) : new Map());
    pair.step();
    const words = world.poisons.map((poison) => poison.words.slice(0, 3));
    expect(words).toEqual(isPoisoned ? [[world.handle(137), 4, POISON]] : []);
  }
  expect(traps).toHaveLength(1);
  const [trap] = traps;
  expect([trap?.tick, trap?.remedy, trap?.engineNow]).toEqual([5, "input", engine]);
  expect(trap?.error).toEqual(new Error("unreachable, planted"));
  // Whole, on another index, without anything; then ten halvings of 300, and whole without it.
  expect(rescue.reruns).toBeLessThanOrEqual(3 + 1 + Math.ceil(Math.log2(WALKERS)) + 1);
  expect([rescue.traps, rescue.intentsLeftOut, rescue.commandsLeftOut]).toEqual([1, 1, 0]);
  expect([rescue.indexesMade, rescue.takeovers]).toEqual([0, 0]);
});

test("H84 the image of a trap is the state before its step", () => {
  const pair = new Pair("wasm", openTrapping(hasDelta(POISON)));
  pair.walk();
  pair.step();
  const { tick, hashLow } = pair.world;
  pair.walk(new Map([[7, POISON]]));
  pair.step();
  const taken = new World(openKernel("js"), RULES);
  taken.step();
  adoptImage(taken.kernel, RULES, pair.traps[0]?.image ?? new Uint8Array(0));
  expect([taken.tick, taken.hashLow]).toEqual([tick, hashLow]);
});

test("H84 several at once, and what one of them sent after it", () => {
  const pair = new Pair("wasm", openTrapping(hasDelta(POISON)));
  const { rescue, world } = pair;
  pair.walk(new Map([3, 150, 299].map((row) => [row, POISON])));
  world.intent(world.handle(150), 9, 100, 100);
  pair.step();
  const owners = world.poisons.map(({ words: [handle] }) => (handle ?? 0) & 65535);
  expect(owners.sort((a, b) => a - b)).toEqual([3, 150, 150, 299]);
  expect([rescue.traps, rescue.intentsLeftOut]).toEqual([1, 4]);
});

test("H84 a command that is poison does nothing; the tickets of the others are theirs", () => {
  const kind = 999;
  const pair = new Pair("wasm", openTrapping(hasCommand(layout.OP_JOIN, 2, kind)));
  const { world, plain } = pair;
  const newcomer = { ...HERE, ...SEEN, x: 0, y: 0 };
  const first = pair.both.map((each) => each.join(newcomer));
  const poison = world.join({ ...newcomer, kind });
  const second = pair.both.map((each) => each.join(newcomer));
  pair.walk();
  pair.step();
  expect(world.joined(poison)).toBe(0);
  expect(world.joined(first[0] ?? 0)).toBe(plain.joined(first[1] ?? 0));
  expect(world.joined(second[0] ?? 0)).toBe(plain.joined(second[1] ?? 0));
  expect(world.poisons.map(({ what }) => what)).toEqual(["command"]);
  expect(pair.rescue.commandsLeftOut).toBe(1);
});

test("H84 more poison than is searched for: what is known to run takes effect", () => {
  const pair = new Pair("wasm", openTrapping(hasDelta(POISON)));
  const { rescue, world } = pair;
  const rows = Array.from({ length: 60 }, (_, i) => i * 5);
  const before = world.tick;
  pair.walk(new Map(rows.map((row) => [row, POISON])));
  world.step();
  expect(world.tick).toBe(before + 1);
  expect(rescue.reruns).toBeLessThanOrEqual(64);
  const proven = world.poisons.filter(({ isProven }) => isProven);
  expect(proven.length).toBeGreaterThan(3);
  for (const { words } of proven) expect(words[2]).toBe(POISON);
  expect(world.poisons.length).toBeGreaterThan(proven.length);
});

test("H84 the third trap in a minute: the twin takes over, and nobody can tell", () => {
  const pair = new Pair("wasm", openTrapping(hasDelta(POISON)));
  const { rescue, traps, world } = pair;
  for (let t = 1; t <= 12; t++) {
    pair.walk(t % 3 === 0 ? new Map([[t, POISON]]) : new Map());
    pair.step();
    expect(world.kernel.engine).toBe(t < 9 ? "wasm" : "js");
    expect(rescue.hasTakenOver).toBe(t >= 9);
  }
  expect(traps.map(({ engine, engineNow }) => [engine, engineNow])).toEqual([
    ["wasm", "wasm"],
    ["wasm", "wasm"],
    ["wasm", "js"],
    ["js", "js"],
  ]);
  expect([rescue.takeovers, rescue.intentsLeftOut]).toEqual([1, 4]);
  // Somebody who has mended it goes back.
  world.changeKernel(openKernel("wasm"));
  expect(rescue.hasTakenOver).toBe(false);
});

test("H84 traps that are a minute apart are three single ones", () => {
  const pair = new Pair("wasm", openTrapping(hasDelta(POISON)));
  for (let t = 0; t < 4; t++) {
    for (const each of pair.both) each.skip(MINUTE / 2 + 1);
    pair.walk(new Map([[t, POISON]]));
    pair.step();
  }
  expect([pair.rescue.traps, pair.rescue.takeovers]).toEqual([4, 0]);
});

test("H84 an unreachable of WebAssembly itself, and what the journal is told of it", () => {
  const file = plantUnreachable(POISON, join(folder, "unreachable.wasm"));
  const inputs: number[] = [];
  const shadow = openKernel("js");
  const recorder: Recorder = {
    input(commands, commandCount, intents, intentCount) {
      inputs.push(intentCount);
      shadow.views.commands.set(commands.subarray(0, commandCount * layout.COMMAND_WORDS));
      shadow.views.intents.set(intents.subarray(0, intentCount * layout.INTENT_WORDS));
      shadow.views.world[layout.COMMAND_COUNT] = commandCount;
      shadow.views.world[layout.INTENT_COUNT] = intentCount;
    },
    output(tick, hashLow) {
      shadow.step();
      expect(shadow.views.world[layout.HASH_LOW], `tick ${tick}`).toBe(hashLow);
    },
  };
  const pair = new Pair("wasm", (engine) => openKernel(engine, file), recorder);
  pair.walk(new Map([[0, POISON]]));
  pair.step();
  pair.walk();
  pair.step();
  expect(String(pair.traps[0]?.error)).toBe("RuntimeError: unreachable");
  expect(pair.traps[0]?.poisons.map(({ words }) => words[2])).toEqual([POISON]);
  expect(inputs).toEqual([0, WALKERS, WALKERS - 1, WALKERS]);
});

test("H84 memory that was overwritten between two steps: nothing is lost", () => {
  const pair = new Pair("wasm", openKernel);
  pair.walk();
  pair.step();
  // Beyond the end of memory: WebAssembly itself traps.
  pair.world.kernel.views.slotOf.fill(1 << 29, 0, WALKERS);
  pair.walk();
  pair.step();
  expect(String(pair.traps[0]?.error)).toBe("RuntimeError: memory access out of bounds");
  expect([pair.traps[0]?.remedy, pair.rescue.reruns]).toEqual(["memory", 1]);
});

test("H84 an index that was overwritten unseen is made anew, and all is told again", () => {
  const pair = new Pair("wasm", openKernel);
  const { rescue, traps, world } = pair;
  const views = ROWS.map((row) => new View(row, RULES.componentBytes));
  const showAll = (): void => views.forEach((view, row) => show(world, row, view));
  const look = (): void => {
    pair.walk();
    for (const each of pair.both) each.step();
    pair.compareStates();
    showAll();
  };
  showAll();
  for (let t = 0; t < 4; t++) look();
  // Its client stands still meanwhile: it must be told anew when it reads on.
  world.setLook(5, 0);
  look();
  world.kernel.views.slotOf.fill(1 << 29, 0, WALKERS);
  rescue.keep();
  look();
  expect(traps.map(({ remedy, poisons }) => [remedy, poisons.length])).toEqual([["index", 0]]);
  expect(rescue.indexesMade).toBe(1);
  look();
  world.setLook(5, 1);
  for (let t = 0; t < 4; t++) look();
  for (const [row, view] of views.entries()) {
    const shown = [...view.byAlias.keys()].sort((a, b) => a - b);
    const told = Array.from({ length: world.listTold(row) }, (_, i) => world.told(i));
    expect(shown, `view of ${row}`).toEqual(told.sort((a, b) => a - b));
    expect(world.viewFlags(row) & layout.FLAG_INCOMPLETE, `view of ${row}`).toBe(0);
  }
});

function show(world: World, row: number, view: View): void {
  if (world.kernel.views.lookAt[row] === 0) return;
  view.begin((world.viewFlags(row) & layout.FLAG_RESET) !== 0);
  for (let part = 0; part < world.frameCount(row); part++)
    view.apply(world.memory, world.frameStart(row, part), world.frameEnd(row, part));
}

test("H84 where no kernel takes the step, it throws what the first one threw", () => {
  let isBroken = false;
  const pair = new Pair(
    "wasm",
    openTrapping(() => isBroken),
  );
  isBroken = true;
  expect(() => pair.world.step()).toThrow("unreachable, planted");
});

test("H84 one engine that cannot: the other goes on with the whole step", () => {
  let isBroken = false;
  const open = openTrapping(() => isBroken);
  const pair = new Pair("wasm", (engine) => (engine === "wasm" ? open(engine) : openKernel("js")));
  isBroken = true;
  pair.walk();
  pair.step();
  expect(pair.world.kernel.engine).toBe("js");
  expect([pair.rescue.takeovers, pair.rescue.hasTakenOver]).toEqual([1, true]);
});
