// The client over real sockets, in real time: on a bad network, and over a restart of the server.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { AetherClient } from "../../src/client/client.ts";
import { dialWebSocket } from "../../src/client/dial-websocket.ts";
import type { ClientState, StateChange } from "../../src/client/events.ts";
import { NetworkSimulator } from "../../src/client/network-simulator.ts";
import { randomOf } from "../kernel/scenario.ts";
import { freePort } from "./ports.ts";
import { ServerProcess } from "./server-process.ts";

const PLAYERS = 4;
const PLAY_MS = 6000;
const FRAME_MS = 16;
/** max_speed, world units a second. */
const SPEED = 200;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let folder: string;
let clients: AetherClient[];
const servers = new Set<ServerProcess>();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aether-client-"));
  clients = [];
});
afterEach(async () => {
  for (const client of clients) client.close();
  for (const server of servers) await server.destroy();
  servers.clear();
  rmSync(folder, { recursive: true });
});

async function start(port = 0): Promise<{ server: ServerProcess; url: string }> {
  const server = new ServerProcess({
    env: {
      AETHER_GATEWAY_BIND_ADDR: `127.0.0.1:${port}`,
      AETHER_PERSISTENCE_URL: `sqlite:${join(folder, "world.db")}`,
    },
  });
  servers.add(server);
  return { server, url: (await server.listening()).url };
}

function reached(client: AetherClient, wanted: ClientState): Promise<StateChange> {
  return new Promise((resolve) => {
    const off = client.on("state", (state, change) => {
      if (state !== wanted) return;
      off();
      resolve(change);
    });
  });
}

test("on a bad network who keeps to the rules is not corrected; a cut is outlived", async () => {
  const { url } = await start();
  const random = randomOf(7);
  const weather = { delayMs: 50, jitterMs: 50, stallShare: 0.02, stallMs: 300 };
  const network = new NetworkSimulator({ weather, random });
  const corrections: unknown[] = [];
  clients = Array.from({ length: PLAYERS }, (_, i) => {
    const dial = network.through(dialWebSocket);
    const client = new AetherClient({ url, dial, spawn: { x: i * 10, y: 0 } });
    client.on("correction", (correction) => corrections.push(correction));
    return client;
  });
  const joined = Promise.all(clients.map((client) => reached(client, "joined")));
  for (const client of clients) client.connect();
  await joined;
  const ids = clients.map(({ self }) => self.id);
  const drawing = setInterval(() => {
    for (const client of clients) client.frame();
  }, FRAME_MS);
  for (let turn = 0; turn < 6; turn++) {
    for (const client of clients) {
      const heading = random() * 2 * Math.PI;
      client.steer(Math.cos(heading) * SPEED, Math.sin(heading) * SPEED);
    }
    await pause(PLAY_MS / 6);
    if (turn !== 3) continue;
    const back = Promise.all(clients.map((client) => reached(client, "joined")));
    network.cut();
    expect((await back).map(({ isResumed }) => isResumed)).toEqual(clients.map(() => true));
  }
  clearInterval(drawing);
  expect(clients.map(({ self }) => self.id)).toEqual(ids);
  expect(corrections).toEqual([]);
  for (const { counters, self, clock, view } of clients) {
    expect(counters).toMatchObject({ corrections: 0, protocolFaults: 0, digestsBad: 0 });
    expect(self.ackSequence).toBeGreaterThan(30);
    expect(clock.roundTripMs).toBeGreaterThan(100);
    expect(view.shownTick).toBeGreaterThan(0);
  }
});

test("the server is restarted: the client comes back to its entity by itself", async () => {
  const port = await freePort();
  const first = await start(port);
  const client = new AetherClient({ url: first.url, spawn: { x: 5, y: 5 } });
  clients = [client];
  const states: ClientState[] = [];
  client.on("state", (state) => states.push(state));
  const joined = reached(client, "joined");
  client.connect();
  expect((await joined).isResumed).toBe(false);
  const { id } = client.self;
  const waiting = reached(client, "waiting");
  const back = reached(client, "joined");
  first.server.signal("SIGTERM");
  expect(await waiting).toMatchObject({ code: 1012 });
  expect(await first.server.ended()).toBe(0);
  await start(port);
  expect((await back).isResumed).toBe(true);
  expect([client.self.id, client.self.predictedX, client.self.predictedY]).toEqual([
    ...[id, 5 * 256, 5 * 256],
  ]);
  expect(states.slice(0, 4)).toEqual(["connecting", "joining", "joined", "waiting"]);
});
