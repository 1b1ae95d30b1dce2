// What the tick's thread and the journal's worker say to each other beside the ring.
import type { SegmentHead } from "./format.ts";
import type { WriterNumbers } from "./writer.ts";

/** What a worker is told first. */
export interface JournalWorkerOptions {
  /** The ring's memory. */
  readonly shared: SharedArrayBuffer;
  readonly folder: string;
  /** Ms between two turns. */
  readonly flushMs: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly head: Omit<SegmentHead, "format" | "tick" | "createdMs">;
}

export type ToJournalWorker =
  | { readonly type: "begin"; readonly options: JournalWorkerOptions }
  /** Write what is in the ring, and end. */
  | { readonly type: "close" };

export type FromJournalWorker =
  /** A checkpoint is wanted. */
  | { readonly type: "ask" }
  /** About once a second. */
  | { readonly type: "numbers"; readonly numbers: WriterNumbers }
  | {
      readonly type: "log";
      readonly level: "info" | "warn";
      readonly fields: Readonly<Record<string, unknown>>;
      readonly message: string;
    }
  /** All that was in the ring is written, or cannot be. */
  | { readonly type: "closed" };

/** A worker as the journal sees it. */
export interface JournalWorkerPort {
  /** Writes what is in the ring, and closes. */
  close(): void;
  /** Ends it, whatever it is doing. */
  end(): Promise<void>;
}

/** Starts a worker, which tells `hear` everything; `lost` when it ends without having been told. */
export type StartJournalWorker = (
  options: JournalWorkerOptions,
  hear: (message: FromJournalWorker) => void,
  lost: (error: Error) => void,
) => JournalWorkerPort;
