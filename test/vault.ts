// A store in memory that outlives the servers of a test: commits flights after a while, may be held
// up, cut off in the midst of a commit, or taken over. Speaks to a keeper as the worker does.
import { NO_POOL } from "../src/persistence/contract.ts";
import type { MarkedFact, SpentToken, StoredSession } from "../src/persistence/contract.ts";
import type {
  FromWorker,
  ToWorker,
  WorkerNumbers,
  WorkerOptions,
} from "../src/persistence/messages.ts";
import type { WorkerPort } from "../src/persistence/port.ts";

type FlightMessage = Extract<ToWorker, { type: "flight" }>;

export interface VaultParts {
  /** Calls back later; the delay is the vault's commit time. */
  readonly after: (ms: number, call: () => void) => void;
  /** What the next commit takes, ms. */
  readonly commitMs: () => number;
}

/** What a vault had at some time. */
export interface VaultCopy {
  readonly image: Uint8Array | null;
  readonly tick: number;
  readonly written: number;
  readonly sessions: ReadonlyMap<string, StoredSession>;
  readonly spent: readonly SpentToken[];
  /** How many. */
  readonly facts: number;
}

export class Vault {
  epoch = 0;
  tick = 0;
  /** Epoch of the last flight. */
  written = 0;
  image: Uint8Array | null = null;
  readonly sessions = new Map<string, StoredSession>();
  readonly spent: SpentToken[] = [];
  /** Keys `epoch:tick:index` of all facts ever committed, in order. */
  readonly keys: string[] = [];
  readonly facts: MarkedFact[] = [];
  commits = 0;
  /** Flights that came from an owner that is none any more. */
  fenced = 0;
  /** No commit ends while it is away; those under way end when it is back. */
  isAway = false;
  /** What a worker that begins is told; null: it may. */
  refusal: { readonly sentence: string; readonly isOwned: boolean } | null = null;
  /** Present, by session; as presence was told. */
  readonly present = new Map<string, string>();
  readonly #parts: VaultParts;
  #held: (() => void)[] = [];

  constructor(parts: VaultParts) {
    this.#parts = parts;
  }

  /** As a backup holds it; the last epoch is no part of it, since each claim takes a higher one. */
  copy(): VaultCopy {
    const { image, tick, written } = this;
    const [sessions, spent] = [new Map(this.sessions), [...this.spent]];
    return { image, tick, written, sessions, spent, facts: this.facts.length };
  }

  /** While no worker is at work. */
  restore(copy: VaultCopy): void {
    this.image = copy.image;
    this.tick = copy.tick;
    this.written = copy.written;
    this.sessions.clear();
    for (const [session, stored] of copy.sessions) this.sessions.set(session, stored);
    this.spent.splice(0, Infinity, ...copy.spent);
    this.facts.length = this.keys.length = copy.facts;
  }

  comeBack(): void {
    this.isAway = false;
    const held = this.#held;
    this.#held = [];
    for (const call of held) call();
  }

  /** What a keeper starts its worker with. */
  readonly startWorker = (
    options: WorkerOptions,
    hear: (message: FromWorker) => void,
    lost: (error: Error) => void,
  ): VaultWorker => {
    const worker = new VaultWorker(this, hear, lost);
    this.later(() => worker.begin(options.epoch));
    return worker;
  };

