import { afterEach, expect, test } from "vitest";

import { MemoryOutbox } from "../../test/memory-outbox.ts";
import { until } from "../../test/until.ts";
import { StoreRefusal } from "./contract.ts";
import type { OutboxEvent } from "./contract.ts";
import { MAX_ATTEMPTS, Relay } from "./relay.ts";
import { EventRefused, publishEach } from "./sinks/sink.ts";
import type { Sink } from "./sinks/sink.ts";

const relays: Relay[] = [];
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.stop();
});

/** A relay whose clock runs only while somebody waits. `take` may throw for an event. */
function setUp(options: { batch?: number; take?: (event: OutboxEvent) => void } = {}) {
  const clock = { nowMs: 0 };
  const store = new MemoryOutbox(clock);
  const published: OutboxEvent[] = [];
  const sinkFaults: Error[] = [];
  const lines: string[] = [];
  const slept: number[] = [];
  const sink: Sink = {
    name: "test",
    ready: () => {
      const fault = sinkFaults.shift();
      return fault === undefined ? Promise.resolve() : Promise.reject(fault);
    },
    publish: (events) =>
      publishEach(events, (event) => {
        options.take?.(event);
        published.push(event);
      }),
    close: () => Promise.resolve(),
  };
  const note = (level: string) => (_: object, message: string) => void lines.push(level + message);
  const relay = new Relay(
    {
      store,
      sink,
      log: { info: note("i "), warn: note("w "), error: note("e ") },
      now: () => clock.nowMs,
      random: () => 1,
      sleep: (ms) => {
        slept.push(ms);
        clock.nowMs += ms;
        return new Promise((resolve) => setImmediate(resolve));
      },
    },
    options.batch === undefined ? {} : { batch: options.batch },
  );
  relays.push(relay);
  const keys = (): string[] => published.map((event) => event.key);
  const empty = async (): Promise<void> => {
    await until(() => Object.keys(store.attempts).length === 0, "an empty outbox");
  };
  return { store, sinkFaults, lines, slept, relay, keys, empty };
}

test("H68 every event is published once, in order, in batches", async () => {
  const { store, relay, keys, empty } = setUp({ batch: 10 });
  const added = Array.from({ length: 95 }, (_, i) => store.add(`s${i % 7}`));
  void relay.run();
  await empty();
  await relay.stop();
  expect(keys()).toEqual(added);
  expect(relay.counters).toMatchObject({ delivered: 95, batches: 10, failed: 0, dead: 0 });
});

test("H68 behind a refused event its stream waits, and only its stream", async () => {
  let refusals = 3;
  const { store, relay, keys, empty } = setUp({
    take: (event) => {
      if (event.payload === "bad" && refusals-- > 0) throw new EventRefused("not this one");
    },
  });
  const bad = store.add("a", "bad");
  const behind = [store.add("a"), store.add("a")];
  const others = [store.add("b"), store.add("b")];
  void relay.run();
  await empty();
  expect(keys()).toEqual([...others, bad, ...behind]);
  expect(relay.counters).toMatchObject({ delivered: 5, failed: 3, dead: 0 });
});

test("H67 an event that is refused eight times is given up, and its stream goes on", async () => {
  const { store, relay, keys, empty } = setUp({
    take: (event) => {
      if (event.payload === "bad") throw new EventRefused("never this one");
    },
  });
  const bad = store.add("a", "bad");
  const behind = store.add("a");
  void relay.run();
  await empty();
  expect(keys()).toEqual([behind]);
  expect(store.dead).toMatchObject([{ key: bad, error: "never this one", attempts: MAX_ATTEMPTS }]);
  expect(relay.counters).toMatchObject({ delivered: 1, failed: MAX_ATTEMPTS, dead: 1 });
});

