import { request } from "node:http";
import { connect } from "node:net";

import { afterEach, expect, test } from "vitest";

import { createAdmin } from "./admin.ts";
import type { Admin } from "./admin.ts";

const faults: unknown[] = [];
const open: Admin[] = [];

function setUp(render: () => Promise<string>, port = 0, token = ""): Admin {
  const metrics = { contentType: "text/plain; version=0.0.4", render };
  const onFault = (error: unknown) => void faults.push(error);
  const admin = createAdmin({ host: "127.0.0.1", port, metrics, token, onFault });
  open.push(admin);
  return admin;
}

afterEach(async () => {
  for (const admin of open.splice(0)) await admin.close();
  faults.length = 0;
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
  const port = await setUp(() => Promise.resolve("up 1\n")).listen();
  const type = "text/plain; version=0.0.4";
  expect(await ask(port, "GET", "/metrics")).toEqual({ status: 200, type, body: "up 1\n" });
  expect(await ask(port, "GET", "/metrics?name=x")).toMatchObject({ status: 200 });
  expect(await ask(port, "HEAD", "/metrics")).toEqual({ status: 200, type, body: "" });
  expect(await ask(port, "POST", "/metrics")).toMatchObject({ status: 405 });
  const lost = await ask(port, "GET", "/");
  expect(lost.status).toBe(404);
  expect(lost.body).toContain("/metrics");
});

test("H47 a page that gave 127.0.0.1 a name of its own is turned away", async () => {
  const port = await setUp(() => Promise.resolve("up 1\n")).listen();
  for (const host of ["evil.example.org", "localhost.evil.example.org:9091", "127.0.0.1.nip.io"]) {
    expect(await ask(port, "GET", "/metrics", host), host).toMatchObject({ status: 421 });
  }
  for (const host of ["localhost:9091", "127.0.0.1", "[::1]:9091"]) {
    expect(await ask(port, "GET", "/metrics", host), host).toMatchObject({ status: 200 });
  }
});

test("H47 with a token nothing is answered without it, whatever is asked for", async () => {
  const token = "s".repeat(31);
  const admin = setUp(() => Promise.resolve("up 1\n"), 0, `${token}x`);
  const port = await admin.listen();
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
  expect(admin.refused).toBe(3 * wrong.length);
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
  const port = await setUp(render).listen();
  expect(await ask(port, "GET", "/metrics")).toMatchObject({ status: 500 });
  expect(faults).toEqual([new Error("broken")]);
  broken = false;
  expect(await ask(port, "GET", "/metrics")).toMatchObject({ status: 200 });
});

test("H33 bytes that are no HTTP are refused, and the server lives", async () => {
  const port = await setUp(() => Promise.resolve("up 1\n")).listen();
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

test("a port in use is refused in words", async () => {
  const port = await setUp(() => Promise.resolve("")).listen();
  const second = setUp(() => Promise.resolve(""), port);
  await expect(second.listen()).rejects.toThrow(
    `observability.admin_addr is 127.0.0.1 port ${port}, ` +
      "but another program listens there: stop it, or choose another port.",
  );
});

test("closes although a client keeps its connection open", async () => {
  const admin = setUp(() => Promise.resolve(""));
  const port = await admin.listen();
  const socket = connect(port, "127.0.0.1");
  await new Promise((resolve) => socket.once("connect", resolve));
  const gone = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  socket.resume();
  await admin.close();
  await gone;
  await expect(ask(port, "GET", "/metrics")).rejects.toThrow("ECONNREFUSED");
});
