// A world taken up from its image goes on as if it had never stopped: same state, same hashes, on
// the same engine or the other.
import { describe, expect, test } from "vitest";
import * as layout from "#layout";
import { World } from "../../src/engine/world.ts";
import { entitiesOf, ImageFault, KEPT_MAX } from "../../src/kernel/image.ts";
import { compareImages } from "../../src/kernel/image-rows.ts";
import { ENGINES } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { joinSpec, randomOf, rules } from "./scenario.ts";

const RULES = rules(600);
const JOIN = joinSpec(RULES);

/** One tick of a busy world, drawn from `random`: the same draws, the same tick. */
function live(world: World, random: () => number): void {
  const at = (): number => Math.round((random() - 0.5) * 1000 * 256);
  if (random() < 0.6) world.join({ ...JOIN, kind: Math.floor(random() * 9), x: at(), y: at() });
  const handles = [...world.liveHandles()];
  const pick = (): number => handles[Math.floor(random() * handles.length)] ?? 0;
  if (handles.length > 200 || random() < 0.2) world.leave(pick());
  if (random() < 0.1) world.teleport(pick(), at(), at());
  if (random() < 0.1) {
    const value = Math.floor(random() * 1e6);
    world.writeComponents(pick(), Int32Array.of(0, 0, value, 0, 0, 0, -1, 0), 0);
  }
  if (random() < 0.3) world.steer(pick(), at(), at());
  if (random() < 0.1) {
    const part = random();
    world.setTraits(pick(), Math.floor(RULES.maxSpeed * part), Math.floor(RULES.aoiRadius * part));
  }
  if (random() < 0.02) world.skip(3);
  for (const handle of handles) {
    if (random() < 0.3) continue;
    const sequence = world.sequence(handle & 0xffff) + 1;
    world.intent(handle, sequence, Math.round(random() * 3000 - 1500), Math.round(at() / 200));
  }
  world.step();
}

function hashOf(world: World): string {
  return `${world.tick} ${world.hashHigh} ${world.hashLow}`;
}

function imageOf(world: World): Uint8Array {
  const out = new Uint8Array(world.imageBytesMax);
  return out.slice(0, world.writeImage(out));
}

function lived(engine: "wasm" | "js", ticks: number, seed: number): World {
  const world = new World(openKernel(engine), RULES);
  const random = randomOf(seed);
  for (let t = 0; t < ticks; t++) live(world, random);
  return world;
}

describe.each(ENGINES)("an image made on %s", (engine) => {
  test.each(ENGINES)("goes on on %s with every hash the same", (other) => {
    const world = lived(engine, 300, 5);
    const taken = new World(openKernel(other), RULES);
    taken.adopt(imageOf(world));
    expect(hashOf(taken)).toBe(hashOf(world));
    expect(taken.kernel.indexIsSound()).toBe(1);
    expect(imageOf(taken)).toEqual(imageOf(world));
    const [a, b] = [randomOf(9), randomOf(9)];
    for (let t = 0; t < 300; t++) {
      live(world, a);
      live(taken, b);
      expect(hashOf(taken)).toBe(hashOf(world));
    }
    expect([...taken.liveHandles()]).toEqual([...world.liveHandles()]);
  });
});

test("an empty world has an image too", () => {
  const world = lived("js", 0, 1);
  world.step();
  const taken = new World(openKernel("js"), RULES);
  taken.adopt(imageOf(world));
  expect(hashOf(taken)).toBe(hashOf(world));
});

test("the free list goes round its ring: 70,000 births, rows come back in order", () => {
  const small = { ...RULES, maxEntities: 3 };
  const world = new World(openKernel("wasm"), small);
  for (let t = 0; t < 70_000; t++) {
    for (const handle of world.liveHandles()) world.leave(handle);
    world.join(JOIN);
    world.step();
  }
  const taken = new World(openKernel("js"), small);
  taken.adopt(imageOf(world));
  for (let t = 0; t < 9; t++) {
    for (const each of [world, taken]) {
      each.join(JOIN);
      for (const handle of each.liveHandles()) each.leave(handle);
      each.step();
    }
    expect(hashOf(taken)).toBe(hashOf(world));
  }
});

test("its entities can be read without a kernel", () => {
  const world = lived("wasm", 200, 3);
  const entities = entitiesOf(imageOf(world));
  expect(entities.map((each) => each.id)).toEqual([...world.liveHandles()]);
  for (const { id, kind, x, y } of entities) {
    const row = id & 0xffff;
    expect([kind, x * 256, y * 256]).toEqual([world.kind(row), world.posX(row), world.posY(row)]);
  }
});

