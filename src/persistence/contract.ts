// What the persistence floor speaks of. The server notes facts; a flight carries the facts of some
// ticks and the world's image at the end of the last of them to the store, in one transaction; out
// of the facts come the outbox's events. Facts, flight and events are plain data, so that they can
// cross to the worker thread.
import type { Fact, SpentToken, StoredSession } from "../engine/facts.ts";

export type * from "../engine/facts.ts";

/** When a fact was noted: the tick that the world had last run, and its place within that tick. */
export interface Mark {
  readonly tick: number;
  readonly index: number;
  /** Of the server that noted it, where that is not the one that brings it. */
  readonly epoch?: number;
}

export type MarkedFact = Fact & Mark;

/** One transaction's load: the world as it stood after a tick, and all facts up to then. */
export interface Flight {
  readonly tick: number;
  /** The world's image (src/kernel/image.ts); the store keeps it sealed (snapshot.ts). */
  readonly image: Uint8Array;
  /** In the order of their marks; none is later than `tick`. */
  readonly facts: readonly MarkedFact[];
}

/** An outbox row as it is written. */
export interface NewEvent {
  /** `world:epoch:tick:index`, unique for ever. */
  readonly key: string;
  readonly stream: string;
  readonly type: string;
  readonly tick: number;
  /** JSON text. */
  readonly payload: string;
}

/** An event on its way to a sink. */
export interface OutboxEvent extends NewEvent {
  readonly id: number;
  /** Times it was taken up for publishing, this one included. */
  readonly attempts: number;
  /** Milliseconds since it was committed, by the store's clock. */
  readonly ageMs: number;
}

/** An event that was given up. */
export interface DeadEvent extends OutboxEvent {
  readonly error: string;
  /** ISO 8601. */
  readonly diedAt: string;
}

/** One of the two slots. */
export interface StoredSnapshot {
  readonly slot: number;
  readonly tick: number;
  /** Sealed: snapshot.ts opens it, and says what is wrong with it. */
  readonly sealed: Uint8Array;
}

/** Who wrote a world last. */
export interface Owner {
  /** Host, process and start of it in words. */
  readonly owner: string;
  readonly epoch: number;
  /** Of the last flight; and its owner's epoch, 0 where there was none. */
  readonly tick: number;
  readonly written: number;
}

/** A row for queries by others; never read back by the server. */
export interface EntityRow {
  readonly id: number;
  readonly kind: number;
  /** World units. */
  readonly x: number;
  readonly y: number;
}

/** How much is kept. */
export interface Keeping {
  /** Days that ended sessions and history are kept. */
  readonly days: number;
  /** Rows of history that are kept at most. */
  readonly historyRows: number;
  /** Unix ms. */
  readonly now: number;
}

/** Rows that were deleted: for their age, and because there were too many. */
export interface Retained {
  readonly old: number;
  readonly surplus: number;
}

/** What a store's connections do that it keeps for what may wait. */
export interface PoolUse {
  readonly idle: number;
  readonly busy: number;
  /** Statements that wait for one. */
  readonly waiting: number;
  /** How many there may be. */
  readonly capacity: number;
}

/** A store that needs none. */
export const NO_POOL: PoolUse = { idle: 0, busy: 0, waiting: 0, capacity: 0 };

/**
 * A world's place in a database. All calls reject with a StoreFault when the database cannot be
 * had; each may be called again then. One flush at a time; rows for queries and retention may run
 * beside it.
 */
