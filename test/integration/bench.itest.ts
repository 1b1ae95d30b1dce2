// The benchmarks as people call them, with little of everything: they run, and all contenders that
// are there come to the same. No time is looked at.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { CONTENDERS, ENGINE } from "../../bench/contenders/index.ts";
import { PARTS } from "../../bench/parts/results.ts";
import type { PartsResults } from "../../bench/parts/results.ts";
import type { Contest, Job, Results } from "../../bench/results.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** A machine that does much else needs its time. */
const PATIENCE_MS = 240_000;
const CASES = ["uniform-100", "uniform-1000"];
const JOBS: readonly Job[] = ["tick", "sets"];
/** Libraries are installed by themselves, and C needs a compiler: a machine may be without. */
const MAY_BE_ABSENT = /^not (?:installed|built): /;

const folder = mkdtempSync(join(tmpdir(), "aether-bench-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...argv: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, argv, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (part: Buffer) => (stdout += part.toString()));
  child.stderr.on("data", (part: Buffer) => (stderr += part.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

function written(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

describe("npm run bench", () => {
  let ended: Ended;
  let results: Results;

  beforeAll(async () => {
    const file = join(folder, "contenders.json");
    const cases = ["--cases", CASES.join(",")];
    ended = await run("bench/bench.ts", "--quick", "--rounds", "3", ...cases, "--json", file);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    results = written(file) as Results;
  }, PATIENCE_MS);

  const contestsAndJobs = (): { contest: Contest; names: string[] }[] =>
    results.contests.map((contest) => ({
      contest,
      names: CONTENDERS.filter(({ jobs }) => jobs.includes(contest.job)).map(({ name }) => name),
    }));

  test("plays every case with every job", () => {
    const played = results.contests.map(({ job, case: { name } }) => `${job} ${name}`);
    expect(played).toEqual(CASES.flatMap((name) => JOBS.map((job) => `${job} ${name}`)));
  });

  test("nobody is missing silently, and what Aether is made of is there", () => {
    const absent = results.absent.map(({ name }) => name);
    for (const { why } of results.absent) expect(why).toMatch(MAY_BE_ABSENT);
    const said = [...ended.stdout.matchAll(/^(\d+) contenders? left out \((.*?)\): /gm)];
    const counted = said.flatMap(([, count, list = ""]) => {
      const names = list.split(", ");
      expect(names).toHaveLength(Number(count));
      return names;
    });
    expect(counted.sort()).toEqual(absent.toSorted());
    const optional = CONTENDERS.filter(({ kind }) => kind === "native" || kind === "peer");
    const names = optional.map(({ name }) => name);
    expect(absent.filter((name) => !names.includes(name))).toEqual([]);
    for (const { contest, names: wanted } of contestsAndJobs()) {
      const there = contest.contenders.map(({ name }) => name);
      expect(there).toEqual(wanted.filter((name) => !absent.includes(name)));
    }
  });

  test("all come to the same, and only a slow library may be without a time", () => {
    for (const { contest } of contestsAndJobs()) {
      for (const standing of contest.contenders) {
        const where = `${standing.name} in ${contest.job} ${contest.case.name}`;
        const why = standing.status === "measured" ? "" : standing.why;
        const states = standing.kind === "peer" ? ["measured", "left out"] : ["measured"];
        expect(states, `${where}: ${why}`).toContain(standing.status);
        if (standing.status === "left out") expect(why, where).toContain("takes");
      }
    }
  });

  test("each has a ratio to the engine", () => {
    for (const { contest } of contestsAndJobs()) {
      for (const standing of contest.contenders) {
        if (standing.status !== "measured") continue;
        expect(standing.comparedTicks, standing.name).toBeGreaterThan(0);
        if (standing.name === ENGINE) expect(standing.ratio).toBeNull();
        else expect(standing.ratio?.median, standing.name).toBeGreaterThan(0);
      }
    }
  });
});

test("npm run bench:parts: all builds do every part alike", { timeout: PATIENCE_MS }, async () => {
  const file = join(folder, "parts.json");
  const ended = await run("bench/parts/main.ts", "--quick", "--rounds", "1", "--json", file);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  const { contests, visits } = written(file) as PartsResults;
  expect(contests.map(({ part }) => part)).toEqual([...PARTS]);
  for (const { part, contenders } of contests) {
    for (const standing of contenders) {
      const { name, status } = standing;
      const why = status === "measured" ? "" : standing.why;
      const isAbsent = status === "left out" && why.includes("not built");
      expect(status === "measured" || isAbsent, `${name} in ${part}: ${status}: ${why}`).toBe(true);
    }
  }
  expect(visits.every(({ nodes, nodesOfIndex }) => nodes > 0 && nodes < nodesOfIndex)).toBe(true);
});

test("npm run prove -- kernel comes to a verdict", { timeout: PATIENCE_MS }, async () => {
  const argv = ["kernel", "--quick", "--rounds", "3", "--cases", "uniform-100"];
  const { code, stdout, stderr } = await run("bench/prove.ts", ...argv);
  expect(stderr).toBe("");
  const verdict = /^kernel: (\w+)$/m.exec(stdout)?.[1] ?? stdout;
  // Which of them is the machine's business, but an output that differs is ours.
  const codes = new Map([
    ["met", 0],
    ["missed", 1],
    ["inconclusive", 2],
  ]);
  expect([...codes.keys()]).toContain(verdict);
  expect(code).toBe(codes.get(verdict));
});
