import { describe, expect, test } from "vitest";

import { formatAddress, isLoopback, parseAddress } from "./address.ts";

describe("parseAddress", () => {
  test.each([
    ["127.0.0.1:8080", "127.0.0.1", 8080],
    [":8080", "0.0.0.0", 8080],
    ["[::1]:8080", "::1", 8080],
    ["[::]:0", "::", 0],
    ["localhost:0", "localhost", 0],
    ["aether.example.org:65535", "aether.example.org", 65_535],
  ])("reads %s", (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  test.each([
    ["", "nothing"],
    ["8080", "no colon"],
    ["127.0.0.1", "no port"],
    ["127.0.0.1:", "empty port"],
    ["127.0.0.1:65536", "port too large"],
    ["127.0.0.1:-1", "negative port"],
    ["127.0.0.1:80 ", "space"],
    ["300.1.1.1:80", "no IPv4 address"],
    ["1.2.3.4.5:80", "no IPv4 address"],
    ["::1:80", "IPv6 without brackets"],
    ["[::1:80", "open bracket"],
    ["[::g]:80", "no IPv6 address"],
    ["[]:80", "empty brackets"],
    ["-a.b:80", "no host name"],
    ["http://a:80", "a URL"],
    ["a b:80", "a space"],
    ["a:80\n", "a line break"],
  ])("refuses %j: %s", (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  test("formatAddress is its inverse", () => {
    for (const text of ["127.0.0.1:8080", "[::1]:8080", "localhost:0"]) {
      const address = parseAddress(text);
      expect(address && formatAddress(address)).toBe(text);
    }
  });
});

test("isLoopback knows this machine's own addresses, and no others", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST"]) {
    expect(isLoopback(host), host).toBe(true);
  }
  for (const host of ["0.0.0.0", "::", "128.0.0.1", "localhost.example.org", "127.0.0.1.nip.io"]) {
    expect(isLoopback(host), host).toBe(false);
  }
});
