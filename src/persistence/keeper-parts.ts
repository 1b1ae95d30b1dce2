// What the keeper is made of: its options, what it stands on, whose image it takes.
import type { MarkedFact } from "./contract.ts";
import type { FromWorker, Level, WorkerOptions } from "./messages.ts";
import type { WorkerPort } from "./port.ts";

export interface KeeperOptions extends Omit<WorkerOptions, "epoch" | "owner"> {
  /** Ms between flights when nobody waits for one. */
  readonly flushMs: number;
  /** Ms between presence beats. */
  readonly heartbeatMs: number;
  /** Bytes that hold any image of the world. */
  readonly imageBytesMax: number;
  /** Facts that may wait beside what open sessions are sure to bring. */
  readonly factsMax: number;
  /** Events that may wait to be published before nobody may cause more. */
  readonly eventsMax: number;
}

export interface KeeperParts {
  /** Starts a worker, which tells `hear` everything; a simulation has a store of its own. */
  readonly startWorker: (
    options: WorkerOptions,
    hear: (message: FromWorker) => void,
    lost: (error: Error) => void,
  ) => WorkerPort;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Unix ms. */
  readonly wallNow: () => number;
  readonly after: (ms: number, call: () => void) => void;
  /** The tick that the world has run last. */
  readonly tick: () => number;
  /** This process in words. */
  readonly owner: string;
  readonly log: (level: Level, fields: object, message: string) => void;
  /** Another process owns the world now: this one must stop. */
  readonly onFenced: () => void;
  /** null: there is no journal. */
  readonly journal: FactsJournal | null;
}

/** What a journal hears of facts. */
export interface FactsJournal {
  /** Called in the order of their serial numbers. */
  note(fact: MarkedFact): void;
  /** Whether the fact of this serial number outlives a crash as far as the journal can do it. */
  isSettled(serial: number): boolean;
}

/** A world whose image a flight takes. */
export interface Imaged {
  readonly tick: number;
  /** Whether nothing lives in it. */
  readonly isEmpty: boolean;
  writeImage(out: Uint8Array): number;
}
