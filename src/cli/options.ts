// The options of `aether serve`, `relay`, `outbox`, `doctor`, `plan`, `replay` and `capsule`.
import { ENGINES } from "../kernel/kernel.ts";
import type { Engine } from "../kernel/kernel.ts";
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
  /** Absent: a world without an application. */
  readonly app?: string;
}

export interface DoctorOptions extends RelayOptions {
  /** One JSON object in place of lines for people. */
  readonly json: boolean;
}

export interface PlanOptions extends DoctorOptions {
  /** How many others a client is shown, mean. */
  readonly neighbours: number;
  /** Most frames of 512 bytes a client is sent in a tick; null: as in the settings. */
  readonly frames: number | null;
  /** What the line takes, Mbit/s; null: not known. */
  readonly mbit: number | null;
  /** How long the larger crowd is measured, seconds. */
  readonly seconds: number;
}

export interface OutboxOptions extends RelayOptions {
  readonly action: "list" | "retry" | "drop";
  /** Which dead events are meant; null: all of them. Not for `list`. */
  readonly keys: readonly string[] | null;
  /** How many dead events `list` shows. */
  readonly limit: number;
}

export interface ReplayOptions {
  /** A folder of segments, or one file. */
  readonly path: string;
  readonly kernel: Engine;
  /** Absent: commands are replayed without the application that issued them. */
  readonly app?: string;
  /** The last tick to replay; null: all. */
  readonly until: number | null;
  /** Both kernels side by side. */
  readonly diff: boolean;
  readonly json: boolean;
}

export interface CapsuleOptions extends RelayOptions {
  readonly path: string;
  /** The tick that it begins after; null: the last checkpoint. */
  readonly from: number | null;
  readonly until: number | null;
  /** Absent: named after its ticks, in the working folder. */
  readonly out?: string;
}

const MAX_BOTS = 65_535;
const MAX_LIMIT = 100_000;
const LIMIT = "100";

const CONFIG: OptionForm = { expects: "name a YAML file" };
const APP: OptionForm = { expects: "name a .ts or .js file" };
const BOTS: OptionForm = { expects: `write a whole number from 0 to ${MAX_BOTS}` };
const LIST_LIMIT: OptionForm = { expects: `write a whole number from 1 to ${MAX_LIMIT}` };
const KEY: OptionForm = { expects: "write a key as aether outbox list shows it", repeats: true };
const ALL: OptionForm = { expects: null };
const JSON_FLAG: OptionForm = { expects: null };

/** Reads `--config FILE --bots N --app FILE`. Never throws. */
export function parseServe(argv: readonly string[]): Parsed<ServeOptions> {
  const { given, faults } = readArguments(argv, "serve", {
    ...{ config: CONFIG, bots: BOTS, app: APP },
  });
  const bots = wholeNumber("bots", BOTS, given, "0", [0, MAX_BOTS], faults);
  if (faults.length > 0) return { ok: false, faults };
  const app = given.get("app")?.[0];
  return { ok: true, options: { bots, ...(app === undefined ? {} : { app }), ...file(given) } };
}

/** Reads `--config FILE`. Never throws. */
export function parseRelay(argv: readonly string[]): Parsed<RelayOptions> {
  const { given, faults } = readArguments(argv, "relay", { config: CONFIG });
  return faults.length > 0 ? { ok: false, faults } : { ok: true, options: file(given) };
}

/** Reads `--config FILE --json`. Never throws. */
export function parseDoctor(argv: readonly string[]): Parsed<DoctorOptions> {
  const { given, faults } = readArguments(argv, "doctor", { config: CONFIG, json: JSON_FLAG });
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, options: { json: given.has("json"), ...file(given) } };
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

const NEIGHBOURS: OptionForm = { expects: "write a whole number from 1 to 500" };
const FRAMES: OptionForm = { expects: "write a whole number from 1 to 8" };
const MBIT: OptionForm = { expects: "write a whole number from 1 to 400000" };
const SECONDS: OptionForm = { expects: "write a whole number from 1 to 600" };

