import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";

import { afterEach, expect, test } from "vitest";

import { StoreRefusal } from "../contract.ts";
import type { OutboxEvent } from "../contract.ts";
import { LogSink } from "./log.ts";
import { openSink } from "./open.ts";
import { RedisSink } from "./redis.ts";
import { EventRefused, publishEach } from "./sink.ts";

function event(id: number, stream: string, payload = "{}"): OutboxEvent {
  return { id, key: `k${id}`, stream, type: "test", tick: 1, payload, attempts: 1, ageMs: 0 };
}

const batch = [event(1, "a"), event(2, "b"), event(3, "a"), event(4, "b")];
const log = { info: () => undefined };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Something that answers to INFO like a Redis of that version. @returns its URL */
async function pretend(version: string, select = "+OK"): Promise<string> {
  const info = `# Server\r\nredis_version:${version}\r\n`;
  const server = createServer((socket) => {
    socket.on("data", (part) => {
      for (const [, command] of part.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        const plain = command?.toLowerCase() === "select" ? select : "+OK";
        socket.write(command === "info" ? `$${info.length}\r\n${info}\r\n` : `${plain}\r\n`);
      }
    });
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("H68 nothing of a stream is published behind a refused event", async () => {
  const seen: number[] = [];
  const published = await publishEach(batch, ({ id }) => {
    seen.push(id);
    if (id === 1) throw new EventRefused("no");
  });
  expect(seen).toEqual([1, 2, 4]);
  expect(published).toEqual({ delivered: [2, 4], refused: [{ id: 1, error: "no" }] });
});

test("what was delivered before the sink went away counts; nothing at all rejects", async () => {
  const cutAt = (at: number) => (each: OutboxEvent) => {
    if (each.id === at) throw new Error("cut");
  };
  expect(await publishEach(batch, cutAt(3))).toEqual({ delivered: [1, 2], refused: [] });
  await expect(publishEach(batch, cutAt(1))).rejects.toThrow("cut");
});

test("the log sink writes a line for each event", async () => {
  const lines: object[] = [];
  const sink = new LogSink({ info: (fields, message) => void lines.push({ ...fields, message }) });
  await sink.ready();
  expect(await sink.publish([event(7, "a", '{"x":1}')])).toEqual({ delivered: [7], refused: [] });
  expect(lines).toEqual([
    { key: "k7", stream: "a", type: "test", tick: 1, payload: '{"x":1}', message: "Event" },
  ]);
});

test("auto is Redis when there is one, and otherwise the log", () => {
  const redisUrl = "redis://127.0.0.1:6379";
  const open = (sink: "auto" | "log" | "redis", url: string | null) =>
    openSink({ sink, redisUrl: url, world: "main" }, log);
  expect(open("auto", null)).toBeInstanceOf(LogSink);
  expect(open("auto", redisUrl)).toBeInstanceOf(RedisSink);
  expect(open("log", redisUrl)).toBeInstanceOf(LogSink);
  expect(() => open("redis", null)).toThrow(StoreRefusal);
  expect(() => open("redis", "http://127.0.0.1")).toThrow(StoreRefusal);
});

test("H73 a Redis that is not there is said so in words, and nothing is published", async () => {
  const url = "redis://:geheim@127.0.0.1:1";
  const sink = openSink({ sink: "redis", redisUrl: url, world: "main" }, log);
  const refusal = await sink.ready().catch(String);
  expect(refusal).toContain("ECONNREFUSED");
  expect(refusal).not.toContain("geheim");
  await expect(sink.publish(batch)).rejects.toThrow("Redis is not connected.");
  await sink.close();
});

test("a Redis that is too old is refused in words, and version 6 is not", async () => {
  const old = openSink({ sink: "redis", redisUrl: await pretend("5.0.14"), world: "main" }, log);
  await expect(old.ready()).rejects.toThrow(StoreRefusal);
  await expect(old.ready()).rejects.toThrow(
    "The outbox's sink is Redis 5.0.14: install Redis 6 or newer.",
  );
  const oldest = openSink({ sink: "redis", redisUrl: await pretend("6.0.0"), world: "main" }, log);
  await oldest.ready();
  expect(oldest.name).toBe("Redis 6.0.0");
  await oldest.close();
});

test("a database that Redis does not have is refused; nothing goes to another", async () => {
  const url = await pretend("7.0.15", "-ERR DB index is out of range");
  const sink = openSink({ sink: "redis", redisUrl: `${url}/99`, world: "main" }, log);
  await expect(sink.ready()).rejects.toThrow(StoreRefusal);
  await expect(sink.ready()).rejects.toThrow("has no database 99: name another one");
  await expect(sink.publish(batch)).rejects.toThrow("Redis is not connected.");
});
