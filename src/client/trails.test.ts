import { describe, expect, test } from "vitest";
import { Trails } from "./trails.ts";

function at(trails: Trails, row: number, tick: number): [number, number] {
  trails.locate(row, tick);
  return [trails.x, trails.y];
}

describe("a trail", () => {
  test("is straight from one sample to the next", () => {
    const trails = new Trails();
    trails.begin(0, 10, 100, 0);
    trails.add(0, 11, 10, 108, -8);
    trails.add(0, 12, 11, 116, 8);
    expect(at(trails, 0, 10.5)).toEqual([104, -4]);
    expect(at(trails, 0, 11.25)).toEqual([110, -4]);
    expect(at(trails, 0, 11)).toEqual([108, -8]);
  });

  test("stays at its ends", () => {
    const trails = new Trails();
    trails.begin(0, 10, 100, 0);
    trails.add(0, 11, 10, 108, 0);
    expect([at(trails, 0, 3), at(trails, 0, 99)]).toEqual([
      [100, 0],
      [108, 0],
    ]);
  });

  test("stands where nothing was told, and then goes", () => {
    const trails = new Trails();
    trails.begin(0, 10, 100, 0);
    trails.add(0, 20, 19, 108, 0);
    expect([at(trails, 0, 15), at(trails, 0, 19), at(trails, 0, 19.5)]).toEqual([
      [100, 0],
      [100, 0],
      [104, 0],
    ]);
  });

  test("goes all the way where it may have moved unseen", () => {
    const trails = new Trails();
    trails.begin(0, 10, 100, 0);
    trails.add(0, 20, 10, 110, 0);
    expect(at(trails, 0, 15)).toEqual([105, 0]);
  });

  test("keeps the last 32 samples", () => {
    const trails = new Trails();
    trails.begin(0, 0, 0, 0);
    for (let tick = 1; tick < 100; tick++) trails.add(0, tick, tick - 1, tick * 8, -tick);
    expect(at(trails, 0, 99)).toEqual([792, -99]);
    expect(at(trails, 0, 68.5)).toEqual([548, -68.5]);
    expect(at(trails, 0, 20)).toEqual([68 * 8, -68]);
  });
});

describe("rows", () => {
  test("are each by itself, as many as there are", () => {
    const trails = new Trails();
    for (let row = 0; row < 100; row++) trails.begin(row, 1, row, 9 * row);
    for (let row = 0; row < 100; row++) trails.add(row, 2, 1, row + 10, 9 * row);
    for (let row = 0; row < 100; row++) expect(at(trails, row, 1.5)).toEqual([row + 5, 9 * row]);
  });

  test("a trail goes on in another row, also of other trails", () => {
    const [from, to] = [new Trails(), new Trails()];
    from.begin(3, 1, 7, 7);
    from.add(3, 2, 1, 9, 9);
    from.move(3, 0);
    from.add(0, 3, 2, 11, 9);
    expect([at(from, 0, 2.5), at(from, 3, 9)]).toEqual([
      [10, 9],
      [9, 9],
    ]);
    for (let row = 0; row <= 20; row++) to.move(0, row, from);
    expect(at(to, 20, 1.5)).toEqual([8, 8]);
  });

  test("a row that begins anew has forgotten", () => {
    const trails = new Trails();
    trails.begin(0, 1, 7, 7);
    trails.begin(0, 5, 70, 70);
    expect(at(trails, 0, 2)).toEqual([70, 70]);
  });
});
