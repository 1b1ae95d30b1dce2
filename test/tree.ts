// The files of this repository as the tidy tests see them: what is committed, not what is built.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What .gitignore leaves out, and git itself. */
const OUTSIDE = new Set([".git", "node_modules", "build", "dist", "data"]);

/** Every file, as a path from the root with forward slashes, sorted. */
export const FILES: readonly string[] = list(ROOT).sort();

function list(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (OUTSIDE.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return list(path);
    return [relative(ROOT, path).split(sep).join("/")];
  });
}

/** @returns the files whose path `pattern` matches. */
export function filesLike(pattern: RegExp): string[] {
  return FILES.filter((file) => pattern.test(file));
}

/** @returns the text of a file; carriage returns are kept. */
export function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

/** @returns "file:line" for each line of the files that `isFault` points at. */
export function linesWhere(
  files: readonly string[],
  isFault: (line: string, number: number) => boolean,
): string[] {
  return files.flatMap((file) => {
    const lines = read(file).split("\n");
    return lines.flatMap((line, i) => (isFault(line, i + 1) ? [`${file}:${i + 1}`] : []));
  });
}

/** A JSON object, as far as its keys go. */
export type Json = Readonly<Record<string, unknown>>;

/** @returns the object at `path` inside `json`, or an empty one. */
export function objectAt(json: unknown, ...path: readonly string[]): Json {
  let found: unknown = json;
  for (const name of path) found = isObject(found) ? found[name] : undefined;
  return isObject(found) ? found : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}
