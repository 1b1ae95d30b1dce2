// What a segment says beside its ticks, gathered while it is read: facts, and which sessions have
// not shown that they were told of their newest token.
import type { FactsRecord, Mark } from "./format.ts";
import type { NotedFact, Untold } from "./noted.ts";
import type { Item } from "./reader.ts";

export class Notes {
  readonly #records: FactsRecord[] = [];
  readonly #untold = new Map<string, Untold>();

  take(item: Item): void {
    if (item.type === "facts") this.#facts(item.facts);
    else if (item.type === "mark") this.#mark(item.mark);
    else if (item.type === "told") {
      const { session, tokenHash } = item.told;
      if (this.#untold.get(session)?.tokenHash === tokenHash) this.#untold.delete(session);
    }
  }

  get untold(): Untold[] {
    return [...this.#untold.values()];
  }

  /** Facts of the ticks after the first and up to the second. */
  facts(after: number, until: number): NotedFact[] {
    const within = this.#records.filter(({ tick }) => tick > after && tick <= until);
    return within.flatMap(({ facts }) => facts.filter(isNoted));
  }

  #facts(record: FactsRecord): void {
    this.#records.push(record);
    for (const fact of record.facts) {
      if (fact.what === "resumed") {
        const { session, tokenHash, usedHash } = fact;
        this.#untold.set(session, { session, tokenHash, usedHash });
      } else if (fact.what === "ended") this.#untold.delete(fact.session);
    }
  }

  #mark({ what, sessions }: Mark): void {
    if (what !== "untold" || !Array.isArray(sessions)) return;
    for (const session of sessions.filter(isUntold)) this.#untold.set(session.session, session);
  }
}

function isNoted(fact: object): fact is NotedFact {
  const { epoch, index, tick } = fact as Record<string, unknown>;
  const isOwned = epoch === undefined || Number.isSafeInteger(epoch);
  return isOwned && Number.isSafeInteger(index) && Number.isSafeInteger(tick);
}

function isUntold(value: unknown): value is Untold {
  if (typeof value !== "object" || value === null) return false;
  const { session, tokenHash, usedHash } = value as Record<string, unknown>;
  return [session, tokenHash, usedHash].every((text) => typeof text === "string");
}
