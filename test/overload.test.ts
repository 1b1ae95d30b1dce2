// A server whose ticks take too long: updates are thinned, far rows first, then observers in turns;
// when the load is gone views are whole again. Time is the test's: a phase is made to take longer.
import { afterEach, describe, expect, test } from "vitest";
import { Clock } from "../src/engine/clock.ts";
import { Thinning } from "../src/engine/thinning.ts";
import { CELLS } from "../src/observability/catalogue.ts";
import { LoadLog } from "../src/observability/load.ts";
import type { Log } from "../src/observability/log.ts";
import { TickNumbers } from "../src/observability/ticks.ts";
import { AOI_MERGED } from "../src/protocol/encode.ts";
import { onTick } from "../src/tick.ts";
import type { TickParts } from "../src/tick.ts";
import type { Guest } from "./guest.ts";
import { House, TICK_MS } from "./house.ts";

const CROWD = 24;
/** Of entities without a client: more than one frame has positions for. */
const EXTRAS = 120;
const TICKS_TO_RISE = 120;
const TICKS_TO_FALL = 400;

class Loaded {
  readonly house: House;
  readonly parts: TickParts;
  readonly said: [string, object][] = [];
  /** What the phase after the step takes, ms. */
  delayMs = 0;
  #extras: number[] = [];
  #step = 0;

  static async start(): Promise<Loaded> {
    const loaded: Loaded[] = [];
    const house = await House.start({
      // inside of afterStep: pings and frames go out through it
      wrapTransport: (transport) => ({
        __proto__: transport,
        listen: transport.listen.bind(transport),
        beginTick: () => {
          transport.beginTick();
          house.now += loaded[0]?.delayMs ?? 0;
        },
        send: transport.send.bind(transport),
        ping: transport.ping.bind(transport),
        cork: transport.cork.bind(transport),
        end: transport.end.bind(transport),
        drop: transport.drop.bind(transport),
        bufferedBytes: transport.bufferedBytes.bind(transport),
        unread: transport.unread.bind(transport),
        connections: transport.connections.bind(transport),
        stopListening: transport.stopListening.bind(transport),
        shutdown: transport.shutdown.bind(transport),
      }),
    });
    const self = new Loaded(house);
    loaded.push(self);
    return self;
  }

  private constructor(house: House) {
    const { gateway, world } = house;
    this.house = house;
    const clock = new Clock(TICK_MS, 4);
    clock.start(house.now);
    const note = (fields: object, message: string): number => this.said.push([message, fields]);
    this.parts = {
      world,
      gateway,
      keeper: null,
      journal: null,
      inspector: null,
      app: null,
      clock,
      thinning: new Thinning(world, clock, 0.6),
      numbers: new TickNumbers(new Float64Array(CELLS), TICK_MS),
      tally: { take: () => undefined, publish: () => undefined },
      log: new LoadLog({ warn: note, info: note } as Partial<Log> as Log),
      now: () => house.now,
    };
    const sight = { kind: 2, maxSpeed: 1280, aoiRadius: 0, layer: 0, bank: -1, sequence: 0 };
    for (let i = 0; i < EXTRAS; i++) {
      world.join({ ...sight, x: 256 * (60 + i), y: 0, observer: false, visible: true });
    }
    this.tick();
    this.#extras = [...world.liveHandles()];
  }

  get level(): number {
    return this.parts.thinning.level;
  }