/** Reads `--neighbours K --frames F --mbit M --seconds S`, with `--config` and `--json`. */
export function parsePlan(argv: readonly string[]): Parsed<PlanOptions> {
  const { given, faults } = readArguments(argv, "plan", {
    ...{ config: CONFIG, json: JSON_FLAG, neighbours: NEIGHBOURS, frames: FRAMES },
    ...{ mbit: MBIT, seconds: SECONDS },
  });
  const optional = (name: string, form: OptionForm, range: readonly [number, number]) =>
    given.has(name) ? wholeNumber(name, form, given, "", range, faults) : null;
  const neighbours = wholeNumber("neighbours", NEIGHBOURS, given, "10", [1, 500], faults);
  const frames = optional("frames", FRAMES, [1, 8]);
  const mbit = optional("mbit", MBIT, [1, 400_000]);
  const seconds = wholeNumber("seconds", SECONDS, given, "5", [1, 600], faults);
  if (faults.length > 0) return { ok: false, faults };
  const json = given.has("json");
  return { ok: true, options: { json, neighbours, frames, mbit, seconds, ...file(given) } };
}

const KERNEL: OptionForm = { expects: `write ${ENGINES.join(" or ")}` };
const TICK: OptionForm = { expects: "write a tick, a whole number" };
const OUT: OptionForm = { expects: "name a file that is not there yet" };
const FLAG: OptionForm = { expects: null };
const MAX_TICK = 999_999_999_999;

/** Reads `PATH --kernel K --until TICK --app FILE --diff --json`. Never throws. */
export function parseReplay(argv: readonly string[]): Parsed<ReplayOptions> {
  const [path = "", ...rest] = argv;
  if (path === "" || path.startsWith("-")) return noPath("replay");
  const forms = { kernel: KERNEL, until: TICK, app: APP, diff: FLAG, json: JSON_FLAG };
  const { given, faults } = readArguments(rest, "replay", forms);
  const until = tickOf("until", given, faults);
  const name = given.get("kernel")?.[0] ?? "wasm";
  const kernel = ENGINES.find((engine) => engine === name);
  if (kernel === undefined) faults.push(`--kernel is ${quote(name)}: ${KERNEL.expects ?? ""}.`);
  if (given.has("kernel") && given.has("diff")) {
    faults.push("--diff runs all kernels: leave --kernel out.");
  }
  if (faults.length > 0 || kernel === undefined) return { ok: false, faults };
  const [diff, json] = [given.has("diff"), given.has("json")];
  const app = given.get("app")?.[0];
  const own = app === undefined ? {} : { app };
  return { ok: true, options: { path, kernel, until, diff, json, ...own } };
}

/** Reads `PATH --from TICK --until TICK --out FILE --config FILE`. Never throws. */
export function parseCapsule(argv: readonly string[]): Parsed<CapsuleOptions> {
  const [path = "", ...rest] = argv;
  if (path === "" || path.startsWith("-")) return noPath("capsule");
  const forms = { from: TICK, until: TICK, out: OUT, config: CONFIG };
  const { given, faults } = readArguments(rest, "capsule", forms);
  const from = tickOf("from", given, faults);
  const until = tickOf("until", given, faults);
  if (faults.length > 0) return { ok: false, faults };
  const out = given.get("out")?.[0];
  const named = out === undefined ? {} : { out };
  return { ok: true, options: { path, from, until, ...named, ...file(given) } };
}

function noPath(command: string): { ok: false; faults: readonly string[] } {
  return {
    ok: false,
    faults: [`aether ${command} is not told which journal: name journal.dir, or a .capsule.`],
  };
}

/** @returns null where none is given */
function tickOf(name: string, given: Given, faults: string[]): number | null {
  const text = given.get(name)?.[0];
  if (text === undefined) return null;
  const value = /^\d{1,12}$/.test(text) ? Number(text) : NaN;
  if (value <= MAX_TICK) return value;
  faults.push(`--${name} is ${quote(text)}: ${TICK.expects ?? ""}.`);
  return null;
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
