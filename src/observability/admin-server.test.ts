import { once } from "node:events";
import { request } from "node:http";
import type { Server } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";

import { afterEach, expect, test } from "vitest";

import { closeAdminServer, createAdminServer } from "./admin-server.ts";

const TYPE = "text/plain; version=0.0.4";
const faults: unknown[] = [];
const open: Server[] = [];
let refused = 0;

/** A server with one page. @returns its port */
async function listen(render: () => Promise<string>, token = ""): Promise<number> {
  const answer = async () => ({ status: 200, type: TYPE, body: await render() });
  const server = createAdminServer({
    routes: [{ path: "/metrics", answer }],
    token: () => token,
    onRefused: () => refused++,
    onFault: (error) => void faults.push(error),
  });
  open.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

afterEach(async () => {
  for (const server of open.splice(0)) await closeAdminServer(server);
  faults.length = 0;
  refused = 0;
});

interface Reply {
  status: number;
  type: string;
  body: string;
  /** WWW-Authenticate, only where there is one. */
  challenge?: string;
}

function ask(
  port: number,
  method: string,
  path: string,
  host?: string,
  authorization?: string,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = {};
    if (host !== undefined) headers["Host"] = host;
    if (authorization !== undefined) headers["Authorization"] = authorization;
    const asking = request({ port, host: "127.0.0.1", method, path, headers }, (response) => {
      let body = "";
      response.on("data", (part: Buffer) => (body += part.toString()));
      response.on("end", () => {
        const type = response.headers["content-type"] ?? "";
        const challenge = response.headers["www-authenticate"];
        const reply = { status: response.statusCode ?? 0, type, body };
        resolve(challenge === undefined ? reply : { ...reply, challenge });
      });
    });
    asking.on("error", reject);
    asking.end();
  });
}

test("serves the metrics, and answers everything else with a sentence", async () => {
  const port = await listen(() => Promise.resolve("up 1\n"));
  const type = TYPE;
  expect(await ask(port, "GET", "/metrics")).toEqual({ status: 200, type, body: "up 1\n" });
  expect(await ask(port, "GET", "/metrics?name=x")).toMatchObject({ status: 200 });
  expect(await ask(port, "HEAD", "/metrics")).toEqual({ status: 200, type, body: "" });
  expect(await ask(port, "POST", "/metrics")).toMatchObject({ status: 405 });
  const lost = await ask(port, "GET", "/");
  expect(lost.status).toBe(404);
  expect(lost.body).toContain("/metrics");
});

test("H47 a page that gave 127.0.0.1 a name of its own is turned away", async () => {
  const port = await listen(() => Promise.resolve("up 1\n"));
  for (const host of ["evil.example.org", "localhost.evil.example.org:9091", "127.0.0.1.nip.io"]) {
    expect(await ask(port, "GET", "/metrics", host), host).toMatchObject({ status: 421 });
  }
  for (const host of ["localhost:9091", "127.0.0.1", "[::1]:9091"]) {
    expect(await ask(port, "GET", "/metrics", host), host).toMatchObject({ status: 200 });
  }
});

test("H47 with a token nothing is answered without it, whatever is asked for", async () => {
  const token = "s".repeat(31);
  const port = await listen(() => Promise.resolve("up 1\n"), `${token}x`);
  const wrong = [
    undefined,
    "",
    "Bearer",
    "Bearer ",
    `Bearer ${token}`,
    `Bearer ${token}y`,
    `Bearer ${token}xx`,
    `Bearer ${token.toUpperCase()}X`,
    `Basic ${Buffer.from(`:${token}x`).toString("base64")}`,
    `${token}x`,
    `Bearer ${token} x`,
  ];
  for (const path of ["/metrics", "/", "/nothing"]) {
    for (const authorization of wrong) {
      const reply = await ask(port, "GET", path, undefined, authorization);
      expect(reply.status, authorization).toBe(401);
      expect(reply.challenge).toBe('Bearer realm="aether"');
      expect(reply.body).not.toContain(token);
    }
  }
  expect(refused).toBe(3 * wrong.length);
  for (const path of ["/metrics?token=", "/metrics?access_token="])
    expect((await ask(port, "GET", `${path}${token}x`)).status).toBe(401);
  const right = `Bearer ${token}x`;
  expect(await ask(port, "GET", "/metrics", undefined, right)).toMatchObject({ status: 200 });
  // A page of another name has no token, so the name may be the operator's own.
  expect(await ask(port, "GET", "/metrics", "aether.example:9091", right)).toMatchObject({
    status: 200,
  });
  expect(await ask(port, "GET", "/", undefined, right)).toMatchObject({ status: 404 });
});

test("H33 metrics that cannot be rendered are a 500, and the server lives", async () => {
  let broken = true;
  const render = () => (broken ? Promise.reject(new Error("broken")) : Promise.resolve("up 1\n"));
  const port = await listen(render);
  expect(await ask(port, "GET", "/metrics")).toMatchObject({ status: 500 });
  expect(faults).toEqual([new Error("broken")]);
  broken = false;
  expect(await ask(port, "GET", "/metrics")).toMatchObject({ status: 200 });
});

test("H33 bytes that are no HTTP are refused, and the server lives", async () => {
  const port = await listen(() => Promise.resolve("up 1\n"));
  for (const bytes of ["\0\0\0", "GET /metrics\r\n\r\n", "GET  HTTP/9\r\n\r\n", "\x16\x03\x01"]) {
    await new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.end(bytes));
      socket.on("error", () => undefined);
      socket.on("close", () => {
        resolve();
      });
      socket.resume();
    });
  }
  expect(await ask(port, "GET", "/metrics")).toMatchObject({ status: 200 });
});

test("H47 who was refused for want of the token keeps no socket", async () => {
  const port = await listen(() => Promise.resolve("numbers\n"), "t".repeat(32));
  const refusedOne = connect(port, "127.0.0.1");
  refusedOne.resume();
  refusedOne.write("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  await once(refusedOne, "end");
  refusedOne.destroy();
});

test("closes although a client keeps its connection open", async () => {
  const port = await listen(() => Promise.resolve(""));
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const gone = once(socket, "close");
  socket.on("error", () => undefined);
  socket.resume();
  for (const server of open.splice(0)) await closeAdminServer(server);
  await gone;
  await expect(ask(port, "GET", "/metrics")).rejects.toThrow("ECONNREFUSED");
});
