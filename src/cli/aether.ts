#!/usr/bin/env node
// The command `aether`. This file also runs on a Node.js that is too old for the rest of the
// house, and then says so: it imports nothing before it knows, and uses no new syntax.

const NEEDED = "22.18";
const CONFIG_EXIT = 78;
const INTERNAL_EXIT = 70;

if (isOlder(process.versions.node, NEEDED)) {
  process.stderr.write(
    "Aether needs Node.js " +
      NEEDED +
      " or newer, but this is " +
      process.versions.node +
      ": run it with `npm start` in its folder, which brings its own, or install a newer one.\n",
  );
  process.exitCode = CONFIG_EXIT;
} else {
  import("./commands.ts")
    .then((commands) => commands.run(process.argv.slice(2)))
    .then((code) => {
      process.exit(code);
    })
    .catch((error: unknown) => {
      console.error(error);
      process.exit(INTERNAL_EXIT);
    });
}

function isOlder(version: string, needed: string): boolean {
  const have = version.split(".").map(Number);
  const want = needed.split(".").map(Number);
  if (have[0] !== want[0]) return Number(have[0]) < Number(want[0]);
  return Number(have[1]) < Number(want[1]);
}
