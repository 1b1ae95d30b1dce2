// A world's place in PostgreSQL. Flushes have a connection of their own, which also holds the
// world's lock; what may be slower runs beside it.
import type {
  EntityRow,
  Flight,
  Keeping,
  Owner,
  PoolUse,
  Retained,
  SpentToken,
  StoredSession,
  StoredSnapshot,
  WorldStore,
} from "../contract.ts";
import { sweep } from "../retention.ts";
import { storable } from "../text.ts";
import { FLUSH, flushLimitMs, flushValues, WAS_WRITTEN } from "./flush.ts";
import type { FlushRow } from "./flush.ts";
import type { Link, Statement } from "./link.ts";
import type { SidePool } from "./pool.ts";
import type { Prepared } from "./prepare.ts";
import { COUNT_HISTORY, SWEEPS } from "./retention.ts";

const ROWS_PER_BATCH = 1000;
const DELETED_PER_BATCH = 5000;
/** For what is done once at the start, or seldom: there may be much of it. */
const PATIENCE_MS = 10_000;

const TRY_LOCK = {
  text: "SELECT pg_try_advisory_lock(hashtextextended('aether:world:' || $1, 0)) AS locked",
};
const OWNER = {
  text: `SELECT owner, epoch::float8 AS epoch, tick::float8 AS tick,
      written::float8 AS written
    FROM world WHERE name = $1`,
};
const CLAIM = {
  text: `INSERT INTO world (name, owner, epoch, tick, written, slot, renewed_at)
    VALUES ($1, $2, $3, 0, 0, 1, now())
    ON CONFLICT (name) DO UPDATE
    SET owner = excluded.owner, epoch = greatest(world.epoch + 1, excluded.epoch),
      renewed_at = now()
    RETURNING epoch::float8 AS epoch`,
};
const SNAPSHOTS = {
  text: `SELECT slot, tick::float8 AS tick, sealed FROM snapshots WHERE world = $1
    ORDER BY epoch DESC, snapshots.tick DESC`,
};
const SESSIONS = {
  text: `SELECT session, entity::float8 AS entity, kind, token_hash, used_hash, client, account,
      state = 'open' AS is_open,
      received::float8 AS received, sent::float8 AS sent, corrections::float8 AS corrections
    FROM sessions WHERE world = $1 AND state <> 'ended' ORDER BY session`,
};
const SPENT = {
  text: `SELECT id, extract(epoch FROM until)::float8 * 1000 AS until
    FROM spent_tokens WHERE world = $1 AND until > to_timestamp($2 / 1000.0)`,
};
const WRITE_ENTITIES = {
  name: "write_entities",
  text: `INSERT INTO entity_snapshots (world, id, kind, x, y, tick)
    SELECT $1, e.id, e.kind, e.x, e.y, $3
    FROM world, unnest($4::bigint[], $5::integer[], $6::float8[], $7::float8[])
      AS e(id, kind, x, y)
    WHERE world.name = $1 AND world.epoch = $2
    ON CONFLICT (world, id) DO UPDATE
    SET kind = excluded.kind, x = excluded.x, y = excluded.y, tick = excluded.tick`,
};
const FORGET_ENTITIES = {
  name: "forget_entities",
  text: `DELETE FROM entity_snapshots USING world
    WHERE entity_snapshots.world = $1 AND entity_snapshots.tick <> $3
      AND world.name = $1 AND world.epoch = $2`,
};
interface SessionRow {
  readonly session: string;
  readonly entity: number;
  readonly kind: number;
  readonly token_hash: string;
  readonly used_hash: string;
  readonly is_open: boolean;
  readonly client: string;
  readonly account: string;
  readonly received: number;
  readonly sent: number;
  readonly corrections: number;
}

export class PostgresWorldStore implements WorldStore {
  readonly name: string;
  readonly warnings: readonly string[];
  readonly #link: Link;
  readonly #pool: SidePool;
  readonly #world: string;
  #epoch = 0;
  #wantsLock = false;
  /** The connection that holds the world's lock. */
  #lockedOn = 0;

  /** @param link to a server that was prepared; closed with the store, as the pool is */
  constructor(link: Link, pool: SidePool, world: string, { name, warnings }: Prepared) {
    this.name = name;
    this.warnings = warnings;
    this.#link = link;
    this.#pool = pool;
    this.#world = world;
  }

