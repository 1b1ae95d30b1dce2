// Compares what clients were told with what came out at the other end of the outbox.
import type { Redis } from "ioredis";
import { CLOSES } from "../../src/protocol/codes.ts";
import { eventsKey } from "../../src/persistence/sinks/redis.ts";
import { type Stage, WORLD } from "./stage.ts";
import type { CrowdReport } from "./crowd.ts";

const PAGE = 5000;

export interface Books {
  readonly faults: readonly string[];
  readonly figures: {
    readonly sessionsTold: number;
    readonly sessionsResumed: number;
    /** Times that a client's token did not open its session. */
    readonly refused: number;
    readonly sessionsOpened: number;
    readonly events: number;
    /** Of `events`, what was there more than once, before dedupe by key. */
    readonly duplicates: number;
    readonly lost: number;
    readonly doubled: number;
  };
}

interface Read {
  readonly entries: number;
  /** After dedupe by key. */
  readonly events: readonly Event[];
}

export interface Event {
  readonly type: string;
  readonly payload: { readonly session?: string; readonly entity?: number };
}

/**
 * Call it when everybody has left, all graces are over and the outbox is empty: then every session
 * that a client was told of was opened once and closed once, with the entity it was told.
 */
export async function compareBooks(stage: Stage, reports: readonly CrowdReport[]): Promise<Books> {
  const { entries, events } = await readEvents(stage.reader());
  const told = new Map(reports.flatMap((report) => report.told));
  const { faults, sessionsOpened, lost, doubled } = balance(told, events);
  const figures = {
    sessionsTold: told.size,
    sessionsResumed: reports.reduce((sum, report) => sum + report.resumed, 0),
    refused: reports.reduce((sum, report) => sum + refusedOf(report), 0),
    sessionsOpened,
    events: events.length,
    duplicates: entries - events.length,
    lost,
    doubled,
  };
  const bots = reports.flatMap((report) => report.faults);
  const rows = await faultsInRows(stage, sessionsOpened);
  return { faults: [...bots, ...faults, ...rows], figures };
}

function refusedOf({ closes }: CrowdReport): number {
  return new Map(closes).get(CLOSES.RESUME_REFUSED.code) ?? 0;
}

interface Balance {
  readonly faults: readonly string[];
  readonly sessionsOpened: number;
  readonly lost: number;
  readonly doubled: number;
}

/**
 * Each session once, whether a client was told of it or only its events are there: a client may
 * have been cut off before it was told.
 * @param told entity of each session that a client was told of
 * @param events after dedupe by key
 */
export function balance(told: ReadonlyMap<string, number>, events: readonly Event[]): Balance {
  const opened = new Map<string, number[]>();
  const closed = new Map<string, number>();
  for (const { type, payload } of events) {
    const { session = "", entity = 0 } = payload;
    if (type === "session.opened") opened.set(session, [...(opened.get(session) ?? []), entity]);
    if (type === "session.closed") closed.set(session, (closed.get(session) ?? 0) + 1);
  }
  const faults: string[] = [];
  let [lost, doubled] = [0, 0];
  for (const session of new Set([...told.keys(), ...opened.keys(), ...closed.keys()])) {
    const entities = opened.get(session) ?? [];
    const ends = closed.get(session) ?? 0;
    const entity = told.get(session) ?? entities[0];
    if (entities.length === 0 || ends === 0) lost++;
    if (entities.length > 1 || ends > 1) doubled++;
    if (entities.length !== 1 || ends !== 1 || entities[0] !== entity) {
      const times = `${entities.length} times opened (${entities.join()}), ${ends} times closed`;
      faults.push(`session ${session} of entity ${entity ?? 0}: ${times}`);
    }
  }
  return { faults, sessionsOpened: opened.size, lost, doubled };
}

/** What the database says must agree with the events. */
async function faultsInRows(stage: Stage, opened: number): Promise<string[]> {
  const faults: string[] = [];
  const rows = await stage.count("SELECT count(*) FROM sessions");
  if (rows !== opened) faults.push(`${rows} sessions in the database, ${opened} opened by events`);
  const alive = await stage.count("SELECT count(*) FROM sessions WHERE state <> 'ended'");
  if (alive > 0) faults.push(`${alive} sessions did not end in the database`);
  const dead = await stage.count("SELECT count(*) FROM outbox_dead");
  if (dead > 0) faults.push(`${dead} events were given up`);
  return faults;
}

async function readEvents(redis: Redis): Promise<Read> {
  const events = new Map<string, Event>();
  let entries = 0;
  for (let from = "-"; ;) {
    const page = await redis.xrange(eventsKey(WORLD), from, "+", "COUNT", PAGE);
    for (const [, fields] of page) {
      const at = (name: string): string => fields[fields.indexOf(name) + 1] ?? "";
      const payload = JSON.parse(at("payload")) as Event["payload"];
      events.set(at("key"), { type: at("type"), payload });
    }
    entries += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) {
      return { entries, events: [...events.values()] };
    }
    from = `(${last[0]}`;
  }
}
