// Files that hold secrets: read whole, and looked at for who else may read them.
import { readFileSync, statSync } from "node:fs";

/** What is read of a file at most; a secret or a key set is far smaller. */
const MAX_BYTES = 262_144;
const OTHERS_READ = 0o004;

/**
 * @param key the setting that names the file; it appears in the sentence
 * @throws Error in words, without anything of what the file holds
 */
export function readFileOf(key: string, path: string): string {
  try {
    if (statSync(path).size > MAX_BYTES) throw new Error("it is over 256 KiB");
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw new Error(
      `${key} is "${path}", which cannot be used: ${WORDS.get(code) ?? "it is unreadable"}.`,
    );
  }
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["EACCES", "this user may not read it"],
  ["EISDIR", "it is a folder"],
]);

/** @returns a sentence when users other than the file's owner and group may read it, or null */
export function exposureOf(key: string, path: string): string | null {
  if (process.platform === "win32" || (statSync(path).mode & OTHERS_READ) === 0) return null;
  return `${key} is "${path}", which every user of this machine may read: run chmod o-rwx on it.`;
}

/** A secret in a file of its own; a line break at its end does not belong to it. */
export function readSecretFile(key: string, path: string): string {
  return readFileOf(key, path).replace(/\r?\n$/, "");
}
