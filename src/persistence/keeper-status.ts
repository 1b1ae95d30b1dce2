// The keeper as it is seen from outside.
import type { WorkerNumbers } from "./messages.ts";

/** What is told of persistence to health and metrics. */
export interface KeeperStatus {
  /** Program and version of the store. */
  readonly store: string;
  /** Newest tick that is durable; and how long ago it became so, ms. */
  readonly durableTick: number;
  readonly durableAgeMs: number;
  /** Whether flights do not land: the world goes on, and nothing of it is durable. */
  readonly isAway: boolean;
  /** Facts that are not durable yet; how many may wait. */
  readonly waiting: number;
  readonly factsMax: number;
  readonly flights: number;
  /** Sum of the durations of landed flights, ms. */
  readonly flightMs: number;
  /** Bytes of the image that left last, before compression. */
  readonly imageBytes: number;
  readonly workersLost: number;
  readonly numbers: WorkerNumbers | null;
}
