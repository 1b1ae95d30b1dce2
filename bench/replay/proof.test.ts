// A slice of `npm run prove -- replay`: the real gateway and kernel on simulated time, recorded,
// and lived through again on both engines.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { proveReplayOf } from "./proof.ts";

test("H85 seconds of play of 300 clients are bit-equal on WebAssembly and JavaScript", () => {
  const folder = mkdtempSync(join(tmpdir(), "aether-proof-"));
  try {
    const wish = { ticks: 240, bots: 300, seed: 3, folder };
    const finding = proveReplayOf(wish, () => undefined);
    expect(finding.faults).toEqual([]);
    expect(finding.replayed.map(({ engine, ticks }) => [engine, ticks])).toEqual([
      ["wasm", 240],
      ["js", 240],
    ]);
    // All of them walked: 10 a second and more, in 3 bytes at least.
    expect(finding.bytes).toBeGreaterThan(300 * 10 * 6 * 3);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
