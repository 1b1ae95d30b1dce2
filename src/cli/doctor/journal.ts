// The journal's folder: can it be written, is there room for as much as it may take, and does it
// outlive what a crash takes away.
import { accessSync, constants, statfsSync } from "node:fs";
import { resolve } from "node:path";

import type { Config } from "../../config/schema.ts";
import { FolderDisk } from "../../journal/disk.ts";
import { journalOptions } from "../../wiring.ts";
import { FLEETING_KINDS, nearestThere } from "./disk.ts";
import { ok, warn } from "./finding.ts";
import type { Finding } from "./finding.ts";

const MIB = 1_048_576;

export function journalFindings(config: Config): Finding[] {
  const options = journalOptions(config, 0);
  if (options === null) {
    const why = config.journal.enabled ? "persistence.url is none" : "journal.enabled is false";
    return [ok("journal", `none (${why}): a crash goes back to the last snapshot`)];
  }
  const wanted = resolve(options.folder);
  const folder = nearestThere(wanted);
  const where = folder === wanted ? folder : `${folder} (${wanted} is made at the start)`;
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    const segments = new FolderDisk(wanted).list();
    const used = segments.reduce((sum, { bytes }) => sum + bytes, 0);
    const { bavail, bsize, type } = statfsSync(folder);
    const [free, most] = [bavail * bsize, options.maxBytes];
    const words =
      `${where}: ${segments.length} segments, ${mebibytes(used)} of ${mebibytes(most)}; ` +
      `${mebibytes(free)} are free`;
    const findings: Finding[] = [];
    if (free < most - used) {
      findings.push(warn("journal", words, "free some, or lower journal.max_bytes"));
    }
    const fleeting = FLEETING_KINDS.get(type);
    if (fleeting !== undefined) {
      findings.push(warn("journal", `${where} is ${fleeting[0]}`, fleeting[1]));
    }
    return findings.length > 0 ? findings : [ok("journal", words)];
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const remedy = "let this user write there, or name another folder in journal.dir";
    return [warn("journal", `${where} cannot be used (${code}): a crash loses more`, remedy)];
  }
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
