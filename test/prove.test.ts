// What a proof of latency concludes from its measurements (bench/latency-judge.ts).
import { expect, test } from "vitest";

import { judge, type Round } from "../bench/latency-judge.ts";

interface Figures {
  faults?: readonly string[];
  p99?: number;
  lateMs?: number;
}

const measured = ({ faults = [], p99 = 10, lateMs = 1 }: Figures) => ({
  figures: { faults, neighbourMs: { p99 }, sendLatenessMs: { p99: lateMs } },
});

const round = (aether: Figures, bare: Figures = {}): Round => ({
  aether: measured(aether),
  bare: measured(bare),
});

test("met and missed, by the medians of the rounds", () => {
  const met = judge([round({ p99: 40 }), round({ p99: 12 }), round({ p99: 11 })]);
  expect(met).toMatchObject({ verdict: "met", exitCode: 0, ours: 12, theirs: 10, added: 2 });
  const missed = judge([round({ p99: 13 }), round({ p99: 13 }), round({ p99: 9 })]);
  expect(missed).toMatchObject({ verdict: "missed", exitCode: 1, added: 3 });
});

test("inconclusive where the control spreads or a load was late", () => {
  const spread = judge([round({}, { p99: 10 }), round({}, { p99: 16 })]);
  expect(spread).toMatchObject({ verdict: "inconclusive", exitCode: 2, spread: 1.6 });
  expect(judge([round({ lateMs: 11 })])).toMatchObject({ exitCode: 2 });
  expect(judge([round({}, { lateMs: 11 })])).toMatchObject({ exitCode: 2 });
});

test("a fast server that is wrong fails; the control's faults are expected", () => {
  const faults = ["3 digests differ"];
  for (const late of [{}, { lateMs: 50 }]) {
    const wrong = judge([round({}), round({ faults, p99: 5, ...late })]);
    expect(wrong).toMatchObject({ verdict: "wrong", exitCode: 1 });
    expect(wrong.faults).toEqual(["round 2: 3 digests differ"]);
  }
  expect(judge([round({}, { faults })])).toMatchObject({ verdict: "met", faults: [] });
});
