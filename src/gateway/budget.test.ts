import { expect, test } from "vitest";
import { RequestBudget } from "./budget.ts";

/** @returns how many of `count` requests of an address are answered */
function ask(budget: RequestBudget, address: string, count: number, path = "/"): number {
  return Array.from({ length: count }, () => budget.allows(address, path)).filter(Boolean).length;
}

test("H21 an address is answered 64 times a tick, whatever it asks for", () => {
  const budget = new RequestBudget();
  expect(ask(budget, "a", 1000)).toBe(64);
  expect(ask(budget, "a", 1000, "/readyz")).toBe(0);
  expect(ask(budget, "b", 10)).toBe(10);
  budget.beginTick();
  expect(ask(budget, "a", 1000, "/healthz")).toBe(64);
});

test("H21 all addresses together are answered 320 times, the last 64 about health", () => {
  const budget = new RequestBudget();
  const addresses = Array.from({ length: 1000 }, (_, i) => `address ${i}`);
  const answered = addresses.map((address) => ask(budget, address, 64));
  expect(answered.slice(0, 5)).toEqual([64, 64, 64, 64, 0]);
  expect(ask(budget, "probe", 10)).toBe(0);
  expect(ask(budget, "probe", 10, "/readyz")).toBe(4);
  expect(addresses.slice(4).reduce((sum, from) => sum + ask(budget, from, 9, "/healthz"), 0)).toBe(
    60,
  );
  budget.beginTick();
  expect(ask(budget, "probe", 10)).toBe(10);
});
