// A command that was called wrongly says so and measures nothing, and its code is never that of
// success.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";

import { ROUNDS, whole } from "./options.ts";
import { EXIT_USAGE } from "./verdict.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

describe("whole numbers", () => {
  test("are taken within their limits", () => {
    expect([whole("rounds", "1", ROUNDS), whole("rounds", "1000", ROUNDS)]).toEqual([1, 1000]);
  });

  test.each(["", "0", "1001", "2.5", "-1", "1e2", "many"])('"%s" is refused', (text) => {
    expect(() => whole("rounds", text, ROUNDS)).toThrow(
      `--rounds is ${text}; it must be a whole number from 1 to 1000`,
    );
  });
});

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...argv: readonly string[]): Ended {
  const options = ["--disable-warning=ExperimentalWarning", ...argv];
  const { status, stdout, stderr } = spawnSync(process.execPath, options, { cwd: ROOT });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}

const COMMANDS = [
  ["bench", "bench/bench.ts"],
  ["bench:parts", "bench/parts/main.ts"],
  ["bench:server", "bench/server/main.ts"],
  ["bench:page", "bench/page/serve.ts"],
  ["bench:report", "bench/report.ts"],
  ["sim", "test/sim/main.ts"],
  ["soak", "test/kernel/soak.ts"],
] as const;

test.each(COMMANDS)("npm run %s tells its usage, and refuses an unknown option", (name, file) => {
  const help = run(file, "--help");
  expect(help).toMatchObject({ status: 0, stderr: "" });
  expect(help.stdout).toContain(`npm run ${name}`);
  expect(run(file, "--nothing")).toEqual({
    status: EXIT_USAGE,
    stdout: "",
    stderr: `${name}: unknown option '--nothing': npm run ${name} -- --help tells what there is\n`,
  });
});

test("npm run prove tells the usage of all proofs", () => {
  for (const argv of [["--help"], ["kernel", "--help"], ["latency", "-h"]]) {
    const help = run("bench/prove.ts", ...argv);
    expect(help).toMatchObject({ status: 0, stderr: "" });
    for (const name of ["kernel", "latency", "durability", "slow", "crowd", "fuzz", "capacity"])
      expect(help.stdout).toContain(`npm run prove -- ${name}`);
  }
});

test.each([
  ["bench/bench.ts --rounds 0", "--rounds is 0"],
  ["bench/bench.ts --cases ,", "--cases names nothing"],
  ["bench/bench.ts --only nobody", "no contender is called nobody"],
  ["bench/bench.ts quick", "npm run bench -- --help tells what there is"],
  ["bench/parts/main.ts --only nothing", 'no part is called "nothing"'],
  ["bench/parts/main.ts --rounds 1.5", "--rounds is 1.5"],
  ["bench/parts/main.ts --rounds", "npm run bench:parts -- --help tells what there is"],
  ["bench/page/serve.ts --port x", "--port is x"],
  ["bench/prove.ts nothing", "name what to prove"],
  ["bench/prove.ts kernel --rounds x", "--rounds is x"],
  ["bench/prove.ts kernel --round 3", "unknown option '--round': npm run prove -- --help"],
  ["bench/prove.ts latency --rounds x", "--rounds is x"],
  ["bench/prove.ts latency --bots 0", "--bots is 0"],
  ["bench/prove.ts slow --clients 0", "--clients is 0"],
  ["bench/prove.ts slow --stalls 20,x", "--stalls is x"],
  ["bench/prove.ts slow --entities 20", "--entities is 20; each client has one: 70 at least"],
  ["bench/prove.ts crowd --crowds 300", "--crowds is 300; write CLIENTSxFRAMES"],
  ["bench/prove.ts crowd --crowds 300x9", "--crowds is 9"],
  ["bench/prove.ts fuzz --frames many", "--frames is many"],
  ["bench/prove.ts capacity --bots 300,0", "--bots is 0"],
  ["bench/prove.ts capacity --seconds 1", "--seconds is 1"],
  ["bench/server/main.ts --seconds 1", "--seconds is 1"],
  ["test/kernel/soak.ts --steps many", "--steps is many"],
  ["test/sim/main.ts --minutes 0", "--minutes is 0"],
])("%s: %s", (command, said) => {
  const { status, stdout, stderr } = run(...command.split(" "));
  expect(stderr).toContain(said);
  expect([status, stdout]).toEqual([EXIT_USAGE, ""]);
});

test("the proof of durability refuses to begin without the programs that it stops", () => {
  const argv = ["bench/prove.ts", "durability", "--seconds", "2", "--only", "flush"];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: ROOT, env: {} });
  expect(stderr.toString()).toContain("there is no redis-server: install redis-server");
  expect([status, stdout.toString()]).toEqual([EXIT_USAGE, ""]);
});

test("without a build, one sentence says how to make it", () => {
  const folder = mkdtempSync(join(tmpdir(), "aether-unbuilt-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "bench"));
  for (const name of ["built.ts", "verdict.ts"])
    copyFileSync(join(ROOT, "bench", name), join(folder, "bench", name));
  const preload = ["--import", pathToFileURL(join(folder, "bench/built.ts")).href];
  expect(run(...preload, join(folder, "dist/swarm/demo.js"))).toEqual({
    status: EXIT_USAGE,
    stdout: "",
    stderr:
      "Not built, for there is no build/kernel.wasm, build/twin/kernel.js, " +
      "build/proto/aether.js, dist/swarm/demo.js: run npm run build.\n",
  });
});
