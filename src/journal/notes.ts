// The facts that a segment holds, gathered while it is read.
import type { FactsRecord } from "./format.ts";
import type { NotedFact } from "./noted.ts";
import type { Item } from "./reader.ts";

export class Notes {
  readonly #records: FactsRecord[] = [];

  take(item: Item): void {
    if (item.type === "facts") this.#records.push(item.facts);
  }

  /** Facts of the ticks after the first and up to the second. */
  facts(after: number, until: number): NotedFact[] {
    const within = this.#records.filter(({ tick }) => tick > after && tick <= until);
    return within.flatMap(({ facts }) => facts.filter(isNoted));
  }
}

function isNoted(fact: object): fact is NotedFact {
  const { epoch, index, tick } = fact as Record<string, unknown>;
  const isOwned = epoch === undefined || Number.isSafeInteger(epoch);
  return isOwned && Number.isSafeInteger(index) && Number.isSafeInteger(tick);
}
