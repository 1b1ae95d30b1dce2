// The doctor as people call it, on machines that lack something.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";

import { afterAll, afterEach, beforeEach, expect, test } from "vitest";

import { Certificates, hasOpenssl } from "../../../test/certificates.ts";
import { Health } from "../../observability/health.ts";
import { openFile } from "../../persistence/sqlite/open.ts";
import { report, verdictOf } from "./finding.ts";
import type { Finding, State } from "./finding.ts";

const PROGRAM = fileURLToPath(new URL("../aether.ts", import.meta.url));
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aether-doctor-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const certificates = hasOpenssl ? new Certificates() : null;
afterAll(() => certificates?.remove());

interface Told {
  readonly code: number;
  readonly verdict: State;
  readonly findings: readonly Finding[];
}

async function run(argv: readonly string[], env: Record<string, string> = {}) {
  const all = ["--disable-warning=ExperimentalWarning", PROGRAM, "doctor", ...argv];
  const child = spawn(process.execPath, all, {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      AETHER_GATEWAY_BIND_ADDR: "127.0.0.1:0",
      AETHER_OBSERVABILITY_ADMIN_ADDR: "127.0.0.1:0",
      ...env,
    },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (part: Buffer) => (out += part.toString()));
  child.stderr.on("data", (part: Buffer) => (err += part.toString()));
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err };
}

async function ask(env: Record<string, string> = {}, argv: readonly string[] = []): Promise<Told> {
  const { code, out, err } = await run(["--json", ...argv], env);
  expect(err).toBe("");
  return { code, ...(JSON.parse(out) as Omit<Told, "code">) };
}

const wordsOf = ({ findings }: Told, name: string, state: State): string[] =>
  findings.filter((each) => each.name === name && each.state === state).map((each) => each.words);

