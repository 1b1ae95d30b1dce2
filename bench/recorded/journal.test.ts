// `npm run prove -- journal` with little of everything: that what it measures is a journal.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { measureJournal } from "./journal.ts";

test("H60 a journal that is measured has every tick, and the world of it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "aether-journal-"));
  try {
    const cost = await measureJournal({ clients: 20, ticks: 60, folder });
    expect(cost.faults).toEqual([]);
    // 20 clients that send every second tick, in 6 bytes at least.
    expect(cost.bytesPerTick).toBeGreaterThan(10 * 6);
    expect(cost.own.mean).toBeGreaterThan(0);
    expect(cost.own.mean).toBeLessThan(cost.with.mean);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
