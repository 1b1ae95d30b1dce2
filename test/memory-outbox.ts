// An outbox in memory, for tests of the relay: keeps the store's promises, and fails when told to.
import { NO_POOL, StoreFault } from "../src/persistence/contract.ts";
import type {
  DeadEvent,
  FailedEvent,
  NewEvent,
  OutboxDepth,
  OutboxEvent,
  OutboxStore,
} from "../src/persistence/contract.ts";

interface Row extends NewEvent {
  readonly id: number;
  readonly committedMs: number;
  attempts: number;
  dueMs: number;
}

/** Calls that reject from now on, by name. */
export type Call = "tryLead" | "claim" | "settle";

export class MemoryOutbox implements OutboxStore {
  readonly pool = NO_POOL;
  readonly name = "memory";
  readonly dead: DeadEvent[] = [];
  /** Each rejects once for every time that it stands here. */
  readonly faults: Call[] = [];
  leads = true;
  #rows: Row[] = [];
  #lastId = 0;
  readonly #clock: { nowMs: number };

  constructor(clock: { nowMs: number }) {
    this.#clock = clock;
  }

  /** Commits an event. @returns its key */
  add(stream: string, payload = "{}"): string {
    const id = ++this.#lastId;
    const key = `test:1:1:${id}`;
    const now = this.#clock.nowMs;
    const event = { key, stream, type: "test", tick: 1, payload };
    this.#rows.push({ ...event, id, committedMs: now, attempts: 0, dueMs: now });
    return key;
  }

  /** Attempts of the events that wait, by key. */
  get attempts(): Record<string, number> {
    return Object.fromEntries(this.#rows.map((row) => [row.key, row.attempts]));
  }

  tryLead(): Promise<boolean> {
    return this.#call("tryLead", () => this.leads);
  }

  claim(limit: number): Promise<OutboxEvent[]> {
    return this.#call("claim", () => {
      const blocked = new Set<string>();
      const taken: Row[] = [];
      for (const row of this.#rows) {
        if (taken.length === limit) break;
        if (row.dueMs > this.#clock.nowMs) blocked.add(row.stream);
        if (blocked.has(row.stream)) continue;
        if (row.attempts > 0 && taken.length > 0) break;
        taken.push(row);
        if (row.attempts > 0) break;
      }
      for (const row of taken) row.attempts++;
      return taken.map((row) => ({ ...row, ageMs: this.#clock.nowMs - row.committedMs }));
    });
  }

  settle(delivered: readonly number[], failed: readonly FailedEvent[]): Promise<void> {
    return this.#call("settle", () => {
      this.#rows = this.#rows.filter((row) => !delivered.includes(row.id));
      for (const { id, error, attempts, retryMs } of failed) {
        const row = this.#rows.find((each) => each.id === id);
        if (row === undefined) continue;
        row.attempts = attempts;
        row.dueMs = this.#clock.nowMs + (retryMs ?? 0);
        if (retryMs !== null) continue;
        this.#rows.splice(this.#rows.indexOf(row), 1);
        this.dead.push({ ...row, ageMs: 0, error, diedAt: "2026-01-01T00:00:00.000Z" });
      }
    });
  }

  wait(limitMs: number): Promise<void> {
    this.#clock.nowMs += limitMs;
    return new Promise((resolve) => setImmediate(resolve));
  }

  depth(): Promise<OutboxDepth> {
    return Promise.resolve({ waiting: this.#rows.length, oldestMs: 0, dead: this.dead.length });
  }

  listDead(limit: number): Promise<DeadEvent[]> {
    return Promise.resolve(this.dead.slice(0, limit));
  }

  retryDead(): Promise<number> {
    return Promise.reject(new Error("not part of these tests"));
  }

  dropDead(): Promise<number> {
    return Promise.reject(new Error("not part of these tests"));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #call<T>(name: Call, answer: () => T): Promise<T> {
    const at = this.faults.indexOf(name);
    if (at < 0) return Promise.resolve(answer());
    this.faults.splice(at, 1);
    return Promise.reject(new StoreFault(`${name} failed as told`, "08006"));
  }
}
