// AETHER_<SECTION>_<KEY> -> settings. AETHER_ENGINE_WORLD_BOUNDS_MIN_X=-500 is min_x: -500 below
// world_bounds; LOG_LEVEL is the seed's short name of AETHER_OBSERVABILITY_LOG_LEVEL.
import type { Entry, Fault } from "./faults.ts";
import { fault, printable } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { SETTINGS } from "./schema.ts";
import { unlessSecret } from "./secrecy.ts";
import type { Settings } from "./file.ts";

/** The variables of a process, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const KEYS_BY_NAME = new Map([...SETTINGS.keys()].map((key) => [environmentName(key), key]));
const SECTIONS = [...new Set([...SETTINGS.keys()].map((key) => key.split(".")[0] ?? ""))];
const OURS = new RegExp(`^AETHER_(?:${SECTIONS.join("|").toUpperCase()})_`);

// Kubernetes gives every container such variables for each service, so a service called
// "aether-gateway" yields AETHER_GATEWAY_PORT=tcp://… that nobody wrote.
const SERVICE_LINK =
  /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)?)$/;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** @returns the variable that sets `key`. */
export function environmentName(key: string): string {
  return `AETHER_${key.replaceAll(".", "_").toUpperCase()}`;
}

/**
 * Reads the settings of an environment. An empty variable counts as not set, since compose files
 * pass `NAME=` for "not given". LOG_LEVEL wins over its long name. Never throws.
 */
export function readEnvironment(env: Environment): Settings {
  const entries = new Map<string, Entry>();
  const faults: Fault[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || text === "") continue;
    const key = KEYS_BY_NAME.get(name);
    const source = `environment ${printable(name)}`;
    if (key !== undefined) {
      entries.set(key, { value: typed(key, text), source });
      continue;
    }
    if (!name.startsWith("AETHER_") || SERVICE_LINK.test(name)) continue;
    const meant = nearest(name, KEYS_BY_NAME.keys());
    if (meant === null && !OURS.test(name)) continue; // another program's, e.g. AETHER_HOME
    const remedy = meant === null ? "unset it" : `set ${meant}`;
    const entry = { value: unlessSecret(name, text), source };
    faults.push(fault(printable(name), entry, `there is no such setting, ${remedy}`));
  }
  const level = env["LOG_LEVEL"] ?? "";
  if (level !== "") {
    entries.set("observability.log_level", { value: level, source: "environment LOG_LEVEL" });
  }
  return { entries, faults };
}

/** Numbers, booleans, lists as such; the schema refuses in words what stays text. */
function typed(key: string, text: string): unknown {
  const kind = SETTINGS.get(key)?.kind;
  if (kind === "number" && NUMBER.test(text)) return Number(text);
  if (kind === "list") {
    const items = text.split(",").map((item) => item.trim());
    return items.filter((item) => item !== "");
  }
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}
