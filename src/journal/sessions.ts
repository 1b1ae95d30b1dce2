// The sessions of a recovered world: those that the store has, and what was noted since.
import type { SessionCounters, SpentToken, StoredSession } from "../engine/facts.ts";
import type { NotedFact } from "./noted.ts";

const NONE: SessionCounters = { received: 0, sent: 0, corrections: 0 };

/** @param facts in their order @returns the sessions that are not over */
export function sessionsAfter(
  stored: readonly StoredSession[],
  facts: readonly NotedFact[],
): StoredSession[] {
  const sessions = new Map(stored.map((session) => [session.session, session]));
  const change = (name: string, change: Partial<StoredSession>): void => {
    const before = sessions.get(name);
    if (before !== undefined) sessions.set(name, { ...before, ...change });
  };
  for (const fact of facts) {
    if (fact.what === "joined") {
      const { session, entity, kind, tokenHash, client, account } = fact;
      const who = { session, entity, kind, tokenHash, usedHash: "", client, account };
      sessions.set(session, { ...who, isOpen: true, counters: NONE });
    } else if (fact.what === "resumed") {
      const { tokenHash, usedHash } = fact;
      change(fact.session, { tokenHash, usedHash, isOpen: true });
    } else if (fact.what === "told") change(fact.session, { usedHash: "" });
    else if (fact.what === "suspended") {
      change(fact.session, { isOpen: false, counters: fact.counters });
    } else if (fact.what === "ended") sessions.delete(fact.session);
  }
  return [...sessions.values()];
}

/** Tokens of accounts that were used up by these facts. */
export function spentBy(facts: readonly NotedFact[]): SpentToken[] {
  return facts.flatMap((fact) =>
    fact.what === "joined" && fact.spent !== null ? [fact.spent] : [],
  );
}
