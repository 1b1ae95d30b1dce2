import { expect, test } from "vitest";
import { isLoopback, networkOf } from "./network.ts";

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["0000:0000:0000:0000:0000:ffff:c000:0207", "192.0.2.7"],
  ["2001:0db8:0001:0002:0003:0004:0005:0006", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["2001:db8:1:3::9", "2001:db8:1:3::/64"],
  ["0000:0000:0000:0000:0000:0000:0000:0001", "::1"],
  ["::1", "::1"],
  ["::", "0:0:0:0::/64"],
])("%s counts as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test("this machine is told from others", () => {
  const local = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"];
  expect(local.map((address) => isLoopback(networkOf(address)))).toEqual(local.map(() => true));
  const others = ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", "::"];
  expect(others.map((address) => isLoopback(networkOf(address)))).toEqual(others.map(() => false));
});
