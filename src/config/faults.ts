// What is wrong with a configuration, in sentences that an operator can act on.
import { inspect } from "node:util";

/** One fault: which setting, what was written, where, and what to write instead. */
export interface Fault {
  /** The setting's dotted name, e.g. "engine.max_speed"; "" when the file as a whole is meant. */
  readonly key: string;
  /** What was written, made printable and short. */
  readonly value: string;
  /** "config.yaml line 12", "environment AETHER_ENGINE_MAX_SPEED", "default". */
  readonly source: string;
  /** One line, one sentence: key, value, source, remedy. */
  readonly sentence: string;
}

/** A value that someone wrote, and where. */
export interface Entry {
  readonly value: unknown;
  readonly source: string;
}

/** @returns the sentence "`key` is `value` (`source`): `remedy`." as a fault. */
export function fault(key: string, entry: Entry, remedy: string): Fault {
  const value = show(entry.value);
  const sentence = `${key} is ${value} (${entry.source}): ${remedy}.`;
  return { key, value, source: entry.source, sentence };
}

/** @returns "`source`: `problem`; `remedy`." for what concerns a file rather than one setting. */
export function fileFault(source: string, problem: string, remedy: string): Fault {
  return { key: "", value: "", source, sentence: `${source}: ${problem}; ${remedy}.` };
}

/**
 * The whole list, as it goes to stderr before the process ends with exit code 78.
 * @param outcome what does not happen because of them
 */
export function describeFaults(
  faults: readonly Fault[],
  outcome = "Aether does not start",
): string {
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  const lines = faults.map((each) => `- ${each.sentence}`);
  return `${outcome}: ${count} in its configuration.\n${lines.join("\n")}\n`;
}

const MAX_SHOWN = 60;
/** Stands for a value that is or may be a secret. */
export const HIDDEN = Symbol("hidden");

/** @returns `value` on one short printable line; text in quotes. */
export function show(value: unknown): string {
  if (value === null || value === undefined || value === "") return "empty";
  if (typeof value === "string") return `"${printable(withoutPassword(value))}"`;
  if (value === HIDDEN) return "(not shown)";
  if (Array.isArray(value)) return listOf(value);
  if (typeof value === "object") return "a group of settings";
  return printable(inspect(value));
}

function listOf(items: readonly unknown[]): string {
  if (items.length === 0 || !items.every((item) => typeof item === "string")) return "a list";
  return printable(`[${items.map((item) => `"${withoutPassword(item)}"`).join(", ")}]`);
}

/** A URL's password is nobody's business, even where the URL is wrong. */
function withoutPassword(text: string): string {
  return text.replace(/(:\/\/[^:@/\s]*):.*@/gs, "$1:…@");
}

/** @returns `text` cut short, with everything that could move a terminal's cursor escaped. */
export function printable(text: string, length = MAX_SHOWN): string {
  const short = text.length > length ? `${text.slice(0, length)}…` : text;
  return short.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
