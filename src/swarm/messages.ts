// What the main process and its workers say to each other (node:child_process, serialization
// "advanced": typed arrays go as they are).
import type { WelcomeRules } from "../client/welcome.ts";
import type { Testimony } from "./fleet.ts";
import type { Source } from "./options.ts";
import type { Counts, Tally } from "./tally.ts";

/** The first message to a worker; its bots begin to come. */
export interface Setup {
  kind: "setup";
  url: string;
  rules: WelcomeRules;
  source: Source;
  /** This worker plays the agents whose number leaves `worker` when divided by `workers`. */
  worker: number;
  workers: number;
  sampleTicks: number;
  corrupt: boolean;
}

export type ToWorker =
  | Setup
  /** The movement's time is 0 at this time of day, ms since 1970; times count so much later, ms. */
  | { kind: "begin"; epochMs: number; warmUpMs: number }
  /** All bots leave. */
  | { kind: "end" };

/** Every BATCH_MS: what was witnessed and counted. */
export interface Batch extends Testimony {
  kind: "batch";
  playing: number;
  areGathered: boolean;
  counts: Counts;
}

export type FromWorker =
  | Batch
  /** The last message: everybody has left. */
  | { kind: "done"; tally: Tally }
  /** It cannot go on; a sentence. */
  | { kind: "failed"; sentence: string };

export const BATCH_MS = 100;
