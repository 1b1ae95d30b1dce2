// A lock between processes: an exclusive transaction that is held open on a small file of its own.
// The system lets go of it when the process ends, however it ends.
import { DatabaseSync } from "node:sqlite";

import { isBusy } from "./faults.ts";
import { MEMORY } from "./file.ts";

export class SqliteLock {
  readonly #path: string;
  #held: DatabaseSync | null = null;

  /**
   * @param path of the database that it guards a part of
   * @param part which: the lock file is named after both
   */
  constructor(path: string, part: string) {
    const name = encodeURIComponent(part.toWellFormed());
    // Nobody else can see a database in memory.
    this.#path = path === MEMORY ? MEMORY : `${path}.${name}.lock`;
  }

  /** @returns whether this object holds the lock; false when another one does, here or elsewhere */
  tryTake(): boolean {
    if (this.#held !== null) return true;
    const db = new DatabaseSync(this.#path, { timeout: 0 });
    try {
      db.exec("BEGIN EXCLUSIVE");
    } catch (error) {
      db.close();
      if (isBusy(error)) return false;
      throw error;
    }
    this.#held = db;
    return true;
  }

  release(): void {
    this.#held?.close();
    this.#held = null;
  }
}
