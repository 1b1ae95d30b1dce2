// What the store was given of what the servers noted: each fact once, in the order in which it was
// noted, and of each session in an order that makes sense.
import type { Fact } from "../../src/engine/facts.ts";
import type { Vault } from "../vault.ts";
import { must, violated } from "./violation.ts";

type State = "playing" | "suspended" | "ended";

/** What may follow what; "violated" may come at any time before the end. */
const NEXT: Readonly<Record<string, readonly (State | undefined)[]>> = {
  joined: [undefined],
  suspended: ["playing"],
  resumed: ["suspended"],
  ended: ["playing", "suspended"],
  violated: ["playing", "suspended"],
};

export class Books {
  readonly #vault: Vault;
  readonly #keys = new Set<string>();
  readonly #states = new Map<string, State>();
  /** By epoch: what its server noted, and how many of it are in the store. */
  readonly #noted = new Map<number, readonly Fact[]>();
  readonly #committed = new Map<number, number>();
  #read = 0;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** A server has claimed the world. */
  open(epoch: number, noted: readonly Fact[]): void {
    this.read();
    this.#noted.set(epoch, noted);
  }

  /** The store was brought back from a copy: what it has forgotten may be committed again. */
  reopen(): void {
    this.#keys.clear();
    this.#states.clear();
    this.#committed.clear();
    this.#read = 0;
    this.read();
  }

  isEnded(session: string): boolean {
    return this.#states.get(session) === "ended";
  }

  /** Facts of a server that are in the store. */
  countOf(epoch: number): number {
    return this.#committed.get(epoch) ?? 0;
  }

  /** Takes what was committed since the last call. @throws Violation */
  read(): void {
    const { facts, keys } = this.#vault;
    for (; this.#read < facts.length; this.#read++) {
      const fact = facts[this.#read];
      const key = keys[this.#read] ?? "";
      must(!this.#keys.has(key), () => `fact ${key} was committed twice`);
      this.#keys.add(key);
      if (fact !== undefined) this.#take(Number.parseInt(key), key, fact);
    }
  }

  #take(epoch: number, key: string, fact: Fact): void {
    const count = this.countOf(epoch);
    this.#committed.set(epoch, count + 1);
    const noted = this.#noted.get(epoch)?.[count];
    if (noted === undefined) violated(`fact ${key} was committed and never noted`);
    must(
      noted.what === fact.what && sessionOf(noted) === sessionOf(fact),
      () => `fact ${key} is "${fact.what}", but "${noted.what}" was due`,
    );
    const session = sessionOf(fact);
    const state = this.#states.get(session);
    const isLegal = NEXT[fact.what]?.includes(state) ?? true;
    must(isLegal, () => `session ${session} is ${state ?? "unknown"} and "${fact.what}" follows`);
    if (fact.what === "ended" || fact.what === "suspended") this.#states.set(session, fact.what);
    else if (fact.what === "joined" || fact.what === "resumed") {
      this.#states.set(session, "playing");
    }
  }
}

function sessionOf(fact: Fact): string {
  return fact.what === "emitted" ? fact.stream : fact.session;
}
