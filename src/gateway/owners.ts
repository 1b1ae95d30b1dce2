// Who owns which entity: a session apart from its connection. An owner whose connection ended waits
// for its token until its grace is over; its entity stays in the world meanwhile.

/** One session that has an entity. Made once a session, never in the tick. */
export interface Owner {
  /** Public name of the session, on whichever connection. */
  readonly session: string;
  /** Who alone may open it again; "" where nobody is asked. */
  readonly account: string;
  /** Where it joined from, as limits count it; "" where they do not, or nobody knows any more. */
  readonly network: string;
  /** Handle. */
  readonly entity: number;
  /** Connection that it plays on; WAITING while it has none. */
  slot: number;
  /** SHA-256 of the token that opens it again, hexadecimal, and of the one that did so last. */
  tokenHash: string;
  usedHash: string;
  /**
   * Whether its client has shown that it was told of the present token. Until then the last one
   * opens the session as well: a Welcome may be lost with its connection.
   */
  isTold: boolean;
  /** Times it was opened since its client showed that last. */
  untold: number;
  /** The present token, until the client has been told. */
  token: Uint8Array | null;
  /** While it waits: when the grace is over, ms of the injected clock; else Infinity. */
  deadline: number;
  /** Of its connections so far that have ended. */
  received: number;
  sent: number;
  corrections: number;
  /** Since its last note of violations. */
  overBank: number;
  overRate: number;
  clipped: number;
  tokenReused: number;
  /** Ticks in which the kernel trapped with what it sent. */
  poisoned: number;
}

/** `Owner.slot` without a connection. */
export const WAITING = -1;

/** Rows of the world a handle can name. */
const ROW_MASK = 0xffff;

interface Waiting {
  readonly owner: Owner;
  readonly deadline: number;
}

export class Owners {
  /** By the row of the entity. */
  readonly #byRow = new Map<number, Owner>();
  readonly #byToken = new Map<string, Owner>();
  readonly #byUsed = new Map<string, Owner>();
  /** In the order of their deadlines, since all have the same grace; some have come back. */
  #waiting: Waiting[] = [];
  #waitingFrom = 0;
  /** Those who wait and are counted, by network; in each the one with the next deadline first. */
  readonly #byNetwork = new Map<string, Set<Owner>>();
  #waitingCount = 0;

  get count(): number {
    return this.#byRow.size;
  }

  /** Of those, how many wait for their client. */
  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** How many wait that joined from a network. */
  waitingOf(network: string): number {
    return this.#byNetwork.get(network)?.size ?? 0;
  }

  /** When the next of them will not any more, ms; Infinity where none waits. */
  nextDeadline(network: string): number {
    const [next] = this.#byNetwork.get(network) ?? [];
    return next?.deadline ?? Infinity;
  }

  /** @returns the owner of an entity, by its handle */
  of(entity: number): Owner | undefined {
    const owner = this.#byRow.get(entity & ROW_MASK);
    return owner?.entity === entity ? owner : undefined;
  }

  /** @returns the owner whose session a token opens */
  byToken(hash: string): Owner | undefined {
    const last = this.#byUsed.get(hash);
    return this.#byToken.get(hash) ?? (last?.isTold === false ? last : undefined);
  }

  /** @returns the owner whose last token this was */
  byUsedToken(hash: string): Owner | undefined {
    return this.#byUsed.get(hash);
  }

  add(owner: Owner): void {
    this.#byRow.set(owner.entity & ROW_MASK, owner);
    this.#byToken.set(owner.tokenHash, owner);
    if (owner.usedHash !== "") this.#byUsed.set(owner.usedHash, owner);
  }

  /** The token `used` has opened its session; the next one counts from now on. */
  rotate(owner: Owner, used: string, hash: string): void {
    this.#byToken.delete(owner.tokenHash);
    this.#byUsed.delete(owner.usedHash);
    owner.usedHash = used;
    owner.tokenHash = hash;
    owner.isTold = false;
    this.#byUsed.set(owner.usedHash, owner);
    this.#byToken.set(hash, owner);
  }

  /** Its connection ended. */
  wait(owner: Owner, deadline: number): void {
    owner.slot = WAITING;
    owner.deadline = deadline;
    this.#waiting.push({ owner, deadline });
    this.#waitingCount++;
    const { network } = owner;
    if (network === "") return;
    const others = this.#byNetwork.get(network);
    if (others === undefined) this.#byNetwork.set(network, new Set([owner]));
    else others.add(owner);
  }

  /** Its client is on this connection from now on. */
  connect(owner: Owner, slot: number): void {
    this.#endWait(owner);
    owner.slot = slot;
  }

  remove(owner: Owner): void {
    this.#endWait(owner);
    this.#byToken.delete(owner.tokenHash);
    this.#byUsed.delete(owner.usedHash);
    // Where the world removed the entity itself, the row may be another's by now.
    if (this.of(owner.entity) === owner) this.#byRow.delete(owner.entity & ROW_MASK);
  }

  /** @returns one whose grace is over, undefined when there is none (more); take it out then */
  overdue(now: number): Owner | undefined {
    for (; this.#waitingFrom < this.#waiting.length; this.#waitingFrom++) {
      const next = this.#waiting[this.#waitingFrom];
      if (next === undefined || next.deadline > now) break;
      const { owner, deadline } = next;
      // Otherwise it came back meanwhile, and may wait again further behind.
      if (owner.slot === WAITING && owner.deadline === deadline) return owner;
    }
    if (this.#waitingFrom > this.#waiting.length / 2) {
      this.#waiting = this.#waiting.slice(this.#waitingFrom);
      this.#waitingFrom = 0;
    }
    return undefined;
  }

  [Symbol.iterator](): MapIterator<Owner> {
    return this.#byRow.values();
  }

  #endWait(owner: Owner): void {
    if (owner.slot !== WAITING || owner.deadline === Infinity) return;
    owner.deadline = Infinity;
    this.#waitingCount--;
    const others = this.#byNetwork.get(owner.network);
    others?.delete(owner);
    if (others?.size === 0) this.#byNetwork.delete(owner.network);
  }
}
