// A world's outbox in a SQLite file. No other process can wake this one: it looks, which is cheap,
// whether anybody else has written to the file.
import { setTimeout as sleep } from "node:timers/promises";

import { NO_POOL, StoreFault } from "../contract.ts";
import type { DeadEvent, FailedEvent, OutboxDepth, OutboxEvent, OutboxStore } from "../contract.ts";
import { numberOf, textOf } from "./file.ts";
import type { Row, SqliteFile } from "./file.ts";
import { SqliteLock } from "./lock.ts";

const LOOK_AGAIN_MS = 25;

export class SqliteOutboxStore implements OutboxStore {
  readonly name: string;
  readonly pool = NO_POOL;
  readonly #file: SqliteFile;
  readonly #world: string;
  readonly #lead: SqliteLock;
  /** What the file had seen of others' commits when this one claimed last. */
  #seen = -1;
  #isClosed = false;

  /** @param file open, with its schema up to date; closed with the store */
  constructor(file: SqliteFile, world: string) {
    this.name = `SQLite ${file.version}`;
    this.#file = file;
    this.#world = world;
    // No world's name holds a tilde, so that no world has this lock file for its own.
    this.#lead = new SqliteLock(file.path, `${world}~relay`);
  }

  tryLead(): Promise<boolean> {
    return this.#file.answer(() => this.#lead.tryTake());
  }

