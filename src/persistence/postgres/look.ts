// What a PostgreSQL is and holds, asked on a connection of its own; see look.ts one floor up.
import type { Look, Remote } from "../look.ts";
import { Link } from "./link.ts";
import type { Place } from "./link.ts";
import { MIGRATIONS } from "./migrations.ts";
import { identifyServer, pending, refusing } from "./prepare.ts";

/** Answers that are timed. */
const ASKED = 9;

const PING = { text: "SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now" };
const ABOUT = {
  text: `SELECT
    coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS encrypted,
    pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only,
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
    current_setting('max_connections')::integer
      - current_setting('superuser_reserved_connections')::integer
      - (SELECT count(*) FROM pg_stat_activity
         WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())::integer AS free`,
};
const OWNER = {
  text: `SELECT owner, tick::float8 AS tick,
      greatest(0, extract(epoch FROM now() - renewed_at) * 1000)::float8 AS silent
    FROM world WHERE name = $1`,
};

interface About {
  readonly encrypted: boolean;
  readonly read_only: boolean;
  readonly may_create: boolean;
  readonly free: number;
}

/** @throws StoreRefusal, StoreFault */
export async function lookAtServer(place: Place, world: string): Promise<Look> {
  const link = new Link(place);
  try {
    return await refusing(async () => {
      const { name, warnings } = await identifyServer(link);
      const schema = MIGRATIONS.length - (await pending(link)).length;
      const owner = schema === 0 ? null : await ownerOf(link, world);
      const remote = await remoteOf(link);
      const { where } = place;
      const newest = MIGRATIONS.length;
      return { name, where, warnings, schema, newest, world: owner, remote };
    });
  } finally {
    await link.close();
  }
}

async function ownerOf(link: Link, world: string): Promise<Look["world"]> {
  const [row] = await link.query<{ owner: string; tick: number; silent: number }>(OWNER, [world]);
  return row === undefined ? null : { owner: row.owner, tick: row.tick, silentMs: row.silent };
}

async function remoteOf(link: Link): Promise<Remote> {
  const [about] = await link.query<About & Record<string, unknown>>(ABOUT);
  const answers: { ms: number; clockAheadMs: number }[] = [];
  for (let i = 0; i < ASKED; i++) {
    const asked = performance.now();
    const [row] = await link.query<{ now: string }>(PING);
    const ms = performance.now() - asked;
    answers.push({ ms, clockAheadMs: Number(row?.now) + ms / 2 - Date.now() });
  }
  answers.sort((a, b) => a.ms - b.ms);
  const middle = answers[ASKED >> 1];
  return {
    answerMs: middle?.ms ?? NaN,
    clockAheadMs: middle?.clockAheadMs ?? NaN,
    isEncrypted: about?.encrypted === true,
    isReadOnly: about?.read_only === true,
    mayCreate: about?.may_create === true,
    connectionsFree: about?.free ?? 0,
  };
}
