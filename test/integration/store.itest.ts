// PostgreSQL against the suites of all stores, and two writers at once.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { RandomStream } from "../../src/swarm/random.ts";
import { outboxSuite } from "../outbox-suite.ts";
import { Stores } from "../store-bench.ts";
import type { StoreBench } from "../store-bench.ts";
import { storeSuite } from "../store-suite.ts";
import { PrivatePostgres } from "./postgres.ts";

const postgres = new PrivatePostgres();
const bench: StoreBench = {
  fresh: () => postgres.database(),
  sql: (url, text) => postgres.query(url, text),
  damage: "UPDATE snapshots SET sealed = CAST('nothing of the kind' AS bytea) WHERE slot = 1",
};
const stores = new Stores(bench);

beforeAll(() => postgres.start());
afterAll(() => postgres.stop());
afterEach(() => stores.closeAll());

storeSuite("PostgreSQL", bench);
outboxSuite("PostgreSQL", bench);

describe("PostgreSQL with two writers", () => {
  test("H68 10^4 events of transactions that commit in any order: none lost", async () => {
    const { url, outbox } = await stores.both();
    const random = new RandomStream(68);
    const seen = new Map<string, number[]>();
    let written = 0;
    const write = async (stream: string): Promise<void> => {
      for (let n = 0; n < 5000; n += 50) {
        // Ids are given at once, and seen when the transaction ends: another's may be seen first.
        await postgres.query(
          url,
          `INSERT INTO outbox (world, key, stream, type, tick, payload)
           SELECT 'plain', $1 || n, $1, 'told', n, '{}'
           FROM generate_series($2::integer, $2 + 49) AS n, pg_sleep($3)`,
          [stream, n, random.next() * 0.01],
        );
        written += 50;
      }
    };
    const writers = Promise.all([write("a"), write("b")]);
    for (let isDrained = false; !isDrained;) {
      // Asked before: what was written after an empty claim is still to come.
      const isWritten = written === 10_000;
      const events = await outbox.claim(200);
      for (const { stream, tick } of events) {
        seen.set(stream, [...(seen.get(stream) ?? []), tick]);
      }
      await outbox.settle(
        events.map(({ id }) => id),
        [],
      );
      isDrained = isWritten && events.length === 0;
    }
    await writers;
    const all = Array.from({ length: 5000 }, (_, n) => n);
    expect(seen.get("a")).toEqual(all);
    expect(seen.get("b")).toEqual(all);
    expect(await stores.count(url, "outbox")).toBe(0);
  });
});
