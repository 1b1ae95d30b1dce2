// The pages of a real admin thread, which looks at the thread of this test.
import { gunzipSync } from "node:zlib";

import { Profile } from "pprof-format";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { frameMemory } from "../../feed/frame-board.ts";
import { createAdmin } from "../admin.ts";
import type { Admin } from "../admin.ts";
import { Board } from "../board.ts";
import { CELLS, SESSIONS } from "../catalogue.ts";
import { cellOf } from "../layout.ts";

const INFO = { version: "1", node: "v22", kernel: "wasm", protocol: "1" };
const faults: unknown[] = [];
let admin: Admin | null = null;
let root = "";
/** The newest so many, whenever the profile was begun: more than a few seconds make. */
const kept: object[] = [];
const KEPT = 1_000_000;
let made = 0;
let work: NodeJS.Timeout | null = null;

/** What the profiles have to find. */
function workForAWhile(): void {
  for (let i = 0; i < 2000; i++) kept[made++ % KEPT] = { i, more: [i, i + 1, i + 2] };
  const until = performance.now() + 4;
  let sum = 0;
  while (performance.now() < until) sum += Math.sqrt(sum + 1);
}

beforeAll(async () => {
  const board = new Board(CELLS);
  board.cells[cellOf(SESSIONS.sessions, "playing")] = 7;
  board.publish();
  const onFault = (error: unknown) => void faults.push(error);
  admin = createAdmin({
    ...{ host: "127.0.0.1", port: 0, token: () => "", info: INFO, onFault },
    ...{ pageFiles: new Map(), board: board.shared },
    frames: frameMemory(1, 1, { minX: 0, minY: 0, maxX: 1, maxY: 1 }),
    door: () => {
      throw new Error("no page comes");
    },
    play: () => ({ port: 1, hasPage: false }),
  });
  root = `http://127.0.0.1:${await admin.listen()}/debug/pprof`;
  work = setInterval(workForAWhile, 5);
});
afterEach(() => {
  expect(faults.splice(0)).toEqual([]);
});
afterAll(async () => {
  if (work !== null) clearInterval(work);
  await admin?.close();
});

async function get(path: string) {
  const response = await fetch(`${root}${path}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString() };
}

/** Names of the functions that a profile found at work, with the sum of their last value. */
function leaves(bytes: Buffer): Map<string, number> {
  const profile = Profile.decode(gunzipSync(bytes));
  const name = (id: number | bigint): string => {
    const line = profile.location.find((each) => each.id === id)?.line[0];
    const found = profile.function.find((each) => each.id === line?.functionId);
    return profile.stringTable.strings[Number(found?.name ?? 0)] ?? "";
  };
  const sums = new Map<string, number>();
  for (const { locationId, value } of profile.sample) {
    const leaf = name(locationId[0] ?? 0);
    sums.set(leaf, (sums.get(leaf) ?? 0) + Number(value.at(-1)));
  }
  return sums;
}

test("a CPU profile names what was at work, and how long", async () => {
  const { status, headers } = await get("/profile?seconds=1");
  expect(status).toBe(200);
  expect(headers.get("content-disposition")).toBe('attachment; filename="aether-cpu.pb.gz"');
  // Of a second about four fifths; a busy machine gives less, and at times nothing at all.
  const workedNs = async () => leaves((await get("/profile?seconds=1")).bytes).get("workForAWhile");
  await expect.poll(workedNs).toBeGreaterThan(50e6);
});

test("heap: what is kept; allocs: all; both in V8's own form as well", async () => {
  for (const path of ["/heap", "/allocs"]) {
    const bytes = async () =>
      leaves((await get(`${path}?seconds=1`)).bytes).get("workForAWhile") ?? 0;
    await expect.poll(bytes).toBeGreaterThan(100_000);
  }
  const { headers, text } = await get("/heap?seconds=1&format=heapprofile");
  expect(headers.get("content-type")).toBe("application/json");
  expect(JSON.parse(text)).toMatchObject({ head: { callFrame: { functionName: "(root)" } } });
  const cpu = JSON.parse((await get("/profile?seconds=1&format=cpuprofile")).text) as object;
  expect(Object.keys(cpu)).toEqual(["nodes", "startTime", "endTime", "samples", "timeDeltas"]);
});

/** Asks for a profile of a minute. @returns when it is under way, whichever request came first */
async function longProfile(): Promise<{ leave: () => void; ended: Promise<unknown> }> {
  for (;;) {
    const gone = new AbortController();
    const asked = fetch(`${root}/profile?seconds=60`, { signal: gone.signal });
    const answer = { status: 0 };
    const ended = asked.then(
      ({ status }) => (answer.status = status),
      (error: unknown) => error,
    );
    while (answer.status === 0) {
      const { status } = await get("/heap?seconds=1");
      if (status === 429) return { leave: () => gone.abort(), ended };
    }
  }
}

test("one at a time: the second is told when to come again", async () => {
  const { ended, leave } = await longProfile();
  const refused = await get("/profile?seconds=1");
  expect(refused.status).toBe(429);
  const wait = Number(refused.headers.get("retry-after"));
  expect(wait).toBeGreaterThanOrEqual(1);
  expect(wait).toBeLessThanOrEqual(60);
  expect(refused.text).toBe(`Another profile is under way: ask again in ${wait} s.\n`);
  leave();
  await ended;
});

test("whoever goes away ends his profile, and the next one is taken", async () => {
  const { ended, leave } = await longProfile();
  leave();
  expect(await ended).toMatchObject({ name: "AbortError" });
  await expect.poll(() => get("/profile?seconds=1").then((page) => page.status)).toBe(200);
  expect((await get("/heap?seconds=1")).status).toBe(200);
});

test("what is wrong with a request is said", async () => {
  for (const [path, words] of [
    ["/profile?seconds=99", "from 1 to 60"],
    ["/heap?format=heapsnapshot", "write pprof or heapprofile"],
    ["/goroutine", "?debug=1"],
    ["/goroutine?debug=2", "?debug=1"],
    ["/goroutine?debug=1&x=1", "no parameter"],
  ] as const) {
    const { status, text } = await get(path);
    expect(status, path).toBe(400);
    expect(text, path).toContain(words);
  }
  expect((await get("/")).text).toContain("/debug/pprof/profile");
  expect((await get("/cmdline")).status).toBe(404);
});

test("goroutine: sessions, sockets by state, threads, handles", async () => {
  const { status, headers, text } = await get("/goroutine?debug=1");
  expect({ status, type: headers.get("content-type") }).toEqual({
    ...{ status: 200, type: "text/plain; charset=utf-8" },
  });
  expect(text).toMatch(/^ +7 {2}playing$/m);
  expect(text).toMatch(/^ +0 {2}suspended$/m);
  if (process.platform !== "linux") return;
  const { port } = new URL(root);
  expect(text).toMatch(new RegExp(`^ +1 {2}port ${port} {2}LISTEN$`, "m"));
  expect(text).toMatch(new RegExp(`^ +[1-9]\\d* {2}port ${port} {2}ESTABLISHED$`, "m"));
  expect(text).toMatch(/^ +[1-9]\d* {2}outgoing {2}ESTABLISHED$/m);
  expect(text).toMatch(/^ +\d+\.\d\d {2}.*, which ticks \(thread \d+\)$/m);
  expect(text).toMatch(/^ +\d+ {2}file descriptors, of \d+$/m);
});

test("a stop does not wait for a profile", async () => {
  const { ended } = await longProfile();
  await admin?.close();
  expect(await ended).toBeInstanceOf(Error);
});
