// The embedded store against the suite of all stores, and what only a file can do.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { afterAll, describe, expect, test } from "vitest";

import { outboxSuite } from "../../../test/outbox-suite.ts";
import { flightOf, imageOf } from "../../../test/store-bench.ts";
import type { StoreBench } from "../../../test/store-bench.ts";
import { storeSuite } from "../../../test/store-suite.ts";
import { StoreFault, StoreRefusal } from "../contract.ts";
import { openWorldStore } from "../open.ts";
import { unseal } from "../snapshot.ts";

const folder = mkdtempSync(join(tmpdir(), "aether-sqlite-"));
let files = 0;

function freshPath(): string {
  return join(folder, `made ${++files}`, "world.db");
}

const bench: StoreBench = {
  fresh: () => Promise.resolve(`sqlite:${freshPath()}`),
  sql(url, text) {
    const db = new DatabaseSync(url.slice("sqlite:".length), { timeout: 1000 });
    try {
      return Promise.resolve(db.prepare(text).all());
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    } finally {
      db.close();
    }
  },
  damage: "UPDATE snapshots SET sealed = CAST('nothing of the kind' AS BLOB) WHERE slot = 1",
};

afterAll(() => rmSync(folder, { recursive: true }));

storeSuite("SQLite", bench);
outboxSuite("SQLite", bench);

describe("a file", () => {
  const options = { world: "plain", poolSize: 1 };

  test("that is no database, or cannot be made, is refused by name with a remedy", async () => {
    const path = join(folder, "letter.txt");
    writeFileSync(path, "Dear database, ".repeat(100));
    await expect(openWorldStore(`sqlite:${path}`, options)).rejects.toThrow(StoreRefusal);
    await expect(openWorldStore(`sqlite:${path}`, options)).rejects.toThrow(
      `The database ${path} cannot be used: it is not a database of SQLite (SQLite 26). ` +
        "Name another file.",
    );
    const below = `sqlite:${join(path, "world.db")}`;
    await expect(openWorldStore(below, options)).rejects.toThrow(StoreRefusal);
  });

  test("in memory is a store for one", async () => {
    const store = await openWorldStore("sqlite::memory:", options);
    await store.claim("a test");
    expect(await store.tryLock()).toBe(true);
    expect(await store.flush(flightOf(1))).toBe(true);
    await store.close();
    await expect(store.flush(flightOf(2))).rejects.toThrow(StoreFault);
  });

  test("H60 is whole when copied away under a writer, as a crash would leave it", async () => {
    const path = freshPath();
    const store = await openWorldStore(`sqlite:${path}`, options);
    await store.claim("a test");
    for (let tick = 1; tick <= 20; tick++) await store.flush(flightOf(tick));
    const copy = join(folder, "copy.db");
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    await store.close();
    const found = await openWorldStore(`sqlite:${copy}`, options);
    const [newest] = await found.snapshots();
    expect(newest?.tick).toBe(20);
    expect(unseal(newest!.sealed)).toEqual(imageOf(20));
    await found.close();
  });

  test("that another program keeps busy is a fault, and taken up again", async () => {
    const path = freshPath();
    const store = await openWorldStore(`sqlite:${path}`, options);
    await store.claim("a test");
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    await expect(store.flush(flightOf(1))).rejects.toThrow("another program is writing to it");
    other.exec("ROLLBACK");
    other.close();
    expect(await store.flush(flightOf(1))).toBe(true);
    await store.close();
  });
});
