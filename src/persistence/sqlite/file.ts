// One SQLite file: opened so that a commit survives the loss of power; statements are prepared
// once; what goes wrong is said in words. Everything here is synchronous: only for a worker.
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";

import { faultOf } from "./faults.ts";

export const MEMORY = ":memory:";

/** How long a statement waits for another program that writes. */
const BUSY_MS = 500;
/** The write-ahead log is cut to this after a checkpoint, bytes. */
const JOURNAL_BYTES = 16_777_216;

export type Row = Record<string, SQLOutputValue>;

export class SqliteFile {
  readonly path: string;
  readonly version: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @throws the error of SQLite; see faults.ts */
  constructor(path: string) {
    this.path = path;
    if (path !== MEMORY) mkdirSync(dirname(path), { recursive: true });
    this.#db = new DatabaseSync(path, { timeout: BUSY_MS });
    try {
      this.#db.exec("PRAGMA journal_mode = WAL");
      // Without FULL the last commits before a loss of power may be gone, acknowledged or not.
      this.#db.exec("PRAGMA synchronous = FULL");
      this.#db.exec(`PRAGMA journal_size_limit = ${JOURNAL_BYTES}`);
      this.version = textOf(this.get("SELECT sqlite_version() AS version") ?? {}, "version");
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...values);
  }

  /** Runs `work` in one transaction that may write, all of it or nothing. */
  transaction<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      // Some errors, as a full disk, have ended it already.
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /** For the contract, whose calls are promises: runs `work` at once; rejects with a StoreFault. */
  answer<T>(work: () => T): Promise<T> {
    try {
      return Promise.resolve(work());
    } catch (error) {
      return Promise.reject(faultOf(error, this.path));
    }
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** A column that holds a number. */
export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw new TypeError(`column ${column} holds no number`);
  return value;
}

/** A column that holds a text. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new TypeError(`column ${column} holds no text`);
  return value;
}

/** A column that holds bytes. */
export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new TypeError(`column ${column} holds no bytes`);
  return value;
}
