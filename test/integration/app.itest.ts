// An application as people run it: `aether serve --app FILE`, a crash, another start, and a replay.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AetherClient, dialWebSocket } from "aether/client";
import { NetworkSimulator } from "aether/network-simulator";
import { afterAll, afterEach, expect, test } from "vitest";
import { Session } from "../../src/client/session.ts";
import type { SessionOptions } from "../../src/client/session-options.ts";
import { Ask, Say, Sum, Told } from "./apps/talk-messages.ts";
import { freePort } from "./ports.ts";
import { ServerProcess } from "./server-process.ts";

const PROGRAM = fileURLToPath(new URL("../../dist/cli/aether.js", import.meta.url));
const GATE = fileURLToPath(new URL("./apps/gate.ts", import.meta.url));
const TALK = fileURLToPath(new URL("./apps/talk.ts", import.meta.url));
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

const replay = (more: Readonly<Record<string, string>> = {}): ReturnType<typeof replayOf> =>
  replayOf("world.db.journal", GATE, more);

function replayOf(
  journal: string,
  app: string,
  more: Readonly<Record<string, string>> = {},
): { status: number; out: string } {
  const argv = [PROGRAM, "replay", join(folder, journal, "main"), "--app", app];
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

/** Says 1, 2, 3 … as fast as it may, and notes what it is told others said. */
class Talker {
  readonly network = new NetworkSimulator({});
  readonly client: AetherClient;
  /** Said so far; of the other, in the order in which it came. */
  said = 0;
  readonly told: number[] = [];
  sum = { count: 0, total: 0 };
  readonly #timer: NodeJS.Timeout;

  constructor(url: string, until: number) {
    this.client = new AetherClient({ url, dial: this.network.through(dialWebSocket) });
    this.client.onMessage(Told, ({ n }) => this.told.push(n));
    this.client.onMessage(Sum, (sum) => (this.sum = sum));
    this.client.connect();
    this.#timer = setInterval(() => {
      if (this.client.view.size === 0) return;
      if (this.said < until && this.client.send(Say, { n: this.said + 1 })) this.said++;
    }, 15);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.client.close();
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
const isRising = (numbers: readonly number[]): boolean =>
  numbers.every((n, i) => i === 0 || n > (numbers[i - 1] ?? 0));

test("two talk through a system: heard once, over cut lines and a killed server", async () => {
  const port = await freePort();
  const own = {
    AETHER_PERSISTENCE_URL: `sqlite:${join(folder, "talk.db")}`,
    AETHER_GATEWAY_BIND_ADDR: `127.0.0.1:${String(port)}`,
  };
  const serve = (): ServerProcess => {
    const server = new ServerProcess({ argv: ["--app", TALK], env: own });
    servers.push(server);
    return server;
  };
  const first = serve();
  const { url } = await first.listening();
  const ALL = 240;
  const talkers = [new Talker(url, ALL), new Talker(url, ALL)];
  const patience = { timeout: 30_000 };
  const allSaid = (count: number): Promise<void> =>
    expect.poll(() => talkers.every(({ said }) => said >= count), patience).toBe(true);
  try {
    await allSaid(40);
    for (const { network } of talkers) network.cut();
    await allSaid(120);
    const before = talkers.map(({ told }) => told.length);
    // No line was lost for good so far: no number is missing, and none came twice.
    for (const [i, { told }] of talkers.entries()) expect(told).toEqual(upTo(before[i] ?? 0));
    const entities = talkers.map(({ client }) => client.self.id);
    first.signal("SIGKILL");
    await first.ended();
    const toldThen = talkers.map(({ told }) => told.length);

    const second = serve();
    await second.listening();
    await allSaid(ALL);
    expect(talkers.map(({ client }) => client.self.id)).toEqual(entities);
    const sums = async (): Promise<unknown> => {
      for (const { client } of talkers) client.send(Ask, {});
      await new Promise((resolve) => setTimeout(resolve, 50));
      return talkers.map(({ sum }) => sum);
    };
    const whole = { count: ALL, total: (ALL * (ALL + 1)) / 2 };
    await expect.poll(sums, patience).toEqual([whole, whole]);
    for (const [i, { told }] of talkers.entries()) {
      const after = told.slice(toldThen[i]);
      expect(after.length).toBeGreaterThan(0);
      expect([isRising(told.slice(0, toldThen[i])), isRising(after)]).toEqual([true, true]);
      expect(after.at(-1)).toBe(ALL);
    }
    second.signal("SIGTERM");
    expect(await second.ended()).toBe(0);
  } finally {
    for (const talker of talkers) talker.stop();
  }
  const again = replayOf("talk.db.journal", TALK);
  expect(again.out).toMatch(/The application talk issues the same commands in \d{2,} ticks\./);
  expect([again.status, again.out.includes("DIFFERS")]).toEqual([0, false]);
});
