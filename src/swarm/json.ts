// Values out of parsed JSON, with a sentence where they are not what they should be.

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param fallback what an absent key means; NaN = it must be there */
export function numberIn(
  record: Record<string, unknown>,
  key: string,
  fallback: number,
  name: string,
): number {
  const value = record[key] ?? fallback;
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new Error(`${name}: ${key} is ${JSON.stringify(record[key])}, it must be a number`);
  return value;
}

export function flagIn(record: Record<string, unknown>, key: string, name: string): boolean {
  const value = record[key] ?? false;
  if (typeof value !== "boolean")
    throw new Error(`${name}: ${key} is ${JSON.stringify(value)}, it must be true or false`);
  return value;
}

/** Refuses keys that nobody reads: a misspelt one would be silently without effect. */
export function knownKeysOnly(
  record: Record<string, unknown>,
  keys: readonly string[],
  name: string,
): void {
  const unknown = Object.keys(record).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw new Error(`${name}: unknown key ${unknown}; it knows ${keys.join(", ")}`);
}
