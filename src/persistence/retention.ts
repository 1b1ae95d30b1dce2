// What a store forgets: what is old, and of the history what is too much. In batches, between which
// flights pass; the statements are the stores' own.
import type { Keeping, Retained } from "./contract.ts";

/** Statements that delete, each of the oldest rows, up to a limit. */
export interface Sweeps<T> {
  /** Tokens that ended, sessions that ended, and history, before a time (the third parameter). */
  readonly tokens: T;
  readonly sessions: T;
  readonly history: T;
  /** History, and ended sessions that are older than all of it. */
  readonly surplus: T;
  readonly storyless: T;
}

export interface Sweeper<T> {
  readonly sweeps: Sweeps<T>;
  /** Rows that a statement deletes at most. */
  readonly batch: number;
  /** Runs a statement. @param values limit, and a time where it asks for one @returns how many */
  delete(sweep: T, values: readonly number[]): Promise<number>;
  /** Rows of history. */
  count(): Promise<number>;
}

const MS_PER_DAY = 86_400_000;

/** Rejects with the store's fault; what was deleted until then is gone. */
export async function sweep<T>(sweeper: Sweeper<T>, keeping: Keeping): Promise<Retained> {
  const { sweeps } = sweeper;
  const before = keeping.now - keeping.days * MS_PER_DAY;
  await inBatches(sweeper, sweeps.tokens, [keeping.now]);
  const sessions = await inBatches(sweeper, sweeps.sessions, [before]);
  const old = sessions + (await inBatches(sweeper, sweeps.history, [before]));
  const most = (await sweeper.count()) - keeping.historyRows;
  if (most <= 0) return { old, surplus: 0 };
  const surplus = await inBatches(sweeper, sweeps.surplus, [], most);
  return { old, surplus: surplus + (await inBatches(sweeper, sweeps.storyless, [])) };
}

async function inBatches<T>(
  sweeper: Sweeper<T>,
  statement: T,
  values: readonly number[],
  most = Infinity,
): Promise<number> {
  for (let deleted = 0; ;) {
    const limit = Math.min(sweeper.batch, most - deleted);
    const count = limit > 0 ? await sweeper.delete(statement, [limit, ...values]) : 0;
    deleted += count;
    if (count < sweeper.batch) return deleted;
  }
}
