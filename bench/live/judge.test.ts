import { expect, test } from "vitest";
import { judge, type Round } from "./judge.ts";

const ROUND: Round = {
  ...{ without: 2, with: 2.02, pages: 0.02, frames: 100, due: 100, backwards: 0, dropped: 0 },
};

test("met and missed, by the median of what pages take of a tick", () => {
  const dear = { ...ROUND, pages: 0.1, with: 2.1 };
  expect(judge([ROUND, dear, ROUND], 4)).toEqual({ verdict: "met", share: 0.01, faults: [] });
  expect(judge([dear, dear, ROUND], null)).toMatchObject({ verdict: "missed", share: 0.05 });
});

test("missed where a frame of the page takes too long", () => {
  expect(judge([ROUND], 4.1).verdict).toBe("missed");
  expect(judge([ROUND], null).verdict).toBe("met");
});

test("wrong where pages were not sent what they were to have", () => {
  const bad = { ...ROUND, frames: 79, backwards: 1, dropped: 2 };
  expect(judge([ROUND, bad], 1)).toMatchObject({
    verdict: "wrong",
    faults: [
      "round 2: 79 frames of 100",
      "round 2: 1 frames went back in time",
      "round 2: 2 frames were dropped",
    ],
  });
});
