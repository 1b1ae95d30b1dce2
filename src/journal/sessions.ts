// The sessions of a recovered world: those that the store has, and what was noted since.
import type { SessionCounters, SpentToken, StoredSession } from "../engine/facts.ts";
import type { NotedFact, Untold } from "./noted.ts";

const NONE: SessionCounters = { received: 0, sent: 0, corrections: 0 };

/** @param facts in their order @returns the sessions that are not over */
export function sessionsAfter(
  stored: readonly StoredSession[],
  facts: readonly NotedFact[],
  untold: readonly Untold[],
): StoredSession[] {
  const sessions = new Map(stored.map((session) => [session.session, session]));
  const change = (name: string, change: Partial<StoredSession>): void => {
    const before = sessions.get(name);
    if (before !== undefined) sessions.set(name, { ...before, ...change });
  };
  for (const fact of facts) {
    if (fact.what === "joined") {
      const { session, entity, kind, tokenHash, client, account } = fact;
      const who = { session, entity, kind, tokenHash, client, account };
      sessions.set(session, { ...who, isOpen: true, counters: NONE });
    } else if (fact.what === "resumed") {
      change(fact.session, { tokenHash: fact.tokenHash, isOpen: true });
    } else if (fact.what === "suspended") {
      change(fact.session, { isOpen: false, counters: fact.counters });
    } else if (fact.what === "ended") sessions.delete(fact.session);
  }
  for (const { session, tokenHash, usedHash } of untold) {
    // Otherwise it has a newer token, of which more is known.
    if (sessions.get(session)?.tokenHash === tokenHash) change(session, { usedHash });
  }
  return [...sessions.values()];
}

/** Tokens of accounts that were used up by these facts. */
export function spentBy(facts: readonly NotedFact[]): SpentToken[] {
  return facts.flatMap((fact) =>
    fact.what === "joined" && fact.spent !== null ? [fact.spent] : [],
  );
}
