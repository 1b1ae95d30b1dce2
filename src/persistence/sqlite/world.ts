// A world's place in a SQLite file. One process at a time has it, by its lock; the fence in `flush`
// holds all the same, against a process that was frozen while another one took over.
import { setImmediate as turn } from "node:timers/promises";

import { NO_POOL } from "../contract.ts";
import type {
  EntityRow,
  Flight,
  Keeping,
  Owner,
  Retained,
  SpentToken,
  StoredSession,
  StoredSnapshot,
  WorldStore,
} from "../contract.ts";
import { rowsOf } from "../events.ts";
import type { ChangedSession, HistoryRow, OpenedSession } from "../events.ts";
import { sweep } from "../retention.ts";
import { seal } from "../snapshot.ts";
import { storable } from "../text.ts";
import { bytesOf, numberOf, textOf } from "./file.ts";
import type { SqliteFile } from "./file.ts";
import { SqliteLock } from "./lock.ts";
import { COUNT_HISTORY, SWEEPS } from "./retention.ts";

/** Rows a transaction, so that a flush never waits long for rows that nobody waits for. */
const ROWS_PER_BATCH = 1000;
const DELETED_PER_BATCH = 1000;
export class SqliteWorldStore implements WorldStore {
  readonly name: string;
  readonly pool = NO_POOL;
  /** None: how it writes is its own choice, not an operator's. */
  readonly warnings: readonly string[] = [];
  readonly #file: SqliteFile;
  readonly #world: string;
  readonly #lock: SqliteLock;
  #epoch = 0;

  /** @param file open, with its schema up to date; closed with the store */
  constructor(file: SqliteFile, world: string) {
    this.name = `SQLite ${file.version}`;
    this.#file = file;
    this.#world = world;
    this.#lock = new SqliteLock(file.path, world);
  }

  tryLock(): Promise<boolean> {
    return this.#file.answer(() => this.#lock.tryTake());
  }

