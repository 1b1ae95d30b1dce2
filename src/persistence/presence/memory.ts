// Presence without Redis: a table in this process that behaves as Redis does, so that nothing else
// of the server needs to know which of them it has.
import type {
  Heartbeat,
  Outside,
  Presence,
  PresenceCounters,
  PresenceEntry,
  PresenceOptions,
  PresenceReader,
} from "./presence.ts";

/** What the last beat showed, until when. */
interface Shown {
  readonly entries: readonly PresenceEntry[];
  readonly heartbeat: Heartbeat;
  /** Monotonic ms. */
  readonly untilMs: number;
}

export class MemoryPresence implements Presence, PresenceReader {
  readonly name = "in process";
  readonly fault = null;
  readonly #options: Pick<PresenceOptions, "server" | "ttlMs">;
  readonly #outside: Pick<Outside, "now">;
  readonly #entries = new Map<string, PresenceEntry>();
  #shown: Shown | null = null;
  #beats = 0;
  #isClosed = false;

  constructor(options: Pick<PresenceOptions, "server" | "ttlMs">, outside: Pick<Outside, "now">) {
    this.#options = options;
    this.#outside = outside;
  }

  get counters(): PresenceCounters {
    return { beats: this.#beats, failures: 0, skipped: 0, entries: this.#entries.size };
  }

  put(entry: PresenceEntry): void {
    this.#entries.set(entry.session, entry);
  }

  remove(session: string): void {
    this.#entries.delete(session);
  }

  beat(nowMs: number): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    const { server, ttlMs } = this.#options;
    const entries = [...this.#entries.values()];
    this.#shown = {
      entries,
      heartbeat: { server, sessions: entries.length, at: nowMs },
      untilMs: this.#outside.now() + ttlMs,
    };
    this.#beats++;
    return Promise.resolve(true);
  }

  list(): Promise<PresenceEntry[]> {
    return Promise.resolve([...(this.#alive()?.entries ?? [])]);
  }

  server(): Promise<Heartbeat | null> {
    return Promise.resolve(this.#alive()?.heartbeat ?? null);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#shown = null;
    return Promise.resolve();
  }

  #alive(): Shown | null {
    return this.#shown !== null && this.#outside.now() < this.#shown.untilMs ? this.#shown : null;
  }
}
