// Who is present, for a worker that has to be told again, and the facts that these sessions are
// sure to bring: room for them is kept free.
import type { PresenceEntry } from "./presence/presence.ts";

/** That it is suspended, that it ends. */
const SURE = { playing: 2, suspended: 1 } as const;

export class Roster {
  readonly #entries = new Map<string, PresenceEntry>();
  #sureFacts = 0;

  /** Facts that all of them are sure to bring. */
  get sureFacts(): number {
    return this.#sureFacts;
  }

  /** Adds a session, or says how it is now. */
  put(entry: PresenceEntry): void {
    this.remove(entry.session);
    this.#entries.set(entry.session, entry);
    this.#sureFacts += SURE[entry.state];
  }

  remove(session: string): void {
    const entry = this.#entries.get(session);
    if (entry !== undefined) this.#sureFacts -= SURE[entry.state];
    this.#entries.delete(session);
  }

  [Symbol.iterator](): MapIterator<PresenceEntry> {
    return this.#entries.values();
  }
}
