// Which names may stand for a secret, so that a misspelt setting does not print what it held.
import { HIDDEN } from "./faults.ts";
import { nearest } from "./nearest.ts";
import type { Config } from "./schema.ts";
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

/** All settings, with HIDDEN where a name suggests a secret, such as an address with a password. */
export function withoutSecrets(config: Config): object {
  const sections = Object.entries(config).map(([section, settings]) => {
    const shown = Object.entries(settings as object).map(([key, value]: [string, unknown]) => {
      return [key, unlessSecret(`${section}.${key}`, value)] as const;
    });
    return [section, Object.fromEntries(shown)] as const;
  });
  return Object.fromEntries(sections);
}
