// What is measured part by part is the same work in every contender; and how a query's work grows.
import { expect, test } from "vitest";
import { uniformCrowd } from "../crowds.ts";
import { whyNoParts } from "./builds.ts";
import { LINEUP, type PartEntry } from "./lineup.ts";
import { visitsAt } from "./visits.ts";

const RUNS = 6;

const NO_PARTS = whyNoParts();

async function compareAll({ entries }: PartEntry): Promise<void> {
  const digests = new Map<string, number[]>();
  for (const { name, open } of entries) {
    const prepared = await open(uniformCrowd(150, 30));
    const each: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      prepared.prepare();
      prepared.run();
      expect(prepared.operations(), name).toBeGreaterThan(0);
      each.push(prepared.digest());
    }
    digests.set(name, each);
  }
  const [first] = digests.values();
  expect(Object.fromEntries(digests)).toEqual(
    Object.fromEntries([...digests.keys()].map((name) => [name, first])),
  );
}

test.each(LINEUP.filter(({ isCut }) => isCut !== true))(
  "$part: all contenders come to the same",
  compareAll,
);

test.skipIf(NO_PARTS !== null).each(LINEUP.filter(({ isCut }) => isCut === true))(
  `$part: all builds come to the same${NO_PARTS === null ? "" : ` (left out: ${NO_PARTS})`}`,
  compareAll,
);

test("nodes visited by a query grow as log n, and no faster, in equal crowds", () => {
  const sizes = [300, 3000, 30_000];
  const [small, middle, large] = sizes.map((n) => visitsAt(n));
  if (!small || !middle || !large) throw new Error("three were asked for");
  expect(large.nodesOfIndex).toBeGreaterThan(small.nodesOfIndex * 50);
  // Ten times as many rows are one level or two more, of four children each at most.
  expect(middle.nodes - small.nodes).toBeLessThan(16);
  expect(large.nodes - middle.nodes).toBeLessThan(16);
  expect(large.hits).toBeLessThan(32);
});
