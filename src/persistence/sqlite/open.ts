// Opens a SQLite file for Aether and brings its schema up to date.
import { setTimeout as sleep } from "node:timers/promises";

import { StoreRefusal } from "../contract.ts";
import { pendingVersions } from "../versions.ts";
import { faultOf, isBusy, isRefusal } from "./faults.ts";
import { numberOf, SqliteFile } from "./file.ts";
import { MIGRATIONS } from "./migrations.ts";

/** How long to wait for another process that opens or migrates the same file. */
const PATIENCE_MS = 10_000;
const ASK_AGAIN_MS = 25;

/**
 * @throws StoreRefusal when an operator must act
 * @throws StoreFault when others keep the file busy
 */
export async function openFile(path: string): Promise<SqliteFile> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return open(path);
    } catch (error) {
      if (error instanceof StoreRefusal) throw error;
      if (isRefusal(error)) throw new StoreRefusal(faultOf(error, path).final);
      // SQLite does not wait by itself while another process switches the file to WAL.
      if (!isBusy(error) || performance.now() > deadline) throw faultOf(error, path);
      await sleep(ASK_AGAIN_MS);
    }
  }
}

function open(path: string): SqliteFile {
  const file = new SqliteFile(path);
  try {
    migrate(file);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

function migrate(file: SqliteFile): void {
  if (pendingVersions(schemaVersion(file), MIGRATIONS, file.path).length === 0) return;
  file.transaction(() => {
    file.run(
      "CREATE TABLE IF NOT EXISTS aether_schema (version INTEGER PRIMARY KEY, applied_at INTEGER)",
    );
    // Again: another process may have been here while this one waited to write.
    for (const pending of pendingVersions(schemaVersion(file), MIGRATIONS, file.path)) {
      for (const statement of pending.statements) file.run(statement);
      file.run("INSERT INTO aether_schema VALUES (?, ?)", pending.version, Date.now());
    }
  });
}

/** 0: there is no table of ours. */
function schemaVersion(file: SqliteFile): number {
  const table = file.get("SELECT 1 FROM sqlite_schema WHERE name = 'aether_schema'");
  if (table === undefined) return 0;
  const row = file.get("SELECT coalesce(max(version), 0) AS version FROM aether_schema");
  return row === undefined ? 0 : numberOf(row, "version");
}
