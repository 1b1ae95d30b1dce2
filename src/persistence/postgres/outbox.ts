// A world's outbox in PostgreSQL. Events are claimed and deleted, not followed by a cursor: a
// transaction that commits late may hold lower ids than those that were seen.
import { StoreFault } from "../contract.ts";
import type {
  DeadEvent,
  FailedEvent,
  OutboxDepth,
  OutboxEvent,
  OutboxStore,
  PoolUse,
} from "../contract.ts";
import { storable } from "../text.ts";
import type { Link } from "./link.ts";
import type { Listener } from "./listener.ts";
import * as statements from "./outbox-statements.ts";
import type { SidePool } from "./pool.ts";

/** A batch is larger than a flight; an operator's list may be larger still. */
const BATCH_MS = 2000;
const PATIENCE_MS = 15_000;

export class PostgresOutboxStore implements OutboxStore {
  readonly name: string;
  readonly #link: Link;
  readonly #pool: SidePool;
  readonly #listener: Listener;
  readonly #world: string;
  /** The connection that holds the lead. */
  #leadOn = 0;

  /** @param link to a server that was prepared; closed with the store, as all others are */
  constructor(link: Link, pool: SidePool, listener: Listener, world: string, name: string) {
    this.name = name;
    this.#link = link;
    this.#pool = pool;
    this.#listener = listener;
    this.#world = world;
  }

  get pool(): PoolUse {
    return this.#pool.use;
  }

  async tryLead(): Promise<boolean> {
    // Asked of the server each time: a connection that is dead would not know.
    const values = [this.#world];
    const [row] = await this.#link.query<{ leads: boolean }>(statements.TRY_LEAD, values);
    if (row?.leads !== true) return false;
    this.#leadOn = this.#link.connection;
    return true;
  }

  async claim(limit: number): Promise<OutboxEvent[]> {
    // Without the lead an older claim of this relay may still be under way on the server, with
    // events of the same streams before those that would be found.
    const leads = this.#link.connection !== 0 && this.#link.connection === this.#leadOn;
    if (!leads && !(await this.tryLead())) {
      throw new StoreFault(`Another relay leads ${this.#world}: this one stands by.`);
    }
    this.#listener.forget();
    const limits = { limitMs: BATCH_MS, only: this.#leadOn };
    const events = await this.#run(() =>
      this.#link.query<OutboxEvent & Record<string, unknown>>(
        statements.CLAIM,
        [this.#world, limit],
        limits,
      ),
    );
    return events.sort((a, b) => a.id - b.id);
  }

  async settle(delivered: readonly number[], failed: readonly FailedEvent[]): Promise<void> {
    const words = failed.map((event) => ({ ...event, error: storable(event.error) }));
    const values = [this.#world, delivered, JSON.stringify(words)];
    await this.#run(() => this.#link.query(statements.SETTLE, values, { limitMs: BATCH_MS }));
  }

  wait(limitMs: number): Promise<void> {
    return this.#listener.wait(limitMs);
  }

  async depth(): Promise<OutboxDepth> {
    const [row] = await this.#pool.query<OutboxDepth & Record<string, unknown>>(
      statements.DEPTH,
      [this.#world],
      BATCH_MS,
    );
    return row ?? { waiting: 0, oldestMs: 0, dead: 0 };
  }

  async listDead(limit: number): Promise<DeadEvent[]> {
    const values = [this.#world, limit];
    const rows = await this.#pool.query<Omit<DeadEvent, "diedAt"> & { died_at: Date }>(
      statements.LIST_DEAD,
      values,
      PATIENCE_MS,
    );
    return rows.map(({ died_at, ...event }) => ({ ...event, diedAt: died_at.toISOString() }));
  }

  retryDead(keys: readonly string[] | null): Promise<number> {
    return this.#moveDead(statements.RETRY_DEAD, keys);
  }

  dropDead(keys: readonly string[] | null): Promise<number> {
    return this.#moveDead(statements.DROP_DEAD, keys);
  }

  async close(): Promise<void> {
    await Promise.all([this.#link.close(), this.#listener.close(), this.#pool.close()]);
  }

  async #moveDead(
    statement: { readonly text: string },
    keys: readonly string[] | null,
  ): Promise<number> {
    const values = [this.#world, keys];
    const [row] = await this.#pool.query<{ moved: number }>(statement, values, PATIENCE_MS);
    return row?.moved ?? 0;
  }

  /** What cut one connection may have cut the other, which does not notice: it only listens. */
  async #run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (this.#link.connection === 0) this.#listener.drop();
      throw error;
    }
  }
}
