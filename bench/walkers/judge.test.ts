// What a proof of the walkers concludes from its rounds.
import { expect, test } from "vitest";
import { judge } from "./judge.ts";
import type { Round } from "./judge.ts";

const ROUND: Round = {
  ...{ ticks: 800, meanMs: 8, worstMs: 15, appMs: 6, skipped: 0, satOut: 0 },
  ...{ entities: 5020, throws: 0 },
};
const LATE: Round = { ...ROUND, worstMs: 40 };

test("met, missed, and told by nothing", () => {
  expect(judge([ROUND, { ...ROUND, worstMs: 25 }], 5020).verdict).toBe("met");
  expect(judge([LATE, { ...ROUND, satOut: 1 }], 5020).verdict).toBe("missed");
  expect(judge([ROUND, LATE, ROUND], 5020).verdict).toBe("inconclusive");
});

test("a world that is not whole, or an application that throws, is wrong", () => {
  expect(judge([ROUND, { ...ROUND, entities: 4000 }], 5020)).toEqual({
    verdict: "wrong",
    faults: ["round 2: 4000 entities"],
  });
  expect(judge([{ ...LATE, throws: 2 }], 5020)).toEqual({
    verdict: "wrong",
    faults: ["round 1: the application threw 2 times"],
  });
});
