// Which parts of a tick a whole run measures in which crowds.
import { evenCase } from "../cases.ts";
import type { Case } from "../results.ts";
import type { Part } from "./results.ts";

export const PART_CASES: readonly Case[] = [
  evenCase("uniform", 300, 0),
  evenCase("uniform", 1000, 0),
  evenCase("uniform", 10_000, 30),
];
/** Of --quick. */
export const QUICK_CASES = PART_CASES.slice(1, 2);

/** Worlds larger than this tell nothing more; of the other parts all do. */
const LARGEST: Readonly<Partial<Record<Part, number>>> = {
  "decode-update": 1000,
  "decode-intent": 1000,
};

export function isPlayed(part: Part, { n }: Case): boolean {
  return n <= (LARGEST[part] ?? Infinity);
}
