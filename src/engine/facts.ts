// What happened to sessions and their entities that must outlive the process. The gateway and
// applications note facts; src/persistence makes them durable, and events for others of them.

/** What a session did up to a moment; totals since it was opened. */
export interface SessionCounters {
  /** Messages received from it and sent to it. */
  readonly received: number;
  readonly sent: number;
  readonly corrections: number;
}

/** A token of somebody's identity that has opened a session, and opens no other. */
export interface SpentToken {
  /** Names the token; SHA-256, hexadecimal. */
  readonly id: string;
  /** When it cannot be valid any more, Unix ms. */
  readonly until: number;
}

/** A session got its entity; from now on its token opens it again. */
export interface Joined {
  readonly what: "joined";
  readonly session: string;
  /** Handle of its entity. */
  readonly entity: number;
  readonly kind: number;
  /** SHA-256 of the resume token, hexadecimal; the token itself is never stored. */
  readonly tokenHash: string;
  /** What the client calls itself, at most 64 characters. */
  readonly client: string;
  /** Whose session it is; "" where nobody is asked. */
  readonly account: string;
  /** The token of its account that it used up; null: none, or one that may be used again. */
  readonly spent: SpentToken | null;
}

/** A session came back on another connection; its token was exchanged for another. */
export interface Resumed {
  readonly what: "resumed";
  readonly session: string;
  readonly entity: number;
  readonly tokenHash: string;
  /** Of the token that opened it: it opens it again while the client has not shown the new one. */
  readonly usedHash: string;
}

/** A session's client has shown that it has its newest token: the one before opens nothing more. */
export interface Told {
  readonly what: "told";
  readonly session: string;
  readonly entity: number;
}

/** A session's connection ended; its entity waits for it until the grace is over. */
export interface Suspended {
  readonly what: "suspended";
  readonly session: string;
  readonly entity: number;
  /** Close code. */
  readonly code: number;
  readonly counters: SessionCounters;
}

export type EndReason = "left" | "expired" | "removed" | "lost";

/** A session is over and its entity out of the world. */
export interface Ended {
  readonly what: "ended";
  readonly session: string;
  readonly entity: number;
  /**
   * left: it said so; expired: nobody came back in time; removed: the server took its entity away;
   * lost: its entity was not in the world that was restored.
   */
  readonly reason: EndReason;
  readonly counters: SessionCounters;
}

/** A session broke rules since its last such fact. */
export interface Violated {
  readonly what: "violated";
  readonly session: string;
  readonly entity: number;
  /** Ticks in which its intents were over the bank, over the rate, clipped. */
  readonly overBank: number;
  readonly overRate: number;
  readonly clipped: number;
  /** Times its used token was shown again: somebody else may have it. */
  readonly tokenReused: number;
}

/** An event of an application. */
export interface Emitted {
  readonly what: "emitted";
  /** Events of one stream reach the sink in order. */
  readonly stream: string;
  readonly type: string;
  /** JSON text. */
  readonly payload: string;
}

export type Fact = Joined | Resumed | Told | Suspended | Ended | Violated | Emitted;

/** A session that is not over, as the store has it. */
export interface StoredSession {
  readonly session: string;
  readonly entity: number;
  readonly kind: number;
  readonly tokenHash: string;
  readonly client: string;
  readonly account: string;
  /** Whether it had a connection, of which no end was noted. */
  readonly isOpen: boolean;
  readonly counters: SessionCounters;
  /** Of the token before, where nobody knows that the client has the newest one; otherwise "". */
  readonly usedHash: string;
}
