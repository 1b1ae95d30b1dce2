// The database and the Redis of the settings: are they there, will they do, how soon do they
// answer, does somebody else run the world; and what their clocks say of ours.
import { statSync } from "node:fs";

import type { Config } from "../../config/schema.ts";
import { SILENCE_MS } from "../../persistence/claim.ts";
import { StoreFault, StoreRefusal } from "../../persistence/contract.ts";
import { lookAtStore } from "../../persistence/look.ts";
import type { Look, Remote } from "../../persistence/look.ts";
import { lookAtRedis } from "../../persistence/presence/look.ts";
import type { RedisLook } from "../../persistence/presence/look.ts";
import { fail, ok, warn } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** After 500 ms without an answer a flush is given up. */
const SLOW_ANSWER_MS = 100;
/** What a server opens beside twice its pool. */
const OWN_CONNECTIONS = 3;
const LOCAL = /^(?:postgres:\/\/(?:[^@/]*@)?)(?:localhost|127\.|\[::1\]|\/|%2[Ff])/;

/** What was found, and the clocks that were asked: by whose they are, how far ahead of ours, ms. */
export interface StoresLook {
  readonly findings: readonly Finding[];
  readonly clocks: ReadonlyMap<string, number>;
}

export async function lookAtStores(config: Config): Promise<StoresLook> {
  const clocks = new Map<string, number>();
  const findings = [...(await databaseFindings(config, clocks))];
  findings.push(...(await redisFindings(config, clocks)));
  return { findings, clocks };
}

async function databaseFindings(config: Config, clocks: Map<string, number>): Promise<Finding[]> {
  const { url, world } = config.persistence;
  if (url === "none") return [ok("database", "none: nothing outlives the process")];
  let look: Look | null;
  try {
    look = await lookAtStore(url, world);
  } catch (error) {
    if (error instanceof StoreFault) return [fail("database", error.final)];
    if (error instanceof StoreRefusal) return [fail("database", error.message)];
    throw error;
  }
  if (look === null) return [ok("database", `${url}: not there yet, the start makes it`)];
  const findings = look.warnings.map((sentence) => warn("database", sentence));
  const { name, where, remote } = look;
  const words = `${name} at ${where}, ${schemaWords(look)}`;
  const owned = ownedBy(look, world);
  if (owned !== null) findings.push(owned);
  if (remote !== null) {
    clocks.set("the database", remote.clockAheadMs);
    findings.push(...remoteFindings(config, look, remote));
  }
  const answer = remote === null ? "" : `, answers in ${remote.answerMs.toFixed(1)} ms`;
  return findings.some(({ state }) => state === "fail")
    ? findings
    : [ok("database", `${words}${answer}`), ...findings];
}

function schemaWords({ schema, newest }: Look): string {
  if (schema === 0) return "no tables yet, the start makes them";
  return schema === newest ? `schema ${schema}` : `schema ${schema}, the start makes it ${newest}`;
}

function ownedBy({ world: last }: Look, world: string): Finding | null {
  if (last === null || last.silentMs > SILENCE_MS) return null;
  const seconds = (last.silentMs / 1000).toFixed(1);
  const words = `the world "${world}" is run by ${last.owner}, which wrote ${seconds} s ago`;
  return warn("database", words, "a second server would end with 75: stop that one first");
}

function remoteFindings({ persistence }: Config, look: Look, remote: Remote): Finding[] {
  const { where, schema, newest } = look;
  const findings: Finding[] = [];
  if (remote.isReadOnly) {
    const remedy = "name the primary in persistence.url, or promote this one";
    findings.push(fail("database", `${where} takes no writes`, remedy));
  }
  if (schema < newest && !remote.mayCreate) {
    const remedy = "give it that right for the first start and for updates";
    findings.push(fail("database", `this user may not create tables in ${where}`, remedy));
  }
  const needed = OWN_CONNECTIONS + 2 * persistence.pool_size;
  if (remote.connectionsFree < needed) {
    const room = `${remote.connectionsFree} connections, and a server takes ${needed}`;
    const words = `${where} has room for ${room}`;
    findings.push(warn("database", words, "raise max_connections there, or lower pool_size"));
  }
  if (remote.answerMs > SLOW_ANSWER_MS) {
    const words = `${where} answers in ${remote.answerMs.toFixed(0)} ms`;
    findings.push(warn("database", words, "after 500 ms a flush is given up: take a nearer one"));
  }
  if (!remote.isEncrypted && !LOCAL.test(where)) {
    const remedy = "add ?sslmode=verify-full to persistence.url where others share the network";
    findings.push(warn("database", `the connection to ${where} is not encrypted`, remedy));
  }
  return findings;
}

async function redisFindings(config: Config, clocks: Map<string, number>): Promise<Finding[]> {
  const { redis_url: url } = config.presence;
  if (url === "") return [ok("redis", "none: presence stays in the process")];
  const look = await lookAtRedis(url);
  if (look.refusal !== null) return [fail("redis", look.refusal, "correct presence.redis_url")];
  if (look.fault !== null) {
    const words = `${look.where} does not answer (${look.fault})`;
    const remedy =
      "a server starts without it, but presence and events wait: start it, or correct " +
      "presence.redis_url";
    return [warn("redis", words, remedy)];
  }
  if (look.clockAheadMs !== null) clocks.set("Redis", look.clockAheadMs);
  const words = `${look.name} at ${look.where} answers in ${look.answerMs.toFixed(1)} ms`;
  return forgets(config, look)
    ? [warn("redis", `${words}, and forgets events when it restarts`, "set appendonly yes there")]
    : [ok("redis", words)];
}

function forgets({ outbox }: Config, { keeps }: RedisLook): boolean {
  return outbox.sink !== "log" && keeps === false;
}

/** Tokens may be off by 30 s; lines of two logs should be told apart by less. */
const SKEW_MS = 2000;

/** Our clock beside those that were asked, and beside the youngest file of the program. */
export function clockFinding(clocks: ReadonlyMap<string, number>): Finding {
  const now = new Date();
  const told = [...clocks].filter(([, aheadMs]) => !Number.isNaN(aheadMs));
  const off = told.find(([, aheadMs]) => Math.abs(aheadMs) > SKEW_MS);
  if (off !== undefined) {
    const [whose, aheadMs] = off;
    const seconds = (Math.abs(aheadMs) / 1000).toFixed(1);
    const how = aheadMs > 0 ? "behind" : "ahead of";
    const words = `${now.toISOString()}, ${seconds} s ${how} ${whose}`;
    return warn("clock", words, "tokens and rows are dated by it: let NTP set both");
  }
  if (now.getTime() < statSync(new URL(import.meta.url)).mtimeMs - SKEW_MS) {
    return warn("clock", `${now.toISOString()}, before this program was made`, "set it, by NTP");
  }
  const beside = told.map(([whose, aheadMs]) => `${(-aheadMs / 1000).toFixed(2)} s from ${whose}`);
  const words = beside.length === 0 ? ", no other one to compare with" : `, ${beside.join(", ")}`;
  return ok("clock", `${now.toISOString()}${words}`);
}
