import { expect, test } from "vitest";

import { judge, type Scene } from "./judge.ts";

const SCENE: Scene = {
  ...{ name: "crowd", seconds: 80, playing: 315, p50Ms: 17, p99Ms: 35, sendLatenessMs: 3 },
  ...{
    tickRateMin: 39.9,
    tickP99Ms: 5,
    pauseMs: 5,
    latestMs: 15,
    views: 100_000,
    bytesPerSecond: 7000,
    rssMib: 150,
  },
  ...{ scrapes: 79, flushes: 300, beats: 40, events: 600, faults: [] },
};

test("met where every scene is true, soon enough and small enough", () => {
  expect(judge([SCENE, SCENE])).toMatchObject({ verdict: "met", exitCode: 0, missed: [] });
});

test("missed where one is late, or too large", () => {
  expect(judge([SCENE, { ...SCENE, p99Ms: 50 }])).toMatchObject({
    ...{ verdict: "missed", exitCode: 1, missed: ["crowd: p99 50.0 ms"] },
  });
  expect(judge([{ ...SCENE, rssMib: 512 }]).missed).toEqual(["crowd: 512 MiB"]);
});

test("inconclusive where it is late and so was the load; a fast run needs no punctual load", () => {
  const late = { ...SCENE, sendLatenessMs: 30 };
  expect(judge([late]).verdict).toBe("met");
  expect(judge([{ ...late, p99Ms: 60 }])).toMatchObject({
    ...{ verdict: "inconclusive", exitCode: 2 },
    unclear: ["crowd: p99 60.0 ms; the load came 30.0 ms late"],
  });
});

test("H89 a collection that takes longer than a tick is missed, where the machine was not", () => {
  const paused = { ...SCENE, pauseMs: 50 };
  expect(judge([paused]).missed).toEqual(["crowd: a collection of up to 50 ms"]);
  expect(judge([{ ...paused, sendLatenessMs: 30 }]).verdict).toBe("inconclusive");
  expect(judge([{ ...SCENE, pauseMs: 25 }]).verdict).toBe("met");
});

test("wrong where anything was shown wrong, or what should stand beside it did not", () => {
  expect(judge([{ ...SCENE, faults: ["3 digests differ"] }])).toMatchObject({
    ...{ verdict: "wrong", exitCode: 1, faults: ["crowd: 3 digests differ"] },
  });
  expect(judge([{ ...SCENE, scrapes: 60, flushes: 0, beats: 0, events: NaN }]).faults).toEqual([
    ...["crowd: 60 scrapes in 80 s", "crowd: PostgreSQL took nothing"],
    ...["crowd: Redis took no presence", "crowd: Redis took no event"],
  ]);
});
