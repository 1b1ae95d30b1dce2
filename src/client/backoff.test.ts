import { describe, expect, test } from "vitest";
import { CLOSES } from "../protocol/codes.ts";
import { Backoff, isFinal } from "./backoff.ts";

describe("waiting", () => {
  test("doubles from 250 ms to 8 s, half of it by chance", () => {
    const [least, most] = [new Backoff(() => 0), new Backoff(() => 1)];
    const waits = Array.from({ length: 8 }, () => [least.next(0), most.next(0)]);
    expect(waits.map(([low]) => low)).toEqual([125, 250, 500, 1000, 2000, 4000, 4000, 4000]);
    expect(waits.map(([, high]) => high)).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  test("is at least what the server asked for", () => {
    const backoff = new Backoff(() => 0);
    expect([backoff.next(3000), backoff.next(0)]).toEqual([3000, 250]);
  });

  test("begins anew once a connection came as far as its entity", () => {
    const backoff = new Backoff(() => 1);
    for (let i = 0; i < 5; i++) backoff.next(0);
    backoff.succeeded();
    expect(backoff.next(0)).toBe(250);
  });
});

test("another attempt is made unless it would end the same way", () => {
  const again = Object.entries(CLOSES).filter(([, { code }]) => !isFinal(code, false));
  expect(again.map(([name]) => name)).toEqual([
    "INTERNAL",
    "RESTART",
    "SERVER_FULL",
    "FLOOD",
    "TOO_SLOW",
    "NO_SPAWN",
    "POISONED",
    "RESUME_REFUSED",
  ]);
  expect(isFinal(1006, false)).toBe(false);
  expect(isFinal(CLOSES.UNAUTHENTICATED.code, true)).toBe(false);
});
