// `aether capsule`: cuts a piece out of a journal, with the settings, so that it can be sent to
// somebody or dropped into test/capsules.
import { closeSync, openSync, writeSync } from "node:fs";
import { describeFaults } from "../../config/faults.ts";
import { loadConfig } from "../../config/load.ts";
import { withoutSecrets } from "../../config/secrecy.ts";
import { CAPSULE_SUFFIX, cutCapsule } from "../../journal/capsule.ts";
import { openKernel } from "../../kernel/open.ts";
import { EXITS } from "../../protocol/codes.ts";
import { parseCapsule } from "../options.ts";
import { segmentsAt, unlessUnfit } from "./journal-files.ts";

/** Cuts one capsule. @returns the exit code */
export function runCapsule(argv: readonly string[]): number {
  const parsed = parseCapsule(argv);
  if (!parsed.ok) return refuse(`${parsed.faults.join("\n")}\n`);
  const { config: file, from, out, path, until } = parsed.options;
  const loaded = loadConfig({ file, cwd: process.cwd(), env: process.env });
  if (!loaded.ok) return refuse(describeFaults(loaded.faults, "aether capsule does nothing"));
  const segments = segmentsAt(path);
  if (typeof segments === "string") return refuse(`aether capsule: ${segments}.\n`);
  const player = { name: "wasm", open: () => openKernel("wasm") };
  const about = { config: withoutSecrets(loaded.config) };
  const options = { segments, player, from, until, about };
  const cut = unlessUnfit(() => cutCapsule(options));
  if (typeof cut === "string")
    return refuse(`aether capsule: ${cut}: see aether replay ${path}.\n`);
  const name = out ?? `ticks-${cut.from + 1}-${cut.until}${CAPSULE_SUFFIX}`;
  const fault = writeNew(name, cut.bytes);
  if (fault !== null) return refuse(`aether capsule: ${fault}.\n`);
  const { bytes, from: before, ticks, until: last } = cut;
  const what = `${ticks} ticks, ${before + 1} to ${last}, ${bytes.length} bytes`;
  process.stdout.write(`${name}: ${what}.\n`);
  return EXITS.OK.code;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @returns why it was not written; never in place of another file */
function writeNew(path: string, bytes: Uint8Array): string | null {
  try {
    const fd = openSync(path, "wx", 0o600);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    } finally {
      closeSync(fd);
    }
    return null;
  } catch (error) {
    return `${path} cannot be written: ${wordsOf(error)}`;
  }
}

function refuse(text: string): number {
  process.stderr.write(text);
  return EXITS.CONFIG.code;
}
