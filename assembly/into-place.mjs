// A build takes the last one's place only when it is whole: it is made in a folder of its own, and
// then each file is renamed to where it belongs. Whoever reads meanwhile finds the old file or the
// new one, and whoever interrupts it leaves the old ones.
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BUILD = fileURLToPath(new URL("../build/", import.meta.url));
const PREFIX = ".making-";

/**
 * @returns a new folder within build/, which goes when this process ends; that of a process that
 * was killed goes with the next build
 */
export function freshFolder() {
  mkdirSync(BUILD, { recursive: true });
  for (const name of readdirSync(BUILD)) {
    if (name.startsWith(PREFIX) && !isRunning(Number(name.slice(PREFIX.length)))) remove(name);
  }
  const name = `${PREFIX}${process.pid}`;
  mkdirSync(join(BUILD, name));
  process.once("exit", () => remove(name));
  return join(BUILD, name);
}

/**
 * Renames what lies in `folder` to the same places in build/. Of a folder in it, files in build/
 * that are not made any more are removed.
 */
export function moveIntoPlace(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) {
      renameSync(join(folder, entry.name), join(BUILD, entry.name));
      continue;
    }
    const [from, to] = [join(folder, entry.name), join(BUILD, entry.name)];
    mkdirSync(to, { recursive: true });
    const made = readdirSync(from);
    for (const name of made) renameSync(join(from, name), join(to, name));
    for (const name of readdirSync(to)) if (!made.includes(name)) rmSync(join(to, name));
  }
}

/** Refuses what nobody takes, before anything is built. */
export function flagsOf(command, known) {
  const given = process.argv.slice(2);
  const unknown = given.find((flag) => !known.includes(flag));
  if (unknown === undefined) return given;
  const remedy = known.length === 0 ? "give it none" : `it takes ${known.join(", ")}`;
  process.stderr.write(`${command} takes no ${unknown}: ${remedy}.\n`);
  process.exit(78);
}

function remove(name) {
  rmSync(join(BUILD, name), { recursive: true, force: true });
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
