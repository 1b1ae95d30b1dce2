// The consumer's half of "at least once": remembers in PostgreSQL which events had their effect,
// in the transaction of the effect itself, so that each has it once.

/** As much of a connection to PostgreSQL as the inbox needs; a connected `pg.Client` will do. */
export interface InboxClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rowCount: number | null }>;
}

export interface InboxOptions {
  /** Who has the effects: consumers of different names each have every effect once. */
  readonly consumer: string;
}

// Programs that start together would each try to create it; only one at a time may.
const CREATE = [
  "BEGIN",
  "SELECT pg_advisory_xact_lock(hashtextextended('aether:inbox', 0))",
  `CREATE TABLE IF NOT EXISTS inbox (
     consumer text NOT NULL,
     key text NOT NULL,
     at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (consumer, key)
   )`,
  "COMMIT",
];

/**
 * Makes the table `inbox` when it is not there. The client belongs to the inbox from then on:
 * everything else that uses it would end up in the transaction of some effect.
 *
 *     const client = new pg.Client(url);
 *     await client.connect();
 *     const inbox = await createInbox(client, { consumer: "rewards" });
 *     const reader = new StreamReader(redis, { world: "main", group: "rewards", consumer: "1" });
 *     await reader.run(async (event) => {
 *       await inbox.once(event.key, async (tx) => {
 *         await tx.query("UPDATE purse SET coins = coins + 1 WHERE session = $1", [event.stream]);
 *       });
 *     }, stopping.signal);
 */
export async function createInbox(client: InboxClient, options: InboxOptions): Promise<Inbox> {
  for (const statement of CREATE) await client.query(statement);
  return new Inbox(client, options);
}

export class Inbox {
  readonly #client: InboxClient;
  readonly #consumer: string;
  /** Transactions of one connection come one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: InboxClient, { consumer }: InboxOptions) {
    this.#client = client;
    this.#consumer = consumer;
  }

  /**
   * Runs `effect` unless the event had it before. What it does through `tx` and that it was done
   * are committed together; when it rejects, neither is. After a lost connection it may have been
   * committed: call it again, on an inbox of another connection, and it finds out.
   * @param key the event's key
   * @returns false when the event had its effect before
   */
  once(key: string, effect: (tx: InboxClient) => Promise<void>): Promise<boolean> {
    const turn = this.#last.then(() => this.#once(key, effect));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Forgets keys older than so many days. Those of events that may still come again must stay:
   * longer than the sink keeps events, and than dead ones lie before they are retried.
   * @returns how many
   */
  forget(days: number): Promise<number> {
    const turn = this.#last.then(async () => {
      const { rowCount } = await this.#client.query(
        "DELETE FROM inbox WHERE consumer = $1 AND at < now() - make_interval(days => $2)",
        [this.#consumer, days],
      );
      return rowCount ?? 0;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #once(key: string, effect: (tx: InboxClient) => Promise<void>): Promise<boolean> {
    await this.#client.query("BEGIN");
    try {
      // Waits for another transaction that has the same key under way.
      const { rowCount } = await this.#client.query(
        "INSERT INTO inbox (consumer, key) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [this.#consumer, key],
      );
      const isNew = rowCount === 1;
      if (isNew) await effect(this.#client);
      await this.#client.query("COMMIT");
      return isNew;
    } catch (error) {
      // Fails as well when the connection is lost, and then nothing was committed by it.
      await this.#client.query("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }
}
