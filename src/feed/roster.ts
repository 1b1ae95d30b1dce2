// Sessions, some of them with every frame: the list goes round, and a page that has seen a whole
// round forgets those that were not in it.
import type { FeedReader, FeedWriter } from "./bytes.ts";

export interface RosterEntry {
  /** Connection; another session may have it later. */
  readonly slot: number;
  /** Handle; 0: it has none yet. */
  readonly entity: number;
  readonly session: string;
  readonly client: string;
  /** Smoothed round trip, ms; 0 = not known. */
  readonly roundTrip: number;
  /** Bytes sent and not acknowledged. */
  readonly outstanding: number;
  readonly isWindowClosed: boolean;
  readonly sent: number;
  readonly received: number;
  readonly corrections: number;
}

export interface RosterPart {
  /** Rounds begun so far. */
  readonly round: number;
  readonly entries: readonly RosterEntry[];
}

export function writeEntry(to: FeedWriter, entry: RosterEntry): void {
  to.u16(entry.slot);
  to.u32(entry.entity);
  to.text(entry.session);
  to.text(entry.client);
  to.f32(entry.roundTrip);
  to.u32(entry.outstanding);
  to.u8(entry.isWindowClosed ? 1 : 0);
  to.u32(entry.sent);
  to.u32(entry.received);
  to.u32(entry.corrections);
}

export function readRoster(from: FeedReader): RosterPart {
  const round = from.u32();
  const entries = Array.from({ length: from.u8() }, () => readEntry(from));
  return { round, entries };
}

function readEntry(from: FeedReader): RosterEntry {
  return {
    slot: from.u16(),
    entity: from.u32(),
    session: from.text(),
    client: from.text(),
    roundTrip: from.f32(),
    outstanding: from.u32(),
    isWindowClosed: from.u8() === 1,
    sent: from.u32(),
    received: from.u32(),
    corrections: from.u32(),
  };
}
