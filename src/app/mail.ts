// Messages that an application sends to clients in a tick. They wait here while its code runs, so
// that what one piece of it sent before it threw can be taken back, and are posted before the step.
import type { Fingerprint } from "./fingerprint.ts";

/** Messages that a tick sends, and their bytes; one to many clients is one. */
export const SENDS_MAX = 4096;
export const SENT_BYTES_MAX = 262_144;

/** Whoever brings them to clients. For whom they are, the state after the last step says. */
export interface Post {
  sendTo(entity: number, type: number, payload: Uint8Array, request: number): boolean;
  sendToObserversOf(entity: number, type: number, payload: Uint8Array): number;
  sendToRadius(x: number, y: number, radius: number, type: number, payload: Uint8Array): number;
  sendToAll(type: number, payload: Uint8Array): number;
}

export const TO_ONE = 0;
export const TO_OBSERVERS = 1;
export const TO_RADIUS = 2;
export const TO_ALL = 3;

/** To whom; three numbers beside it, as `put` has them; type; where its bytes end. */
const NUMBERS = 6;

/** Numbers of 4,096 messages, 6 x 8 bytes each, and their bytes: 458,752. */
export class Mail {
  readonly #numbers = new Float64Array(SENDS_MAX * NUMBERS);
  readonly #bytes = new Uint8Array(SENT_BYTES_MAX);
  #count = 0;

  /** Messages of this tick so far. */
  get count(): number {
    return this.#count;
  }

  /**
   * @param to one of the four above
   * @param a of one or of observers the entity; of a radius its x, position units
   * @param b of one the number of the request; of a radius its y
   * @param c of a radius how far it goes
   * @param payload copied
   * @returns false when the tick takes no more
   */
  put(to: number, a: number, b: number, c: number, type: number, payload: Uint8Array): boolean {
    const from = this.#end(this.#count);
    const end = from + payload.length;
    if (this.#count === SENDS_MAX || end > SENT_BYTES_MAX) return false;
    const at = this.#count * NUMBERS;
    this.#numbers[at] = to;
    this.#numbers[at + 1] = a;
    this.#numbers[at + 2] = b;
    this.#numbers[at + 3] = c;
    this.#numbers[at + 4] = type;
    this.#numbers[at + 5] = end;
    this.#bytes.set(payload, from);
    this.#count++;
    return true;
  }

  /** Forgets those behind the first so many. */
  takeBack(count: number): void {
    this.#count = Math.min(this.#count, count);
  }

  /** What was sent to whom, as far as the application says it. */
  mark(fingerprint: Fingerprint): void {
    for (let i = 0; i < this.#count * NUMBERS; i++) fingerprint.word(this.#numbers[i] ?? 0);
    fingerprint.bytes(this.#bytes, 0, this.#end(this.#count));
  }

  /** Hands over what was sent in this tick. @param post null: nobody brings it anywhere */
  flush(post: Post | null): void {
    if (post !== null) for (let i = 0; i < this.#count; i++) this.#post(post, i);
    this.#count = 0;
  }

  #post(post: Post, i: number): void {
    const at = i * NUMBERS;
    const numbers = this.#numbers;
    const [a, b, c] = [numbers[at + 1] ?? 0, numbers[at + 2] ?? 0, numbers[at + 3] ?? 0];
    const type = numbers[at + 4] ?? 0;
    const payload = this.#bytes.subarray(this.#end(i), this.#end(i + 1));
    switch (numbers[at]) {
      case TO_ONE:
        post.sendTo(a, type, payload, b);
        break;
      case TO_OBSERVERS:
        post.sendToObserversOf(a, type, payload);
        break;
      case TO_RADIUS:
        post.sendToRadius(a, b, c, type, payload);
        break;
      default:
        post.sendToAll(type, payload);
    }
  }

  /** Where the bytes of the first so many end. */
  #end(count: number): number {
    return count === 0 ? 0 : (this.#numbers[(count - 1) * NUMBERS + 5] ?? 0);
  }
}