  get pool(): PoolUse {
    return this.#pool.use;
  }

  async tryLock(): Promise<boolean> {
    this.#wantsLock = true;
    // A session that has it already gets it once more, which is harmless, and shows that it lives.
    const [row] = await this.#link.query<{ locked: boolean }>(TRY_LOCK, [this.#world]);
    if (row?.locked !== true) return false;
    this.#lockedOn = this.#link.connection;
    return true;
  }

  async owner(): Promise<Owner | null> {
    const [row] = await this.#link.query<Owner & Record<string, unknown>>(OWNER, [this.#world]);
    if (row === undefined) return null;
    const { epoch, owner, tick, written } = row;
    return { owner, epoch, tick, written };
  }

  async claim(owner: string, atLeast = 1): Promise<number> {
    const values = [this.#world, storable(owner), atLeast];
    const [row] = await this.#link.query<{ epoch: number }>(CLAIM, values);
    this.#epoch = row?.epoch ?? 0;
    return this.#epoch;
  }

  reclaim(epoch: number): void {
    this.#epoch = epoch;
  }

  snapshots(): Promise<StoredSnapshot[]> {
    const limits = { limitMs: PATIENCE_MS };
    return this.#link.query<StoredSnapshot & Record<string, unknown>>(
      SNAPSHOTS,
      [this.#world],
      limits,
    );
  }

  async sessions(): Promise<StoredSession[]> {
    const limits = { limitMs: PATIENCE_MS };
    const rows = await this.#link.query<SessionRow & Record<string, unknown>>(
      SESSIONS,
      [this.#world],
      limits,
    );
    return rows.map(({ token_hash: tokenHash, used_hash: usedHash, is_open: isOpen, ...row }) => {
      const { session, entity, kind, client, account, received, sent, corrections } = row;
      const counters = { received, sent, corrections };
      return { session, entity, kind, tokenHash, usedHash, client, account, isOpen, counters };
    });
  }

  async flush(flight: Flight): Promise<boolean> {
    // Lost with its connection; so that no other process starts beside this one, it is taken back
    // as soon as the server lets go of the old one. Until then the fence alone keeps order.
    if (this.#wantsLock && this.#link.connection !== this.#lockedOn) await this.tryLock();
    const values = flushValues(this.#world, this.#epoch, flight);
    const limits = { limitMs: flushLimitMs(flight) };
    const [row] = await this.#link.query<FlushRow>(FLUSH, values, limits);
    if (row?.fenced === 1) return true;
    const found = await this.#link.query(WAS_WRITTEN, [this.#world, this.#epoch, flight.tick]);
    return found.length > 0;
  }

  async writeEntities(rows: readonly EntityRow[], tick: number): Promise<void> {
    const place = [this.#world, this.#epoch, tick];
    for (let from = 0; from < rows.length; from += ROWS_PER_BATCH) {
      const batch = rows.slice(from, from + ROWS_PER_BATCH);
      const [ids, kinds] = [batch.map(({ id }) => id), batch.map(({ kind }) => kind)];
      const [xs, ys] = [batch.map(({ x }) => x), batch.map(({ y }) => y)];
      await this.#pool.query(WRITE_ENTITIES, [...place, ids, kinds, xs, ys], PATIENCE_MS);
    }
    await this.#pool.query(FORGET_ENTITIES, place, PATIENCE_MS);
  }

  async spentTokens(now: number): Promise<SpentToken[]> {
    const limits = { limitMs: PATIENCE_MS };
    return this.#link.query<SpentToken & Record<string, unknown>>(
      SPENT,
      [this.#world, now],
      limits,
    );
  }

  retain(keeping: Keeping): Promise<Retained> {
    const ask = async (statement: Statement, values: readonly number[]): Promise<number> => {
      const all = [this.#world, ...values];
      const [row = {}] = await this.#pool.query(statement, all, PATIENCE_MS);
      return Number(Object.values(row)[0]);
    };
    return sweep(
      {
        sweeps: SWEEPS,
        batch: DELETED_PER_BATCH,
        delete: ask,
        count: () => ask(COUNT_HISTORY, []),
      },
      keeping,
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.#link.close(), this.#pool.close()]);
  }
}
