// From facts to rows: the events that others hear of, the sessions as they stand afterwards, and
// their history. Pure; both stores write what comes out of it.
import type {
  EndReason,
  Ended,
  MarkedFact,
  NewEvent,
  SessionCounters,
  SpentToken,
} from "./contract.ts";
import { storable } from "./text.ts";

export type SessionState = "open" | "suspended" | "ended";

/** What a fact changes of a session. */
interface SessionChange extends Partial<SessionCounters> {
  readonly state?: SessionState;
  readonly tokenHash?: string;
  readonly usedHash?: string;
  readonly reason?: EndReason;
}

/** A session that was opened in this flight, as it stands at its end. */
export interface OpenedSession extends SessionCounters {
  readonly session: string;
  readonly entity: number;
  readonly kind: number;
  readonly client: string;
  readonly account: string;
  readonly tokenHash: string;
  readonly usedHash: string;
  readonly state: SessionState;
  readonly reason: EndReason | null;
}

/** A session that was opened before this flight; null leaves a column as it is. */
export interface ChangedSession {
  readonly session: string;
  readonly state: SessionState | null;
  readonly tokenHash: string | null;
  readonly usedHash: string | null;
  readonly received: number | null;
  readonly sent: number | null;
  readonly corrections: number | null;
  readonly reason: EndReason | null;
}

/** One line of a session's history. */
export interface HistoryRow {
  readonly session: string;
  readonly what: "connect" | "resume" | "disconnect" | "end";
  readonly tick: number;
  /** Close code of a disconnect. */
  readonly code: number | null;
  readonly reason: EndReason | null;
  readonly received: number | null;
  readonly sent: number | null;
  readonly corrections: number | null;
}

/** All rows of a flight but its snapshot. A session is either opened or changed, never both. */
export interface Rows {
  readonly events: readonly NewEvent[];
  readonly opened: readonly OpenedSession[];
  readonly changed: readonly ChangedSession[];
  readonly history: readonly HistoryRow[];
  readonly spent: readonly SpentToken[];
}

const UNCHANGED: Omit<ChangedSession, "session"> = {
  state: null,
  tokenHash: null,
  usedHash: null,
  received: null,
  sent: null,
  corrections: null,
  reason: null,
};
const NO_DETAIL = { code: null, reason: null, received: null, sent: null, corrections: null };

/** @param facts in the order of their marks */
export function rowsOf(world: string, epoch: number, facts: readonly MarkedFact[]): Rows {
  const rows = new RowsInMaking(world, epoch);
  for (const fact of facts) rows.note(fact);
  return rows.done();
}

class RowsInMaking {
  readonly #world: string;
  readonly #epoch: number;
  readonly #events: NewEvent[] = [];
  readonly #opened = new Map<string, OpenedSession>();
  readonly #changed = new Map<string, ChangedSession>();
  readonly #history: HistoryRow[] = [];
  readonly #spent: SpentToken[] = [];

  constructor(world: string, epoch: number) {
    this.#world = world;
    this.#epoch = epoch;
  }

  note(fact: MarkedFact): void {
    const { tick } = fact;
    switch (fact.what) {
      case "joined": {
        const { session, entity, kind, tokenHash } = fact;
        const client = storable(fact.client);
        const account = storable(fact.account);
        const start = {
          state: "open",
          received: 0,
          sent: 0,
          corrections: 0,
          reason: null,
        } as const;
        const row = { session, entity, kind, client, account, tokenHash, usedHash: "", ...start };
        this.#opened.set(session, row);
        if (fact.spent !== null) this.#spent.push(fact.spent);
        this.#history.push({ ...NO_DETAIL, session, what: "connect", tick });
        const opened = { session, entity, kind, client, account, tick };
        this.#emit(fact, 0, sessionStream(session), "session.opened", opened);
        const spawned = { entity, kind, session, tick };
        this.#emit(fact, 1, entityStream(entity), "entity.spawned", spawned);
        break;
      }
      case "resumed": {
        const { session, tokenHash, usedHash } = fact;
        this.#change(session, { state: "open", tokenHash, usedHash });
        this.#history.push({ ...NO_DETAIL, session, what: "resume", tick });
        break;
      }
      case "told":
        this.#change(fact.session, { usedHash: "" });
        break;
      case "suspended": {
        const { session, code, counters } = fact;
        this.#change(session, { state: "suspended", ...counters });
        const row = { ...NO_DETAIL, session, what: "disconnect", tick, code, ...counters } as const;
        this.#history.push(row);
        break;
      }
      case "ended":
        this.#end(fact);
        break;
      case "violated": {
        const { session, entity, overBank, overRate, clipped, tokenReused } = fact;
        const violated = { session, entity, overBank, overRate, clipped, tokenReused, tick };
        this.#emit(fact, 0, sessionStream(session), "session.violated", violated);
        break;
      }
      case "emitted":
        this.#push(fact, 0, fact.stream, fact.type, fact.payload);
    }
  }

  done(): Rows {
    return {
      events: this.#events,
      opened: [...this.#opened.values()],
      changed: [...this.#changed.values()],
      history: this.#history,
      spent: this.#spent,
    };
  }

  #end(fact: Ended & MarkedFact): void {
    const { session, entity, reason, counters, tick } = fact;
    this.#change(session, { state: "ended", reason, ...counters });
    this.#history.push({ ...NO_DETAIL, session, what: "end", tick, reason, ...counters });
    const despawned = { entity, session, reason, tick };
    this.#emit(fact, 0, entityStream(entity), "entity.despawned", despawned);
    const closed = { session, entity, reason, tick, ...counters };
    this.#emit(fact, 1, sessionStream(session), "session.closed", closed);
  }

  #change(session: string, change: SessionChange): void {
    const opened = this.#opened.get(session);
    if (opened === undefined) {
      const before = this.#changed.get(session) ?? { session, ...UNCHANGED };
      this.#changed.set(session, { ...before, ...change });
    } else {
      this.#opened.set(session, { ...opened, ...change });
    }
  }

  #emit(fact: MarkedFact, nth: 0 | 1, stream: string, type: string, payload: object): void {
    this.#push(fact, nth, stream, type, JSON.stringify(payload));
  }

  /** A fact has room for two events, so that keys are unique. */
  #push(fact: MarkedFact, nth: 0 | 1, stream: string, type: string, payload: string): void {
    const epoch = fact.epoch ?? this.#epoch;
    this.#events.push({
      key: storable(`${this.#world}:${epoch}:${fact.tick}:${2 * fact.index + nth}`),
      stream: storable(stream),
      type: storable(type),
      tick: fact.tick,
      payload: storable(payload),
    });
  }
}

function sessionStream(session: string): string {
  return `session:${session}`;
}

function entityStream(entity: number): string {
  return `entity:${entity}`;
}