  claim(limit: number): Promise<OutboxEvent[]> {
    return this.#file.answer(() => {
      if (!this.#lead.tryTake()) {
        throw new StoreFault(`Another relay leads ${this.#world}: this one stands by.`);
      }
      this.#seen = this.#version();
      const now = Date.now();
      const rows = this.#file.transaction(() => {
        const suspect = this.#claimSuspect(now);
        return suspect.length > 0 ? suspect : this.#claimFresh(limit);
      });
      return rows.map((row) => eventOf(row, now)).sort((a, b) => a.id - b.id);
    });
  }

  settle(delivered: readonly number[], failed: readonly FailedEvent[]): Promise<void> {
    return this.#file.answer(() =>
      this.#file.transaction(() => {
        const now = Date.now();
        for (const id of delivered) {
          this.#file.run("DELETE FROM outbox WHERE id = ? AND world = ?", id, this.#world);
        }
        for (const event of failed) {
          if (event.retryMs === null) this.#bury(event, now);
          else this.#putOff(event, now + event.retryMs);
        }
      }),
    );
  }

  async wait(limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const left = deadline - performance.now();
      if (this.#isClosed || left <= 0) return;
      const version = await this.#file.answer(() => this.#version());
      if (version !== this.#seen) return;
      await sleep(Math.min(LOOK_AGAIN_MS, left));
    }
  }

  depth(): Promise<OutboxDepth> {
    return this.#file.answer(() => {
      const row = this.#file.get(
        `SELECT (SELECT count(*) FROM outbox WHERE world = ?1) AS waiting,
           coalesce((SELECT created_at FROM outbox WHERE world = ?1 ORDER BY id LIMIT 1), ?2)
             AS oldest,
           (SELECT count(*) FROM outbox_dead WHERE world = ?1) AS dead`,
        ...[this.#world, Date.now()],
      );
      if (row === undefined) return { waiting: 0, oldestMs: 0, dead: 0 };
      const oldestMs = Math.max(0, Date.now() - numberOf(row, "oldest"));
      const waiting = numberOf(row, "waiting");
      return { waiting, oldestMs: waiting > 0 ? oldestMs : 0, dead: numberOf(row, "dead") };
    });
  }

  listDead(limit: number): Promise<DeadEvent[]> {
    return this.#file.answer(() => {
      const now = Date.now();
      return this.#file
        .all("SELECT * FROM outbox_dead WHERE world = ? ORDER BY id LIMIT ?", this.#world, limit)
        .map((row) => ({
          ...eventOf(row, now),
          error: textOf(row, "error"),
          diedAt: new Date(numberOf(row, "died_at")).toISOString(),
        }));
    });
  }

  retryDead(keys: readonly string[] | null): Promise<number> {
    return this.#forDead(keys, (only) => {
      this.#file.run(
        // Behind everything of its stream: its own place was taken long ago.
        `INSERT INTO outbox (world, key, stream, type, tick, payload, created_at, due_at)
         SELECT world, key, stream, type, tick, payload, created_at, ?3 FROM outbox_dead
         WHERE world = ?1 AND key = coalesce(?2, key) ORDER BY id`,
        ...[this.#world, only, Date.now()],
      );
      return this.#dropDead(only);
    });
  }

  dropDead(keys: readonly string[] | null): Promise<number> {
    return this.#forDead(keys, (only) => this.#dropDead(only));
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#file.answer(() => {
      this.#lead.release();
      this.#file.close();
    });
  }

  /** The oldest event that was tried before and is due: the first such of its stream, or none. */
  #claimSuspect(now: number): Row[] {
    return this.#file.all(
      `UPDATE outbox SET attempts = attempts + 1 WHERE id = (
         SELECT id FROM (
           SELECT min(id) AS id, due_at FROM outbox WHERE world = ?1 AND attempts > 0
           GROUP BY stream
         ) WHERE due_at <= ?2 ORDER BY id LIMIT 1
       ) RETURNING *`,
      ...[this.#world, now],
    );
  }

  /** The oldest events that were never tried, of streams in which nothing waits. */
  #claimFresh(limit: number): Row[] {
    return this.#file.all(
      `UPDATE outbox SET attempts = attempts + 1 WHERE id IN (
         SELECT id FROM outbox WHERE world = ?1 AND attempts = 0 AND stream NOT IN (
           SELECT stream FROM outbox WHERE world = ?1 AND attempts > 0
         ) ORDER BY id LIMIT ?2
       ) RETURNING *`,
      ...[this.#world, limit],
    );
  }

  #putOff({ id, error, attempts }: FailedEvent, dueAt: number): void {
    this.#file.run(
      "UPDATE outbox SET attempts = ?, error = ?, due_at = ? WHERE id = ? AND world = ?",
      ...[attempts, error, dueAt, id, this.#world],
    );
  }

  #bury({ id, error, attempts }: FailedEvent, now: number): void {
    this.#file.run(
      `INSERT INTO outbox_dead (id, world, key, stream, type, tick, payload, created_at, attempts,
         error, died_at)
       SELECT id, world, key, stream, type, tick, payload, created_at, ?3, ?4, ?5
       FROM outbox WHERE id = ?1 AND world = ?2`,
      ...[id, this.#world, attempts, error, now],
    );
    this.#file.run("DELETE FROM outbox WHERE id = ? AND world = ?", id, this.#world);
  }

  #forDead(keys: readonly string[] | null, act: (only: string | null) => number): Promise<number> {
    return this.#file.answer(() =>
      this.#file.transaction(() => {
        const each = keys === null ? [null] : [...new Set(keys)];
        return each.reduce((count, key) => count + act(key), 0);
      }),
    );
  }

  #dropDead(only: string | null): number {
    return this.#file.run(
      "DELETE FROM outbox_dead WHERE world = ?1 AND key = coalesce(?2, key)",
      ...[this.#world, only],
    );
  }

  /** Changes whenever another connection has committed something. */
  #version(): number {
    return numberOf(this.#file.get("PRAGMA data_version") ?? {}, "data_version");
  }
}

function eventOf(row: Row, now: number): OutboxEvent {
  return {
    id: numberOf(row, "id"),
    key: textOf(row, "key"),
    stream: textOf(row, "stream"),
    type: textOf(row, "type"),
    tick: numberOf(row, "tick"),
    payload: textOf(row, "payload"),
    attempts: numberOf(row, "attempts"),
    ageMs: Math.max(0, now - numberOf(row, "created_at")),
  };
}