export interface WorldStore {
  /** Program and version, for log and health: "PostgreSQL 15.18", "SQLite 3.51.0". */
  readonly name: string;
  /** What the operator should know about the database, in sentences for the log. */
  readonly warnings: readonly string[];
  /** As of now. */
  readonly pool: PoolUse;
  /**
   * Whether this process holds the world's lock, which dies with its holder. A holder that lost
   * its connection has lost the lock as well.
   */
  tryLock(): Promise<boolean>;
  /** @returns null for a world that nobody ever owned */
  owner(): Promise<Owner | null>;
  /**
   * Makes this process the owner.
   * @param atLeast the new epoch may be higher, not lower
   * @returns the new epoch; every older one is fenced off
   */
  claim(owner: string, atLeast?: number): Promise<number>;
  /** Goes on as the owner that this process already is (after its worker was lost). */
  reclaim(epoch: number): void;
  /** Newest first: by epoch, then by tick (a restored world may have gone back). */
  snapshots(): Promise<StoredSnapshot[]>;
  sessions(): Promise<StoredSession[]>;
  /** Tokens that are used up and may be valid at `now`, Unix ms. */
  spentTokens(now: number): Promise<SpentToken[]>;
  /**
   * Writes a flight in one transaction. After a fault it may have been committed or not: called
   * again with the same flight it finds out, and writes it once.
   * @returns false when another owner has taken the world: this one wrote nothing and must stop
   */
  flush(flight: Flight): Promise<boolean>;
  /** Brings the rows for queries up to `tick`, in batches; rows of entities that are gone go. */
  writeEntities(rows: readonly EntityRow[], tick: number): Promise<void>;
  /**
   * Deletes ended sessions and history that are too old, of the history also what is too much, with
   * the ended sessions that are older than all of it, and tokens that have expired.
   */
  retain(keeping: Keeping): Promise<Retained>;
  close(): Promise<void>;
}

/** What an outbox holds at the moment. */
export interface OutboxDepth {
  readonly waiting: number;
  /** Age of the oldest event that waits, ms; 0 when none does. */
  readonly oldestMs: number;
  readonly dead: number;
}

/** What becomes of an event that was claimed and not delivered. */
export interface FailedEvent {
  readonly id: number;
  readonly error: string;
  /**
   * Its attempts from now on: those it was claimed with, or one fewer when it was not at fault
   * (the sink was away, or it stood behind a refused one). To be set, so that settling twice is
   * settling once.
   */
  readonly attempts: number;
  /** Not tried again, nor anything behind it in its stream, for so long; null: give it up. */
  readonly retryMs: number | null;
}

/** The outbox of one world, as a relay or an operator sees it. Rejects like a WorldStore. */
export interface OutboxStore {
  readonly name: string;
  /** As of now. */
  readonly pool: PoolUse;
  /** Whether this relay leads; the others stand by. Dies with its holder. */
  tryLead(): Promise<boolean>;
  /**
   * Takes up to `limit` events that are due, oldest first, and counts the attempt durably before
   * it answers. An event that was tried before comes alone, so that one that ends its relay takes
   * no other's attempts with it. Events behind one that waits in the same stream stay. Rejects when
   * another relay leads.
   */
  claim(limit: number): Promise<OutboxEvent[]>;
  /** Deletes what was delivered, and puts off or gives up what failed, in one transaction. */
  settle(delivered: readonly number[], failed: readonly FailedEvent[]): Promise<void>;
  /** Resolves when there may be something to claim, at the latest after `limitMs`. */
  wait(limitMs: number): Promise<void>;
  depth(): Promise<OutboxDepth>;
  listDead(limit: number): Promise<DeadEvent[]>;
  /** Puts dead events back, attempts at 0; all of them without a list. @returns how many */
  retryDead(keys: readonly string[] | null): Promise<number>;
  dropDead(keys: readonly string[] | null): Promise<number>;
  close(): Promise<void>;
}

/** The database cannot be had, or refused something; a sentence for the log. */
export class StoreFault extends Error {
  /** SQLSTATE or the like, "" when there is none. */
  readonly code: string;
  /** The same for where nobody tries again: the last word of a command. */
  readonly final: string;

  /** @param isPassing there is no more to be done about it than to try again */
  constructor(message: string, code = "", isPassing = false) {
    super(isPassing ? `${message} It is tried again.` : message);
    this.name = "StoreFault";
    this.code = code;
    this.final = isPassing ? `${message} Try it again.` : message;
  }
}

/** The operator must act: a newer schema, a server too old, a bad URL. Ends the start with 78. */
export class StoreRefusal extends Error {}
