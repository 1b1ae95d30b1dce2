// The admin address as a thread: a real one, with a real board.
import { execFileSync } from "node:child_process";
import type { Worker } from "node:worker_threads";

import { afterEach, expect, test } from "vitest";

import type { PageDoor } from "../feed/door.ts";
import { frameMemory } from "../feed/frame-board.ts";
import { createAdmin } from "./admin.ts";
import type { Admin } from "./admin.ts";
import { Board } from "./board.ts";
import { CELLS, MESSAGES, PROCESS, TICK } from "./catalogue.ts";

const INFO = { version: "1.2.3", node: "22", kernel: "wasm", protocol: "1" };
const faults: unknown[] = [];
const open: Admin[] = [];

const NO_FRAMES = frameMemory(1, 1, { minX: 0, minY: 0, maxX: 1, maxY: 1 });

function noPage(): never {
  throw new Error("no page comes");
}
const DOOR: PageDoor = {
  ...{ came: noPage, said: noPage, gone: noPage },
  lost: () => undefined,
};

function setUp(board: Board, port = 0, token = ""): Admin {
  const admin = createAdmin({
    ...{ host: "127.0.0.1", port, token: () => token, board: board.shared, info: INFO },
    ...{
      pageFiles: new Map(),
      frames: NO_FRAMES,
      door: () => DOOR,
      play: () => ({ port: 1, hasPage: false }),
    },
    onFault: (error) => void faults.push(error),
  });
  open.push(admin);
  return admin;
}

afterEach(async () => {
  for (const admin of open.splice(0)) await admin.close();
  faults.length = 0;
});

async function scrape(port: number, token = ""): Promise<Map<string, number>> {
  const headers = token === "" ? {} : { Authorization: `Bearer ${token}` };
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers });
  const lines = (await answer.text()).split("\n").filter((line) => /^[a-z]/.test(line));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

test("shows what was published last, and nothing of a tick under way", async () => {
  const board = new Board(CELLS);
  const port = await setUp(board).listen();
  board.cells[MESSAGES.sent.at] = 7;
  expect((await scrape(port)).get("aether_messages_sent_total")).toBe(0);
  board.publish();
  board.cells[MESSAGES.sent.at] = 8;
  expect((await scrape(port)).get("aether_messages_sent_total")).toBe(7);
  expect(faults).toEqual([]);
});

test("answers while the tick's thread stands still, and says for how long it does", async () => {
  const board = new Board(CELLS);
  const port = await setUp(board).listen();
  const began = performance.now() - 60_000;
  board.cells[TICK.age.at] = began;
  board.publish();
  // This thread stands still until another process has the answer.
  const asking = `
    const answer = await fetch("http://127.0.0.1:${port}/metrics");
    console.log(/^aether_tick_age_seconds (.*)$/m.exec(await answer.text())[1]);`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", asking]);
  const age = Number(said.toString());
  expect(age).toBeGreaterThanOrEqual(60);
  expect(age).toBeLessThanOrEqual((performance.now() - began) / 1000);
});

test("H47 counts who came without the token, its own answers, and what runs", async () => {
  const token = "t".repeat(32);
  const board = new Board(CELLS);
  const port = await setUp(board, 0, token).listen();
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(401);
  expect((await fetch(`http://127.0.0.1:${port}/debug`)).status).toBe(401);
  await scrape(port, token);
  const shown = await scrape(port, token);
  expect(shown.get(PROCESS.adminRefused.name)).toBe(2);
  expect(shown.get(PROCESS.scrapes.name)).toBe(1);
  expect(shown.get(PROCESS.scrapeSeconds.name)).toBeGreaterThan(0);
  const info = 'aether_build_info{version="1.2.3",node="22",kernel="wasm",protocol="1"}';
  expect(shown.get(info)).toBe(1);
});

test("H48 a token that has changed is the one that is asked for", async () => {
  let token = "t".repeat(32);
  const renewed = "u".repeat(32);
  const admin = createAdmin({
    ...{ host: "127.0.0.1", port: 0, token: () => token, board: new Board(CELLS).shared },
    ...{
      pageFiles: new Map(),
      frames: NO_FRAMES,
      door: () => DOOR,
      play: () => ({ port: 1, hasPage: false }),
    },
    ...{ info: INFO, onFault: (error: unknown) => void faults.push(error) },
  });
  open.push(admin);
  const port = await admin.listen();
  const statusWith = async (shown: string) =>
    (await fetch(`http://127.0.0.1:${port}/`, { headers: { Authorization: `Bearer ${shown}` } }))
      .status;
  expect([await statusWith(token), await statusWith(renewed)]).toEqual([404, 401]);
  token = renewed;
  await expect.poll(() => statusWith(renewed)).toBe(404);
  expect(await statusWith("t".repeat(32))).toBe(401);
});

test("a port in use is refused in words", async () => {
  const board = new Board(CELLS);
  const port = await setUp(board).listen();
  await expect(setUp(board, port).listen()).rejects.toThrow(
    `observability.admin_addr is 127.0.0.1 port ${port}, ` +
      "but another program listens there: stop it, or choose another port.",
  );
});

test("a thread that is lost is told and replaced, at the same port", async () => {
  const threads: Worker[] = [];
  const note = (thread: Worker): number => threads.push(thread);
  process.on("worker", note);
  const board = new Board(CELLS);
  const port = await setUp(board).listen();
  await threads[0]?.terminate();
  await expect.poll(() => threads.length).toBe(2);
  process.off("worker", note);
  board.cells[MESSAGES.sent.at] = 9;
  board.publish();
  const sent = async () =>
    (await scrape(port).catch(() => null))?.get("aether_messages_sent_total");
  await expect.poll(sent).toBe(9);
  expect(faults).toEqual([new Error("The admin thread was lost; another is started.")]);
});

test("a thread that cannot start is a fault, and nobody waits for it", async () => {
  const broken = { shared: new SharedArrayBuffer(4) } as Board;
  await expect(setUp(broken).listen()).rejects.toThrow("The admin thread was lost");
  expect(faults).toHaveLength(1);
});

test("nothing answers once it is closed, and closing twice is closing once", async () => {
  const admin = setUp(new Board(CELLS));
  const port = await admin.listen();
  await admin.close();
  await admin.close();
  await expect(scrape(port)).rejects.toThrow("fetch failed");
});
