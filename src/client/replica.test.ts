import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SERVER_AOI, SERVER_DIGEST, ServerDecoder } from "../protocol/client-decode.ts";
import { addToDigest } from "../protocol/digest.ts";
import { aether } from "../protocol/schema.ts";
import { Replica } from "./replica.ts";

interface Shown {
  readonly id: number;
  readonly kind: number;
  x: number;
  y: number;
  tick: number;
}

interface Part {
  readonly tick?: number;
  readonly flags?: number;
  readonly selfX?: number;
  readonly selfY?: number;
  readonly left?: readonly number[];
  readonly entered?: readonly aether.Entity.$Properties[];
  /** alias, x, y: absolute, cut to 16 bits here */
  readonly moved?: readonly (readonly [number, number, number])[];
  /** alias, then bytes */
  readonly changed?: readonly (readonly number[])[];
}

const decoder = new ServerDecoder();

function encode(part: Part): Uint8Array {
  const words = (values: readonly number[]) =>
    Uint8Array.from(values.flatMap((value) => [value & 255, (value >> 8) & 255]));
  const aoi = {
    tick: part.tick ?? 1,
    flags: part.flags ?? 1,
    self_x: part.selfX ?? 0,
    self_y: part.selfY ?? 0,
    left: words(part.left ?? []),
    entered: [...(part.entered ?? [])],
    moved: words((part.moved ?? []).flat()),
    changed: Uint8Array.from(
      (part.changed ?? []).flatMap(([alias = 0, ...bytes]) => [alias & 255, alias >> 8, ...bytes]),
    ),
  };
  return aether.ServerMessage.encode({ aoi }).finish();
}

function apply(replica: Replica, part: Part): number {
  const bytes = encode(part);
  expect(decoder.decode(bytes)).toBe(SERVER_AOI);
  return replica.apply(decoder, bytes);
}

function rowsOf(replica: Replica): Map<number, Shown> {
  const rows = new Map<number, Shown>();
  for (let row = 0; row < replica.size; row++)
    rows.set(replica.ids[row] ?? 0, {
      id: replica.ids[row] ?? 0,
      kind: replica.kinds[row] ?? 0,
      x: replica.x[row] ?? 0,
      y: replica.y[row] ?? 0,
      tick: replica.updatedTick[row] ?? 0,
    });
  return rows;
}

function digestOf(model: ReadonlyMap<number, Shown>, positions: boolean): number {
  let hash = 0;
  for (const { id, x, y } of model.values())
    hash = addToDigest(hash, id, positions ? x : 0, positions ? y : 0);
  return hash;
}

/** One tick of a made-up server: which aliases leave, enter and move, and by how much. */
const tickOf = fc.record({
  selfX: fc.integer({ min: -256_000_000, max: 256_000_000 }),
  selfY: fc.integer({ min: -256_000_000, max: 256_000_000 }),
  reset: fc.boolean(),
  churn: fc.uniqueArray(fc.integer({ min: 0, max: 90 }), { maxLength: 12 }),
  moves: fc.uniqueArray(fc.integer({ min: 0, max: 90 }), { maxLength: 20 }),
  dx: fc.integer({ min: -32768, max: 32767 }),
  dy: fc.integer({ min: -32768, max: 32767 }),
});

test("a replica follows any sequence of left, entered and moved exactly", () => {
  // Aliases from the whole range, so that the table of aliases grows.
  const aliasOf = (n: number) => (n * 719) & 0xffff;
  fc.assert(
    fc.property(fc.array(tickOf, { minLength: 1, maxLength: 25 }), (ticks) => {
      const replica = new Replica();
      const model = new Map<number, Shown>(); // by alias
      let generation = 1;
      ticks.forEach(({ selfX, selfY, reset, churn, moves, dx, dy }, i) => {
        const tick = i + 1;
        const isReset = reset && i % 5 === 4;
        if (isReset) model.clear();
        const place = { x: (selfX >> 3) + dx, y: (selfY >> 3) + dy };

        const left = churn.map(aliasOf).filter((alias) => model.delete(alias));
        const entered = churn
          .map(aliasOf)
          .filter((alias) => !left.includes(alias) || alias % 2 === 0) // half come back at once
          .map((alias) => ({ alias, id: alias | (++generation << 16), kind: alias % 3, ...place }));
        for (const { alias, id, kind } of entered) model.set(alias, { id, kind, ...place, tick });

        const moved = moves.map(aliasOf).filter((alias) => model.has(alias));
        for (const alias of moved) Object.assign(model.get(alias) ?? {}, { ...place, tick });

        // In two parts, as when one frame does not hold it all.
        const first = { tick, selfX, selfY, flags: isReset ? 2 : 0, left, entered };
        const records = moved.map((alias) => [alias, place.x, place.y] as const);
        expect(apply(replica, first)).toBe(0);
        expect(apply(replica, { tick, selfX, selfY, moved: records })).toBe(0);

        const expected = new Map([...model.values()].map((shown) => [shown.id, shown]));
        expect(rowsOf(replica)).toEqual(expected);
        expect(replica.digest(true)).toBe(digestOf(model, true));
        expect(replica.digest(false)).toBe(digestOf(model, false));
      });
    }),
    { seed: 40, numRuns: 150 },
  );
});

