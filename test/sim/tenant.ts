// One server's place at the store: between its keeper and the vault, as the worker thread is, and
// witness of what they say to each other.
import type { Fact } from "../../src/engine/facts.ts";
import type { KeeperParts } from "../../src/persistence/keeper-parts.ts";
import type { Keeper } from "../../src/persistence/keeper.ts";
import type { FromWorker, Opened } from "../../src/persistence/messages.ts";
import type { VaultWorker } from "../vault.ts";
import type { Store } from "./store.ts";
import { must, violated } from "./violation.ts";

/** After so long a server may take the store for away, ms; less what the clocks differ. */
const PATIENCE_MS = 500 - 60;

export interface TenantParts {
  readonly store: Store;
  readonly clock: () => number;
  /** Brings something into the server's event loop. */
  readonly deliver: (call: () => void) => void;
}

export class Tenant {
  /** The worker at work; one that is lost in the midst of a start ends the start, in good order. */
  worker: VaultWorker | null = null;
  /** The server has claimed the world, and knows it. */
  isOpen = false;
  /** What the store had when the world was claimed. */
  opened: Opened | null = null;
  /** Facts in the order in which the server noted them. */
  readonly noted: Fact[] = [];
  readonly store: Store;
  readonly #parts: TenantParts;
  /** When the flight under way left, or its worker was lost; null: neither. */
  #waitsSince: number | null = null;
  readonly #inbox: (() => void)[] = [];
  #keeper: Keeper | null = null;

  constructor(parts: TenantParts) {
    this.#parts = parts;
    this.store = parts.store;
  }

  /** Whether a client need not wait until what it is told is durable. */
  get isAway(): boolean {
    return this.#waitsSince !== null && this.#parts.clock() - this.#waitsSince > PATIENCE_MS;
  }

  readonly startWorker: KeeperParts["startWorker"] = (options, hear, lost) => {
    const { clock, store } = this.#parts;
    const worker = store.vault.startWorker(
      options,
      (message) => {
        if (message.type === "opened" && this.opened === null) this.#open(message);
        this.#deliver(() => {
          this.#heard(message);
          hear(message);
        });
      },
      (error) => {
        this.worker = null;
        this.#deliver(() => {
          this.#waitsSince ??= clock();
          lost(error);
        });
      },
    );
    this.worker = worker;
    return {
      post: (message, transfer) => {
        if (message.type === "flight") this.#waitsSince = clock();
        worker.post(structuredClone(message, { transfer: [...transfer] }));
      },
      end: () => worker.end(),
    };
  };

  /** Before the server starts. */
  watch(keeper: Keeper): void {
    this.#keeper = keeper;
    const note = keeper.note.bind(keeper);
    keeper.note = (fact) => {
      this.noted.push(fact);
      return note(fact);
    };
  }

  /** After each tick. @throws Violation */
  judge(): void {
    this.store.books.read();
    const { waiting, factsMax } = this.#mustKeep().status;
    must(waiting <= factsMax, () => `${waiting} facts wait, more than ${factsMax}`);
  }

  /** Facts noted that are not in the store. */
  get missing(): number {
    const { books } = this.store;
    books.read();
    return this.noted.length - books.countOf(this.opened?.epoch ?? 0);
  }

  /** What is told is in the store, or the store is away. @returns whether it is in the store */
  mustHave(session: string, entity: number, tokenHash: string): boolean {
    const stored = this.store.vault.sessions.get(session);
    const isIn = stored?.entity === entity && stored.tokenHash === tokenHash;
    must(isIn || this.isAway, () => {
      return `session ${session} was told of entity ${entity}, and the store has not got it`;
    });
    return isIn;
  }

  /** In order, as a port between threads does. */
  #deliver(call: () => void): void {
    this.#inbox.push(call);
    this.#parts.deliver(() => this.#inbox.shift()?.());
  }

  #mustKeep(): Keeper {
    return this.#keeper ?? violated("a server that keeps nothing has a place at the store");
  }

  #open(message: Opened): void {
    const { books, landedTick } = this.store;
    this.opened = message;
    books.open(message.epoch, this.noted);
    must(
      message.tick >= landedTick,
      () => `tick ${message.tick} was restored, and tick ${landedTick} was durable`,
    );
  }

  #heard(message: FromWorker): void {
    if (message.type === "opened") {
      this.isOpen = true;
      this.#waitsSince = null;
    }
    if (message.type !== "landed") return;
    this.#waitsSince = null;
    this.store.landedTick = message.tick;
  }
}