describe("rules that changed", () => {
  const world = lived("wasm", 300, 5);
  const image = imageOf(world);
  const adoptedUnder = (over: Partial<typeof RULES>): World => {
    const taken = new World(openKernel("js"), { ...RULES, ...over });
    taken.adopt(image);
    return taken;
  };

  test("rows are brought within smaller bounds, a smaller bank and another default speed", () => {
    const taken = adoptedUnder({ minX: -20 * 256, maxX: 20 * 256, maxSpeed: 300, burstTicks: 2 });
    for (const handle of taken.liveHandles()) {
      const row = handle & 0xffff;
      expect(Math.abs(taken.posX(row))).toBeLessThanOrEqual(20 * 256);
      const own = world.maxSpeed(row);
      expect(taken.maxSpeed(row)).toBe(own === RULES.maxSpeed ? 300 : own);
      expect(taken.bank(row)).toBeLessThanOrEqual(taken.maxSpeed(row) * 2);
    }
    expect(taken.liveCount).toBe(world.liveCount);
    expect(taken.kernel.indexIsSound()).toBe(1);
  });

  test("more entities: the new rows are taken after those that were free", () => {
    const taken = adoptedUnder({ maxEntities: RULES.maxEntities + 50 });
    const free = RULES.maxEntities + 50 - taken.liveCount;
    for (let i = 0; i < free; i++) taken.join(JOIN);
    taken.step();
    expect(taken.liveCount).toBe(RULES.maxEntities + 50);
  });

  test("fewer: refused in words while somebody lives in a row that would be gone", () => {
    expect(() => adoptedUnder({ maxEntities: 10 })).toThrow(/engine.max_entities is 10/);
    expect(() => adoptedUnder({ maxEntities: 10 })).not.toThrow(ImageFault);
  });
});

test("H67 an image that is cut or changed is refused, never gone on from", () => {
  const image = imageOf(lived("wasm", 60, 2));
  const adopt = (bytes: Uint8Array): void => new World(openKernel("js"), RULES).adopt(bytes);
  for (const length of [0, 4, 50, image.length - 1]) {
    expect(() => adopt(image.slice(0, length))).toThrow(ImageFault);
  }
  const random = randomOf(4);
  let refused = 0;
  for (let i = 0; i < 60; i++) {
    const bytes = image.slice();
    const at = Math.floor(random() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    try {
      adopt(bytes);
    } catch {
      refused++;
    }
  }
  // The store's checksum finds every flip. The image's own hash those that change the state, and
  // not what stands in rows where nobody lives.
  expect(refused).toBeGreaterThan(40);
});

test("H67 an image whose rows do not add up is refused, also under other rules", () => {
  const image = imageOf(lived("wasm", 60, 5));
  const head = new DataView(image.buffer);
  const rows = head.getInt32(4, true);
  const free = head.getInt32(8, true);
  const freeAt = image.byteLength - free * 2;
  const flagsAt = 32 + layout.STATE_WORDS * 4 + rows * 4;
  const changes: ((data: DataView) => void)[] = [
    (data) => data.setInt32(32 + layout.ROW_END * 4, 200_000, true),
    (data) => data.setInt32(32 + layout.LIVE_COUNT * 4, 1, true),
    (data) => data.setInt32(32 + layout.FREE_TAIL * 4, 7, true),
    (data) => data.setUint16(freeAt, 60_000, true),
    (data) => data.setUint16(freeAt, data.getUint16(freeAt + 2, true), true),
    (data) => data.setUint8(flagsAt, data.getUint8(flagsAt) ^ layout.LIVE),
  ];
  for (const change of changes) {
    const bad = image.slice();
    change(new DataView(bad.buffer));
    const world = new World(openKernel("wasm"), { ...RULES, maxSpeed: RULES.maxSpeed - 1 });
    expect(() => world.adopt(bad)).toThrow(ImageFault);
  }
});

test("what is kept with a world comes back with it, and is in no hash", () => {
  const world = lived("wasm", 20, 5);
  const { hashLow } = world;
  const bare = imageOf(world).length;
  world.kept.set(Uint8Array.of(1, 2, 3));
  const image = imageOf(world);
  expect([image.length, world.hashLow]).toEqual([bare + 3, hashLow]);
  const again = new World(openKernel("js"), RULES);
  again.adopt(image);
  expect([...again.kept.bytes]).toEqual([1, 2, 3]);
  expect(hashOf(again)).toBe(hashOf(world));
  expect(compareImages(imageOf(again), image, 1).rowCount).toBe(0);
  const other = new World(openKernel("js"), RULES);
  expect(() => other.adopt(image.subarray(0, -1))).toThrow(/which do not fit its rows/);
  expect(() => world.kept.set(new Uint8Array(KEPT_MAX + 1))).toThrow(/at most 16384 are kept/);
});

test("a world of one layout of components is not gone on from with another", () => {
  const world = new World(openKernel("js"), { ...RULES, componentLayout: 0xfedcba98 });
  world.step();
  const image = imageOf(world);
  const taken = (componentLayout?: number): World => {
    const rules = componentLayout === undefined ? RULES : { ...RULES, componentLayout };
    const other = new World(openKernel("js"), rules);
    other.adopt(image);
    return other;
  };
  expect(taken(0xfedcba98).tick).toBe(world.tick);
  expect(() => taken(1)).toThrow(/runs an application with other components, but an application/);
  expect(() => taken()).toThrow(/runs no application, but an application wrote/);
});
