// What is shown of others, and what is told of them; server and time are played by the test.
import { beforeEach, describe, expect, test } from "vitest";
import { Scripted } from "../../test/scripted.ts";
import type { aether } from "../protocol/schema.ts";
import { SHOWN_SPEED_MAX } from "./view.ts";

const TICK_MS = 25;
const SPEED = 5;

let scripted: Scripted;
let tick: number;
beforeEach(() => {
  scripted = new Scripted();
  scripted.join();
  tick = 100;
});

/** One tick later, this comes. */
function update(aoi: aether.AoiUpdate.$Properties = {}): void {
  scripted.time.pass(TICK_MS);
  scripted.update({ tick: ++tick, ...aoi });
}

/** A record of `moved`; x, y in 1/32 unit. */
function moved(alias: number, x: number, y = 0): Uint8Array {
  const record = new DataView(new ArrayBuffer(6));
  [alias, x & 0xffff, y & 0xffff].forEach((word, i) => record.setUint16(2 * i, word, true));
  return new Uint8Array(record.buffer);
}

function left(...aliases: number[]): Uint8Array {
  return new Uint8Array(Uint16Array.from(aliases).buffer);
}

/** Where an entity is shown now, world units. */
function shown(id = 71): [number, number] {
  scripted.client.frame();
  const row = scripted.client.view.replica.indexOf(id);
  return [scripted.client.view.x[row] ?? NaN, scripted.client.view.y[row] ?? NaN];
}

/** Every event but those of ticks. */
function told(): unknown[][] {
  const events = scripted.heard.filter(([name]) => name !== "tick");
  scripted.heard.length = 0;
  return events;
}

describe("events", () => {
  test("who comes, moves and goes is told, before the tick is", () => {
    update({ entered: [{ alias: 1, id: 71, x: 32 }] });
    update({ entered: [{ alias: 2, id: 72 }], moved: moved(1, 64) });
    update({ left: left(1), moved: moved(2, 32) });
    expect(scripted.heard).toEqual([
      ["enter", 71, 0],
      ["tick", 101],
      ["enter", 72, 1],
      ["update", 71, 0],
      ["tick", 102],
      ["leave", 71],
      ["update", 72, 0],
      ["tick", 103],
    ]);
  });

  test("handlers read what is shown of the row", () => {
    const at: number[] = [];
    const { client } = scripted;
    client.on("enter", (_id, row) => at.push(client.view.x[row] ?? NaN));
    update({ entered: [{ alias: 1, id: 71, x: 320 }] });
    expect(at).toEqual([10]);
  });

  test("who was told anew has neither left nor come", () => {
    update({
      entered: [
        { alias: 1, id: 71 },
        { alias: 2, id: 72 },
      ],
    });
    told();
    const entered = [
      { alias: 5, id: 72 },
      { alias: 6, id: 73 },
    ];
    update({ flags: 3, entered });
    expect(told()).toEqual([
      ["update", 72, 0],
      ["enter", 73, 1],
      ["leave", 71],
    ]);
  });

  test("the same over a loss of the connection", () => {
    update({
      entered: [
        { alias: 1, id: 71 },
        { alias: 2, id: 72 },
      ],
    });
    scripted.socket().close(1006, "");
    scripted.time.pass(300);
    scripted.answer({ tick: 120 });
    expect(scripted.client.view.size).toBe(0);
    scripted.update({ tick: 121, flags: 2, entered: [{ alias: 1, id: 72 }] });
    expect(told()).toEqual([["update", 72, 0]]);
    scripted.update({ tick: 121, flags: 1 });
    expect(told()).toEqual([["leave", 71]]);
  });
});

