// What goes wrong with PostgreSQL, as sentences: what happened where, and what to do about it; and
// which of it ends a connection.
import { DatabaseError } from "pg";

import { StoreFault } from "../contract.ts";

/** Our own code, of a password that was asked for and not given. */
const NO_PASSWORD = "no password";

/** By SQLSTATE, its class, or the name of the system's error. The rest is only tried again. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ["25006", "It takes no writes: name the primary in persistence.url, or promote this one"],
  [NO_PASSWORD, "Give a password in persistence.url, or in PGPASSWORD"],
  ["28", "Correct user or password in persistence.url, or pg_hba.conf there"],
  ["3D000", "Create the database, or correct persistence.url"],
  ["42501", "Give this user the right to create tables and to write them"],
  ["53100", "Free space on its disk; what waits is written then"],
  ["53300", "Raise max_connections there, or lower persistence.pool_size"],
  ["57P03", "It is starting or stopping; what waits is written when it is there"],
  ["ECONNREFUSED", "Start it, or correct persistence.url"],
  ["ENOENT", "Start it, or correct persistence.url"],
  ["ENOTFOUND", "Correct the host in persistence.url"],
]);
/** Read-only, shutting down, wrong in itself: another connection may reach a better server. */
const ENDING = /^(?:25006|57P|08|XX)/;
/** SQLSTATEs that do not go away by themselves when they come at the start. */
const REFUSING = /^(?:28|3D000|42501|no password)/;

/** @returns the SQLSTATE, the system's name for the error, or "" */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

/** Whether the connection is of no more use: all but a statement that the server refused. */
export function endsConnection(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true;
  return error.severity !== "ERROR" || ENDING.test(codeOf(error));
}

/** Whether an operator must act before the store can be opened. */
export function isRefusal(fault: StoreFault): boolean {
  return REFUSING.test(fault.code);
}

/** @param where the database, without its password */
export function faultOf(error: unknown, where: string): StoreFault {
  if (error instanceof StoreFault) return error;
  const words = wordsOf(error);
  const code = words === ASKED_FOR_PASSWORD ? NO_PASSWORD : codeOf(error);
  const remedy = REMEDIES.get(code) ?? REMEDIES.get(code.slice(0, 2));
  const number = code === "" || code === NO_PASSWORD ? "" : ` (${code})`;
  const sentence = `The database ${where} cannot be used: ${words}${number}.`;
  return remedy === undefined
    ? new StoreFault(sentence, code, true)
    : new StoreFault(`${sentence} ${remedy}.`, code);
}

const ASKED_FOR_PASSWORD = "it asks for a password";

function wordsOf(error: unknown): string {
  if (!(error instanceof Error) || error.message === "") return "no connection";
  // As pg says it: "SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string".
  if (error.message.includes("client password must be a")) return ASKED_FOR_PASSWORD;
  return /timeout/i.test(error.message) ? "it did not answer in time" : error.message;
}
