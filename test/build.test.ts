// The builders: what is there stays whole while another build is made, and what they are not asked
// for they do not do.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { expect, test } from "vitest";

import { ROOT } from "./tree.ts";

const BUILD = join(ROOT, "build");
/** Looks at a file every so often, and gives up in the end: a busy machine builds slowly. */
const LOOK_MS = 20;
const LOOKS = 4000;

/** Every file of build/twin, its bytes and when it was made. */
function twin(): Map<string, string> {
  const folder = join(BUILD, "twin");
  return new Map(
    readdirSync(folder).map((name) => {
      const file = join(folder, name);
      return [name, `${statSync(file).mtimeMs} ${readFileSync(file, "utf8")}`];
    }),
  );
}

test("a build that is killed leaves the last one as it was", async () => {
  const before = twin();
  const child = spawn(process.execPath, ["assembly/build.mjs"], { cwd: ROOT, stdio: "ignore" });
  const making = join(BUILD, `.making-${String(child.pid)}`);
  try {
    const made = join(making, "twin", "layout.js");
    for (let i = 0; i < LOOKS && !existsSync(made); i++) await setTimeout(LOOK_MS);
    expect(existsSync(made)).toBe(true);
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    expect(twin()).toEqual(before);
    expect(before.size).toBeGreaterThan(20);
  } finally {
    child.kill("SIGKILL");
    rmSync(making, { recursive: true, force: true });
  }
});

test.each([
  ["assembly/build.mjs --part", "assembly/build.mjs takes no --part: it takes --parts.\n"],
  ["proto/build.mjs --parts", "proto/build.mjs takes no --parts: give it none.\n"],
  ["bench/native/build.mjs x", "bench/native/build.mjs takes no x: give it none.\n"],
])("%s is refused before anything is built", (command, said) => {
  const argv = ["--disable-warning=ExperimentalWarning", ...command.split(" ")];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: ROOT });
  expect([status, stdout.toString(), stderr.toString()]).toEqual([78, "", said]);
});