test("a line each, in people's words; nothing is made where it looked", async () => {
  const { code, out, err } = await run([]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const names = new Set(out.split("\n").map((line) => /^(?:ok|warn) +(\S+) /.exec(line)?.[1]));
  for (const name of [
    ...["settings", "node", "kernel", "cores", "timers", "memory", "limits", "ports", "disk"],
    ...["journal"],
    ...["database", "redis", "clock", "tokens", "certificate"],
  ]) {
    expect(names).toContain(name);
  }
  expect(out).toMatch(/^Nothing fails.*\.\n$/m);
  expect(readdirSync(folder)).toEqual([]);
});

test("ports that are taken fail, and say by whom", async () => {
  const health = new Health([], () => "");
  for (const [who, body] of [
    ["an Aether", health.publicAnswer("/healthz")?.body],
    ["another program", "alive\n"],
  ] as const) {
    const other = createServer((_, response) => response.end(body)).listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    try {
      const told = await ask({
        AETHER_GATEWAY_BIND_ADDR: `127.0.0.1:${port}`,
        AETHER_OBSERVABILITY_ADMIN_ADDR: "127.0.0.1:0",
      });
      expect(told).toMatchObject({ code: 1, verdict: "fail" });
      expect(wordsOf(told, "ports", "fail")).toEqual([
        `gateway.bind_addr 127.0.0.1:${port} is taken, ${who} listens there`,
      ]);
    } finally {
      other.close();
    }
  }
});

test("an address of another machine fails", async () => {
  const told = await ask({ AETHER_GATEWAY_BIND_ADDR: "192.0.2.1:8080" });
  expect(wordsOf(told, "ports", "fail")).toEqual([
    "gateway.bind_addr 192.0.2.1:8080 is no address of this machine",
  ]);
});

test("a database is read and left as it is; who runs the world is named", async () => {
  const path = join(folder, "world.db");
  const file = await openFile(path);
  file.run(
    "INSERT INTO world (name, owner, epoch, tick, written, slot, renewed_at) VALUES " +
      "('main', 'host, process 7', 3, 5, 3, 0, ?)",
    Date.now() + 3_600_000,
  );
  file.close();
  const before = readdirSync(folder);
  const env = { AETHER_PERSISTENCE_URL: `sqlite:${path}` };
  const told = await ask(env);
  expect(wordsOf(told, "database", "ok")).toEqual([
    expect.stringMatching(/^SQLite 3\.\d+\.\d+ at .*world\.db, schema 3$/),
  ]);
  expect(wordsOf(told, "database", "warn")).toEqual([
    expect.stringContaining('the world "main" is run by host, process 7, which wrote 0.0 s ago'),
  ]);
  expect(readdirSync(folder)).toEqual(before);

  // Another program's file, of which nothing is known.
  const foreign = join(folder, "foreign.db");
  new DatabaseSync(foreign).exec("CREATE TABLE t (x); PRAGMA user_version = 3");
  const strange = await ask({ AETHER_PERSISTENCE_URL: `sqlite:${foreign}` });
  expect(wordsOf(strange, "database", "ok")).toEqual([
    expect.stringContaining("foreign.db, no tables yet, the start makes them"),
  ]);
});

test("a newer schema and a file that is no database fail", async () => {
  const path = join(folder, "newer.db");
  const file = await openFile(path);
  file.run("INSERT INTO aether_schema VALUES (99, 0)");
  file.close();
  const newer = await ask({ AETHER_PERSISTENCE_URL: `sqlite:${path}` });
  expect(newer.code).toBe(1);
  expect(wordsOf(newer, "database", "fail").join()).toContain("is version 99");
  const text = join(folder, "text.db");
  writeFileSync(text, "no database at all, but long enough to be read as one".repeat(40));
  const none = await ask({ AETHER_PERSISTENCE_URL: `sqlite:${text}` });
  expect(wordsOf(none, "database", "fail").join()).toContain("is not a database of SQLite");
  expect(wordsOf(none, "database", "fail").join()).not.toContain("It is tried again");
});

test("a database that does not answer fails, a Redis that does not is odd", async () => {
  const told = await ask({
    AETHER_PERSISTENCE_URL: "postgres://u:geheim@127.0.0.1:1/a",
    AETHER_PRESENCE_REDIS_URL: "redis://:geheim@127.0.0.1:1",
  });
  expect(told.code).toBe(1);
  expect(wordsOf(told, "database", "fail")).toEqual([
    expect.stringMatching(/^The database postgres:\/\/u@127\.0\.0\.1:1\/a cannot be used: .*Start/),
  ]);
  expect(wordsOf(told, "redis", "warn")).toEqual([
    expect.stringMatching(/^127\.0\.0\.1:1 does not answer \(.*ECONNREFUSED/),
  ]);
  expect(JSON.stringify(told)).not.toContain("geheim");
});

test("secrets: weak ones, and files that others read", async () => {
  const file = join(folder, "secret");
  writeFileSync(file, "a".repeat(40));
  chmodSync(file, 0o644);
  const told = await ask({
    AETHER_AUTH_MODE: "jwt",
    AETHER_AUTH_SECRET_FILE: file,
    AETHER_OBSERVABILITY_ADMIN_TOKEN: "0123".repeat(10),
    AETHER_OBSERVABILITY_ADMIN_ADDR: "127.0.0.1:0",
  });
  expect(told.code).toBe(0);
  expect(wordsOf(told, "tokens", "warn")).toEqual([
    "auth.secret has 40 characters, and only 1 different ones",
    "observability.admin_token has 40 characters, and only 4 different ones",
    `auth.secret_file is "${file}", which every user of this machine may read: ` +
      "run chmod o-rwx on it.",
  ]);
  expect(JSON.stringify(told)).not.toContain("aaaa");

  const settings = join(folder, "settings.yaml");
  writeFileSync(settings, `auth:\n  mode: jwt\n  secret: ${"k7".repeat(20)}\n`);
  chmodSync(settings, 0o644);
  const open = await ask({}, ["--config", settings]);
  expect(wordsOf(open, "tokens", "warn").join()).toContain(`auth.secret is "${settings}"`);
});

test("a server that everybody reaches and that asks nobody is odd", async () => {
  const told = await ask({ AETHER_GATEWAY_BIND_ADDR: ":0" });
  expect(wordsOf(told, "tokens", "warn")).toEqual([
    "clients are asked for none, and whoever reaches :0 may play",
  ]);
});

test.runIf(certificates !== null)("a certificate's days are counted", async () => {
  const { cert, key } = certificates?.make("aether.test") ?? { cert: "", key: "" };
  const tls = { AETHER_GATEWAY_TLS_CERT_FILE: cert, AETHER_GATEWAY_TLS_KEY_FILE: key };
  const told = await ask(tls);
  expect(wordsOf(told, "certificate", "warn")).toEqual([
    expect.stringMatching(/CN=aether\.test, until .*: 1 days left$/),
  ]);
  const wrong = await ask({ ...tls, AETHER_GATEWAY_TLS_KEY_FILE: cert });
  expect(wrong.code).toBe(1);
  expect(wordsOf(wrong, "tokens", "fail").join()).toContain("one of them is no PEM file");
});

test.runIf(existsSync("/dev/shm"))("a journal in memory is odd: a crash may take it", async () => {
  const dir = mkdtempSync("/dev/shm/aether-doctor-");
  try {
    const told = await ask({ AETHER_JOURNAL_DIR: join(dir, "journal") });
    expect(wordsOf(told, "journal", "warn")).toContain(
      `${dir} (${dir}/journal/main is made at the start) is in memory (tmpfs)`,
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test("a journal that cannot be written is odd, and there may be none", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const told = await ask({ AETHER_JOURNAL_DIR: join(file, "journal") });
  expect(wordsOf(told, "journal", "warn").join()).toMatch(/cannot be used \(E\w+\)/);
  const none = await ask({ AETHER_JOURNAL_ENABLED: "false" });
  expect(wordsOf(none, "journal", "ok")).toEqual([
    "none (journal.enabled is false): a crash goes back to the last snapshot",
  ]);
});

test("settings that are wrong are listed; a wrong command line ends with 78", async () => {
  const told = await ask({ AETHER_ENGINE_MAX_SPEED: "fast" });
  expect(told).toMatchObject({ code: 1, verdict: "fail" });
  expect(wordsOf(told, "settings", "fail")).toEqual([
    expect.stringMatching(/^engine\.max_speed is "fast" /),
  ]);
  const wrong = await run(["--fast"]);
  expect(wrong).toEqual({
    code: 78,
    out: "",
    err: '"--fast" is no option of doctor: see aether --help.\n',
  });
  expect(existsSync(join(folder, "data"))).toBe(false);
});

test("the worst of all is the verdict", () => {
  const of = (...states: State[]): Finding[] =>
    states.map((state) => ({ name: "x", state, words: "w.", remedy: "" }));
  expect(verdictOf(of("ok", "warn", "fail", "ok"))).toBe("fail");
  expect(verdictOf(of("ok", "warn"))).toBe("warn");
  expect(verdictOf(of("ok"))).toBe("ok");
  expect(report(of("fail", "warn", "warn"))).toBe(
    "fail  x  w.\nwarn  x  w.\nwarn  x  w.\n1 to mend before a start, 2 to look at.\n",
  );
});