  owner(): Promise<Owner | null> {
    return this.#file.answer(() => {
      const row = this.#file.get(
        "SELECT owner, epoch, tick, written FROM world WHERE name = ?",
        this.#world,
      );
      if (row === undefined) return null;
      const [epoch, tick] = [numberOf(row, "epoch"), numberOf(row, "tick")];
      return { owner: textOf(row, "owner"), epoch, tick, written: numberOf(row, "written") };
    });
  }

  claim(owner: string, atLeast = 1): Promise<number> {
    return this.#file.answer(() => {
      const row = this.#file.get(
        `INSERT INTO world (name, owner, epoch, tick, written, slot, renewed_at)
         VALUES (?1, ?2, ?4, 0, 0, 1, ?3)
         ON CONFLICT (name) DO UPDATE
         SET owner = ?2, epoch = max(epoch + 1, excluded.epoch), renewed_at = ?3
         RETURNING epoch`,
        this.#world,
        storable(owner),
        Date.now(),
        atLeast,
      );
      this.#epoch = numberOf(row ?? {}, "epoch");
      return this.#epoch;
    });
  }

  reclaim(epoch: number): void {
    this.#epoch = epoch;
  }

  snapshots(): Promise<StoredSnapshot[]> {
    return this.#file.answer(() =>
      this.#file
        .all(
          `SELECT slot, tick, sealed FROM snapshots WHERE world = ?
           ORDER BY epoch DESC, tick DESC`,
          this.#world,
        )
        .map((row) => ({
          slot: numberOf(row, "slot"),
          tick: numberOf(row, "tick"),
          sealed: bytesOf(row, "sealed"),
        })),
    );
  }

  sessions(): Promise<StoredSession[]> {
    return this.#file.answer(() =>
      this.#file
        .all(
          `SELECT session, entity, kind, token_hash, used_hash, client, account, state, received,
             sent, corrections
           FROM sessions WHERE world = ? AND state <> 'ended' ORDER BY session`,
          this.#world,
        )
        .map((row) => ({
          session: textOf(row, "session"),
          entity: numberOf(row, "entity"),
          kind: numberOf(row, "kind"),
          tokenHash: textOf(row, "token_hash"),
          usedHash: textOf(row, "used_hash"),
          isOpen: textOf(row, "state") === "open",
          client: textOf(row, "client"),
          account: textOf(row, "account"),
          counters: {
            received: numberOf(row, "received"),
            sent: numberOf(row, "sent"),
            corrections: numberOf(row, "corrections"),
          },
        })),
    );
  }

  spentTokens(now: number): Promise<SpentToken[]> {
    return this.#file.answer(() =>
      this.#file
        .all("SELECT id, until FROM spent_tokens WHERE world = ? AND until > ?", this.#world, now)
        .map((row) => ({ id: textOf(row, "id"), until: numberOf(row, "until") })),
    );
  }

  flush(flight: Flight): Promise<boolean> {
    return this.#file.answer(
      () => this.#file.transaction(() => this.#write(flight)) || this.#wasWritten(flight.tick),
    );
  }

  async writeEntities(rows: readonly EntityRow[], tick: number): Promise<void> {
    for (let from = 0; from < rows.length; from += ROWS_PER_BATCH) {
      const batch = rows.slice(from, from + ROWS_PER_BATCH);
      await this.#writeBatch(batch, tick);
      await turn();
    }
    await this.#file.answer(() =>
      this.#file.run(
        `DELETE FROM entity_snapshots WHERE world = ?1 AND tick <> ?2
         AND EXISTS (SELECT 1 FROM world WHERE name = ?1 AND epoch = ?3)`,
        this.#world,
        tick,
        this.#epoch,
      ),
    );
  }

  retain(keeping: Keeping): Promise<Retained> {
    return sweep(
      {
        sweeps: SWEEPS,
        batch: DELETED_PER_BATCH,
        delete: async (text, values) => {
          await turn();
          return this.#file.answer(() => this.#file.run(text, this.#world, ...values));
        },
        count: () =>
          this.#file.answer(() =>
            numberOf(this.#file.get(COUNT_HISTORY, this.#world) ?? {}, "rows"),
          ),
      },
      keeping,
    );
  }

  close(): Promise<void> {
    return this.#file.answer(() => {
      this.#lock.release();
      this.#file.close();
    });
  }

  /** @returns whether the fence let it pass; nothing is written otherwise */
  #write(flight: Flight): boolean {
    const { tick, image, facts } = flight;
    const now = Date.now();
    // A world that was restored from its older slot goes back: then its first tick counts as new.
    const fence = this.#file.get(
      `UPDATE world SET tick = ?3, written = epoch, slot = 1 - slot, renewed_at = ?4
       WHERE name = ?1 AND epoch = ?2 AND (tick < ?3 OR written < epoch) RETURNING slot`,
      this.#world,
      this.#epoch,
      tick,
      now,
    );
    if (fence === undefined) return false;
    this.#file.run(
      "INSERT OR REPLACE INTO snapshots (world, slot, epoch, tick, sealed) VALUES (?, ?, ?, ?, ?)",
      this.#world,
      numberOf(fence, "slot"),
      this.#epoch,
      tick,
      seal(image, tick),
    );
    const rows = rowsOf(this.#world, this.#epoch, facts);
    for (const { key, stream, type, tick: at, payload } of rows.events) {
      this.#file.run(
        `INSERT INTO outbox (world, key, stream, type, tick, payload, created_at, due_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)`,
        ...[this.#world, key, stream, type, at, payload, now],
      );
    }
    for (const session of rows.opened) this.#openSession(session, now);
    for (const session of rows.changed) this.#changeSession(session, now);
    for (const row of rows.history) this.#addHistory(row, now);
    for (const { id, until } of rows.spent) {
      this.#file.run(
        "INSERT OR REPLACE INTO spent_tokens (world, id, until) VALUES (?, ?, ?)",
        ...[this.#world, id, until],
      );
    }
    return true;
  }

  /** Whether the fence held because this very flight passed it before. */
  #wasWritten(tick: number): boolean {
    const row = this.#file.get(
      "SELECT 1 FROM world WHERE name = ?1 AND epoch = ?2 AND written = ?2 AND tick >= ?3",
      ...[this.#world, this.#epoch, tick],
    );
    return row !== undefined;
  }

  #openSession(row: OpenedSession, now: number): void {
    this.#file.run(
      `INSERT OR REPLACE INTO sessions (world, session, entity, kind, token_hash, client, account,
         state, opened_at, changed_at, received, sent, corrections, reason, used_hash)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, ?12, ?13, ?14)`,
      ...[this.#world, row.session, row.entity, row.kind, row.tokenHash, row.client],
      ...[row.account, row.state, now, row.received, row.sent, row.corrections, row.reason],
      row.usedHash,
    );
  }

  #changeSession(row: ChangedSession, now: number): void {
    this.#file.run(
      `UPDATE sessions SET state = coalesce(?3, state), token_hash = coalesce(?4, token_hash),
         received = coalesce(?5, received), sent = coalesce(?6, sent),
         corrections = coalesce(?7, corrections), reason = coalesce(?8, reason), changed_at = ?9,
         used_hash = coalesce(?10, used_hash)
       WHERE world = ?1 AND session = ?2`,
      ...[this.#world, row.session, row.state, row.tokenHash],
      ...[row.received, row.sent, row.corrections, row.reason, now, row.usedHash],
    );
  }

  #addHistory(row: HistoryRow, now: number): void {
    this.#file.run(
      `INSERT INTO session_history (world, session, what, tick, at, code, reason, received, sent,
         corrections)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[this.#world, row.session, row.what, row.tick, now, row.code, row.reason],
      ...[row.received, row.sent, row.corrections],
    );
  }

  #writeBatch(rows: readonly EntityRow[], tick: number): Promise<void> {
    return this.#file.answer(() =>
      this.#file.transaction(() => {
        const owned = this.#file.get(
          "SELECT 1 FROM world WHERE name = ? AND epoch = ?",
          ...[this.#world, this.#epoch],
        );
        if (owned === undefined) return;
        for (const { id, kind, x, y } of rows) {
          this.#file.run(
            `INSERT OR REPLACE INTO entity_snapshots (world, id, kind, x, y, tick)
             VALUES (?, ?, ?, ?, ?, ?)`,
            ...[this.#world, id, kind, x, y, tick],
          );
        }
      }),
    );
  }
}
