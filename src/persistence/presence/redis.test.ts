// Without Redis: nobody at the address, and a stand-in for servers that cannot be installed here.
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";

import { afterEach, expect, test } from "vitest";

import { StoreRefusal } from "../contract.ts";
import { openPresence } from "./open.ts";
import type { Presence } from "./presence.ts";

const OPTIONS = { world: "test", server: "server", ttlMs: 60_000 };
const servers: Server[] = [];
const presences: Presence[] = [];

afterEach(async () => {
  for (const presence of presences.splice(0)) await presence.close();
  for (const server of servers.splice(0)) server.close();
});

async function open(url: string): Promise<Presence> {
  const clock = { now: 0 };
  const outside = { now: () => (clock.now += 10_000), random: () => 0.5 };
  const presence = await openPresence(url, OPTIONS, outside);
  presences.push(presence);
  return presence;
}

type Answer = (command: string, text: string) => string;

/** A server that answers whole commands. @returns its host and port */
async function standIn(answer: Answer): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => {
      for (const text of data.toString().split(/(?=\*\d+\r\n\$)/)) {
        const command = text.split("\r\n")[2]?.toLowerCase() ?? "";
        socket.write(answer(command, text));
      }
    });
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

const bulk = (text: string): string => `$${String(text.length)}\r\n${text}\r\n`;

test("H73 nobody at the address: presence opens, its beats fail in words", async () => {
  const at = await standIn(() => "");
  servers.pop()?.close();
  const presence = await open(`redis://:hunter2@${at}`);
  expect(presence.fault).toContain(`Redis at ${at} is not connected (connect ECONNREFUSED`);
  presence.put({ session: "a", entity: 1, state: "playing", since: 0 });
  for (const failures of [1, 2, 3]) {
    expect(await presence.beat(0)).toBe(false);
    expect(presence.counters).toEqual({ beats: 0, failures, skipped: 0, entries: 1 });
  }
  expect(presence.fault).not.toContain("hunter2");
});

test("a Redis older than 6 is refused at the start, in words", async () => {
  const at = await standIn((command) =>
    command === "info" ? bulk("redis_version:5.0.14\r\n") : "+OK\r\n",
  );
  await expect(open(`redis://${at}`)).rejects.toThrow(StoreRefusal);
  await expect(open(`redis://${at}`)).rejects.toThrow("Redis 5.0.14 is too old for presence");
});

test("H43 a server that repeats the password in its error does not bring it to light", async () => {
  const at = await standIn((command, text) =>
    command === "auth" ? `-ERR no such user ${text.split("\r\n")[4] ?? ""}\r\n` : "+OK\r\n",
  );
  const presence = await open(`redis://:hunter2@${at}`);
  expect(presence.fault).toContain("no such user [password]");
  expect(await presence.beat(0)).toBe(false);
  expect(presence.fault).toContain("[password]");
  expect(presence.fault).not.toContain("hunter2");
});

test.each(["http://h", "redis://h/x"])("%s is refused before anything is tried", async (url) => {
  await expect(open(url)).rejects.toThrow(StoreRefusal);
});
