// What presence promises, wherever it is kept: one suite for the table in this process and for
// Redis, so that nobody above can tell them apart.
import { expect, test } from "vitest";

import type {
  Presence,
  PresenceEntry,
  PresenceReader,
} from "../src/persistence/presence/presence.ts";

/** A server's presence, and how others see it. */
export interface Watched {
  readonly presence: Presence;
  readonly reader: PresenceReader;
}

export interface PresenceHouse {
  open(world: string, ttlMs: number): Promise<Watched>;
  /** Lets at least so many ms pass, for whoever counts them. */
  pass(ms: number): Promise<void>;
}

/** Too long to expire in a test. */
export const LONG_MS = 600_000;
const SHORT_MS = 300;
/** What beats are told; the suite's worlds do not share it with anything else. */
const NOW_MS = Date.UTC(2026, 0, 1);
const ODD_IDS = [
  "",
  " ",
  "a b",
  "\r\n",
  "\0",
  "*",
  "{a}",
  "a:b",
  "__proto__",
  "ä",
  "名",
  "🙂",
  '"',
];

export function playing(session: string, entity = 1): PresenceEntry {
  return { session, entity, state: "playing", since: NOW_MS - 1000 };
}

/** Entries in the order of their sessions, since a reader promises none. */
export async function online(reader: PresenceReader): Promise<PresenceEntry[]> {
  const entries = await reader.list();
  return entries.sort((a, b) => (a.session < b.session ? -1 : 1));
}

/** Begins `presence` of so many sessions. @returns the entries as `online` shows them */
export function crowd(presence: Presence, size: number): PresenceEntry[] {
  const entries = Array.from({ length: size }, (_, i) => {
    return playing(`session-${String(i).padStart(5, "0")}`, i + 1);
  });
  for (const entry of entries) presence.put(entry);
  return entries;
}

export function presenceSuite(house: PresenceHouse): void {
  let worlds = 0;
  const open = (ttlMs = LONG_MS): Promise<Watched> => house.open(`suite-${++worlds}`, ttlMs);

  test("what is put shows with the next beat, and not before", async () => {
    const { presence, reader } = await open();
    presence.put(playing("a", 7));
    expect(await online(reader)).toEqual([]);
    expect(await reader.server()).toBeNull();
    expect(await presence.beat(NOW_MS)).toBe(true);
    expect(await online(reader)).toEqual([playing("a", 7)]);
    expect(await reader.server()).toEqual({ server: "server", sessions: 1, at: NOW_MS });
    expect(presence.fault).toBeNull();
  });

  test("a later entry replaces an earlier one, and a removed one goes", async () => {
    const { presence, reader } = await open();
    for (const entry of [playing("a"), playing("b"), playing("c")]) presence.put(entry);
    await presence.beat(NOW_MS);
    const suspended: PresenceEntry = { ...playing("a"), state: "suspended", since: NOW_MS };
    presence.put(suspended);
    presence.remove("b");
    presence.remove("c");
    presence.put(playing("c", 3));
    presence.remove("unknown");
    expect(await online(reader)).toHaveLength(3);
    await presence.beat(NOW_MS + 1);
    expect(await online(reader)).toEqual([suspended, playing("c", 3)]);
    expect(await reader.server()).toEqual({ server: "server", sessions: 2, at: NOW_MS + 1 });
    expect(presence.counters).toEqual({ beats: 2, failures: 0, skipped: 0, entries: 2 });
  });

  test("what changes while a beat is under way shows with the next one", async () => {
    const { presence, reader } = await open();
    presence.put(playing("a"));
    presence.put(playing("b"));
    await presence.beat(NOW_MS);
    presence.remove("b");
    const beat = presence.beat(NOW_MS);
    presence.remove("a");
    presence.put(playing("b", 2));
    presence.put(playing("c"));
    expect(await beat).toBe(true);
    expect(await online(reader)).toEqual([playing("a")]);
    await presence.beat(NOW_MS);
    expect(await online(reader)).toEqual([playing("b", 2), playing("c")]);
  });

  test("the last one that goes leaves nobody", async () => {
    const { presence, reader } = await open();
    presence.put(playing("a"));
    await presence.beat(NOW_MS);
    presence.remove("a");
    expect(await presence.beat(NOW_MS)).toBe(true);
    expect(await online(reader)).toEqual([]);
    expect(await reader.server()).toMatchObject({ sessions: 0 });
  });

  test("without beats all of it expires, and the next beat brings it back", async () => {
    const { presence, reader } = await open(SHORT_MS);
    const entries = crowd(presence, 3);
    await presence.beat(NOW_MS);
    await house.pass(SHORT_MS);
    expect(await online(reader)).toEqual([]);
    expect(await reader.server()).toBeNull();
    expect(presence.counters.entries).toBe(3);
    const later = await house.open(`suite-${worlds}`, LONG_MS);
    for (const entry of entries) later.presence.put(entry);
    await later.presence.beat(NOW_MS + SHORT_MS);
    expect(await online(later.reader)).toEqual(entries);
  });

  test("1,500 sessions go in one beat", async () => {
    const { presence, reader } = await open();
    const entries = crowd(presence, 1500);
    expect(await presence.beat(NOW_MS)).toBe(true);
    expect(await online(reader)).toEqual(entries);
    expect(presence.counters).toEqual({ beats: 1, failures: 0, skipped: 0, entries: 1500 });
  });

  test("sessions may have any characters in their names", async () => {
    const { presence, reader } = await open();
    for (const id of ODD_IDS) presence.put(playing(id));
    await presence.beat(NOW_MS);
    const found = (await online(reader)).map(({ session }) => session);
    expect(found).toEqual(ODD_IDS.toSorted());
    for (const id of ODD_IDS) presence.remove(id);
    await presence.beat(NOW_MS);
    expect(await online(reader)).toEqual([]);
  });

  test("worlds stay apart, also when their names are made to meet", async () => {
    const names = ["w", "w}:session:a", "{w}", "}", "%7Dw", "w:sessions"];
    const worlds = await Promise.all(names.map((name) => house.open(name, LONG_MS)));
    for (const [i, { presence }] of worlds.entries()) {
      presence.put(playing("a", i));
      presence.put(playing("b}:server", i));
      await presence.beat(NOW_MS + i);
    }
    for (const [i, { reader }] of worlds.entries()) {
      expect(await online(reader), names[i]).toEqual([playing("a", i), playing("b}:server", i)]);
      expect(await reader.server(), names[i]).toMatchObject({ sessions: 2, at: NOW_MS + i });
    }
    await worlds[0]!.presence.close();
    expect(await online(worlds[0]!.reader)).toEqual([]);
    for (const { reader } of worlds.slice(1)) expect(await online(reader)).toHaveLength(2);
  });

  test("closing takes away what it put; nothing comes after it", async () => {
    const { presence, reader } = await open();
    crowd(presence, 5);
    await presence.beat(NOW_MS);
    presence.remove("session-00001");
    await presence.close();
    await presence.close();
    presence.put(playing("late"));
    expect(await presence.beat(NOW_MS)).toBe(false);
    expect(await online(reader)).toEqual([]);
    expect(await reader.server()).toBeNull();
  });
}
