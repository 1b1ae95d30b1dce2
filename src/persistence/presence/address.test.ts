import { expect, test } from "vitest";

import { describeRedis, parseRedisUrl } from "./address.ts";

const PLAIN = { port: 6379, database: 0, user: null, password: null, tls: false };

test.each([
  ["redis://localhost", { ...PLAIN, host: "localhost" }],
  ["redis://10.0.0.5:7000/", { ...PLAIN, host: "10.0.0.5", port: 7000 }],
  ["redis://[::1]:6380/3", { ...PLAIN, host: "::1", port: 6380, database: 3 }],
  ["redis://:p%40ss%2Fw@h", { ...PLAIN, host: "h", password: "p@ss/w" }],
  ["redis://me:pw@h/1", { ...PLAIN, host: "h", user: "me", password: "pw", database: 1 }],
  ["rediss://h", { ...PLAIN, host: "h", tls: true }],
])("reads %s", (text, address) => {
  expect(parseRedisUrl(text)).toEqual(address);
});

test.each([
  ["", "cannot be read"],
  ["localhost:6379", 'begins with "localhost:"'],
  ["http://:hunter2@h", 'begins with "http:"'],
  ["redis://:hunter2@h:70000", "cannot be read"],
  ["redis://:hunter2@h/zero", "no database number"],
  ["redis://:hunter2@h/1/2", "no database number"],
  ["redis://me:12/hunter2@h", "no database number"],
  ["redis://:hunter2@h?db=1", 'behind "?"'],
  ["redis://:hunter2@h#1", 'behind "?"'],
  ["redis://:hunter2%@h", "encodes nothing"],
  ["redis:///1", "names no host"],
])("refuses %j in a sentence without the password", (text, part) => {
  const sentence = parseRedisUrl(text);
  expect(sentence).toContain(part);
  expect(sentence).not.toContain("hunter2");
  expect(sentence).toMatch(/^The Redis URL .*\.$/);
});

test("H43 describes an address without its password", () => {
  const described = (text: string): string => {
    const address = parseRedisUrl(text);
    return typeof address === "string" ? address : describeRedis(address);
  };
  expect(described("redis://me:hunter2@h")).toBe("h:6379");
  expect(described("rediss://:hunter2@[::1]:7000/2")).toBe("[::1]:7000, database 2 (TLS)");
});
