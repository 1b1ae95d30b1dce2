// What every outbox must do, whatever database is behind it.
import { afterEach, describe, expect, test } from "vitest";

import type { FailedEvent, OutboxEvent, OutboxStore } from "../src/persistence/contract.ts";
import { RandomStream } from "../src/swarm/random.ts";
import { emitted, eventsIn, flightOf, Stores } from "./store-bench.ts";
import type { StoreBench } from "./store-bench.ts";

export function outboxSuite(name: string, bench: StoreBench): void {
  const stores = new Stores(bench);
  afterEach(() => stores.closeAll());

  describe(`${name}: claiming`, () => {
    test("takes the oldest, counts them, and gives each out once", async () => {
      const { world, outbox } = await stores.both();
      await world.flush(eventsIn(1, ["a", "b", "a"]));
      await world.flush(eventsIn(2, ["c"]));
      const first = await outbox.claim(3);
      expect(first.map(({ key, attempts }) => [key, attempts])).toEqual([
        ["plain:1:1:0", 1],
        ["plain:1:1:2", 1],
        ["plain:1:1:4", 1],
      ]);
      expect(first[0]).toMatchObject({ stream: "a", type: "told", tick: 1 });
      expect(first[0]?.payload).toBe('{"tick":1,"index":0}');
      expect(first.every(({ ageMs }) => ageMs >= 0 && ageMs < 60_000)).toBe(true);
      await outbox.settle(ids(first), []);
      expect((await outbox.claim(3)).map(({ stream }) => stream)).toEqual(["c"]);
    });

    test("a refused event blocks its stream, and no other", async () => {
      const { world, outbox } = await stores.both();
      await world.flush(eventsIn(1, ["bad", "good", "bad"]));
      const [bad, good, behind] = await outbox.claim(10);
      const later = [failed(bad!, 3_600_000), { ...failed(behind!, 0), attempts: 0 }];
      await outbox.settle([good!.id], later);
      await world.flush(eventsIn(2, ["bad", "good"]));
      const rest = await outbox.claim(10);
      expect(tell(rest)).toEqual(["good 2:1"]);
      await outbox.settle(ids(rest), []);
      expect(await outbox.claim(10)).toEqual([]);
    });

    test("an event that was tried comes alone, then what waited behind it", async () => {
      const { world, outbox } = await stores.both();
      await world.flush(eventsIn(1, ["bad", "good", "bad"]));
      const [bad, good, behind] = await outbox.claim(10);
      await outbox.settle([good!.id], [failed(bad!, 0), { ...failed(behind!, 0), attempts: 0 }]);
      await world.flush(eventsIn(2, ["bad"]));
      const alone = await outbox.claim(10);
      expect(tell(alone)).toEqual(["bad 1:0"]);
      expect(alone[0]?.attempts).toBe(2);
      await outbox.settle(ids(alone), []);
      expect(tell(await outbox.claim(10))).toEqual(["bad 1:2", "bad 2:0"]);
    });

    test("H67 what a relay had when it ended comes one by one, in order", async () => {
      const { url, world, outbox } = await stores.both();
      await world.flush(eventsIn(1, ["a", "b", "a"]));
      expect(await outbox.claim(10)).toHaveLength(3);
      await outbox.close();
      const next = await stores.outbox(url);
      await world.flush(eventsIn(2, ["c"]));
      expect(await drainOneByOne(next)).toEqual([
        ...["a 1:0 2", "b 1:1 2", "a 1:2 2", "c 2:0 1"], // the last number: attempts
      ]);
    });

    test("events that were given back are claimed together again", async () => {
      const { world, outbox } = await stores.both();
      await world.flush(eventsIn(1, ["a", "b", "a"]));
      const away = (await outbox.claim(10)).map((event) => ({ ...failed(event, 0), attempts: 0 }));
      await outbox.settle([], away);
      await outbox.settle([], away);
      const again = await outbox.claim(10);
      expect(tell(again)).toEqual(["a 1:0", "b 1:1", "a 1:2"]);
      expect(again.map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
    });
  });

  describe(`${name}: the lead`, () => {
    test("is one relay's, and dies with it", async () => {
      const { url, world, outbox } = await stores.both();
      await world.flush(eventsIn(1, ["a"]));
      expect(await outbox.tryLead()).toBe(true);
      expect(await outbox.tryLead()).toBe(true);
      const second = await stores.outbox(url);
      expect(await second.tryLead()).toBe(false);
      await expect(second.claim(1)).rejects.toThrow("Another relay leads plain");
      await outbox.close();
      await expect.poll(() => second.tryLead()).toBe(true);
      expect(await second.claim(1)).toHaveLength(1);
    });
  });

  describe(`${name}: dead events`, () => {
    test("are kept, and no longer in the way", async () => {
      const { world, outbox } = await stores.both();
      await world.flush(eventsIn(1, ["a", "a"]));
      const [poison, behind] = await outbox.claim(10);
      const end = { ...failed(poison!, null), attempts: 9 };
      await outbox.settle([], [end, { ...failed(behind!, 0), attempts: 0 }]);
      // Settling twice is settling once: the answer to the first may have been lost.
      await outbox.settle([], [end]);
      const dead = await outbox.listDead(10);
      expect(dead).toHaveLength(1);
      expect(dead[0]).toMatchObject({ key: "plain:1:1:0", attempts: 9, error: "refused" });
      expect(new Date(dead[0]!.diedAt).toISOString()).toBe(dead[0]?.diedAt);
      expect(tell(await outbox.claim(10))).toEqual(["a 1:1"]);
      expect(await outbox.depth()).toMatchObject({ waiting: 1, dead: 1 });
    });

    test("are put back behind their stream, as if never tried", async () => {
      const { world, outbox } = await stores.both();
      await world.flush(eventsIn(1, ["a", "b", "c"]));
      const all = await outbox.claim(10);
      await outbox.settle(
        [],
        all.map((event) => failed(event, null)),
      );
      await world.flush(eventsIn(2, ["a"]));
      expect(await outbox.retryDead(["plain:1:1:0", "plain:1:1:0", "no such key"])).toBe(1);
      const again = await outbox.claim(10);
      expect(tell(again)).toEqual(["a 2:0", "a 1:0"]);
      await outbox.settle(ids(again), []);
      expect(await outbox.dropDead(["plain:1:1:2"])).toBe(1);
      expect((await outbox.listDead(10)).map(({ stream }) => stream)).toEqual(["c"]);
      expect(await outbox.retryDead(null)).toBe(1);
      expect((await outbox.claim(10)).map(({ attempts }) => attempts)).toEqual([1]);
      expect(await outbox.dropDead(null)).toBe(0);
    });
  });

  describe(`${name}: waiting`, () => {
    test("ends when something is written, and when its time is over", async () => {
      const { world, outbox } = await stores.both();
      expect(await outbox.claim(10)).toEqual([]);
      // The first wait may end at once: something could have come before it listened.
      await outbox.wait(2000);
      expect(await outbox.claim(10)).toEqual([]);
      const waiting = outbox.wait(60_000);
      await world.flush(eventsIn(1, ["a"]));
      await waiting;
      expect(await outbox.claim(10)).toHaveLength(1);
      await outbox.wait(1);
    });

    test("ends when the store is closed", async () => {
      const { outbox } = await stores.both();
      await outbox.claim(1);
      const waiting = outbox.wait(60_000);
      await outbox.close();
      await waiting;
    });

    test("depth says how much waits, and since when", async () => {
      const { world, outbox } = await stores.both();
      expect(await outbox.depth()).toEqual({ waiting: 0, oldestMs: 0, dead: 0 });
      await world.flush(eventsIn(1, ["a", "b"]));
      const depth = await outbox.depth();
      expect(depth).toMatchObject({ waiting: 2, dead: 0 });
      expect(depth.oldestMs).toBeGreaterThanOrEqual(0);
      expect(depth.oldestMs).toBeLessThan(60_000);
    });
  });

  test(`${name}: H68 10^4 events with refusals in between: none lost, order kept`, async () => {
    const { world, outbox } = await stores.both();
    const random = new RandomStream(4711);
    const streams = Array.from({ length: 23 }, (_, i) => `stream ${i}`);
    const seen = new Map<string, string[]>();
    const written = new Map<string, string[]>();
    let left = 10_000;
    for (let tick = 1; left > 0 || (await outbox.depth()).waiting > 0; tick++) {
      const count = Math.min(left, Math.floor(random.next() * 600));
      const facts = Array.from({ length: count }, (_, i) => {
        const stream = streams[Math.floor(random.next() * streams.length)]!;
        push(written, stream, `${tick}:${i}`);
        return emitted(tick, i, stream);
      });
      left -= count;
      await world.flush(flightOf(tick, facts));
      await settleSome(outbox, random, seen);
    }
    expect(seen).toEqual(written);
  });
}

/** Claims once; about one in a hundred events is refused, and its stream waits behind it. */
async function settleSome(
  outbox: OutboxStore,
  random: RandomStream,
  seen: Map<string, string[]>,
): Promise<void> {
  const events = await outbox.claim(500);
  const blocked = new Set<string>();
  const refused: FailedEvent[] = [];
  const delivered: number[] = [];
  for (const event of events) {
    const isBehind = blocked.has(event.stream);
    if (isBehind || random.next() < 0.01) {
      blocked.add(event.stream);
      refused.push({ ...failed(event, 0), attempts: event.attempts - (isBehind ? 1 : 0) });
    } else {
      push(seen, event.stream, nameOf(event));
      delivered.push(event.id);
    }
  }
  await outbox.settle(delivered, refused);
}

async function drainOneByOne(outbox: OutboxStore): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const events = await outbox.claim(10);
    if (events.length === 0) return seen;
    expect(events).toHaveLength(1);
    seen.push(...events.map((event) => `${tell([event]).join()} ${event.attempts}`));
    await outbox.settle(ids(events), []);
  }
}

function failed(event: OutboxEvent, retryMs: number | null): FailedEvent {
  return { id: event.id, error: "refused", attempts: event.attempts, retryMs };
}

function ids(events: readonly OutboxEvent[]): number[] {
  return events.map(({ id }) => id);
}

/** "tick:index" of an event of `eventsIn`. */
function nameOf({ payload }: OutboxEvent): string {
  const { tick, index } = JSON.parse(payload) as { tick: number; index: number };
  return `${tick}:${index}`;
}

function tell(events: readonly OutboxEvent[]): string[] {
  return events.map((event) => `${event.stream} ${nameOf(event)}`);
}

function push(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
