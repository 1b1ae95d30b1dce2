// Which names may stand for a secret, so that a misspelt setting does not print what it held.
import { HIDDEN } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { SETTINGS } from "./schema.ts";

const SECRETS = [...SETTINGS].filter(([, meta]) => meta.isSecret).map(([key]) => key);
const TELLING = /auth|secret|token|passw|credential|key|url/i;

/** @returns `value`, or HIDDEN where the setting's or variable's `name` suggests a secret */
export function unlessSecret(name: string, value: unknown): unknown {
  if (TELLING.test(name)) return HIDDEN;
  const key = name
    .toLowerCase()
    .replace(/^aether_/, "")
    .replace("_", ".");
  return nearest(key, SECRETS) === null ? value : HIDDEN;
}
