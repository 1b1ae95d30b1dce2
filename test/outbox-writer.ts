// Events in the outbox of a world, written the way the server writes them: with a flush.
import type { MarkedFact, WorldStore } from "../src/persistence/contract.ts";
import { openWorldStore } from "../src/persistence/open.ts";

const EVENTS_PER_FLUSH = 1000;
const IMAGE = new Uint8Array(64);

/** Numbers its events from 0, over all its calls: that is their payload. */
export class OutboxWriter {
  readonly #store: WorldStore;
  #tick = 0;
  #count = 0;

  private constructor(store: WorldStore) {
    this.#store = store;
  }

  static async open(url: string, world: string): Promise<OutboxWriter> {
    const store = await openWorldStore(url, { world, poolSize: 2 });
    await store.tryLock();
    await store.claim("outbox-writer");
    return new OutboxWriter(store);
  }

  /** Events written so far. */
  get count(): number {
    return this.#count;
  }

  /** Commits `count` events, spread over `streams` streams. */
  async write(count: number, streams: number): Promise<void> {
    await this.#flush(
      Array.from({ length: count }, () => {
        const n = this.#count++;
        return [`s${n % streams}`, JSON.stringify({ n })];
      }),
    );
  }

  /** Commits one event of another payload. */
  async writeOne(stream: string, payload: string): Promise<void> {
    await this.#flush([[stream, payload]]);
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #flush(events: readonly (readonly [stream: string, payload: string])[]): Promise<void> {
    for (let from = 0; from < events.length; from += EVENTS_PER_FLUSH) {
      const tick = ++this.#tick;
      const facts = events
        .slice(from, from + EVENTS_PER_FLUSH)
        .map(([stream, payload], index): MarkedFact => {
          return { what: "emitted", stream, type: "test", payload, tick, index };
        });
      if (!(await this.#store.flush({ tick, image: IMAGE, facts }))) throw new Error("fenced off");
    }
  }
}
