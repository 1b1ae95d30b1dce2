// Threads that load before they are needed: real ones, of a module that answers what it is told.
import { setImmediate as turn } from "node:timers/promises";
import type { Worker } from "node:worker_threads";

import { expect, onTestFinished, test } from "vitest";

import { PreparedThread } from "./prepared.ts";

const ECHO = `import { parentPort } from "node:worker_threads";
  parentPort.on("message", (message) => parentPort.postMessage(message));`;
const entry = new URL(`data:text/javascript,${encodeURIComponent(ECHO)}`);

/** Threads that this process starts during a test; each is in the list a turn later. */
function started(): Worker[] {
  const workers: Worker[] = [];
  const note = (worker: Worker): number => workers.push(worker);
  process.on("worker", note);
  onTestFinished(async () => {
    process.off("worker", note);
    await Promise.all(workers.map((worker) => worker.terminate()));
  });
  return workers;
}

function answerOf(worker: Worker): Promise<unknown> {
  return new Promise((resolve) => worker.once("message", resolve));
}

test("the one that waits is taken first, then new ones; each is told its order", async () => {
  const workers = started();
  const thread = new PreparedThread(entry);
  thread.prepare();
  thread.prepare();
  await turn();
  expect(workers).toHaveLength(1);
  const first = thread.take("one");
  const second = thread.take("two");
  expect(await Promise.all([first, second].map(answerOf))).toEqual(["one", "two"]);
  expect(workers.map(({ threadId }) => threadId)).toEqual([first.threadId, second.threadId]);
});

test("one that ended while it waited is not taken", async () => {
  const workers = started();
  const thread = new PreparedThread(entry);
  thread.prepare();
  await turn();
  await workers[0]?.terminate();
  expect(await answerOf(thread.take("one"))).toBe("one");
  expect(workers).toHaveLength(2);
});

test("one that is not needed ends", async () => {
  const workers = started();
  const thread = new PreparedThread(entry);
  thread.prepare();
  await turn();
  const ended = new Promise((resolve) => workers[0]?.once("exit", resolve));
  thread.discard();
  await ended;
  expect(await answerOf(thread.take("one"))).toBe("one");
  expect(workers).toHaveLength(2);
});
