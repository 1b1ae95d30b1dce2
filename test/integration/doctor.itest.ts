// The commands beside a server, with a real PostgreSQL and Redis: the doctor, and what outbox and
// relay say where something is not as they need it.
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import type { Finding, State } from "../../src/cli/doctor/finding.ts";
import { isRoot, PrivatePostgres } from "./postgres.ts";
import { PrivateRedis } from "./redis.ts";
import { ServerProcess } from "./server-process.ts";

const AETHER = fileURLToPath(new URL("../../src/cli/aether.ts", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "aether-doctor-"));
const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
const tls = { ssl: "on", ssl_cert_file: certificate, ssl_key_file: key };
const postgres = new PrivatePostgres({ settings: tls });
const redis = new PrivateRedis();
const children: ChildProcess[] = [];

beforeAll(async () => {
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=aether", "-addext"],
      "subjectAltName=DNS:localhost,IP:127.0.0.1",
    ],
    { stdio: "pipe" },
  );
  // PostgreSQL takes a key that is its user's alone.
  chmodSync(folder, 0o755);
  chmodSync(key, 0o600);
  if (isRoot()) execFileSync("chown", ["postgres", key]);
  await Promise.all([postgres.start(), redis.start()]);
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }
});
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
  rmSync(folder, { recursive: true });
});

