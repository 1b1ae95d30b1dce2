// What a SQLite file holds, read without making anything beside it; see look.ts one floor up.
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

import { StoreRefusal } from "../contract.ts";
import type { Look } from "../look.ts";
import { pendingVersions } from "../versions.ts";
import { faultOf, isBusy } from "./faults.ts";
import { MEMORY, numberOf, textOf } from "./file.ts";
import type { Row } from "./file.ts";
import { MIGRATIONS } from "./migrations.ts";

const BUSY_MS = 500;

/**
 * @returns null when there is no such file
 * @throws StoreRefusal when an operator must act, StoreFault when others keep the file busy
 */
export function lookAtFile(path: string, world: string): Look | null {
  if (path === MEMORY || !existsSync(path)) return null;
  try {
    const db = open(path);
    try {
      return lookAt(db, path, world);
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof StoreRefusal) throw error;
    throw isBusy(error) ? faultOf(error, path) : new StoreRefusal(faultOf(error, path).final);
  }
}

/**
 * A reader of a file in WAL mode makes its companions, and leaves them. Where they are not there,
 * nobody writes, and the file can be read as one that does not change.
 */
function open(path: string): DatabaseSync {
  const options = { readOnly: true, timeout: BUSY_MS };
  if (existsSync(`${path}-wal`)) return new DatabaseSync(path, options);
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  return new DatabaseSync(url, options);
}

function lookAt(db: DatabaseSync, path: string, world: string): Look {
  const get = (sql: string, ...values: string[]): Row | undefined => db.prepare(sql).get(...values);
  const version = textOf(get("SELECT sqlite_version() AS version") ?? {}, "version");
  const table = get("SELECT 1 AS found FROM sqlite_schema WHERE name = 'aether_schema'");
  const found =
    table === undefined
      ? 0
      : numberOf(get("SELECT coalesce(max(version), 0) AS v FROM aether_schema") ?? {}, "v");
  const where = path;
  const schema = MIGRATIONS.length - pendingVersions(found, MIGRATIONS, where).length;
  const row =
    schema === 0
      ? undefined
      : get("SELECT owner, tick, renewed_at FROM world WHERE name = ?", world);
  return {
    name: `SQLite ${version}`,
    where,
    warnings: [],
    schema,
    newest: MIGRATIONS.length,
    world:
      row === undefined
        ? null
        : {
            owner: textOf(row, "owner"),
            tick: numberOf(row, "tick"),
            silentMs: Math.max(0, Date.now() - numberOf(row, "renewed_at")),
          },
    remote: null,
  };
}
