import { readFileSync } from "node:fs";
import protobuf from "protobufjs/minimal.js";
import { expect, test } from "vitest";
import { aether } from "./schema.ts";
import { MAX_DEPTH } from "./version.ts";

test("a uint64 decodes to a number, never to a Long object", () => {
  const move = { entity_id: 1, sequence: 2 ** 40 + 5, timestamp: Number.MAX_SAFE_INTEGER };
  const bytes = aether.ClientMessage.encode({ move }).finish();
  const decoded = aether.ClientMessage.decode(bytes).move;
  expect(typeof decoded?.sequence).toBe("number");
  expect(decoded?.sequence).toBe(2 ** 40 + 5);
  expect(decoded?.timestamp).toBe(Number.MAX_SAFE_INTEGER);
});

test("groups nest at most eight deep", () => {
  expect(protobuf.Reader.recursionLimit).toBe(MAX_DEPTH);
});

test("H50 protobufjs is newer than its faults of code generation", () => {
  const manifest = new URL("../../node_modules/protobufjs/package.json", import.meta.url);
  const version = /"version": "(\d+)\.(\d+)\.(\d+)"/.exec(readFileSync(manifest, "utf8"));
  const [major = 0, minor = 0, patch = 0] = (version ?? []).slice(1).map(Number);
  expect(major * 1e6 + minor * 1e3 + patch).toBeGreaterThanOrEqual(8_000_002);
});