test("left comes before entered, entered before moved, whatever their order in the frame", () => {
  const replica = new Replica();
  apply(replica, { entered: [{ alias: 4, id: 0x10004, x: 1, y: 2 }] });
  // alias 4 goes to another entity, which moves in the same frame
  const faults = apply(replica, {
    tick: 2,
    left: [4],
    entered: [{ alias: 4, id: 0x20004, kind: 5, x: 7, y: 8 }],
    moved: [[4, -9, 10]],
  });
  expect(faults).toBe(0);
  expect([...rowsOf(replica).values()]).toEqual([{ id: 0x20004, kind: 5, x: -9, y: 10, tick: 2 }]);
});

test("moved is relative to the position in the same frame", () => {
  const replica = new Replica();
  const far = 200_000_000; // 1/256 unit
  apply(replica, { selfX: far, selfY: -far, entered: [{ alias: 1, id: 1, x: 0, y: 0 }] });
  const [x, y] = [(far >> 3) + 32767, (-far >> 3) - 32768];
  apply(replica, { selfX: far, selfY: -far, moved: [[1, x, y]] });
  expect([replica.x[0], replica.y[0]]).toEqual([x, y]);
  // the same low 16 bits, seen from the other side of the world
  apply(replica, { selfX: 0, selfY: 0, moved: [[1, x, y]] });
  expect([replica.x[0], replica.y[0]]).toEqual([(x << 16) >> 16, (y << 16) >> 16]);
});

describe("records that contradict the view are counted and passed over", () => {
  const replica = new Replica();
  apply(replica, { entered: [{ alias: 3, id: 0x10003, x: 5, y: 6 }] });

  test("an unknown alias that moves, also beyond the table", () => {
    expect(
      apply(replica, {
        moved: [
          [4, 1, 1],
          [65535, 1, 1],
          [3, 7, 8],
        ],
      }),
    ).toBe(2);
    expect([...rowsOf(replica).keys()]).toEqual([0x10003]);
    expect([replica.x[0], replica.y[0]]).toEqual([7, 8]);
  });

  test("an unknown alias that leaves", () => {
    expect(apply(replica, { left: [4, 65535] })).toBe(2);
    expect(replica.size).toBe(1);
  });

  test("a known alias that enters: the new entity replaces the old", () => {
    expect(apply(replica, { entered: [{ alias: 3, id: 0x20003, x: 1, y: 1 }] })).toBe(1);
    expect(replica.has(0x10003)).toBe(false);
    expect(replica.indexOf(0x20003)).toBe(0);
    expect(replica.size).toBe(1);
  });

  test("the one entity too many", () => {
    const crowd = new Replica();
    let faults = 0;
    for (let alias = 0; alias <= 0xffff; alias += 16) {
      const entered = Array.from({ length: 16 }, (_, i) => ({ alias: alias + i, id: alias + i }));
      faults += apply(crowd, { entered });
    }
    expect([crowd.size, faults]).toEqual([65535, 1]);
    expect(apply(crowd, { left: [65535] })).toBe(1);
    expect(apply(crowd, { left: [0, 65534] })).toBe(0);
    expect(crowd.size).toBe(65533);
  });
});

