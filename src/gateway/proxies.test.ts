import { describe, expect, test } from "vitest";
import { plainAddress, Proxies } from "./proxies.ts";

const proxies = new Proxies(["10.0.0.0/8", "192.0.2.7", "fd00::/8", "::1"]);

test("trusted are the addresses of the list, however they are written", () => {
  const trusted = ["10.255.0.1", "192.0.2.7", "fd12::1", "::1", "::ffff:10.0.0.1"];
  expect(trusted.filter((address) => proxies.trusts(address))).toEqual(trusted);
  const others = ["11.0.0.1", "192.0.2.8", "fe80::1", "127.0.0.1", "", "unknown"];
  expect(others.filter((address) => proxies.trusts(address))).toEqual([]);
  expect(new Proxies([]).trusts("127.0.0.1")).toBe(false);
});

describe("H13 the client is the first from the right that no trusted proxy is", () => {
  test.each([
    ["198.51.100.1", "198.51.100.1"],
    ["203.0.113.9, 198.51.100.1", "198.51.100.1"],
    ["203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"],
    ["198.51.100.1:4711, 10.0.0.2:80", "198.51.100.1"],
    ["[2001:db8::1]:4711", "2001:db8::1"],
    ["2001:db8::1,fd00::2", "2001:db8::1"],
    ["::ffff:198.51.100.1", "::ffff:198.51.100.1"],
    ["10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["198.51.100.1, unknown, 10.0.0.2", "10.0.0.2"],
    ["198.51.100.1, 10.0.0.2, ", "10.0.0.1"],
    ["", "10.0.0.1"],
    ["198.51.100.1, evil\n, 10.0.0.2", "10.0.0.2"],
    ["fe80::1%eth0", "10.0.0.1"],
    [`198.51.100.1,${"10.0.0.2,".repeat(40)}10.0.0.9`, "10.0.0.2"],
  ])("%j", (forwarded, client) => {
    expect(proxies.clientOf("10.0.0.1", forwarded)).toBe(client);
  });
});

test("an IPv4 address is written as such", () => {
  expect(plainAddress("0000:0000:0000:0000:0000:ffff:7f00:0001")).toBe("127.0.0.1");
  expect(plainAddress("::ffff:c633:6401")).toBe("198.51.100.1");
  expect(plainAddress("2001:0db8::1")).toBe("2001:0db8::1");
});
