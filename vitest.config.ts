// `npm test`: unit tests beside the code, and the tests of the house as a whole in test/. Those
// that need programs from outside have a suite of their own (test/integration).
import { existsSync } from "node:fs";

import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

/**
 * What takes longest, the longest first: about half of it all. By itself vitest goes by the size of
 * files, unless it remembers what each took, which a fresh clone does not; then one worker is left
 * with the longest when the others are done.
 */
const LONGEST = [
  "test/kernel/random-steps.test.ts",
  "test/kernel/change.test.ts",
  "test/kernel/traps.test.ts",
  "test/kernel/index.test.ts",
  "src/cli/doctor/doctor.test.ts",
  "test/allocation.test.ts",
  "src/cli/replay/replay.test.ts",
  "test/kernel/world.test.ts",
  "test/client-network.test.ts",
  "bench/compare.test.ts",
  "test/kernel/crowds.test.ts",
  "bench/usage.test.ts",
];
for (const file of LONGEST)
  if (!existsSync(new URL(file, import.meta.url))) throw new Error(`${file} is not there any more`);

/** What it stands at among the longest; behind them all: it is none of them. */
function placeOf({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((file) => moduleId.endsWith(`/${file}`));
  return place < 0 ? LONGEST.length : place;
}

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b));
  }
}

export default defineConfig({
  test: {
    include: ["{src,assembly,proto,test,bench}/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    // One worker a core: by itself vitest leaves one core to a person at the keyboard.
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
    // Nothing asserts wall time. These only end what hangs, on a machine that is busy with other
    // things; so no test sets a shorter limit of its own.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    allowOnly: false,
  },
});
