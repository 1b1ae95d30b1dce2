// An application as people run it: `aether serve --app FILE`, a crash, another start, and a replay.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, expect, test } from "vitest";
import { Session } from "../../src/client/session.ts";
import type { SessionOptions } from "../../src/client/session-options.ts";
import { ServerProcess } from "./server-process.ts";

const PROGRAM = fileURLToPath(new URL("../../dist/cli/aether.js", import.meta.url));
const GATE = fileURLToPath(new URL("./apps/gate.ts", import.meta.url));
const TAG = fileURLToPath(new URL("../../examples/tag/tag.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "aether-app-"));
const env = { AETHER_PERSISTENCE_URL: `sqlite:${join(folder, "world.db")}` };
const servers: ServerProcess[] = [];
const clients: Session[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) await server.destroy();
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(argv: readonly string[] = ["--app", GATE]): ServerProcess {
  const server = new ServerProcess({ argv, env });
  servers.push(server);
  return server;
}

function connect(
  url: string,
  name: string,
  handlers: NonNullable<SessionOptions["handlers"]>,
): Session {
  const client = new Session({ url, spawn: {}, name, handlers });
  clients.push(client);
  client.connect();
  return client;
}

async function valueOf(metrics: string, name: string): Promise<number> {
  const text = await (await fetch(metrics)).text();
  const line = text.split("\n").find((one) => one.startsWith(`${name} `)) ?? "";
  return Number(line.slice(name.length + 1));
}

function replay(more: Readonly<Record<string, string>> = {}): { status: number; out: string } {
  const argv = [PROGRAM, "replay", join(folder, "world.db.journal", "main"), "--app", GATE];
  const environment = { PATH: process.env["PATH"], ...more };
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { env: environment });
  return { status: status ?? -1, out: `${stdout.toString()}${stderr.toString()}` };
}

test("an application's world outlives a crash, and a replay with it agrees", async () => {
  const first = start();
  const { url, metrics } = await first.listening();
  const entered = new Promise<Session>((resolve) => {
    connect(url, "good", { spawned: resolve });
  });
  const client = await entered;
  client.move(1, 0);
  client.move(-1, 0);
  const emitted = 'aether_app_events_total{what="emitted"}';
  await expect.poll(() => valueOf(metrics, emitted)).toBeGreaterThan(2);
  await expect.poll(() => valueOf(metrics, "aether_app_intents_stopped_total")).toBe(1);
  expect(await valueOf(metrics, "aether_entity_count")).toBe(4);
  expect(await valueOf(metrics, 'aether_app_throws_total{system="walk"}')).toBe(0);
  first.signal("SIGKILL");
  await first.ended();

  const second = start();
  const again = await second.listening();
  const line = second.log.find(({ message }) => message.startsWith("The world goes on"));
  expect(line?.["entities"]).toBe(4);
  const runs = 'aether_app_runs_total{system="walk"}';
  await expect.poll(() => valueOf(again.metrics, runs)).toBeGreaterThan(40);
  // What the server owns is nobody's, and stays.
  expect(await valueOf(again.metrics, "aether_entity_count")).toBe(4);
  second.signal("SIGTERM");
  expect(await second.ended()).toBe(0);

  const same = replay();
  expect(same.out).toMatch(/The application gate issues the same commands in \d{2,} ticks\./);
  expect([same.status, same.out.includes("DIFFERS")]).toEqual([0, false]);
  const other = replay({ GATE_STEP: "2" });
  expect(other.out).toMatch(/THE APPLICATION DIFFERS: tick \d+: /);
  expect(other.status).toBe(1);
});

test("who is not let in hears why", async () => {
  const { url } = await start().listening();
  const heard = await new Promise<string>((resolve) => {
    connect(url, "bad", { error: (_client, _code, message) => resolve(message) });
  });
  expect(heard).toContain("Not you.");
});

test("a stored world of an application is not run without it", async () => {
  const server = start([]);
  expect(await server.ended()).toBe(78);
  expect(server.stderr).toMatch(/runs no application, but an application wrote the components/);
});

test("a file that is no application is refused in words", async () => {
  const none = start(["--app", "nowhere.js"]);
  expect(await none.ended()).toBe(78);
  expect(none.stderr).toMatch(/--app nowhere\.js cannot be loaded \(.*\): mend it\./);
  const other = start(["--app", PROGRAM.replace("aether.js", "limits.js")]);
  expect(await other.ended()).toBe(78);
  expect(other.stderr).toMatch(/is no application: its default export must be what createWorld/);
});

test("tag is played by bots, and nothing of it throws", async () => {
  const own = { AETHER_PERSISTENCE_URL: `sqlite:${join(folder, "tag.db")}` };
  const server = new ServerProcess({ argv: ["--app", TAG, "--bots", "8"], env: own });
  servers.push(server);
  const { metrics } = await server.listening();
  const runs = 'aether_app_runs_total{system="score"}';
  await expect.poll(() => valueOf(metrics, runs)).toBeGreaterThan(2);
  for (const system of ["hooks", "choose", "touch", "score"])
    expect(await valueOf(metrics, `aether_app_throws_total{system="${system}"}`)).toBe(0);
});
