// What the suite of the stores stands on: a kind of database, and a world with things to tell.
import type { Flight, MarkedFact, SpentToken, WorldStore } from "../src/persistence/contract.ts";
import { openOutboxStore, openWorldStore } from "../src/persistence/open.ts";
import type { OutboxStore } from "../src/persistence/contract.ts";

/** A kind of database, as the suite needs it. */
export interface StoreBench {
  /** URL of a database that nobody has used. */
  fresh(): Promise<string>;
  /** Runs SQL behind the store's back; words that both dialects have. */
  sql(url: string, text: string): Promise<Record<string, unknown>[]>;
  /** SQL that writes other bytes over the snapshot in slot 1. */
  readonly damage: string;
}

export const WORLD = "plain";

/** Opens stores for one test, and closes them after it. */
export class Stores {
  readonly bench: StoreBench;
  readonly #open: (WorldStore | OutboxStore)[] = [];

  constructor(bench: StoreBench) {
    this.bench = bench;
  }

  async world(url: string, world = WORLD): Promise<WorldStore> {
    return this.#keep(await openWorldStore(url, { world, poolSize: 2 }));
  }

  async outbox(url: string, world = WORLD): Promise<OutboxStore> {
    return this.#keep(await openOutboxStore(url, { world, poolSize: 2 }));
  }

  /** A world that this process owns, and its outbox. */
  async both(): Promise<{ url: string; world: WorldStore; outbox: OutboxStore }> {
    const url = await this.bench.fresh();
    const world = await this.world(url);
    await world.claim("a test");
    return { url, world, outbox: await this.outbox(url) };
  }

  async count(url: string, table: string): Promise<number> {
    const [row] = await this.bench.sql(url, `SELECT count(*) AS n FROM ${table}`);
    return Number(row?.["n"]);
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((store) => store.close()));
  }

  #keep<T extends WorldStore | OutboxStore>(store: T): T {
    this.#open.push(store);
    return store;
  }
}

/** An image of a few bytes that differ from tick to tick. */
export function imageOf(tick: number, bytes = 64): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => (tick * 31 + i * 7) & 0xff);
}

export function flightOf(tick: number, facts: readonly MarkedFact[] = []): Flight {
  return { tick, image: imageOf(tick), facts };
}

/** A flight with an event in each of `streams`, named after it and its place. */
export function eventsIn(tick: number, streams: readonly string[]): Flight {
  return flightOf(
    tick,
    streams.map((stream, index) => emitted(tick, index, stream)),
  );
}

export function emitted(tick: number, index: number, stream: string): MarkedFact {
  const payload = JSON.stringify({ tick, index });
  return { what: "emitted", stream, type: "told", payload, tick, index };
}

export function joined(
  session: string,
  entity: number,
  tick: number,
  index: number,
  spent: SpentToken | null = null,
): MarkedFact {
  const tokenHash = `hash of ${session}`;
  const account = `account of ${session}`;
  const who = { session, entity, kind: 3, tokenHash, client: "bot", account } as const;
  return { what: "joined", ...who, spent, tick, index };
}