test("H67 an event that was taken up too often is given up unpublished", async () => {
  const { store, relay, keys, empty } = setUp();
  const poison = store.add("a");
  // As if a relay had been ended by it each time: claimed, and never settled.
  for (let i = 0; i < MAX_ATTEMPTS; i++) await store.claim(1);
  const other = store.add("a");
  void relay.run();
  await empty();
  expect(keys()).toEqual([other]);
  expect(store.dead).toMatchObject([{ key: poison, attempts: MAX_ATTEMPTS + 1 }]);
  expect(store.dead[0]?.error).toMatch(/^It was taken up 8 times, and each time the relay ended/);
});

test("H73 a sink that is away costs no event an attempt, however long", async () => {
  const outages = 30;
  let away = outages;
  const { store, relay, keys, lines, slept, empty } = setUp({
    take: () => {
      if (away-- > 0) throw new Error("connection refused");
    },
  });
  const added = [store.add("a"), store.add("a"), store.add("b")];
  void relay.run();
  await until(() => relay.counters.fault !== null, "the outage");
  await empty();
  expect(keys()).toEqual(added);
  expect(relay.counters).toMatchObject({ delivered: 3, failed: 0, dead: 0, faults: outages });
  expect(relay.counters.fault).toBeNull();
  expect(slept.slice(0, 8)).toEqual([100, 200, 400, 800, 1000, 1000, 1000, 1000]);
  expect(lines.slice(0, 3)).toEqual([
    "i The relay leads",
    "w The sink is away; events wait",
    "i The sink takes events again",
  ]);
});

test("a sink that is not ready is not given any event", async () => {
  const { store, sinkFaults, relay, keys, empty } = setUp();
  sinkFaults.push(new Error("away"), new StoreRefusal("Redis 5 is too old."));
  const key = store.add("a");
  void relay.run();
  await empty();
  expect(keys()).toEqual([key]);
  expect(relay.counters).toMatchObject({ batches: 1, faults: 2, fault: null });
});

test("a sink that goes away within a batch keeps what it took", async () => {
  let taken = 0;
  const { store, relay, keys, empty } = setUp({
    take: () => {
      if (++taken === 3) throw new Error("cut");
    },
  });
  const added = [store.add("a"), store.add("a"), store.add("a"), store.add("b")];
  void relay.run();
  await empty();
  expect(keys()).toEqual(added);
});

test("the store away before the claim, and before the settlement", async () => {
  const { store, relay, keys, lines, empty } = setUp();
  store.faults.push("tryLead", "claim", "settle", "settle");
  const added = [store.add("a"), store.add("a")];
  void relay.run();
  await empty();
  // The settlement is told again: the events are not.
  expect(keys()).toEqual(added);
  expect(relay.counters).toMatchObject({ delivered: 2, faults: 4, dead: 0 });
  expect(lines).toContain("w The outbox cannot be read; trying again");
  await until(() => lines.at(-1) === "i The outbox can be read again", "the end of the fault");
});

test("a relay that does not lead stands by until it does", async () => {
  const { store, relay, keys, slept, empty } = setUp();
  store.leads = false;
  const key = store.add("a");
  void relay.run();
  await until(() => slept.length > 2, "some asking");
  expect(keys()).toEqual([]);
  expect(relay.counters.leading).toBe(false);
  store.leads = true;
  await empty();
  expect(keys()).toEqual([key]);
  expect(relay.counters.leading).toBe(true);
});

test("a bug in the store ends run, and is not taken for a fault", async () => {
  const { store, relay } = setUp();
  store.claim = () => Promise.reject(new TypeError("a bug"));
  await expect(relay.run()).rejects.toThrow(TypeError);
  relays.length = 0;
});

test("stop ends a relay that rests, and it leads no longer", async () => {
  const { store, sinkFaults, relay } = setUp();
  sinkFaults.push(...Array.from({ length: 1000 }, () => new Error("away")));
  store.add("a");
  void relay.run();
  await until(() => relay.counters.fault !== null, "the outage");
  await relay.stop();
  expect(relay.counters.leading).toBe(false);
});
