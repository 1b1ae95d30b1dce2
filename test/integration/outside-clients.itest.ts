// Clients that nobody here wrote, against the built server: Node's own WebSocket, the package ws,
// Python's websockets, and slowhttptest, which drips handshakes.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";

import { Session } from "../../src/client/session.ts";
import type { Dial } from "../../src/client/socket.ts";
import {
  CLIENT_FRAME,
  encodeHello,
  encodeLeave,
  encodeSpawn,
} from "../../src/protocol/client-encode.ts";
import { CLOSES } from "../../src/protocol/codes.ts";
import { ServerProcess } from "./server-process.ts";

/** Debian's own first: its package lies where another Python does not look. */
const PYTHONS = ["/usr/bin/python3", "python3"];
const SLOW_SOCKETS = 100;
/** uWebSockets.js closes an incomplete request after about ten seconds; then none is left. */
const SLOW_SECONDS = 90;

let server: ServerProcess;
let url = "";
beforeAll(async () => {
  server = new ServerProcess({ env: { AETHER_PERSISTENCE_URL: "none" } });
  ({ url } = await server.listening());
});
afterAll(async () => {
  await server.destroy();
});

const dialWs: Dial = (address, events) => {
  const socket = new WebSocket(address, "aether.v1");
  socket.on("open", () => events.open());
  socket.on("message", (data: Buffer) => events.message(data));
  socket.on("error", () => undefined);
  socket.on("close", (code, reason) => events.close(code, reason.toString()));
  return {
    send: (bytes) => {
      socket.send(Buffer.from(bytes));
    },
    close: (code, reason) => {
      socket.close(code, reason);
    },
  };
};

/** Plays for a while. @returns what the client counted, and how it was closed */
async function visit(dial: Dial | undefined): Promise<Session> {
  const { promise, resolve, reject } = Promise.withResolvers<Session>();
  let steps = 0;
  const client = new Session({
    url,
    ...(dial === undefined ? {} : { dial }),
    name: "outside",
    handlers: {
      tick: (me) => {
        steps++;
        me.move(1, 0);
        if (steps === 40) me.probe();
      },
      digest: (me) => me.leave(),
      closed: (me, code) => {
        if (code === CLOSES.LEFT.code) resolve(me);
        else reject(new Error(`closed with ${code}`));
      },
    },
  });
  client.connect();
  return promise;
}

describe("clients of others", () => {
  test.each([
    ["Node's WebSocket", undefined],
    ["ws", dialWs],
  ])("%s plays, is shown the truth, and leaves with 1000", async (_, dial) => {
    const { counters } = await visit(dial);
    expect(counters).toMatchObject({ digestsOk: 1, digestsBad: 0, protocolFaults: 0 });
    expect(counters.corrections).toBe(0);
  });

  test("ws with compression agreed: the same", async () => {
    const dial: Dial = (address, events) => {
      const socket = new WebSocket(address, { perMessageDeflate: true });
      socket.on("open", () => {
        expect(socket.extensions).toContain("permessage-deflate");
        events.open();
      });
      socket.on("message", (data: Buffer) => events.message(data));
      socket.on("close", (code, reason) => events.close(code, reason.toString()));
      return {
        send: (bytes) => {
          socket.send(Buffer.from(bytes), { compress: true });
        },
        close: () => {
          socket.close();
        },
      };
    };
    const { counters } = await visit(dial);
    expect(counters).toMatchObject({ digestsOk: 1, digestsBad: 0, protocolFaults: 0 });
  });

  test("ws closes with a code of its own, and hears the same", async () => {
    const socket = new WebSocket(url);
    await once(socket, "open");
    socket.close(4321, "enough");
    expect((await once(socket, "close"))[0]).toBe(4321);
  });

  test("Python's websockets plays and leaves with 1000", async ({ skip }) => {
    const python = PYTHONS.find(
      (path) => spawnSync(path, ["-c", "import websockets"]).status === 0,
    );
    skip(python === undefined, "there is no Python with websockets (Debian: python3-websockets)");
    const out = new Uint8Array(CLIENT_FRAME);
    const leave = out.subarray(0, encodeLeave(out, 0));
    const frames = [encodeHello({ client: "python" }), encodeSpawn(1, 0, 0), leave];
    const child = spawn(python ?? "", ["-c", PROGRAM, url, ...frames.map(hexOf)]);
    let [told, wrong] = ["", ""];
    child.stdout.on("data", (part: Buffer) => (told += part.toString()));
    child.stderr.on("data", (part: Buffer) => (wrong += part.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    expect([code, wrong]).toEqual([0, ""]);
    const [welcomes, updates, pong, closed] = told.trim().split(" ").map(Number);
    expect([welcomes, pong, closed]).toEqual([2, 1, CLOSES.LEFT.code]);
    expect(updates).toBeGreaterThan(0);
  });
});

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** Says how many Welcomes and updates came, whether a ping was answered, the close code. */
const PROGRAM = `
import asyncio, sys, websockets
async def main():
    url, hello, spawn, leave = sys.argv[1], *[bytes.fromhex(h) for h in sys.argv[2:]]
    socket = await websockets.connect(url, subprotocols=["aether.v1"])
    await socket.send(hello)
    await socket.send(spawn)
    welcomes = updates = 0
    while welcomes < 2 or updates < 1:
        first = (await socket.recv())[0]
        welcomes += first == 0x0a
        updates += first == 0x12
    await asyncio.wait_for(await socket.ping(), 90)
    await socket.send(leave)
    await socket.wait_closed()
    print(welcomes, updates, 1, socket.close_code)
asyncio.run(main())
`;

/** Whether the public port says that it can take traffic. */
function isReady(): Promise<boolean> {
  return new Promise((resolve) => {
    get({ ...at(), path: "/readyz", agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on("error", () => resolve(false));
  });
}

function at(): { host: string; port: string } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port };
}

test("H27 slowhttptest drips handshakes: none is left, and the server serves meanwhile", async ({
  skip,
}) => {
  skip(spawnSync("slowhttptest", ["-h"]).error !== undefined, "slowhttptest is not installed");
  const drip = ["-H", "-c", String(SLOW_SOCKETS), "-r", "100", "-i", "2"];
  const target = ["-u", url.replace("ws:", "http:"), "-l", String(SLOW_SECONDS), "-p", "3"];
  const child = spawn("slowhttptest", [...drip, ...target], { stdio: "pipe" });
  let told = "";
  child.stdout.on("data", (part: Buffer) => (told += part.toString()));
  const ended = once(child, "close");
  const { counters } = await visit(dialWs);
  expect(counters).toMatchObject({ digestsOk: 1, digestsBad: 0 });
  await ended;
  await expect.poll(isReady).toBe(true);
  expect(told).toContain("No open connections left");
});
