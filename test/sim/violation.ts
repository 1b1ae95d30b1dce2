// An invariant that does not hold, in one sentence.

export class Violation extends Error {
  override readonly name = "Violation";
}

/** @throws Violation */
export function violated(sentence: string): never {
  throw new Violation(sentence);
}

/** @throws Violation unless `holds`; the sentence is made only then */
export function must(holds: boolean, sentence: () => string): void {
  if (!holds) violated(sentence());
}
