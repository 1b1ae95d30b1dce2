import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("./aether.ts", import.meta.url));
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aether-cli-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command in an empty folder. */
function aether(argv: string[], env: Record<string, string> = {}, node: string[] = []): Ended {
  const done = spawnSync(process.execPath, [...node, PROGRAM, ...argv], {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...env },
  });
  return { code: done.status, out: done.stdout.toString(), err: done.stderr.toString() };
}

/** Runs a few lines before the program. */
function first(lines: string): string[] {
  return ["--import", `data:text/javascript,${encodeURIComponent(lines)}`];
}

/** Makes the program believe that it runs on another version of Node.js. */
function pretend(version: string, abi = process.versions.modules): string[] {
  return first(`
    const versions = { ...process.versions, node: "${version}", modules: "${abi}" };
    Object.defineProperty(process, "versions", { value: versions });`);
}

/** Makes one import of the program fail. */
function lack(name: string): string[] {
  return first(`
    import { registerHooks } from "node:module";
    registerHooks({
      resolve(name, context, next) {
        if (name === "${name}") throw new Error("${name} is not here\\nRequire stack");
        return next(name, context);
      },
    });`);
}

test("--help and --version", () => {
  expect(aether(["--help"])).toMatchObject({ code: 0, err: "" });
  expect(aether(["--version"]).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each(["serve", "relay", "outbox", "doctor", "plan", "capsule"])(
  "%s --help says what it does",
  (command) => {
    const { code, out, err } = aether([command, "--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(new RegExp(`^aether ${command} [^]*--config FILE`));
    expect(aether([command, "-h"]).out).toBe(out);
  },
);

test.each(["20.20.2", "22.17.9", "18.0.0"])("Node.js %s is refused in one sentence", (version) => {
  const { code, out, err } = aether(["serve"], {}, pretend(version));
  expect({ code, out }).toEqual({ code: 78, out: "" });
  expect(err).toMatch(/^Aether needs Node\.js 22\.18 or newer, but this is .*\.\n$/);
});

test.each(["22.18.0", "24.0.0", "26.1.0"])("Node.js %s is new enough", (version) => {
  expect(aether(["--version"], {}, pretend(version)).code).toBe(0);
});

test.each([[[]], [["start"]], [["--verbose"]], [["serve", "--port", "80"]]])(
  "an unknown command line %j ends with 78 and says what there is",
  (argv) => {
    const { code, out, err } = aether(argv);
    expect({ code, out }).toEqual({ code: 78, out: "" });
    expect(err).toMatch(/aether --help/);
    expect(err).not.toMatch(/ at .*:\d+:\d+/);
  },
);

test("H51 a wrong configuration ends with 78, every fault in words, no stack", () => {
  writeFileSync(join(folder, "wrong.yaml"), "engine:\n  max_sped: 4\n\tkernel: [\n");
  const env = { AETHER_GATEWAY_IDLE_TIMEOUT_S: "5", LOG_LEVEL: "loud" };
  const { code, out, err } = aether(["serve", "-config", "wrong.yaml"], env);
  expect({ code, out }).toEqual({ code: 78, out: "" });
  for (const key of ["engine.max_sped", "gateway.idle_timeout_s", "observability.log_level"]) {
    expect(err).toContain(`- ${key} is `);
  }
  expect(err).not.toMatch(/ at .*:\d+:\d+|Error:/);
});

test("H51 a configuration file that is not there ends with 78", () => {
  const { code, err } = aether(["serve", "--config", "nowhere.yaml"]);
  expect(code).toBe(78);
  expect(err).toContain("- nowhere.yaml: there is no such file; create it or correct its name.");
});

test("what was not built is named, with the command that builds it", () => {
  expect(aether(["serve"], {}, lack("#layout"))).toEqual({
    code: 78,
    out: "",
    err:
      `aether serve could not load its parts on Node.js ${process.versions.node} ` +
      "(#layout is not here): run `npm run build` in its folder.\n",
  });
});

test("a Node.js that the native module is not built for is told which one is", () => {
  const node = [...pretend("24.1.0", "137"), ...lack("uWebSockets.js")];
  const { code, err } = aether(["serve"], {}, node);
  expect(code).toBe(78);
  expect(err).toMatch(
    /on Node\.js 24\.1\.0 \(uWebSockets\.js is not here\): .*install Node 22\.\n$/,
  );
});

test("more bots than entities are refused", () => {
  const { code, err } = aether(["serve", "--bots", "51"], { AETHER_ENGINE_MAX_ENTITIES: "50" });
  expect({ code, err }).toEqual({
    code: 78,
    err: "--bots is 51: engine.max_entities allows 50.\n",
  });
});

test("more bots than connections are refused", () => {
  const env = { AETHER_GATEWAY_MAX_CONNECTIONS: "50" };
  const { code, err } = aether(["serve", "--bots", "51"], env);
  expect({ code, err }).toEqual({
    code: 78,
    err: "--bots is 51: gateway.max_connections allows 50.\n",
  });
});
