// What came through the door must reach the world: each intent of an honest client once, in order,
// in the step that follows, and nothing under its name that it did not send.
import { INTENT_WORDS } from "#layout";
import { must, violated } from "./violation.ts";

export class Ledger {
  /** By entity: sequence, dx, dy of each intent since the last step, in order of arrival. */
  readonly #due = new Map<number, number[]>();
  /** Intents seen to arrive in the world. */
  count = 0;

  expect(entity: number, sequence: number, dx: number, dy: number): void {
    const due = this.#due.get(entity);
    if (due === undefined) this.#due.set(entity, [sequence, dx, dy]);
    else due.push(sequence, dx, dy);
  }

  /**
   * Compares with the input of a step.
   * @param isHonest whether an entity's intents are all known
   * @throws Violation
   */
  settle(intents: Int32Array, count: number, isHonest: (entity: number) => boolean): void {
    const next = new Map<number, number>();
    for (let i = 0; i < count; i++) {
      const at = i * INTENT_WORDS;
      const entity = (intents[at] ?? 0) >>> 0;
      const k = next.get(entity) ?? 0;
      const due = this.#due.get(entity);
      if (due === undefined && !isHonest(entity)) continue;
      const sequence = intents[at + 1] ?? 0;
      if (due?.[k] !== sequence) {
        const expected = due?.[k] === undefined ? "none" : `sequence ${due[k]}`;
        violated(`the world was given sequence ${sequence} of ${entity}, ${expected} was due`);
      }
      const same = due[k + 1] === intents[at + 2] && due[k + 2] === intents[at + 3];
      must(same, () => `sequence ${sequence} of ${entity} reached the world with another delta`);
      next.set(entity, k + 3);
      this.count++;
    }
    for (const [entity, due] of this.#due) {
      const k = next.get(entity) ?? 0;
      must(k === due.length, () => `sequence ${due[k] ?? 0} of ${entity} never reached the world`);
    }
    this.#due.clear();
  }
}
