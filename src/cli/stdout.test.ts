// What a person at a terminal sees, and what a program that reads a pipe gets.
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const MODULE = new URL("./stdout.ts", import.meta.url).href;
const PROGRAM = `
  import { logToStdout } from ${JSON.stringify(MODULE)};
  const sink = logToStdout("info", process.env);
  sink.log.info({ port: 8080 }, "Aether listens");
  await sink.flush();`;
const ARGS = ["--input-type=module", "-e", PROGRAM];

/** Runs the program on a terminal, which util-linux's `script` makes. */
function onTerminal(env: Readonly<Record<string, string>>): string | null {
  const quoted = [process.execPath, ...ARGS].map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`);
  const command = ["-qec", quoted.join(" "), "/dev/null"];
  const { error, stdout } = spawnSync("script", command, { env: { PATH: "/usr/bin", ...env } });
  return error === undefined ? stdout.toString() : null;
}

test("a pipe gets JSON", () => {
  const { stdout } = spawnSync(process.execPath, ARGS);
  expect(JSON.parse(stdout.toString())).toMatchObject({ port: 8080, message: "Aether listens" });
});

test("a terminal gets words, in colours unless it has none", ({ skip }) => {
  const painted = onTerminal({ TERM: "xterm" });
  skip(painted === null, "script (util-linux) is not installed");
  expect(painted).toContain("\u001b[32mINFO \u001b[0m Aether listens");
  for (const env of [{ TERM: "xterm", NO_COLOR: "1" }, { TERM: "dumb" }])
    expect(onTerminal(env)).toMatch(/^[\d:.]{12} INFO {2}Aether listens port=8080\r\n$/);
});
