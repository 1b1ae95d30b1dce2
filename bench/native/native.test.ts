// The kernel in C against the WebAssembly kernel: the same bytes in all of memory, tick after tick.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as layout from "../../build/twin/layout.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WorldRules } from "../../src/engine/rules.ts";
import { World } from "../../src/engine/world.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { RandomStream } from "../../src/swarm/random.ts";
import { buildNative, whyNotHere } from "./build.ts";
import { readOperations } from "./operations.ts";
import { type Input, inputOf, NativeProgram } from "./program.ts";
import { translate } from "./translate.ts";

const UNIT = 256;
const TICKS = 80;
const folder = mkdtempSync(join(tmpdir(), "aether-native-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const why = whyNotHere();

function rules(half: number, over: Partial<WorldRules> = {}): WorldRules {
  return {
    minX: -half * UNIT,
    minY: -half * UNIT,
    maxX: half * UNIT,
    maxY: half * UNIT,
    maxSpeed: 5 * UNIT,
    burstTicks: 16,
    aoiRadius: 200 * 32,
    hysteresisPermille: 100,
    maxEntities: 400,
    maxVisible: 1024,
    framesPerTick: 8,
    componentBytes: 0,
    index: "auto",
    seed: 3,
    ...over,
  };
}

/** A world in which everything happens that can: joins, leaves, teleports, bursts, closed views. */
class Life {
  readonly world: World;
  /** LOOK_AT as the host left it before the step. */
  looks = new Uint8Array(0);
  input: Input | null = null;
  readonly #random = new RandomStream(5);
  readonly #sequences = new Map<number, number>();
  #tickets: number[] = [];
  readonly #live = new Set<number>();

  constructor(over: WorldRules) {
    this.world = new World(openKernel("wasm"), over, {
      input: (...words) => {
        this.input = inputOf(...words);
      },
      output() {
        // the caller compares the hash
      },
    });
  }

  tick(): void {
    const { world } = this;
    const { maxX, maxEntities, aoiRadius } = world.rules;
    const chance = (p: number): boolean => this.#random.next() < p;
    const within = (most: number): number => Math.round((this.#random.next() * 2 - 1) * most);
    const joins = world.tick === 0 ? maxEntities >> 1 : Math.floor(this.#random.next() * 6);
    this.#tickets = Array.from({ length: joins }, () =>
      world.join({
        kind: Math.floor(this.#random.next() * 300),
        x: within(maxX),
        y: within(maxX),
        maxSpeed: world.rules.maxSpeed,
        aoiRadius: chance(0.2) ? aoiRadius >> 1 : aoiRadius,
        layer: chance(0.1) ? 1 : 0,
        observer: chance(0.9),
        visible: chance(0.95),
        bank: chance(0.1) ? 100 : -1,
        sequence: 0,
      }),
    );
    for (const handle of this.#live) {
      if (chance(0.02)) world.setLook(handle & layout.NONE, chance(0.5) ? 0 : 2);
      if (chance(0.1)) world.setLook(handle & layout.NONE, 1);
      if (chance(0.01)) world.teleport(handle, within(maxX), within(maxX));
      if (chance(0.01)) {
        world.leave(handle);
        this.#live.delete(handle);
      }
      for (let k = chance(0.05) ? 20 : 1; k > 0; k--) {
        const sequence = (this.#sequences.get(handle) ?? 0) + (chance(0.02) ? 0 : 1);
        this.#sequences.set(handle, sequence);
        world.intent(handle, sequence, within(6 * UNIT), within(6 * UNIT));
      }
    }
    this.looks = world.kernel.views.lookAt.slice();
    world.step();
    for (const ticket of this.#tickets) {
      const handle = world.joined(ticket);
      if (handle !== 0) this.#live.add(handle);
    }
  }

  /** Of every frame of the last tick, its first byte and its end. */
  frames(): [number, number][] {
    const { world } = this;
    return Array.from({ length: world.rules.maxEntities }, (_, row) =>
      Array.from({ length: world.frameCount(row) }, (__, part): [number, number] => [
        world.frameStart(row, part),
        world.frameEnd(row, part),
      ]),
    ).flat();
  }
}

/** The first byte at which two memories differ, or -1. */
function differsAt(a: Uint8Array, b: Uint8Array, from: number, end: number): number {
  const [one, other] = [a, b].map((m) => Buffer.from(m.buffer, m.byteOffset + from, end - from));
  if (one!.equals(other!)) return -1;
  return from + one!.findIndex((byte, i) => byte !== other![i]);
}

describe.skipIf(why !== null)(`the kernel in C${why === null ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(() => {
    buildNative(folder);
  });

  const worlds: readonly (readonly [string, WorldRules])[] = [
    ["a crowd", rules(300)],
    ["one frame a tick, all in one place", rules(20, { framesPerTick: 1, maxVisible: 60 })],
    ["a wide world", rules(4000)],
    ["a world without a tree", rules(600, { index: "brute" })],
    ["distances that are often the radius itself", rules(3, { aoiRadius: 20 })],
  ];
  test.each(worlds)("%s: equal bytes after every tick", async (_, world) => {
    const native = await NativeProgram.start(folder);
    expect(await native.call("layoutMark")).toBe(layout.LAYOUT_MARK);
    const life = new Life(world);
    const { memory } = life.world;
    const copy = new Uint8Array(memory.length);
    for (let t = 0; t < TICKS; t++) {
      life.tick();
      native.write(layout.LOOK_AT, life.looks);
      const [step] = await native.run([life.input!]);
      expect(step).toMatchObject({ hashLow: life.world.hashLow, hashHigh: life.world.hashHigh });
      await native.dump(copy);
      const at = {
        columns: differsAt(memory, copy, 0, layout.OUTPUT_END),
        frames: life.frames().find(([start, end]) => differsAt(memory, copy, start, end) >= 0),
      };
      expect({ t, at }).toEqual({ t, at: { columns: -1, frames: undefined } });
    }
    // behind its end, a frame may hold whatever a wide store spilled
    expect(differsAt(memory, copy, 0, layout.FRAMES)).toBe(-1);
    expect(life.world.total(layout.ENTERED_TOTAL)).toBeGreaterThan(100);
    expect(life.world.total(layout.RESETS_TOTAL)).toBeGreaterThan(10);
    await native.close();
  });
});

describe("the translation", () => {
  const operations = readOperations();
  const translated = (body: string): string => {
    writeFileSync(join(folder, "index.ts"), 'export { f } from "./layout";\n');
    writeFileSync(
      join(folder, "layout.ts"),
      `export function f(a: i32): i32 { const v = i32x4.splat(a); ${body} }\n`,
    );
    return translate(folder, "index", operations);
  };

  test.each([
    ["return i8x16.no_such(v);", /layout\.ts:1:\d+: no operation i8x16_no_such/],
    ["return g(a);", /no operation g for "g"/],
    ["return b;", /"b" is no constant and no variable here/],
    ["return a + i32x4.splat(a);", /i32 and v128 have no type in common/],
    ["for (const x of a) return x;", /no translation of ForOfStatement/],
    ["return a && 5;", /bools/],
    ["let x = [1];", /no translation of ArrayLiteralExpression/],
  ])("refuses %s in words", (body, said) => {
    expect(() => translated(body)).toThrow(said);
  });

  test.each([
    ["return a >>> 3;", "((i32)(((u32)a) >> 3))"],
    ["return 1 << a;", "(1 << (a & 31))"],
    ["return load<u8>(a as usize) + 1;", "((u8)(load_u8(((usize)a), 0) + 1))"],
    ["let x: u64 = 1 << 40; return (x >> 3) as i32;", "u64 x = (((u64)1ULL) << 40);"],
    ["let bits: u64 = 5; return ctz(bits) as i32;", "((u64)i64_ctz(bits))"],
    ["return select<i32>(a, 2, a > 1);", "i32_select(a, 2, (a > 1))"],
    ["let x = a; x -= 5; x <<= 1; return x;", "(x = (x << 1));"],
    ["return v128.extract_lane<i32>(v128.add<i16>(v, v), 2);", "i16x8_add(v, v), 2)"],
    ["v128.store(a as usize, v, 16); return 0;", "v128_store(((usize)a), v, ((usize)16U));"],
    ["return i32x4.extract_lane(i32x4(1, 2, 3, 4), 1);", "i32x4(1, 2, 3, 4), 1)"],
  ])("makes of %s: %s", (body, code) => {
    expect(translated(body)).toContain(code);
  });
});
