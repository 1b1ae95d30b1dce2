// `npm run prove -- durability` as people call it, with little of everything: what is lost, doubled
// or written by the wrong server is counted. No time is looked at, so a verdict about times may be
// any.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, describe, expect, test } from "vitest";

import type { Finding } from "../../bench/durability/finding.ts";
import { isRoot } from "./postgres.ts";

const PROVE = fileURLToPath(new URL("../../bench/prove.ts", import.meta.url));
const BOTS = 20;
const LITTLE = ["--seconds", "5", "--bots", String(BOTS), "--seed", "26"];
/** A machine that does much else needs its time. */
const PATIENCE_MS = 180_000;
/** Met, missed or wrong, inconclusive: a finding was written. */
const PROVEN = [0, 1, 2];

const folder = mkdtempSync(join(tmpdir(), "aether-durability-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

async function prove(...argv: readonly string[]): Promise<Ended> {
  const options = ["--disable-warning=ExperimentalWarning", PROVE, "durability", ...argv];
  const child = spawn(process.execPath, options, { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (part: Buffer) => (stderr += part.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stderr };
}

/** Runs one case. @returns what it found, and nothing of it wrong */
async function findingOf(name: string): Promise<Finding> {
  const file = join(folder, `${name}.json`);
  const { code, stderr } = await prove(...LITTLE, "--only", name, "--json", file);
  expect(stderr).toBe("");
  expect(PROVEN).toContain(code);
  const { findings } = JSON.parse(readFileSync(file, "utf8")) as {
    findings: Readonly<Record<string, Finding>>;
  };
  const finding = findings[name];
  if (finding === undefined) throw new Error(`${name} is not in ${file}`);
  expect(finding.faults).toEqual([]);
  expect(finding.verdict).not.toBe("wrong");
  return finding;
}

const OUTAGES = [
  ["H62 PostgreSQL killed under clients", "postgres-stop"],
  ["H63 PostgreSQL frozen under clients", "postgres-freeze"],
  ["H73 Redis killed under clients", "redis-stop"],
  ["H73 Redis frozen under clients", "redis-freeze"],
] as const;

describe("npm run prove -- durability", () => {
  test.each(OUTAGES)(
    "%s: what was told is told once, and it heals by itself",
    async (_title, name) => {
      const { figures } = await findingOf(name);
      expect(figures).toMatchObject({ lost: 0, doubled: 0 });
      expect(figures["sessionsTold"]).toBeGreaterThan(BOTS);
      expect(figures["sessionsResumed"]).toBeGreaterThan(0);
      // Opened, spawned, despawned and closed, of each session.
      expect(figures["events"]).toBeGreaterThanOrEqual(4 * (figures["sessionsOpened"] ?? NaN));
    },
    PATIENCE_MS,
  );

  test(
    "H65 a full disk: the server stays, and heals when there is room",
    async ({ skip }) => {
      skip(!isRoot(), "only root can make a small disk");
      const { figures } = await findingOf("disk-full");
      expect(figures).toMatchObject({ lost: 0, doubled: 0 });
      expect(figures["flushFaults"]).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  test(
    "H66 commits cut off: nothing is lost, nothing doubled",
    async () => {
      const { figures } = await findingOf("commit-cut");
      expect(figures).toMatchObject({ cuts: 20, lost: 0, doubled: 0 });
    },
    PATIENCE_MS,
  );

  test(
    "H44 two servers: the stale one writes nothing and ends with 75, its clients play on",
    async () => {
      const { figures } = await findingOf("two-servers");
      expect(figures).toMatchObject({ staleRows: 0, exitCode: 75, cameBack: BOTS });
      expect(figures).toMatchObject({ sessionsTold: BOTS, lost: 0, doubled: 0 });
    },
    PATIENCE_MS,
  );

  test(
    "H69 a backlog: every event comes, in order",
    async () => {
      const { figures } = await findingOf("backlog");
      expect(figures).toMatchObject({ events: 10_000 });
    },
    PATIENCE_MS,
  );

  test("a flush is measured beside its control", async () => {
    const { figures } = await findingOf("flush");
    expect(figures).toMatchObject({ pairs: 100, entities: 10_000, events: 20 });
  });

  test("what it cannot do it says, and ends with 78", async () => {
    const ended = await prove("--only", "flood");
    expect(ended.code).toBe(78);
    expect(ended.stderr).toContain('--only names "flood", which is no case; the cases are');
  });
});
