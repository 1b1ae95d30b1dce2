// A journal as `aether replay` and `aether capsule` are given it: a folder of segments, or one
// file.
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { Segment } from "../../journal/play.ts";
import { ImageFault } from "../../kernel/image.ts";
import { listSegments, openFile } from "../../journal/reader.ts";

/** @returns its segments in order, or a sentence that says why there are none */
export function segmentsAt(path: string): readonly Segment[] | string {
  try {
    if (!statSync(path).isDirectory()) return [segmentOf(path)];
    const folder = listSegments(path).length > 0 ? path : worldIn(path);
    const segments = folder === null ? [] : listSegments(folder);
    if (segments.length > 0) return segments.map((file) => segmentOf(file.path));
    return `${path} holds no journal, or several: name the folder of a world in journal.dir`;
  } catch (error) {
    return `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * Does what lives through a journal.
 * @returns a sentence where a checkpoint or a file will not do; @throws what is a bug
 */
export function unlessUnfit<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    // Both are sentences; what has a class of its own is nobody's answer.
    const isWords = error instanceof ImageFault || Object.getPrototypeOf(error) === Error.prototype;
    if (!isWords) throw error;
    return `the journal cannot be gone through: ${(error as Error).message.replace(/\.$/, "")}`;
  }
}

/** The folder of the only world of a journal.dir; null where that is not clear. */
function worldIn(path: string): string | null {
  const worlds = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name))
    .filter((folder) => listSegments(folder).length > 0);
  return worlds.length === 1 ? (worlds[0] ?? null) : null;
}

function segmentOf(path: string): Segment {
  return { name: basename(path), open: () => openFile(path) };
}
