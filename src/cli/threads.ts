// The threads of a server. They are begun before the server itself is loaded, in the order in which
// it will need them, so that all of it loads at the same time.
import type { Config } from "../config/schema.ts";
import { JOURNAL_THREAD } from "../journal/thread.ts";
import { ADMIN_THREAD } from "../observability/admin-thread.ts";
import { PERSISTENCE_THREAD } from "../persistence/thread.ts";

export function prepareThreads(): void {
  PERSISTENCE_THREAD.prepare();
  ADMIN_THREAD.prepare();
  JOURNAL_THREAD.prepare();
}

/** Ends those that a server with these settings does without. */
export function discardThreads({ journal, persistence }: Config): void {
  const isStored = persistence.url !== "none";
  if (!isStored) PERSISTENCE_THREAD.discard();
  if (!isStored || !journal.enabled) JOURNAL_THREAD.discard();
}
