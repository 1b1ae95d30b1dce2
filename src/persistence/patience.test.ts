// Who starts waits for a store that is away, and for nothing else.
import { beforeEach, expect, test } from "vitest";
import { StoreFault, StoreRefusal } from "./contract.ts";
import { patiently, START_PATIENCE_MS } from "./patience.ts";
import type { PatienceParts } from "./patience.ts";

let now = 0;
let said: string[] = [];
let tries = 0;
const parts: PatienceParts = {
  now: () => now,
  random: () => 0.5,
  sleep: (ms) => {
    now += ms;
    return Promise.resolve();
  },
  warn: (_fields, message) => said.push(message),
};
beforeEach(() => {
  [now, tries, said] = [0, 0, []];
});

function awayFor(times: number): () => Promise<string> {
  return () => {
    tries++;
    return tries > times
      ? Promise.resolve("a store")
      : Promise.reject(new StoreFault("It is away."));
  };
}

test("a store that comes is had, and that it was waited for is said once", async () => {
  expect(await patiently(awayFor(5), START_PATIENCE_MS, parts)).toBe("a store");
  expect([tries, said]).toEqual([6, ["Waiting for the store"]]);
});

test("one that does not come ends it, when the time is over", async () => {
  await expect(patiently(awayFor(Infinity), START_PATIENCE_MS, parts)).rejects.toThrow("away");
  expect(now).toBeGreaterThan(START_PATIENCE_MS);
  expect(tries).toBeGreaterThan(10);
});

test("a refusal, which no wait would change, ends it at once", async () => {
  const refused = (): Promise<never> => Promise.reject(new StoreRefusal("It is too old."));
  await expect(patiently(refused, START_PATIENCE_MS, parts)).rejects.toThrow(StoreRefusal);
  expect(said).toEqual([]);
});
