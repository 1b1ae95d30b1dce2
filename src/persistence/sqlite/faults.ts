// SQLite's errors as sentences: what is wrong with which file, and what to do about it.
import { StoreFault } from "../contract.ts";

/** SQLite's result codes, without their extensions. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

const WORDS: ReadonlyMap<number, readonly [what: string, remedy: string]> = new Map([
  [BUSY, ["another program is writing to it", "End that program, or let it finish"]],
  [LOCKED, ["another program is writing to it", "End that program, or let it finish"]],
  [READONLY, ["it cannot be written", "Change its permissions, or those of its folder"]],
  [IOERR, ["its disk does not read or write", "Look at the disk"]],
  [CORRUPT, ["it is damaged", "Put a copy of it back, or name another file"]],
  [FULL, ["its disk is full", "Free space; what waits is written then"]],
  [CANTOPEN, ["it cannot be opened", "Correct its name, or the permissions of its folder"]],
  [NOTADB, ["it is not a database of SQLite", "Name another file"]],
]);

/** Faults that do not go away by themselves when they come at the start. */
const REFUSALS: readonly number[] = [READONLY, CORRUPT, CANTOPEN, NOTADB];

/** @returns SQLite's result code, 0 for an error of another kind */
export function resultCode(error: unknown): number {
  if (!(error instanceof Error) || !("errcode" in error)) return 0;
  return typeof error.errcode === "number" ? error.errcode & 0xff : 0;
}

/** Whether another connection has what was asked for. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

/** Whether an operator must act before the file can be opened. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.includes(resultCode(error)) || (error instanceof Error && "syscall" in error);
}

/** @param path of the database, as the operator wrote it */
export function faultOf(error: unknown, path: string): StoreFault {
  if (error instanceof StoreFault) return error;
  const code = resultCode(error);
  const known = WORDS.get(code);
  const name = code === 0 ? "" : `SQLite ${code}`;
  const number = name === "" ? "" : ` (${name})`;
  const words = known?.[0] ?? (error instanceof Error ? error.message : String(error));
  const sentence = `The database ${path} cannot be used: ${words}${number}.`;
  return known === undefined
    ? new StoreFault(sentence, name, true)
    : new StoreFault(`${sentence} ${known[1]}.`, name);
}
