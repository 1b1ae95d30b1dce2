// The store of a run, which outlives its servers, and what befalls it: it is away for a while, a
// commit takes long, a worker dies, in the midst of a commit too.
import { Vault } from "../vault.ts";
import type { VaultCopy, VaultWorker } from "../vault.ts";
import { Books } from "./books.ts";
import type { StoreFaults } from "./plan.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";

const COMMIT_MIN_MS = 1;
const COMMIT_MAX_MS = 20;
/** One commit in so many takes long. */
const SLOW_CHANCE = 0.02;
const SLOW_MS = 300;
const AWAY_MIN_MS = 200;
const AWAY_MAX_MS = 3000;
/** How often a copy is made, ms, and how many are kept. */
const COPY_MS = 1000;
const COPIES_MAX = 4;

interface Copy {
  /** Virtual ms. */
  readonly madeAt: number;
  readonly copy: VaultCopy;
}

export class Store {
  readonly vault: Vault;
  readonly books: Books;
  outages = 0;
  deaths = 0;
  /** Times that it was brought back from an older copy. */
  rewinds = 0;
  /** The newest tick of which a server was told that it is durable. */
  landedTick = 0;
  /** No fault begins; those that have begun go on. */
  isQuiet = false;
  readonly #schedule: Schedule;
  readonly #random: Random;
  readonly #faults: StoreFaults;
  #isCalm = false;
  #copies: Copy[] = [];

  constructor(schedule: Schedule, random: Random, faults: StoreFaults) {
    this.#schedule = schedule;
    this.#random = random;
    this.#faults = faults;
    this.vault = new Vault({
      after: (ms, call) => schedule.after(ms, call),
      commitMs: () => this.#commitMs(),
    });
    this.books = new Books(this.vault);
  }

  /** Copies are made from now on. */
  backUp(): void {
    this.#schedule.after(COPY_MS, () => {
      this.#copies.push({ madeAt: this.#schedule.now, copy: this.vault.copy() });
      this.#copies = this.#copies.slice(-COPIES_MAX);
      this.backUp();
    });
  }

  /**
   * Brings it back from its oldest copy of the present epoch, made at `since` or later: whoever
   * wrote to it before has left no journal behind that copy.
   */
  rewind(since: number): void {
    const { vault } = this;
    const found = this.#copies.find(({ copy, madeAt }) => {
      return madeAt >= since && copy.written === vault.epoch && copy.tick < vault.tick;
    });
    this.#copies = [];
    if (found === undefined) return;
    vault.restore(found.copy);
    this.landedTick = found.copy.tick;
    this.books.reopen();
    this.rewinds++;
  }

  /** Faults begin. @param worker the one at work, null when there is none */
  trouble(worker: () => VaultWorker | null): void {
    this.#often(this.#faults.outages, () => this.#goAway());
    this.#often(this.#faults.deaths, () => {
      const victim = worker();
      if (victim === null) return;
      this.deaths++;
      victim.die(this.#random.chance(0.5));
    });
  }

  /** Faults end. */
  calm(): void {
    this.#isCalm = true;
    this.vault.comeBack();
  }

  /** The server's process is killed: what it was committing is in, or not, or ends by itself. */
  abandon(worker: VaultWorker | null): void {
    worker?.die(this.#random.pick([true, false, undefined]));
  }

  #commitMs(): number {
    if (!this.#isCalm && this.#random.chance(SLOW_CHANCE)) return SLOW_MS;
    return this.#random.between(COMMIT_MIN_MS, COMMIT_MAX_MS);
  }

  #goAway(): void {
    if (this.vault.isAway) return;
    this.outages++;
    this.vault.isAway = true;
    this.#schedule.after(this.#random.spread(AWAY_MIN_MS, AWAY_MAX_MS), () => {
      this.vault.comeBack();
    });
  }

  #often(perMinute: number, act: () => void): void {
    if (perMinute === 0) return;
    this.#schedule.after(this.#random.wait(perMinute), () => {
      if (this.#isCalm) return;
      if (!this.isQuiet) act();
      this.#often(perMinute, act);
    });
  }
}
