// Servers that are killed right after a write, of the store or of the journal, whichever comes,
// while their clients come back: what a resume writes is cut off at every place.
import { expect, test } from "vitest";
import type { Vault } from "../vault.ts";
import { reportOf } from "./report.ts";
import { Simulation } from "./simulation.ts";

const RUN = { minutes: 0.05, clients: 12, crashes: 20 };
const LIMIT = { timeout: 60_000 };
/** Runs with a store and a grace that outlasts a restart; on either engine. */
const SEEDS = [18, 26];

test.each(SEEDS)(
  "H60 killed after each write, every client comes back: seed %i",
  LIMIT,
  async (seed) => {
    const outcome = await new Simulation({ ...RUN, seed }).run();
    expect(reportOf(outcome, { ...RUN, seed })).toBe("");
    const { resumedAfterRestart, restarts } = outcome.figures;
    expect(restarts).toBe(RUN.crashes);
    expect(resumedAfterRestart).toBeGreaterThan(RUN.clients * 5);
  },
);

/** The store keeps a session's newest token alone. */
function forgetUsed(vault: Vault): void {
  const commit = vault.commit.bind(vault);
  vault.commit = (epoch, flight) => {
    const isIn = commit(epoch, flight);
    for (const [name, session] of vault.sessions) {
      vault.sessions.set(name, { ...session, usedHash: "" });
    }
    return isIn;
  };
}

test("a planted bug is found: the token before is in the journal alone", LIMIT, async () => {
  const outcome = await new Simulation({ ...RUN, seed: 18, plant: { vault: forgetUsed } }).run();
  expect(outcome.failure).toMatch(/told a token that the store does not have|was refused to the/);
});
