import { expect, test } from "vitest";

import { redisVersion } from "./version.ts";

const info = (...lines: string[]): string => ["# Server", ...lines, "os:Linux", ""].join("\r\n");

test.each([
  [info("redis_version:7.0.15"), "Redis 7.0.15"],
  [info("redis_version:6.0.0"), "Redis 6.0.0"],
  [info("redis_version:10.1.0"), "Redis 10.1.0"],
  [info("redis_version:7.2.4", "server_name:valkey", "valkey_version:8.1.0"), "Valkey 8.1.0"],
  [info(), "Redis of unknown version"],
])("works with %j", (text, name) => {
  expect(redisVersion(text)).toEqual({ name, refusal: null });
});

test("refuses a Redis older than 6 in words", () => {
  const { name, refusal } = redisVersion(info("redis_version:5.0.14"));
  expect(name).toBe("Redis 5.0.14");
  expect(refusal).toBe(
    "Redis 5.0.14 is too old for presence: use Redis 6 or newer, or empty presence.redis_url.",
  );
});
