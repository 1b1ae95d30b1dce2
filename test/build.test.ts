// The builders: what is there stays whole while another build is made, and what they are not asked
// for they do not do.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { ROOT } from "./tree.ts";

const BUILD = join(ROOT, "build");

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

/** Kills its process when that is about to write the twin's layout anew. */
const KILLED = `
  import fs from "node:fs";
  import { syncBuiltinESMExports } from "node:module";
  const write = fs.writeFileSync;
  fs.writeFileSync = (file, ...more) => {
    if (String(file).endsWith("twin/layout.js")) process.kill(process.pid, "SIGKILL");
    write(file, ...more);
  };
  syncBuiltinESMExports();`;

test("a build that is killed leaves the last one as it was", () => {
  const before = twin();
  const killed = `data:text/javascript,${encodeURIComponent(KILLED)}`;
  const argv = ["--import", killed, "assembly/build.mjs"];
  const { pid, signal } = spawnSync(process.execPath, argv, { cwd: ROOT, stdio: "ignore" });
  const making = join(BUILD, `.making-${String(pid)}`);
  try {
    expect(signal).toBe("SIGKILL");
    expect(existsSync(join(making, "twin", "layout.js"))).toBe(true);
    expect(twin()).toEqual(before);
    expect(before.size).toBeGreaterThan(20);
  } finally {
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
