// What is written down of a step that was saved.
import { expect, test } from "vitest";
import { rules } from "../test/kernel/scenario.ts";
import { segmentOf } from "../bench/replay/tape.ts";
import { hasDelta, openTrapping } from "../test/kernel/trapping.ts";
import { Rescue, type Trap } from "./engine/rescue.ts";
import { World } from "./engine/world.ts";
import { locate } from "./journal/locate.ts";
import { play } from "./journal/play.ts";
import type { Player } from "./journal/play.ts";
import { ENGINES, type Kernel } from "./kernel/kernel.ts";
import { openKernel } from "./kernel/open.ts";
import type { Log } from "./observability/log.ts";
import { Quarantine } from "./quarantine.ts";

const RULES = rules(100);
const POISON = 4242;
const WALKERS = 20;
const HERE = { kind: 1, maxSpeed: 1280, aoiRadius: 6400, layer: 0, bank: -1, sequence: 0 };
const mended: readonly Player[] = ENGINES.map((name) => ({ name, open: () => openKernel(name) }));

interface Noted {
  readonly lines: readonly (readonly [object, string])[];
  readonly files: readonly (readonly [string, Uint8Array])[];
}

/** A world in whose fourth tick one intent is poison, or its memory is broken. */
function trapped(prepare: (world: World) => void, change: (trap: Trap) => Trap = (t) => t): Noted {
  const lines: [object, string][] = [];
  const files: [string, Uint8Array][] = [];
  const silent = (): void => undefined;
  const log: Log = {
    ...{ trace: silent, debug: silent, info: silent, warn: silent, fatal: silent },
    error: (fields, message) => lines.push([fields, message]),
    child: () => log,
  };
  const quarantine = new Quarantine({
    ...{ log, config: { engine: { seed: 7 } }, wallNow: () => 99 },
    origin: { world: "w", version: "1.2.3", rules: RULES, tickMs: 25 },
    keep: (name, bytes) => files.push([name, bytes]),
  });
  const open = openTrapping(hasDelta(POISON));
  const onTrap = (trap: Trap): void => quarantine.note(change(trap));
  const rescue = new Rescue({ open, windowTicks: 2400, onTrap });
  const world = new World(open("wasm"), RULES, undefined, rescue);
  const seen = { observer: true, visible: true };
  for (let i = 0; i < WALKERS; i++) world.join({ ...HERE, ...seen, x: i * 256, y: 0 });
  for (let t = 1; t <= 4; t++) {
    world.step();
    for (const handle of world.liveHandles()) world.intent(handle, t, 100, t);
  }
  prepare(world);
  world.step();
  return { lines, files };
}

/** Three of one sender: the first two are what the kernel traps with. */
function poison(world: World): void {
  for (const dx of [POISON, POISON, 1]) world.intent(world.handle(3), 9 + dx, dx, -1);
}

/** A kernel that is wrong about one row's bank. */
function disturbed(): Kernel {
  const kernel = openKernel("js");
  const step = (): void => {
    kernel.step();
    kernel.views.bank[5]! ^= 1;
    kernel.rehashState();
  };
  return { ...kernel, step };
}

function played(bytes: Uint8Array, players = mended) {
  const segments = [segmentOf("trap", bytes)];
  const found = play({ segments, players });
  const { difference } = found;
  const options = { segments, players, rowsMax: 3 };
  return { ...found, verdict: difference === null ? null : locate(difference, options) };
}

test("H84 a trap is a line with the first of what was left out, and a capsule", () => {
  const { lines, files } = trapped(poison, (trap) => ({
    ...trap,
    poisons: Array.from({ length: 20 }, () => trap.poisons[0]!),
  }));
  expect(lines.map(([, message]) => message)).toEqual([
    "The kernel trapped; what it traps with was left out",
  ]);
  const words = [65539, 4251, POISON, -1];
  const intent = { what: "intent", words, isProven: true };
  const poisons = Array.from({ length: 8 }, () => intent);
  const facts = { tick: 5, remedy: "input", leftOut: 20 };
  expect(lines[0]?.[0]).toMatchObject({ ...facts, poisons, file: "trap-5-99.capsule" });
  expect(files.map(([name]) => name)).toEqual(["trap-5-99.capsule"]);
});

test("H84 the capsule holds the world before, and the whole input: mended kernels play it", () => {
  const [, bytes] = trapped(poison).files[0]!;
  const { difference, head, notes, ticks } = played(bytes);
  expect([difference, ticks]).toEqual([null, 1]);
  expect(head).toMatchObject({
    world: "w",
    version: "1.2.3",
    rules: RULES,
    tick: 4,
    createdMs: 99,
  });
  expect(notes[0]).toMatchObject({
    what: "mark",
    mark: {
      what: "capsule",
      trap: { tick: 5, engine: "wasm", remedy: "input", leftOut: 3, error: /./ },
      config: { engine: { seed: 7 } },
    },
  });
  expect(notes.at(-1)).toMatchObject({ what: "end", end: { kind: "clean" } });
});

test("H84 one that still traps with it says so, and one that comes to another end", () => {
  const [, bytes] = trapped(poison).files[0]!;
  const open = openTrapping(hasDelta(POISON));
  const [wasm, js] = mended as [Player, Player];
  const { verdict } = played(bytes, [{ name: "wasm", open: () => open("wasm") }, js]);
  expect(verdict?.sides.map(({ name, trap }) => [name, trap === null])).toEqual([
    ["wasm", false],
    ["js", true],
  ]);
  expect(verdict?.sentence).toMatch(/^The js kernel comes to an end .* another traps\.$/);

  const split = played(bytes, [wasm, { name: "js", open: disturbed }]);
  expect(split.verdict?.sentence).toMatch(/^The kernels do not agree on a step/);
  expect(split.verdict?.located?.difference.rows.map(({ row }) => row)).toEqual([5]);
});

test("H84 where nothing was left out, the capsule says what the step came to", () => {
  const { files, lines } = trapped(({ kernel }) => kernel.views.slotOf.fill(1 << 29, 0, WALKERS));
  expect(lines.map(([, message]) => message)).toEqual([
    "The kernel trapped; the step was run again on another, and nothing is lost",
  ]);
  const [, bytes] = files[0]!;
  const { difference, hash } = played(bytes);
  expect(difference).toBeNull();
  const other = played(bytes, [{ name: "js", open: disturbed }]);
  expect(other.difference).toMatchObject({ tick: 5, recorded: hash });
});

test("H84 that the twin took over has a line of its own", () => {
  const { lines } = trapped(poison, (trap) => ({ ...trap, engineNow: "js", remedy: "memory" }));
  expect(lines.map(([, message]) => message)).toEqual([
    "The kernel trapped; the step was run again on another, and nothing is lost",
    "The world runs on the js kernel now",
  ]);
});
