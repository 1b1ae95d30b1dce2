// Where a configuration comes from: defaults, then config.yaml, then an application, then the
// environment. Either every setting is valid, or every fault is listed at once.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import type { Environment } from "./env.ts";
import { readEnvironment } from "./env.ts";
import type { Entry, Fault } from "./faults.ts";
import { fault, HIDDEN, show } from "./faults.ts";
import type { Settings } from "./file.ts";
import { readConfigFile } from "./file.ts";
import { RELATIONS } from "./relations.ts";
import type { Config } from "./schema.ts";
import { configSchema, SETTINGS } from "./schema.ts";

/** Read from the current directory when no file is named and it is there. */
export const DEFAULT_FILE = "config.yaml";

export interface LoadOptions {
  /** Named by the operator; must exist. */
  readonly file?: string | undefined;
  readonly cwd: string;
  readonly env: Environment;
  /** What an application is made for; wins over the file. */
  readonly application?: Wanted | undefined;
  /** What a program sets, by the settings' dotted names; wins over file and environment. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Settings by their dotted names, of whoever is named. */
export interface Wanted {
  readonly name: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export type Loaded =
  | { readonly ok: true; readonly config: Config; readonly source: string }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Loads, merges and judges. Never throws: whatever is wrong becomes a sentence. */
export function loadConfig(options: LoadOptions): Loaded {
  const { application, file, cwd, settings = {} } = options;
  const over = {
    wanted: readProgram(application?.settings ?? {}, `the application ${application?.name ?? ""}`),
    env: options.env,
    own: readProgram(settings, "the program"),
  };
  if (file !== undefined) return judge(readConfigFile(resolve(cwd, file), file), file, over);
  const path = join(cwd, DEFAULT_FILE);
  if (existsSync(path)) return judge(readConfigFile(path, DEFAULT_FILE), DEFAULT_FILE, over);
  return judge(NOTHING, "the built-in defaults", over);
}

const NOTHING: Settings = { entries: new Map(), faults: [] };

function readProgram(settings: Readonly<Record<string, unknown>>, source: string): Settings {
  const entries = new Map(Object.entries(settings).map(([key, value]) => [key, { value, source }]));
  const unknown = [...entries].filter(([key]) => !SETTINGS.has(key));
  for (const [key] of unknown) entries.delete(key);
  const remedy = "there is no such setting; config.yaml lists them all";
  return { entries, faults: unknown.map(([key, entry]) => fault(key, entry, remedy)) };
}

/** What wins over the base: in this order, the last one most. */
interface Over {
  readonly wanted?: Settings;
  readonly env: Environment;
  readonly own?: Settings;
}

/** @param source names the base in words, for the log */
export function judge(base: Settings, source: string, over: Over): Loaded {
  const { wanted = NOTHING, own = NOTHING } = over;
  const layers = [base, wanted, readEnvironment(over.env), own];
  const entries = new Map(layers.flatMap((layer) => [...layer.entries]));
  const faults = layers.flatMap((layer) => layer.faults);

  const refused = refusedKeys(entries);
  for (const [key, meta] of SETTINGS) {
    const entry = entries.get(key);
    if (entry === undefined || !refused.has(key)) continue;
    faults.push(fault(key, meta.isSecret ? hidden(entry) : entry, `write ${meta.expects}`));
    entries.delete(key);
  }

  // What is left is valid, with defaults in the place of what was refused.
  const config = configSchema.parse(tree(entries));
  for (const relation of RELATIONS) {
    if (relation.keys.some((key) => refused.has(key)) || relation.holds(config)) continue;
    faults.push(relationFault(relation.keys, relation.remedy, entries, config));
  }
  return faults.length === 0 ? { ok: true, config, source } : { ok: false, faults };
}

function refusedKeys(entries: ReadonlyMap<string, Entry>): Set<string> {
  const issues = configSchema.safeParse(tree(entries)).error?.issues ?? [];
  // What is wrong inside a list is wrong with its setting.
  return new Set(
    issues.map(({ path }) => path.filter((word) => typeof word !== "number").join(".")),
  );
}

type Tree = { [name: string]: unknown };

/** { "engine.seed": 1 } -> { engine: { seed: 1 } }. The keys are settings, never a stranger's. */
function tree(entries: ReadonlyMap<string, Entry>): Tree {
  const root: Tree = {};
  for (const [key, entry] of entries) {
    const words = key.split(".");
    const last = words.pop() ?? key;
    let group = root;
    for (const word of words) group = (group[word] ??= {}) as Tree;
    group[last] = entry.value;
  }
  return root;
}

function relationFault(
  keys: readonly [string, ...string[]],
  remedy: string,
  entries: ReadonlyMap<string, Entry>,
  config: Config,
): Fault {
  const parts = keys.map((key) => {
    const entry = entries.get(key) ?? { value: valueAt(config, key), source: "default" };
    const shown = SETTINGS.get(key)?.isSecret === true ? hidden(entry) : entry;
    return { key, value: show(shown.value), source: entry.source };
  });
  const said = parts.map((part) => `${part.key} is ${part.value} (${part.source})`).join(" and ");
  return {
    key: keys[0],
    value: parts.map((part) => part.value).join(", "),
    source: parts.map((part) => part.source).join(", "),
    sentence: `${said}: ${remedy}.`,
  };
}

/** That nothing is there may be said. */
function hidden(entry: Entry): Entry {
  return entry.value === "" ? entry : { ...entry, value: HIDDEN };
}

function valueAt(config: Config, key: string): unknown {
  let value: unknown = config;
  for (const word of key.split(".")) value = (value as Tree)[word];
  return value;
}
