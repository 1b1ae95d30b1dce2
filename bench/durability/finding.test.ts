import { expect, test } from "vitest";

import { decided, found } from "./finding.ts";

const setting = (seconds: number) => ({ seconds, bots: 1, seed: 1, say: () => undefined });

test("a run that is too short decides nothing but that something is wrong", () => {
  const verdictOf = (faults: string[], verdict: "met" | "missed", seconds: number) =>
    decided(found(faults, [verdict], {}), setting(seconds));
  expect(verdictOf([], "met", 30)).toMatchObject({ verdict: "met", remarks: [] });
  expect(verdictOf([], "missed", 30).verdict).toBe("missed");
  expect(verdictOf([], "met", 29)).toMatchObject({
    verdict: "inconclusive",
    remarks: ["met in 29 s; below 30 s it decides nothing"],
  });
  expect(verdictOf([], "missed", 2).verdict).toBe("inconclusive");
  expect(verdictOf(["lost"], "met", 2)).toMatchObject({ verdict: "wrong", faults: ["lost"] });
});
