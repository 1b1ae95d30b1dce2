// config.yaml -> settings with the lines they stand in. The document's own tree is walked, not
// its JavaScript value: only the tree knows lines, and it has no prototypes to stumble over.
import { readFileSync, statSync } from "node:fs";

import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Node, Pair } from "yaml";

import type { Entry, Fault } from "./faults.ts";
import { fault, fileFault, printable, show } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { GROUPS, SETTINGS } from "./schema.ts";
import { unlessSecret } from "./secrecy.ts";

/** Settings by dotted name, and what is wrong with the rest. */
export interface Settings {
  readonly entries: Map<string, Entry>;
  readonly faults: Fault[];
}

/** A configuration is a page of text; anything larger is some other file. */
const MAX_BYTES = 262_144;
/** Characters of the YAML parser's own message that a sentence shows. */
const MAX_MESSAGE = 160;

/**
 * @param name how the operator calls the file; it appears in the sentences.
 * @returns its settings; a file that cannot be read or understood is a fault, never a throw.
 */
export function readConfigFile(path: string, name: string): Settings {
  const called = printable(name);
  const text = readText(path);
  if (typeof text === "string") return parseConfig(text, called);
  return { entries: new Map(), faults: [fileFault(called, text.problem, text.remedy)] };
}

function readText(path: string): string | { problem: string; remedy: string } {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return { problem: "this is not a file", remedy: "name a YAML file" };
    if (stat.size > MAX_BYTES) {
      return { problem: "this file is over 256 KiB", remedy: "name a YAML file of settings" };
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const remedy = READ_REMEDIES.get(code);
    return remedy ?? { problem: `it cannot be read (${code})`, remedy: "name a readable file" };
  }
}

const READ_REMEDIES: ReadonlyMap<string, { problem: string; remedy: string }> = new Map([
  ["ENOENT", { problem: "there is no such file", remedy: "create it or correct its name" }],
  ["EACCES", { problem: "this user may not read it", remedy: "change its permissions" }],
  [
    "ERR_ENCODING_INVALID_ENCODED_DATA",
    { problem: "this file is not UTF-8 text", remedy: "name or save it as such" },
  ],
]);

/** Reads the text of a configuration file. Never throws. */
export function parseConfig(text: string, name: string): Settings {
  const walk = new Walk(name);
  try {
    const options = { lineCounter: walk.lines, prettyErrors: false, logLevel: "error" } as const;
    walk.document(parseDocument(text, options));
  } catch (error) {
    // No input is known to get here, but a parser's throw must not reach the operator as a stack.
    const message = error instanceof Error ? error.message : String(error);
    walk.faults.push(fileFault(name, printable(message, MAX_MESSAGE), "correct its YAML"));
  }
  return walk;
}

class Walk implements Settings {
  readonly entries = new Map<string, Entry>();
  readonly faults: Fault[] = [];
  readonly lines = new LineCounter();
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  document(document: Document.Parsed): void {
    for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
      const problem = printable(message.replace(/[.:;]+$/, "").replaceAll("\n", " "), MAX_MESSAGE);
      const remedy = REMEDIES.get(code) ?? "correct the YAML";
      this.faults.push(fileFault(this.#line(pos[0]), problem, remedy));
    }
    const root = document.contents;
    if (root === null || (isScalar(root) && root.value === null)) return; // nothing but comments
    if (isMap(root)) this.#group("", root.items);
    else {
      const remedy = "write groups of settings, such as engine and gateway";
      this.faults.push(fileFault(this.#line(root.range[0]), "this is no group", remedy));
    }
  }

  #group(prefix: string, items: readonly Pair[]): void {
    for (const { key, value } of items) {
      const source = this.#line(isNode(key) ? (key.range?.[0] ?? 0) : 0);
      if (!isScalar(key) || typeof key.value !== "string") {
        const problem = `${show(plain(key))} is no name`;
        this.faults.push(fileFault(source, problem, "write the name of a setting"));
        continue;
      }
      this.#pair(`${prefix}${key.value}`, value, source);
    }
  }

  #pair(key: string, node: unknown, source: string): void {
    const value = plain(node);
    if (GROUPS.has(key)) {
      if (isMap(node)) this.#group(`${key}.`, node.items);
      else if (value !== null) {
        const entry = { value: unlessSecret(key, value), source };
        this.faults.push(fault(key, entry, "write its settings below it"));
      }
    } else if (SETTINGS.has(key)) {
      this.entries.set(key, { value, source });
    } else {
      const entry = { value: unlessSecret(key, value), source };
      this.faults.push(fault(printable(key), entry, unknownRemedy(key)));
    }
  }

  #line(offset: number): string {
    return `${this.#name} line ${String(this.lines.linePos(offset).line || 1)}`;
  }
}

const REMEDIES: ReadonlyMap<string, string> = new Map([
  ["DUPLICATE_KEY", "write each setting once"],
  ["TAB_AS_INDENT", "indent with spaces"],
  ["MULTIPLE_DOCS", "write one document only"],
]);

function unknownRemedy(key: string): string {
  const meant = nearest(key, [...SETTINGS.keys(), ...GROUPS]);
  const elsewhere = [...SETTINGS.keys()].find((name) =>
    name.endsWith(`.${key.split(".").at(-1) ?? ""}`),
  );
  const guess = meant ?? elsewhere;
  return `there is no such setting, ${guess === undefined ? "remove it" : `write ${guess}`}`;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "range" in value;
}

/** The value of a scalar or of a list of them; aliases are not followed, no setting is a map. */
function plain(node: unknown): unknown {
  if (node === null || node === undefined) return null;
  if (isScalar(node)) return node.value;
  if (isAlias(node)) return `*${node.source}`;
  if (isMap(node)) return {};
  return isSeq(node) ? node.items.map((item) => (isSeq(item) ? [] : plain(item))) : [];
}
