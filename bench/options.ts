// Options of the commands in bench/, as people type them.

interface Limits {
  readonly min: number;
  readonly max: number;
}

/** More rounds than this tell nothing more. */
export const ROUNDS: Limits = { min: 1, max: 1000 };
/** At the default of engine.max_visible no server takes more bots. */
export const BOTS: Limits = { min: 1, max: 8192 };

/** @throws Error in words when it is no whole number within the limits */
export function whole(option: string, text: string, { min, max }: Limits): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`--${option} is ${text}; it must be a whole number from ${min} to ${max}`);
}
