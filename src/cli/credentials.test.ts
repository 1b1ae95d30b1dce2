import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { keyMint, secretMint } from "../../test/token-mint.ts";
import { until } from "../../test/until.ts";
import { defaultConfig } from "../config/schema.ts";
import type { Config } from "../config/schema.ts";
import type { Log } from "../observability/log.ts";
import { NO_CREDENTIALS, openCredentials } from "./credentials.ts";

let folder: string;
let lines: [level: string, message: string, fields: object][];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aether-credentials-"));
  lines = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const write =
  (level: string) =>
  (fields: object, message: string): void => {
    lines.push([level, message, fields]);
  };
const [trace, debug, info] = [write("trace"), write("debug"), write("info")];
const [warn, error, fatal] = [write("warn"), write("error"), write("fatal")];
const log: Log = { trace, debug, info, warn, error, fatal, child: () => log };

function config(auth: Partial<Config["auth"]>, token = {}): Config {
  const defaults = defaultConfig();
  return {
    ...defaults,
    auth: { ...defaults.auth, mode: "jwt", ...auth },
    observability: { ...defaults.observability, ...token },
  };
}

/** Of now, and not of the tests' clock. */
const CLAIMS = { exp: Math.floor(Date.now() / 1000) + 600 };

describe("a secret", () => {
  const secret = "hunter2-".repeat(4);

  test("comes from the settings or from a file, without the file's last line break", async () => {
    const token = await secretMint(secret).token(CLAIMS);
    for (const auth of [{ secret }, { secret_file: file("s", `${secret}\n`) }]) {
      const { verifier } = await openCredentials(config(auth), log);
      expect(await verifier?.verify(token)).toMatchObject({ fault: null });
    }
    const { verifier, adminToken, tls } = await openCredentials(defaultConfig(), log);
    expect([verifier, adminToken(), tls]).toEqual([null, NO_CREDENTIALS.adminToken(), null]);
    expect(lines).toEqual([]);
  });

  test("H42 in a file is refused when it is short, and a file for all is warned of", async () => {
    const short = file("short", "hunter2\n");
    const refusal = openCredentials(config({ secret_file: short }), log);
    await expect(refusal).rejects.toThrow("holds 7 bytes: write at least 32 random ones into it.");
    await expect(openCredentials(config({ secret_file: folder }), log)).rejects.toThrow(
      "it is a folder",
    );
    await openCredentials(config({ secret_file: file("open", secret, 0o644) }), log);
    expect(lines).toMatchObject([
      ["warn", expect.stringContaining("every user of this machine"), {}],
    ]);
    expect(JSON.stringify(lines)).not.toContain("hunter2");
  });
});

test("H42 a secret's file is read anew when it has changed, not when it is short", async () => {
  const [first, second] = ["hunter2-".repeat(4), "hunter3-".repeat(4)];
  const path = file("secret", first);
  const { verifier } = await openCredentials(config({ secret_file: path }), log, 10);
  const believed = async (): Promise<boolean[]> => {
    const tokens = [first, second].map((secret) => secretMint(secret).token(CLAIMS));
    const verdicts = tokens.map(async (token) => verifier?.verify(await token));
    return (await Promise.all(verdicts)).map((verdict) => verdict?.fault === null);
  };
  expect(await believed()).toEqual([true, false]);
  writeFileSync(path, "hunter3");
  await until(() => lines.length === 1, "a refusal");
  expect(await believed()).toEqual([true, false]);
  writeFileSync(path, second);
  await until(() => lines.length === 2, "a new secret");
  expect(await believed()).toEqual([false, true]);
  expect(lines.map(([level, message]) => `${level}: ${message}`)).toEqual([
    "error: A changed secret was refused; the last one stays",
    "info: The secret has changed and is used from now on",
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/hunter[23]/);
});

test("a key set is read anew when it has changed, and kept when it has gone bad", async () => {
  const [first, second] = [await keyMint("EdDSA", "a"), await keyMint("ES256", "b")];
  const path = file("keys.json", first.jwks);
  const { verifier } = await openCredentials(config({ jwks_file: path }), log, 10);
  const believes = async (mint: typeof first): Promise<boolean> =>
    (await verifier?.verify(await mint.token(CLAIMS)))?.fault === null;
  expect([await believes(first), await believes(second)]).toEqual([true, false]);
  writeFileSync(path, second.jwks);
  await until(() => lines.length === 1, "a new key set");
  expect([await believes(first), await believes(second)]).toEqual([false, true]);
  writeFileSync(path, '{"keys": "hunter2"}');
  await until(() => lines.length === 2, "a refusal");
  expect(await believes(second)).toBe(true);
  rmSync(path);
  writeFileSync(path, first.jwks);
  await until(() => lines.length === 3, "a new key set");
  expect(await believes(first)).toBe(true);
  expect(lines.map(([level]) => level)).toEqual(["info", "error", "info"]);
  expect(JSON.stringify(lines)).not.toContain("hunter2");
  await expect(openCredentials(config({ jwks_file: file("bad", "[]") }), log)).rejects.toThrow(
    /^auth\.jwks_file is ".*bad", which cannot be used: it is no key set/,
  );
});

test("H47 the admin token may come from a file, and is refused when it is short", async () => {
  const open = (text: string) =>
    openCredentials(config({ mode: "none" }, { admin_token_file: file("token", text) }), log);
  expect((await open(`${"t".repeat(32)}\n`)).adminToken()).toBe("t".repeat(32));
  for (const bad of ["hunter2", "hunter2 ".repeat(9), ""]) {
    const fault: unknown = await open(bad).catch((reason: unknown) => reason);
    expect(String(fault)).toContain("write at least 32 random letters");
    expect(String(fault)).not.toContain("hunter2");
  }
});

test("H47 the admin token's file is read anew when it has changed", async () => {
  const path = file("token", "t".repeat(32));
  const auth = { mode: "none" } as const;
  const { adminToken } = await openCredentials(config(auth, { admin_token_file: path }), log, 10);
  writeFileSync(path, "hunter2");
  await until(() => lines.length === 1, "a refusal");
  expect(adminToken()).toBe("t".repeat(32));
  writeFileSync(path, "u".repeat(32));
  await until(() => lines.length === 2, "a new token");
  expect(adminToken()).toBe("u".repeat(32));
  expect(lines.map(([level]) => level)).toEqual(["error", "info"]);
});
