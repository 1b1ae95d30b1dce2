// The folder that a SQLite world lies in: may it be written, how long does a commit take there, how
// much room is left, and is it a disk at all. A small file is written there and taken away again.
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import type { Config } from "../../config/schema.ts";
import { parseStoreUrl } from "../../persistence/url.ts";
import { fail, ok, warn } from "./finding.ts";
import type { Finding } from "./finding.ts";

const MIB = 1_048_576;
const SYNCS = 20;
const BLOCK = 4096;
/** A flush is four times a second, and whoever joins waits for one. */
const SLOW_MS = 50;
const FREE_WARN = 1024 * MIB;
const FREE_FAIL = 64 * MIB;

type Kinds = ReadonlyMap<number, readonly [what: string, remedy: string]>;

/** Kinds of file systems by Linux's numbers (statfs(2)) that do not keep what is written there. */
export const FLEETING_KINDS: Kinds = new Map([
  [0x01021994, ["in memory (tmpfs)", "it is gone with the machine: name another folder"]],
  [0x794c7630, ["in a container's own layer", "it is gone with the container: mount a volume"]],
]);

/** Those and others, and why not to keep a world there. */
const ODD_KINDS: Kinds = new Map([
  [0x6969, ["on NFS", "SQLite's locks need a disk of this machine: name another folder"]],
  [0xff534d42, ["on SMB", "SQLite's locks need a disk of this machine: name another folder"]],
  [0xfe534d42, ["on SMB", "SQLite's locks need a disk of this machine: name another folder"]],
  ...FLEETING_KINDS,
]);

export function diskFindings({ persistence }: Config): Finding[] {
  const place = parseStoreUrl(persistence.url);
  if (typeof place === "string" || place.kind !== "sqlite" || place.path === ":memory:") {
    return [ok("disk", "nothing is kept on this machine's disk")];
  }
  const wanted = dirname(resolve(place.path));
  const folder = nearestThere(wanted);
  const where = folder === wanted ? folder : `${folder} (${wanted} is made at the start)`;
  const times = syncTimes(folder);
  if (typeof times === "string") {
    const remedy = "let this user write there, or name another file in persistence.url";
    return [fail("disk", `${where} cannot be written (${times})`, remedy)];
  }
  const { bavail, bsize, type } = statfsSync(folder);
  const free = bavail * bsize;
  const [median = NaN, worst = NaN] = [times[SYNCS >> 1], times.at(-1)];
  const words =
    `${where}: fsync takes ${median.toFixed(1)} ms, at most ${worst.toFixed(1)} ms; ` +
    `${Math.round(free / MIB)} MiB free`;
  const findings: Finding[] = [];
  if (free < FREE_FAIL) findings.push(fail("disk", words, "free some: a full disk stops flushes"));
  else if (free < FREE_WARN) findings.push(warn("disk", words, "free some before it is full"));
  if (median > SLOW_MS) {
    findings.push(warn("disk", words, "joining waits for it: take a faster disk, or PostgreSQL"));
  }
  const odd = ODD_KINDS.get(type);
  if (odd !== undefined) findings.push(warn("disk", `${where} is ${odd[0]}`, odd[1]));
  return findings.length > 0 ? findings : [ok("disk", words)];
}

/** The folder, or the first of those above it that is there. */
export function nearestThere(folder: string): string {
  return existsSync(folder) ? folder : nearestThere(dirname(folder));
}

/** @returns what a write of a block and its fsync took, ms, ascending; or the system's error */
function syncTimes(folder: string): number[] | string {
  const file = join(folder, `.aether-doctor-${process.pid}`);
  try {
    const descriptor = openSync(file, "wx", 0o600);
    try {
      const block = Buffer.alloc(BLOCK);
      return Array.from({ length: SYNCS }, () => {
        const began = performance.now();
        writeSync(descriptor, block);
        fsyncSync(descriptor);
        return performance.now() - began;
      }).sort((a, b) => a - b);
    } finally {
      closeSync(descriptor);
      rmSync(file);
    }
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}