  /** One tick, when it is due; everybody in sight has moved. */
  tick(): void {
    const { clock } = this.parts;
    const { house } = this;
    house.now = Math.max(house.now, clock.dueMs);
    this.#step++;
    const dx = this.#step % 2 === 0 ? 256 : -256;
    for (const id of this.#extras) house.world.intent(id, this.#step, dx, 0);
    onTick(this.parts);
  }

  async run(ticks: number, guests: readonly Guest[]): Promise<void> {
    for (let t = 0; t < ticks; t++) {
      for (const guest of guests) guest.move(this.#step % 2 === 0 ? 1 : -1, 0);
      await Promise.all(guests.map((guest) => guest.barrier()));
      this.tick();
      await this.house.sync();
    }
  }

  /** All join and are told of the whole crowd. */
  async crowd(): Promise<Guest[]> {
    const guests: Guest[] = [];
    for (let i = 0; i < CROWD; i++) {
      const guest = await this.house.connect();
      guest.hello();
      guest.spawn(i, i % 5);
      guests.push(guest);
    }
    await this.house.sync();
    await this.run(20, guests);
    expect(guests.map(({ replica }) => replica.size)).toEqual(guests.map(() => CROWD + EXTRAS - 1));
    return guests;
  }

  /** Every view is the server's, positions included. */
  async expectTrue(guests: readonly Guest[]): Promise<void> {
    for (const guest of guests) guest.probe();
    await this.run(3, guests);
    for (const guest of guests) {
      expect(guest.digests.at(-1)).toMatchObject({ ok: true, positions: true });
      expect(guest.replicaFaults).toBe(0);
      expect(guest.replica.size).toBe(CROWD + EXTRAS - 1);
    }
  }
}

let loaded: Loaded;
afterEach(() => loaded.house.stop());

/** Updates, by tick, that a guest got since a number of them. */
function ticksOf(guest: Guest, since: number): number {
  return new Set(guest.updates.slice(since).map(({ tick }) => tick)).size;
}

describe("a phase that takes too long", () => {
  test("raises the level step by step, and lets it fall; views converge", async () => {
    loaded = await Loaded.start();
    const guests = await loaded.crowd();
    expect(loaded.level).toBe(0);
    loaded.delayMs = 20;
    const levels = new Set<number>();
    const seen = guests.map(({ updates }) => updates.length);
    for (let t = 0; t < TICKS_TO_RISE; t++) {
      await loaded.run(1, guests);
      levels.add(loaded.level);
    }
    expect([...levels]).toEqual([0, 1, 2, 3]);
    // no more than a frame in each tick, and at the last level a tick of four
    const from = guests.map(({ updates }) => updates.length);
    await loaded.run(40, guests);
    guests.forEach((guest, i) => {
      expect(ticksOf(guest, from[i] ?? 0)).toBe(10);
      const parts = guest.updates.slice(from[i]);
      expect(parts.length).toBe(10);
      expect(parts.every(({ flags }) => (flags & AOI_MERGED) !== 0)).toBe(true);
      expect(guest.updates.length).toBeGreaterThan(seen[i] ?? 0);
      expect(guest.ackSequence).toBeGreaterThanOrEqual(guest.sequence - 4);
    });
    expect(loaded.parts.numbers.thinning).toBe(3);
    expect(loaded.parts.numbers.thinned).toBeGreaterThan(40);

    loaded.delayMs = 1;
    await loaded.run(TICKS_TO_FALL, guests);
    expect(loaded.level).toBe(0);
    expect(loaded.parts.numbers.thinning).toBe(0);
    await loaded.expectTrue(guests);
    const last = guests.map(({ updates }) => updates.length);
    await loaded.run(10, guests);
    guests.forEach((guest, i) => expect(ticksOf(guest, last[i] ?? 0)).toBe(10));
    expect(guests.flatMap(({ corrections }) => corrections)).toEqual([]);
    expect(loaded.house.faults).toEqual([]);
    expect(loaded.said.map(([message]) => message)).toEqual([
      "Ticks take too long: updates are thinned",
      "Ticks take too long: updates are thinned",
      "Ticks take too long: updates are thinned",
      "Ticks take too long: updates are thinned",
      "Updates are whole again",
    ]);
  });

  test("the nearest ten are true in every tick while only far rows are thinned", async () => {
    loaded = await Loaded.start();
    const guests = await loaded.crowd();
    loaded.delayMs = 16;
    while (loaded.level < 1) await loaded.run(1, guests);
    loaded.delayMs = 10;
    await loaded.run(5, guests);
    const { house } = loaded;
    const at = new Map(house.gateway.connections > 0 ? guests.map((g) => [g.entity, g]) : []);
    for (let t = 0; t < 20; t++) {
      await loaded.run(1, guests);
      expect(loaded.level).toBe(1);
      for (const guest of guests) {
        const others = [...at.values()].filter((other) => other !== guest);
        const near = others
          .map((other) => ({ other, d: distance(guest, other) }))
          .sort((a, b) => a.d - b.d);
        for (const { other } of near.slice(0, 8)) {
          const shown = guest.replica.indexOf(other.entity);
          expect(shown).toBeGreaterThanOrEqual(0);
          expect(guest.replica.x[shown]).toBe(other.selfX >> 3);
          expect(guest.replica.y[shown]).toBe(other.selfY >> 3);
        }
      }
    }
  });

  test("who joins or asks anew while observers take turns waits for no turn", async () => {
    loaded = await Loaded.start();
    const guests = await loaded.crowd();
    loaded.delayMs = 24;
    await loaded.run(TICKS_TO_RISE, guests);
    expect(loaded.level).toBe(3);
    const late = await loaded.house.connect();
    late.hello();
    late.spawn(0, 0);
    await late.sync();
    await loaded.run(1, guests);
    expect(late.updates[0]?.flags).toBe(2 | 4 | 1);
    const [first] = guests;
    const before = first?.updates.length ?? 0;
    first?.probe(true);
    await loaded.run(1, guests);
    expect((first?.updates[before]?.flags ?? 0) & 2).toBe(2);
  });

  test("ticks that are given up are counted and said", async () => {
    loaded = await Loaded.start();
    loaded.house.now += 60_000;
    for (let t = 0; t < 5; t++) loaded.tick();
    const { numbers, thinning } = loaded.parts;
    expect(numbers.skipped).toBeGreaterThan(2390);
    expect(thinning.level).toBe(0);
    expect(loaded.said).toEqual([
      ["Ticks came too late and were given up", { ticks: numbers.skipped }],
    ]);
  });
});

function distance(a: Guest, b: Guest): number {
  return (a.selfX - b.selfX) ** 2 + (a.selfY - b.selfY) ** 2;
}
