import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../../test/until.ts";
import type { Log } from "../observability/log.ts";
import { FILES_MAX, poisonFiles } from "./poison-files.ts";

function warning(into: string[]): Log {
  const silent = (): void => undefined;
  const log: Log = {
    ...{ trace: silent, debug: silent, info: silent, error: silent, fatal: silent },
    warn: (_fields, message) => into.push(message),
    child: () => log,
  };
  return log;
}

function folderOf(): string {
  const parent = mkdtempSync(join(tmpdir(), "aether-poison-"));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  return join(parent, "quarantine");
}

test("a file is kept in a folder that is made for it", async () => {
  const folder = folderOf();
  poisonFiles(folder, warning([]))("trap-1-2.capsule", Uint8Array.of(1, 2));
  const read = (): number[] => [...readFileSync(join(folder, "trap-1-2.capsule"))];
  await until(() => {
    try {
      return read().join() === "1,2";
    } catch {
      return false;
    }
  }, "the file");
  expect(readdirSync(folder)).toEqual(["trap-1-2.capsule"]);
});

test("a full folder is said, and stays as it is", async () => {
  const folder = folderOf();
  mkdirSync(folder);
  for (let i = 0; i < FILES_MAX; i++) writeFileSync(join(folder, `trap-${i}-0.capsule`), "");
  const said: string[] = [];
  poisonFiles(folder, warning(said))("another.capsule", Uint8Array.of(1));
  await until(() => said.length > 0, "a line of the log");
  expect(said).toEqual(["100 files are there; another was not kept"]);
  expect(readdirSync(folder)).toHaveLength(FILES_MAX);
});

test("a folder that cannot be had is said", async () => {
  const folder = folderOf();
  writeFileSync(folder, "a file in its place");
  const said: string[] = [];
  poisonFiles(folder, warning(said))("trap.capsule", Uint8Array.of(1));
  await until(() => said.length > 0, "a line of the log");
  expect(said).toEqual(["What the kernel trapped with could not be kept"]);
});
