// Presence: who is online at the moment, for other programs (lobbies, chat, other gateways). It is
// a picture of the server's own state: nothing of it is read back, and losing it loses nothing.

/** One session, as others see it. */
export interface PresenceEntry {
  readonly session: string;
  /** Handle of its entity. */
  readonly entity: number;
  /** suspended: its connection ended, and its entity waits for it. */
  readonly state: "playing" | "suspended";
  /** When it came into that state, Unix ms. */
  readonly since: number;
}

/** The last sign of life of the server that runs a world. */
export interface Heartbeat {
  /** Which process: host, process and start of it in words. */
  readonly server: string;
  /** How many sessions it has. */
  readonly sessions: number;
  /** Unix ms by the server's clock. */
  readonly at: number;
}

/** Since the start; `entries` at the moment. */
export interface PresenceCounters {
  /** Rounds that got through. */
  readonly beats: number;
  /** Rounds that did not. */
  readonly failures: number;
  /** Rounds not begun: one was still under way, or the last failure is too recent. */
  readonly skipped: number;
  readonly entries: number;
}

/** Where a server puts its presence. The calls are cheap; only a beat goes anywhere. */
export interface Presence {
  /** Program and version, for log and health: "Redis 7.0.15", "in process". */
  readonly name: string;
  /** Why others do not see presence at the moment, as a sentence; null when all is well. */
  readonly fault: string | null;
  readonly counters: PresenceCounters;
  /** Adds or replaces a session's entry; others see it with the next beat. */
  put(entry: PresenceEntry): void;
  remove(session: string): void;
  /**
   * One round trip: renews every entry and the server's heartbeat. Called well within each TTL.
   * @param nowMs Unix ms
   * @returns whether it got through. Never rejects; at most one is under way
   */
  beat(nowMs: number): Promise<boolean>;
  /** Takes away what it put, unless that takes too long: what is left expires by itself. */
  close(): Promise<void>;
}

/** How other programs look at the presence of one world. */
export interface PresenceReader {
  /** Everyone who is online, in no order. */
  list(): Promise<PresenceEntry[]>;
  /** @returns null when no server runs the world */
  server(): Promise<Heartbeat | null>;
}

/** Whose presence it is. */
export interface PresenceOptions {
  readonly world: string;
  /** Which process: host, process and start of it in words. */
  readonly server: string;
  /** How long an entry lives without a beat, whole ms. */
  readonly ttlMs: number;
}

/** What presence may not take from its surroundings by itself. */
export interface Outside {
  /** Monotonic ms. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
}
