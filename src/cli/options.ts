// The options of `aether serve`, `aether relay` and `aether outbox`.
import { readArguments } from "./arguments.ts";
import type { OptionForm } from "./arguments.ts";

/** What was read, or every fault as a sentence. */
export type Parsed<Options> =
  | { readonly ok: true; readonly options: Options }
  | { readonly ok: false; readonly faults: readonly string[] };

export interface RelayOptions {
  /** Absent: ./config.yaml when it is there, otherwise the defaults. */
  readonly config?: string;
}

export interface ServeOptions extends RelayOptions {
  /** Bots to start beside the server; 0 for none. */
  readonly bots: number;
}

export interface OutboxOptions extends RelayOptions {
  readonly action: "list" | "retry" | "drop";
  /** Which dead events are meant; null: all of them. Not for `list`. */
  readonly keys: readonly string[] | null;
  /** How many dead events `list` shows. */
  readonly limit: number;
}

const MAX_BOTS = 65_535;
const MAX_LIMIT = 100_000;
const LIMIT = "100";

const CONFIG: OptionForm = { expects: "name a YAML file" };
const BOTS: OptionForm = { expects: `write a whole number from 0 to ${MAX_BOTS}` };
const LIST_LIMIT: OptionForm = { expects: `write a whole number from 1 to ${MAX_LIMIT}` };
const KEY: OptionForm = { expects: "write a key as aether outbox list shows it", repeats: true };
const ALL: OptionForm = { expects: null };

/** Reads `--config FILE --bots N`. Never throws. */
export function parseServe(argv: readonly string[]): Parsed<ServeOptions> {
  const { given, faults } = readArguments(argv, "serve", { config: CONFIG, bots: BOTS });
  const bots = wholeNumber("bots", BOTS, given, "0", [0, MAX_BOTS], faults);
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, options: { bots, ...file(given) } };
}

/** Reads `--config FILE`. Never throws. */
export function parseRelay(argv: readonly string[]): Parsed<RelayOptions> {
  const { given, faults } = readArguments(argv, "relay", { config: CONFIG });
  return faults.length > 0 ? { ok: false, faults } : { ok: true, options: file(given) };
}

/** Reads `list --limit N`, `retry --key KEY…` or `drop --all`, with `--config`. Never throws. */
export function parseOutbox(argv: readonly string[]): Parsed<OutboxOptions> {
  const [action, ...rest] = argv;
  if (action !== "list" && action !== "retry" && action !== "drop") {
    const written = action === undefined ? "is followed by nothing" : `has no ${quote(action)}`;
    return { ok: false, faults: [`aether outbox ${written}: write list, retry or drop.`] };
  }
  const forms: Readonly<Record<string, OptionForm>> =
    action === "list" ? { limit: LIST_LIMIT } : { key: KEY, all: ALL };
  const { given, faults } = readArguments(rest, `outbox ${action}`, { config: CONFIG, ...forms });
  const limit = wholeNumber("limit", LIST_LIMIT, given, LIMIT, [1, MAX_LIMIT], faults);
  const keys = given.get("key") ?? null;
  if (action !== "list" && faults.length === 0 && (keys === null) !== given.has("all")) {
    faults.push(`aether outbox ${action} needs to know which: give --key KEY, or --all, not both.`);
  }
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, options: { action, keys, limit, ...file(given) } };
}

type Given = ReadonlyMap<string, readonly string[]>;

function file(given: Given): RelayOptions {
  const config = given.get("config")?.[0];
  return config === undefined ? {} : { config };
}

function wholeNumber(
  name: string,
  form: OptionForm,
  given: Given,
  fallback: string,
  [least, most]: readonly [number, number],
  faults: string[],
): number {
  const text = given.get(name)?.[0] ?? fallback;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  faults.push(`--${name} is ${quote(text)}: ${form.expects ?? ""}.`);
  return least;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