interface Program {
  readonly child: ChildProcess;
  out: string;
  err: string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

function start(argv: readonly string[], env: Record<string, string>): Program {
  const node = ["--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...node, AETHER, ...argv], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      AETHER_GATEWAY_BIND_ADDR: "127.0.0.1:0",
      AETHER_OBSERVABILITY_ADMIN_ADDR: "127.0.0.1:0",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const ended = once(child, "close").then(([code]: unknown[]) => code as number | null);
  const program = { child, out: "", err: "", ended };
  child.stdout.on("data", (part: Buffer) => (program.out += part.toString()));
  child.stderr.on("data", (part: Buffer) => (program.err += part.toString()));
  return program;
}

async function run(argv: readonly string[], env: Record<string, string>) {
  const program = start(argv, env);
  const code = await program.ended;
  return { code, out: program.out, err: program.err };
}

async function doctor(env: Record<string, string>) {
  const { code, out, err } = await run(["doctor", "--json"], env);
  expect(err).toBe("");
  const told = JSON.parse(out) as { verdict: State; findings: Finding[] };
  const wordsOf = (name: string, state: State): string[] =>
    told.findings.filter((f) => f.name === name && f.state === state).map(({ words }) => words);
  return { code, verdict: told.verdict, wordsOf };
}

async function tablesIn(url: string): Promise<number> {
  const text = "SELECT count(*)::integer AS n FROM pg_tables WHERE schemaname = 'public'";
  const [row] = await postgres.query(url, text);
  return Number(row?.["n"]);
}

test("an empty database is looked at and left empty", async () => {
  const url = await postgres.database();
  const { code, wordsOf } = await doctor({
    AETHER_PERSISTENCE_URL: url,
    AETHER_PRESENCE_REDIS_URL: redis.url,
  });
  expect(code).toBe(0);
  expect(wordsOf("database", "ok")).toEqual([
    expect.stringMatching(
      /^PostgreSQL [\d.]+ at postgres:.*, no tables yet, the start makes them, answers in .* ms$/,
    ),
  ]);
  // It keeps nothing on disk, and events would go there.
  expect(wordsOf("redis", "warn")).toEqual([
    expect.stringMatching(
      /^Redis \d+\.\d+\.\d+ at .* answers in .* forgets events when it restarts$/,
    ),
  ]);
  expect(wordsOf("clock", "ok")).toEqual([
    expect.stringMatching(/ s from the database, .* s from Redis$/),
  ]);
  expect(wordsOf("disk", "ok")).toEqual(["nothing is kept on this machine's disk"]);
  expect(await tablesIn(url)).toBe(0);
});

test("beside a server that runs, its owner is named", async () => {
  const url = await postgres.database();
  const server = new ServerProcess({ env: { AETHER_PERSISTENCE_URL: url } });
  try {
    await server.listening();
    const { code, wordsOf } = await doctor({ AETHER_PERSISTENCE_URL: url });
    expect(code).toBe(0);
    const [owned = ""] = wordsOf("database", "warn");
    expect(owned).toContain(`process ${server.pid}`);
    expect(await run(["outbox", "list"], { AETHER_PERSISTENCE_URL: url })).toMatchObject({
      code: 0,
      out: "0 events waiting; 0 dead events.\n",
    });
  } finally {
    await server.destroy();
  }
  await postgres.query(url, "INSERT INTO aether_schema (version) VALUES (99)");
  const { code, wordsOf } = await doctor({ AETHER_PERSISTENCE_URL: url });
  expect(code).toBe(1);
  expect(wordsOf("database", "fail").join()).toContain("is version 99");
});

test("a database that takes no writes, or no tables of this user, fails", async () => {
  const url = await postgres.database();
  const name = new URL(url).pathname.slice(1);
  await postgres.query(postgres.url, "CREATE ROLE reader LOGIN");
  const reader = url.replace("postgres@", "reader@");
  // PostgreSQL 15 has taken it away already.
  await postgres.query(url, "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  const refused = await doctor({ AETHER_PERSISTENCE_URL: reader });
  expect(refused.wordsOf("database", "fail").join()).toContain("may not create tables");
  await postgres.query(url, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  const frozen = await doctor({ AETHER_PERSISTENCE_URL: url });
  expect(frozen.code).toBe(1);
  expect(frozen.wordsOf("database", "fail").join()).toContain("takes no writes");
});

test("TLS to the database by parameters of its URL", async () => {
  const url = await postgres.database();
  const count = () =>
    postgres.query(url, "SELECT count(*)::integer AS n FROM pg_stat_ssl WHERE ssl");
  expect((await count())[0]?.["n"]).toBe(0);
  const verified = `${url}?sslmode=verify-full&sslrootcert=${certificate}`;
  const server = new ServerProcess({ env: { AETHER_PERSISTENCE_URL: verified } });
  try {
    await server.listening();
    expect((await count())[0]?.["n"]).toBeGreaterThan(0);
    expect(server.stderr).toBe("");
  } finally {
    await server.destroy();
  }
  const strange = await doctor({ AETHER_PERSISTENCE_URL: `${url}?sslmode=verify-full` });
  expect(strange.code).toBe(1);
  expect(strange.wordsOf("database", "fail").join()).toMatch(/self-signed certificate/);
  const unverified = `${url.replace("postgres:", "postgresql:")}?sslmode=no-verify`;
  expect((await doctor({ AETHER_PERSISTENCE_URL: unverified })).code).toBe(0);
});

test("outbox makes nothing: no tables, and a world that nobody knows, end with 78", async () => {
  const url = await postgres.database();
  const env = { AETHER_PERSISTENCE_URL: url };
  const actions = [["list"], ["retry", "--all"], ["drop", "--key", "a"]];
  for (const each of actions.map((argv) => run(["outbox", ...argv], env))) {
    const { code, out, err } = await each;
    expect({ code, out }).toEqual({ code: 78, out: "" });
    expect(err).toMatch(/^aether outbox finds no tables of Aether in postgres:.*\.\n$/);
  }
  expect(await tablesIn(url)).toBe(0);

  const server = new ServerProcess({ env });
  try {
    await server.listening();
  } finally {
    await server.destroy();
  }
  const strange = { ...env, AETHER_PERSISTENCE_WORLD: "other" };
  const { code, err } = await run(["outbox", "list"], strange);
  expect(code).toBe(78);
  expect(err).toMatch(/^aether outbox knows no world "other" in postgres:/);
});

test("a command's last word promises no other try, and is its own", async () => {
  const nobody = { AETHER_PERSISTENCE_URL: "postgres://u:geheim@127.0.0.1:1/a" };
  const wrong = run(["relay"], { AETHER_OUTBOX_RELAY: "none" });
  const outbox = await run(["outbox", "list"], nobody);
  expect(outbox).toMatchObject({ code: 78, out: "" });
  expect(outbox.err).toMatch(/^aether outbox cannot reach the outbox: .*Start it.*\.\n$/);
  const relay = await run(["relay"], nobody);
  expect(relay.code).toBe(78);
  // One line, said while it was still waiting; nothing of a password.
  expect(relay.out).toMatch(/^\{"level":"warn".*"Waiting for the store"\}\n$/);
  expect(relay.out).not.toContain("geheim");
  expect(relay.err).toMatch(/^The relay does not start: .*Start it.*\.\n$/);
  expect((await wrong).err).toMatch(/^The relay does not start: 1 fault in its configuration\.\n/);
  const nowhere = { AETHER_PERSISTENCE_URL: "postgres://u@db.invalid/a?sslrootcert=/nowhere.pem" };
  for (const each of [["outbox", "list"], ["relay"]].map((argv) => run(argv, nowhere))) {
    const { err } = await each;
    expect(err).not.toMatch(/It is tried again|Aether does not start|geheim/);
  }
});

test("a relay beside an embedded one says so", async () => {
  const url = await postgres.database();
  const relay = start(["relay"], { AETHER_PERSISTENCE_URL: url });
  await expect.poll(() => relay.out).toContain("The relay runs");
  await expect.poll(() => relay.out).toContain("outbox.relay is embedded, so a server");
  relay.child.kill("SIGTERM");
  expect(await relay.ended).toBe(0);
  const apart = start(["relay"], { AETHER_PERSISTENCE_URL: url, AETHER_OUTBOX_RELAY: "external" });
  await expect.poll(() => apart.out).toContain("The relay runs");
  apart.child.kill("SIGTERM");
  expect(await apart.ended).toBe(0);
  expect(apart.out).not.toContain("embedded");
});