test("a reset forgets everything, and aliases may be given anew", () => {
  const replica = new Replica();
  const entered = [1, 2, 3].map((alias) => ({ alias, id: 0x10000 + alias }));
  expect(apply(replica, { entered })).toBe(0);
  expect(apply(replica, { flags: 3, entered })).toBe(0);
  expect(replica.size).toBe(3);
  replica.reset();
  expect([replica.size, replica.digest(true)]).toEqual([0, 0]);
  expect(apply(replica, { moved: [[1, 0, 0]] })).toBe(1);
});

test("the golden digests are those of the golden updates", () => {
  const golden = (name: string) =>
    new Uint8Array(readFileSync(new URL(`../../proto/golden/${name}.bin`, import.meta.url)));
  const replica = new Replica();
  for (const name of ["aoi-reset", "aoi"]) {
    const bytes = golden(name);
    expect(decoder.decode(bytes)).toBe(SERVER_AOI);
    expect(replica.apply(decoder, bytes)).toBe(0);
  }
  for (const name of ["digest", "digest-ids"]) {
    expect(decoder.decode(golden(name))).toBe(SERVER_DIGEST);
    expect(replica.size).toBe(decoder.digestCount);
    expect(replica.digest(decoder.digestPositions)).toBe(decoder.digestHash);
  }
});

describe("components", () => {
  const golden = new Uint8Array(
    readFileSync(new URL("../../proto/golden/aoi-components.bin", import.meta.url)),
  );
  const bytesOf = (replica: Replica, id: number): number[] => {
    const at = replica.indexOf(id) * replica.componentBytes;
    return [...replica.components.subarray(at, at + replica.componentBytes)];
  };
  const open = (): Replica => {
    const replica = new Replica();
    replica.begin(0x10007, 4);
    apply(replica, { entered: [{ alias: 3, id: 0x10003 }] });
    return replica;
  };

  test("the golden update: who enters has all, who changed has others, its own are its own", () => {
    const replica = open();
    expect(bytesOf(replica, 0x10003)).toEqual([0, 0, 0, 0]);
    decoder.decode(golden);
    expect(replica.apply(decoder, golden)).toBe(0);
    expect(bytesOf(replica, 0x1000b)).toEqual([1, 0, 100, 0]);
    expect(bytesOf(replica, 0x10003)).toEqual([1, 0, 0, 2]);
    expect([...replica.own]).toEqual([0, 1, 99, 0]);
  });

  test("they stay with their entity while rows are filled up, and a reset forgets them", () => {
    const replica = open();
    const entered = Array.from({ length: 24 }, (_, i) => ({
      alias: 100 + i,
      id: 0x10064 + i,
      components: Uint8Array.of(i, 0, 0, 7),
    }));
    expect(apply(replica, { entered })).toBe(0);
    expect(apply(replica, { left: [3, 105, 110] })).toBe(0);
    expect(bytesOf(replica, 0x10064 + 23)).toEqual([23, 0, 0, 7]);
    expect(bytesOf(replica, 0x10064)).toEqual([0, 0, 0, 7]);
    expect(apply(replica, { changed: [[7, 9, 9, 9, 9]] })).toBe(0);
    expect(apply(replica, { flags: 3, entered: [{ alias: 100, id: 0x10064 }] })).toBe(0);
    expect([bytesOf(replica, 0x10064), [...replica.own]]).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  test("what contradicts the view is a fault: a stranger's, a cut one, a short entry", () => {
    const replica = open();
    expect(
      apply(replica, {
        changed: [
          [4, 1, 1, 1, 1],
          [3, 1, 2, 3, 4],
        ],
      }),
    ).toBe(1);
    expect(bytesOf(replica, 0x10003)).toEqual([1, 2, 3, 4]);
    expect(
      apply(replica, {
        changed: [
          [3, 5, 6, 7, 8],
          [3, 1],
        ],
      }),
    ).toBe(1);
    expect(bytesOf(replica, 0x10003)).toEqual([5, 6, 7, 8]);
    const short = [{ alias: 5, id: 0x10005, components: Uint8Array.of(1) }];
    expect(apply(replica, { entered: short })).toBe(1);
    expect(bytesOf(replica, 0x10005)).toEqual([0, 0, 0, 0]);
  });

  test("where there are none the field is passed over, as one of a later protocol", () => {
    const replica = new Replica();
    apply(replica, { entered: [{ alias: 3, id: 0x10003 }] });
    expect(apply(replica, { changed: [[3, 5, 6, 7, 8]] })).toBe(0);
    expect(replica.components.length).toBe(0);
  });
});
