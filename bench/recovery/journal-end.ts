// What a journal says of itself, read by its reader alone: where it ends, and where a server began.
import { join } from "node:path";
import { FolderDisk } from "../../src/journal/disk.ts";
import { openFile, SegmentReader } from "../../src/journal/reader.ts";
import type { Item } from "../../src/journal/reader.ts";

/** A world after a tick: its number and the state hash. */
export interface Moment {
  readonly tick: number;
  readonly hash: string;
}

/** Words of an image before its columns: low and high half of the state hash. */
const HASH_AT = 12;

/** @returns the last whole tick of the newest segment; null where there is none */
export function endOf(folder: string): Moment | null {
  const newest = new FolderDisk(folder).list().at(-1);
  if (newest === undefined) return null;
  // Only its end says which tick was the last whole one.
  const whole = lastWholeOf(folder, newest.name);
  let moment: Moment | null = null;
  for (const item of itemsOf(folder, newest.name)) {
    if (item.type === "checkpoint") moment = { tick: newest.tick, hash: hashOf(item.image) };
    if (item.type !== "tick" || item.record.tick > whole) continue;
    const { hashHigh, hashLow, tick } = item.record;
    moment = { tick, hash: `${hashHigh}:${hashLow}` };
  }
  return moment;
}

/** Where the newest writer began, and which tick the store had then. */
export function beginningOf(folder: string): (Moment & { readonly storeTick: number }) | null {
  const segments = new FolderDisk(folder).list();
  const epoch = segments.at(-1)?.epoch;
  const first = segments.find((segment) => segment.epoch === epoch);
  if (first === undefined) return null;
  let storeTick = 0;
  for (const item of itemsOf(folder, first.name)) {
    if (item.type === "head") storeTick = item.head.base?.tick ?? 0;
    if (item.type === "checkpoint")
      return { tick: first.tick, hash: hashOf(item.image), storeTick };
  }
  return null;
}

function hashOf(image: Uint8Array): string {
  if (image.length === 0) return "";
  const words = new DataView(image.buffer, image.byteOffset, image.byteLength);
  return `${words.getUint32(HASH_AT + 4, true)}:${words.getUint32(HASH_AT, true)}`;
}

function lastWholeOf(folder: string, name: string): number {
  const source = openFile(join(folder, name));
  try {
    const reader = new SegmentReader(source);
    while (reader.next() !== null);
    return reader.end.lastTick;
  } finally {
    source.close();
  }
}

function* itemsOf(folder: string, name: string): Generator<Item> {
  const source = openFile(join(folder, name));
  try {
    const reader = new SegmentReader(source);
    for (let item = reader.next(); item !== null; item = reader.next()) yield item;
  } finally {
    source.close();
  }
}
