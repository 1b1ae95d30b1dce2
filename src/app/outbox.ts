// What an application emits: events for the store's outbox. They become facts of the tick whose
// commands they came with, and are told back when the store has them for good.
import type { Fact } from "../engine/facts.ts";
import type { Committed } from "./definition.ts";
import type { Fingerprint } from "./fingerprint.ts";

/** Where facts go. */
export interface FactLedger {
  hasRoom(facts: number): boolean;
  /** Whether too many events wait for others to hear of them. */
  readonly isBehind: boolean;
  /** @returns its serial number, which only rises */
  note(fact: Fact): number;
  /** Whether it is in the store. */
  isDurable(serial: number): boolean;
}

/** Events whose commit has not come back. */
export const PENDING_MAX = 16_384;
/** Bytes of a payload. */
const PAYLOAD_MAX = 4096;
const NAME_MAX = 128;

interface Pending extends Committed {
  readonly serial: number;
}

interface Staged extends Committed {
  readonly payload: string;
}

export class Outbox {
  /** Events handed to the store; those refused, since the store takes no more. */
  emitted = 0;
  refused = 0;
  readonly #ledger: FactLedger;
  #staged: Staged[] = [];
  /** Events asked for in this tick, and the places of those refused. */
  #asked = 0;
  #refusedAt: number[] = [];
  /** Of a tick that is repeated: the places of those that were refused then; null: it is not. */
  #again: readonly number[] | null = null;
  #pending: Pending[] = [];

  constructor(ledger: FactLedger) {
    this.#ledger = ledger;
  }

  /**
   * Emits an event: it is stored with this tick, and published at least once, in order within its
   * stream.
   * @param payload anything that JSON can say, at most 4,096 bytes of it
   * @returns false when the store takes no more at the moment: it is counted, and not emitted
   * @throws RangeError for a payload or a name that is too long
   */
  emit(stream: string, type: string, payload: unknown): boolean {
    const text = (JSON.stringify(payload) as string | undefined) ?? "null";
    const bytes = Buffer.byteLength(text);
    if (bytes > PAYLOAD_MAX)
      throw new RangeError(
        `the event ${type} has ${bytes} bytes: at most ${PAYLOAD_MAX} are kept.`,
      );
    if (stream.length > NAME_MAX || type.length > NAME_MAX)
      throw new RangeError(`stream and type of an event have at most ${NAME_MAX} characters.`);
    const nth = this.#asked++;
    if (this.#again === null ? this.#isFull : this.#again.includes(nth)) {
      this.#refusedAt.push(nth);
      this.refused++;
      return false;
    }
    this.#staged.push({ stream, type, payload: text });
    return true;
  }

  get #isFull(): boolean {
    const waiting = this.#staged.length + this.#pending.length;
    const ledger = this.#ledger;
    return waiting >= PENDING_MAX || ledger.isBehind || !ledger.hasRoom(this.#staged.length + 1);
  }

  /** Events of this tick that were refused, by their places among those asked for. */
  get refusedAt(): readonly number[] {
    return this.#refusedAt;
  }

  /** A tick is repeated in which these were refused. */
  refuseAgain(places: readonly number[]): void {
    this.#again = places;
  }

  /** Events of this tick so far. */
  get stagedCount(): number {
    return this.#staged.length;
  }

  /** Forgets those behind the first so many. */
  takeBack(count: number): void {
    this.#staged.length = Math.min(this.#staged.length, count);
  }

  /** What was emitted in this tick. */
  mark(fingerprint: Fingerprint): void {
    for (const { stream, type, payload } of this.#staged)
      for (const text of [stream, type, payload]) fingerprint.text(text);
  }

  /** Hands over what was emitted in this tick. */
  flush(): void {
    this.#asked = 0;
    this.#refusedAt = [];
    if (this.#staged.length === 0) return;
    for (const { stream, type, payload } of this.#staged) {
      const serial = this.#ledger.note({ what: "emitted", stream, type, payload });
      this.#pending.push({ serial, stream, type });
    }
    this.emitted += this.#staged.length;
    this.#staged = [];
  }

  /** How many of those that wait longest are in the store by now. */
  countDurable(): number {
    let count = 0;
    for (const { serial } of this.#pending) {
      if (!this.#ledger.isDurable(serial)) break;
      count++;
    }
    return count;
  }

  /** Takes out those that have waited longest. */
  takeCommitted(count: number): Committed[] {
    return this.#pending.splice(0, count);
  }
}
