// One connection to PostgreSQL that comes back: opened when it is needed, given up at the first
// sign that it is dead, slow or read-only. Nothing queues up behind it.
import { Client } from "pg";
import type { ClientConfig, Notification, QueryConfig, QueryResultRow } from "pg";

import { StoreFault } from "../contract.ts";
import { endsConnection, faultOf } from "./faults.ts";

/** How long connecting may take, and an answer to an ordinary statement. */
export const ANSWER_MS = 500;
/**
 * How long the server lets a statement wait for another's row: less, so that its word comes first.
 */
const LOCK_MS = 400;
/** When the server itself ends a statement whose client has long given it up. */
const STATEMENT_MS = 20_000;
const KEEPALIVE_MS = 10_000;

/** With a name it is parsed once a connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

export interface Place {
  readonly url: string;
  /** The same in words, without password. */
  readonly where: string;
}

export interface LinkOptions {
  /** Settings of the session, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What comes on channels that are listened to. */
  readonly onNotification?: (message: Notification) => void;
}

interface TimedQuery extends QueryConfig {
  readonly query_timeout: number;
}

/** An acknowledged commit is on the disk, whatever the server's default is. */
const DURABLE =
  "SELECT set_config('synchronous_commit', 'on', false) " +
  "WHERE current_setting('synchronous_commit') = 'off'";

const SETTINGS = "SELECT set_config(key, value, false) FROM json_each_text($1::json)";

export function settingsFor({ url }: Place): ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
    lock_timeout: LOCK_MS,
    statement_timeout: STATEMENT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
    fallback_application_name: "aether",
  };
}

export function timed(statement: Statement, values: unknown[], limitMs: number): TimedQuery {
  return { ...statement, values, query_timeout: limitMs };
}

export class Link {
  readonly place: Place;
  readonly #onNotification: (message: Notification) => void;
  readonly #settings: Readonly<Record<string, string>>;
  #client: Client | null = null;
  #connections = 0;
  #isClosed = false;

  constructor(place: Place, { settings = {}, onNotification }: LinkOptions = {}) {
    this.place = place;
    this.#settings = settings;
    this.#onNotification = onNotification ?? (() => undefined);
  }

  /** Number of the open connection, 0 without one. What dies with a connection remembers it. */
  get connection(): number {
    return this.#client === null ? 0 : this.#connections;
  }

  /**
   * Runs one statement, on a new connection when there is none.
   * @param only the connection that it may run on; any other is a fault
   * @throws StoreFault; the statement may have been carried out all the same
   */
  async query<R extends QueryResultRow>(
    statement: Statement,
    values: unknown[] = [],
    { limitMs = ANSWER_MS, only = 0 } = {},
  ): Promise<R[]> {
    if (only !== 0 && only !== this.connection) {
      throw new StoreFault(`The connection to ${this.place.where} was lost.`, "", true);
    }
    const client = this.#client ?? (await this.#connect());
    try {
      const { rows } = await client.query<R>(timed(statement, values, limitMs));
      return rows;
    } catch (error) {
      if (endsConnection(error)) this.#lose(client);
      throw faultOf(error, this.place.where);
    }
  }

  /** Gives the connection up, and with it whatever the server holds for it. */
  drop(): void {
    if (this.#client !== null) this.#lose(this.#client);
  }

  /** Says goodbye, if the server listens. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const client = this.#client;
    if (client === null) return;
    this.#client = null;
    const limit = setTimeout(() => client.connection.stream.destroy(), ANSWER_MS);
    await client.end();
    clearTimeout(limit);
  }

  async #connect(): Promise<Client> {
    let client: Client | null = null;
    try {
      const opened = new Client(settingsFor(this.place));
      client = opened;
      // Without a listener the end of an idle connection would end the process.
      opened.on("error", () => this.#lose(opened));
      opened.on("notification", this.#onNotification);
      await opened.connect();
      await opened.query(DURABLE);
      await opened.query(SETTINGS, [JSON.stringify(this.#settings)]);
      if (this.#isClosed) throw new StoreFault(`${this.place.where} was closed meanwhile.`);
      this.#client = opened;
      this.#connections++;
      return opened;
    } catch (error) {
      if (client !== null) this.#lose(client);
      throw faultOf(error, this.place.where);
    }
  }

  #lose(client: Client): void {
    if (this.#client === client) this.#client = null;
    client.connection.stream.destroy();
  }
}