describe("what is shown", () => {
  test("goes evenly from place to place, a tick and a half behind", () => {
    update({ entered: [{ alias: 1, id: 71 }] });
    for (let step = 1; step <= 20; step++) update({ moved: moved(1, step * 64) });
    const before = shown()[0];
    for (let step = 21; step <= 24; step++) update({ moved: moved(1, step * 64) });
    expect(shown()[0]).toBeCloseTo(24 * 2 - 1.5 * 2, 1);
    scripted.time.pass(TICK_MS / 2);
    expect(shown()[0] - before).toBeCloseTo(2 * 4.5, 1);
  });

  test("stands as long as its entity does, and not on the way to its next step", () => {
    update({ entered: [{ alias: 1, id: 71 }] });
    for (let i = 0; i < 10; i++) update();
    shown();
    update({ moved: moved(1, 160) });
    // It moved in the last tick only: a moment before that it stood.
    const at = scripted.client.view.shownTick;
    expect(at).toBeLessThan(tick - 1);
    expect(shown()[0]).toBe(0);
    scripted.time.pass(TICK_MS);
    expect(shown()[0]).toBeGreaterThan(0);
    scripted.time.pass(TICK_MS);
    expect(shown()[0]).toBe(5);
  });

  test("a merged update brings it evenly over the ticks that were skipped", () => {
    update({ entered: [{ alias: 1, id: 71 }] });
    for (let i = 0; i < 10; i++) update();
    shown();
    tick += 3;
    scripted.time.pass(3 * TICK_MS);
    update({ flags: 9, moved: moved(1, 4 * 160) });
    for (let i = 0; i < 20; i++) {
      scripted.time.pass(5);
      const behind = tick - scripted.client.view.shownTick;
      const [x] = shown();
      if (behind > 0 && behind < 4) expect(x).toBeGreaterThan(0);
    }
    expect(shown()[0]).toBe(20);
  });

  test("never goes faster than thrice max_speed, however far its entity went at once", () => {
    update({ entered: [{ alias: 1, id: 71 }] });
    for (let i = 0; i < 10; i++) update();
    // A whole bank, which a neighbour's network delivered in one tick.
    update({ moved: moved(1, 16 * SPEED * 32) });
    let [last] = shown();
    let fastest = 0;
    for (let frame = 0; frame < 100; frame++) {
      scripted.time.pass(5);
      if (frame % 5 === 4) scripted.update({ tick: ++tick });
      const [x] = shown();
      fastest = Math.max(fastest, ((x - last) * TICK_MS) / 5);
      last = x;
    }
    expect(fastest).toBeCloseTo(SHOWN_SPEED_MAX * SPEED);
    expect(last).toBe(16 * SPEED);
  });

  test("who enters is where the server says, at once", () => {
    update();
    shown();
    update({ entered: [{ alias: 1, id: 71, x: 3200, y: -32 }] });
    expect(shown()).toEqual([100, -1]);
  });

  test("who has never been shown is where it was, at once", () => {
    update({ entered: [{ alias: 1, id: 71 }] });
    for (let step = 1; step <= 20; step++) update({ moved: moved(1, step * 64) });
    expect(shown()[0]).toBeCloseTo(20 * 2 - 1.5 * 2, 1);
  });

  test("who was teleported, which is left and entered, too", () => {
    update({ entered: [{ alias: 1, id: 71, x: 0 }] });
    for (let i = 0; i < 5; i++) update();
    update({ left: left(1), entered: [{ alias: 9, id: 71, x: 6400 }] });
    expect(shown()).toEqual([200, 0]);
  });

  test("who was told anew goes on from where it was shown", () => {
    update({ entered: [{ alias: 1, id: 71 }] });
    for (let step = 1; step <= 20; step++) update({ moved: moved(1, step * 64) });
    const [before] = shown();
    expect(before).toBeGreaterThan(30);
    update({ flags: 3, entered: [{ alias: 3, id: 71, x: 21 * 64 }] });
    expect(shown()[0] - before).toBeCloseTo(2, 1);
  });

  test("rows follow their entities when others go", () => {
    const entered = Array.from({ length: 40 }, (_, i) => ({ alias: i, id: 100 + i, x: i * 32 }));
    update({ entered });
    update({ left: left(0, 5, 38) });
    for (const { id, x } of entered.filter(({ alias }) => ![0, 5, 38].includes(alias)))
      expect(shown(id)).toEqual([x / 32, 0]);
    expect(scripted.client.view.size).toBe(37);
  });
});
