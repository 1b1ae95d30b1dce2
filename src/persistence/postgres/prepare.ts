// What a server must be, and the schema: looked at and brought up to date before a store is used.
import { StoreFault, StoreRefusal } from "../contract.ts";
import { pendingVersions } from "../versions.ts";
import type { PendingVersion } from "../versions.ts";
import { isRefusal } from "./faults.ts";
import type { Link } from "./link.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Another process may be at the same, and has tables to make. */
const PATIENCE_MS = 15_000;
const OLDEST = 130_000;

export interface Prepared {
  /** "PostgreSQL 15.18" */
  readonly name: string;
  /** What the operator should know, in sentences. */
  readonly warnings: readonly string[];
}

/** Those that take any text; SQL_ASCII takes any bytes. */
const ENCODINGS = ["UTF8", "SQL_ASCII"];

interface ServerRow {
  readonly number: number;
  readonly version: string;
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly encoding: string;
}

const SERVER = {
  text: `SELECT current_setting('server_version_num')::integer AS number,
    split_part(current_setting('server_version'), ' ', 1) AS version,
    current_setting('fsync') AS fsync,
    current_setting('full_page_writes') AS full_page_writes,
    current_setting('server_encoding') AS encoding`,
};
const HAS_SCHEMA = {
  text: "SELECT to_regclass('aether_schema') IS NOT NULL AS present",
};
const VERSION = {
  text: "SELECT coalesce(max(version), 0) AS version FROM aether_schema",
};
// One at a time, whatever else holds the table; the number means nothing to anybody else.
const ALONE = {
  text: "SELECT pg_advisory_xact_lock(hashtextextended('aether:schema', 0))",
};
const PATIENT = {
  text: "SELECT set_config('lock_timeout', '14s', true)",
};
const CREATE_SCHEMA = {
  text: `CREATE TABLE IF NOT EXISTS aether_schema (
    version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
};
const APPLIED = {
  text: "INSERT INTO aether_schema (version) VALUES ($1)",
};

/**
 * @throws StoreRefusal when an operator must act
 * @throws StoreFault when the server cannot be had
 */
export function prepareServer(link: Link): Promise<Prepared> {
  return refusing(async () => {
    const prepared = await identifyServer(link);
    await migrate(link);
    return prepared;
  });
}

/** What the server is, unless it is one that cannot be used. Changes nothing; throws as above. */
export async function identifyServer(link: Link): Promise<Prepared> {
  const [server] = await link.query<ServerRow>(SERVER, [], { limitMs: PATIENCE_MS });
  if (server === undefined) throw new StoreFault("PostgreSQL does not say what it is.");
  const { where } = link.place;
  if (server.number < OLDEST) {
    throw new StoreRefusal(
      `The database ${where} is PostgreSQL ${server.version}, and Aether needs 13 or newer. ` +
        "Update it, or name another one in persistence.url.",
    );
  }
  // In another one a client's name could be text that no flush gets through with.
  if (!ENCODINGS.includes(server.encoding)) {
    throw new StoreRefusal(
      `The database ${where} is encoded in ${server.encoding}, and Aether needs UTF8: ` +
        "create one with ENCODING 'UTF8' TEMPLATE template0, and name it in persistence.url.",
    );
  }
  return { name: `PostgreSQL ${server.version}`, warnings: warningsOf(server, where) };
}

/** Runs `work`; what does not go away by itself becomes a refusal. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreFault && isRefusal(error)) throw new StoreRefusal(error.final);
    throw error;
  }
}

function warningsOf({ fsync, full_page_writes }: ServerRow, where: string): string[] {
  return Object.entries({ fsync, full_page_writes })
    .filter(([, value]) => value === "off")
    .map(
      ([name]) =>
        `${name} is off in the database ${where}: what was acknowledged may be lost when its ` +
        `machine loses power. Set ${name} = on there.`,
    );
}

async function migrate(link: Link): Promise<void> {
  if ((await pending(link)).length === 0) return;
  try {
    await link.query({ text: "BEGIN" });
    await link.query(PATIENT);
    await link.query(ALONE, [], { limitMs: PATIENCE_MS });
    await link.query(CREATE_SCHEMA);
    // Again: another process may have been here while this one waited.
    for (const { version, statements } of await pending(link)) {
      for (const text of statements) await link.query({ text }, [], { limitMs: PATIENCE_MS });
      await link.query(APPLIED, [version]);
    }
    await link.query({ text: "COMMIT" }, [], { limitMs: PATIENCE_MS });
  } catch (error) {
    // The server undoes what was not committed.
    link.drop();
    throw error;
  }
}

/** @throws StoreRefusal when the schema is newer than this program */
export async function pending(link: Link): Promise<PendingVersion[]> {
  const [schema] = await link.query<{ present: boolean }>(HAS_SCHEMA);
  let found = 0;
  if (schema?.present === true) {
    const [row] = await link.query<{ version: number }>(VERSION);
    found = row?.version ?? 0;
  }
  return pendingVersions(found, MIGRATIONS, `the database ${link.place.where}`);
}