  later(call: () => void): void {
    this.#parts.after(this.#parts.commitMs(), () => {
      if (this.isAway) this.#held.push(call);
      else call();
    });
  }

  /** @returns whether the flight is in: now, or since its last try */
  commit(epoch: number, { tick, image, imageBytes, facts }: FlightMessage): boolean {
    if (epoch !== this.epoch) {
      this.fenced++;
      return false;
    }
    if (tick <= this.tick && this.written === epoch) return true;
    this.tick = tick;
    this.written = epoch;
    this.commits++;
    this.image = new Uint8Array(image).slice(0, imageBytes);
    for (const fact of facts) this.#take(fact);
    return true;
  }

  #take(fact: MarkedFact): void {
    this.keys.push(`${fact.epoch ?? this.epoch}:${fact.tick}:${fact.index}`);
    this.facts.push(fact);
    if (fact.what === "joined") {
      const { session, entity, kind, tokenHash, client, account } = fact;
      const counters = { received: 0, sent: 0, corrections: 0 };
      const who = { session, entity, kind, tokenHash, usedHash: "", client, account };
      const stored = { ...who, isOpen: true, counters };
      this.sessions.set(session, stored);
      if (fact.spent !== null) this.spent.push(fact.spent);
    } else if (fact.what === "ended") this.sessions.delete(fact.session);
    else if (fact.what === "resumed") {
      const { tokenHash, usedHash } = fact;
      this.#change(fact.session, { tokenHash, usedHash, isOpen: true });
    } else if (fact.what === "told") this.#change(fact.session, { usedHash: "" });
    else if (fact.what === "suspended") {
      this.#change(fact.session, { isOpen: false, counters: fact.counters });
    }
  }

  #change(session: string, change: Partial<StoredSession>): void {
    const stored = this.sessions.get(session);
    if (stored !== undefined) this.sessions.set(session, { ...stored, ...change });
  }
}

export class VaultWorker implements WorkerPort {
  /** Flights that this worker was given. */
  flights = 0;
  readonly #vault: Vault;
  readonly #hear: (message: FromWorker) => void;
  readonly #lost: (error: Error) => void;
  #epoch = 0;
  #isOver = false;
  /** On its way into the vault. */
  #flying: FlightMessage | null = null;

  constructor(vault: Vault, hear: (message: FromWorker) => void, lost: (error: Error) => void) {
    this.#vault = vault;
    this.#hear = hear;
    this.#lost = lost;
  }

  begin(epoch: number | null): void {
    const vault = this.#vault;
    if (this.#isOver) return;
    if (vault.refusal !== null) {
      this.#hear({ type: "refused", ...vault.refusal });
      return;
    }
    if (epoch === null) vault.epoch++;
    this.#epoch = epoch ?? vault.epoch;
    const images = epoch === null && vault.image !== null ? [vault.image] : [];
    const sessions = epoch === null ? [...vault.sessions.values()] : [];
    const { spent, tick, written } = vault;
    const found = { tick, written, images, sessions, spent, story: [] };
    this.#hear({ type: "opened", store: "a vault", epoch: this.#epoch, ...found });
  }

  post(message: ToWorker): void {
    if (this.#isOver) return;
    if (message.type === "flight") this.#fly(message);
    else if (message.type === "present")
      this.#vault.present.set(message.entry.session, message.entry.state);
    else if (message.type === "absent") this.#vault.present.delete(message.session);
    else if (message.type === "close") this.#hear({ type: "closed" });
  }

  /** Says so many events wait in the outbox, beside zeros. */
  reportWaiting(waiting: number): void {
    const presence = { beats: 0, failures: 0, skipped: 0, entries: 0, fault: null };
    const relay = { delivered: 0, failed: 0, fault: null };
    const outbox = { waiting, oldestMs: 0, dead: 0 };
    const counts = { flushFaults: 0, historyCut: 0, pool: NO_POOL };
    const numbers: WorkerNumbers = { ...counts, outbox, relay, presence };
    this.#hear({ type: "numbers", numbers });
  }

  end(): Promise<void> {
    this.#isOver = true;
    return Promise.resolve();
  }

  /**
   * The worker dies. What it was committing is in the vault from now on, or never will be, as
   * `isIn` says; without it the vault ends the commit in its own time.
   */
  die(isIn?: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const flying = this.#flying;
    if (isIn !== undefined) this.#flying = null;
    if (isIn === true && flying !== null) this.#vault.commit(this.#epoch, flying);
    this.#lost(new Error("the worker was killed"));
  }

  #fly(flight: FlightMessage): void {
    this.flights++;
    this.#flying = flight;
    this.#vault.later(() => {
      if (this.#flying !== flight) return;
      this.#flying = null;
      const isIn = this.#vault.commit(this.#epoch, flight);
      if (this.#isOver) return;
      if (!isIn) this.#hear({ type: "fenced" });
      else this.#hear({ type: "landed", tick: flight.tick, ms: 1, image: flight.image });
    });
  }
}
