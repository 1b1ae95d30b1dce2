// What the tick's thread and the persistence worker say to each other. Plain data; an image's
// memory is handed over and back, never copied or shared.
import type { MarkedFact, PoolUse, SpentToken, StoredSession } from "./contract.ts";
import type { PresenceEntry } from "./presence/presence.ts";

/** Log levels that a worker may write at. */
export type Level = "debug" | "info" | "warn" | "error";

/** What a worker is told first. */
export interface WorkerOptions {
  /** persistence.url; not "none". */
  readonly url: string;
  readonly world: string;
  readonly poolSize: number;
  readonly retentionDays: number;
  /** Rows of history that are kept at most. */
  readonly historyRows: number;
  /** This process in words, for the world's row and for presence. */
  readonly owner: string;
  /** The epoch that this process holds already, after its last worker was lost. */
  readonly epoch: number | null;
  readonly presence: { readonly redisUrl: string; readonly ttlMs: number };
  readonly outbox: { readonly relay: boolean; readonly sink: "auto" | "log" | "redis" };
  /** What the log leaves out need not be sent to it. */
  readonly logLevel: string;
}

/** Before anything else is said to it. */
export interface Begin {
  readonly type: "begin";
  readonly options: WorkerOptions;
}

export type ToWorker =
  | {
      readonly type: "flight";
      readonly tick: number;
      readonly image: ArrayBuffer;
      readonly imageBytes: number;
      readonly facts: readonly MarkedFact[];
    }
  | { readonly type: "present"; readonly entry: PresenceEntry }
  | { readonly type: "absent"; readonly session: string }
  | { readonly type: "beat" }
  | { readonly type: "close" };

/** What the store had when the world was claimed. */
export interface Opened {
  readonly type: "opened";
  /** Program and version. */
  readonly store: string;
  readonly epoch: number;
  /** Tick of the world's last flush, and its owner's epoch; 0 for a world that never was. */
  readonly tick: number;
  readonly written: number;
  /** Images that are whole, the newest first. */
  readonly images: readonly Uint8Array[];
  readonly sessions: readonly StoredSession[];
  readonly spent: readonly SpentToken[];
  /** What could not be read, one sentence a step. */
  readonly story: readonly string[];
}

/** Numbers of the moment, about once a second; totals since the worker's start unless said. */
export interface WorkerNumbers {
  readonly flushFaults: number;
  /** Rows of history, and of ended sessions, that were deleted because there were too many. */
  readonly historyCut: number;
  /** Of all pools of connections together. */
  readonly pool: PoolUse;
  readonly outbox: { readonly waiting: number; readonly oldestMs: number; readonly dead: number };
  readonly relay: {
    readonly delivered: number;
    readonly failed: number;
    /** Why nothing is published at the moment; null: it is. */
    readonly fault: string | null;
  };
  readonly presence: {
    readonly beats: number;
    readonly failures: number;
    readonly skipped: number;
    readonly entries: number;
    readonly fault: string | null;
  };
}

export type FromWorker =
  | Opened
  /** It cannot begin; a sentence for the operator. `isOwned`: another process has the world. */
  | { readonly type: "refused"; readonly sentence: string; readonly isOwned: boolean }
  | {
      readonly type: "landed";
      readonly tick: number;
      /** From its arrival in the worker to the commit, all tries and waits between them, ms. */
      readonly ms: number;
      readonly image: ArrayBuffer;
    }
  | { readonly type: "fenced" }
  | { readonly type: "numbers"; readonly numbers: WorkerNumbers }
  | {
      readonly type: "log";
      readonly level: Level;
      readonly fields: Readonly<Record<string, unknown>>;
      readonly message: string;
    }
  | { readonly type: "closed" };
