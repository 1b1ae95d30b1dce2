// A worker as the keeper sees it.
import type { ToWorker } from "./messages.ts";

export interface WorkerPort {
  post(message: ToWorker, transfer: readonly ArrayBuffer[]): void;
  /** Ends it, whatever it is doing. */
  end(): Promise<void>;
}
