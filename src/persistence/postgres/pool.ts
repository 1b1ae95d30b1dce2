// Connections for what may run beside the main one: rows for queries, retention, operators' lists.
import { Pool } from "pg";
import type { PoolClient, QueryResultRow } from "pg";

import type { PoolUse } from "../contract.ts";
import { endsConnection, faultOf } from "./faults.ts";
import { ANSWER_MS, settingsFor, timed } from "./link.ts";
import type { Place, Statement } from "./link.ts";

export class SidePool {
  readonly #place: Place;
  readonly #pool: Pool;
  readonly #size: number;
  readonly #clients = new Set<PoolClient>();

  /** @param size connections at most; they are opened when they are needed */
  constructor(place: Place, size: number) {
    this.#place = place;
    this.#size = size;
    this.#pool = new Pool({ ...settingsFor(place), max: size });
    this.#pool.on("error", () => undefined);
    this.#pool.on("connect", (client) => {
      this.#clients.add(client);
      // The pool's own listener is away while a client is in use.
      client.on("error", () => undefined);
    });
    this.#pool.on("remove", (client) => this.#clients.delete(client));
  }

  get use(): PoolUse {
    const { idleCount, totalCount, waitingCount } = this.#pool;
    const busy = totalCount - idleCount;
    return { idle: idleCount, busy, waiting: waitingCount, capacity: this.#size };
  }

  /** @throws StoreFault; the statement may have been carried out all the same */
  async query<R extends QueryResultRow>(
    statement: Statement,
    values: unknown[],
    limitMs = ANSWER_MS,
  ): Promise<R[]> {
    let client: PoolClient | null = null;
    try {
      client = await this.#pool.connect();
      const { rows } = await client.query<R>(timed(statement, values, limitMs));
      client.release();
      return rows;
    } catch (error) {
      client?.release(endsConnection(error));
      throw faultOf(error, this.#place.where);
    }
  }

  /** Says goodbye; a server that does not listen is cut off a little later. */
  async close(): Promise<void> {
    if (this.#pool.ending) return;
    setTimeout(() => {
      for (const client of this.#clients) client.connection.stream.destroy();
    }, ANSWER_MS).unref();
    await this.#pool.end();
  }
}
