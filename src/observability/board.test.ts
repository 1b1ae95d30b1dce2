import { Worker } from "node:worker_threads";

import { expect, test } from "vitest";

import { Board, BoardReader } from "./board.ts";

test("readers see what was published, and all of one moment", () => {
  const board = new Board(3);
  const reader = new BoardReader(board.shared);
  const seen = new Float64Array(reader.length);
  board.cells.set([1, 2, 3]);
  reader.read(seen);
  expect([...seen]).toEqual([0, 0, 0]);
  board.publish();
  board.cells.set([4, 5, 6]);
  reader.read(seen);
  expect([...seen]).toEqual([1, 2, 3]);
});

test("a thread that reads without a pause never sees half of a tick", async () => {
  const board = new Board(600);
  // How many moments were seen, by the reader; the writer goes on until they are enough, however
  // seldom a busy machine lets both run at once.
  const count = new Int32Array(new SharedArrayBuffer(4));
  const moments = 200;
  const program = `
    const { parentPort, workerData } = require("node:worker_threads");
    import(workerData.module).then(({ BoardReader }) => {
      const reader = new BoardReader(workerData.shared);
      const seen = new Float64Array(reader.length);
      let torn = 0, last = 0;
      parentPort.postMessage("ready");
      try {
        while (Atomics.load(workerData.count, 0) < workerData.moments) {
          reader.read(seen);
          if (seen[0] !== last) Atomics.add(workerData.count, 0, 1);
          last = seen[0];
          if (seen.some((value) => value !== last)) torn++;
        }
      } finally {
        Atomics.store(workerData.count, 0, workerData.moments); // the writer waits for nothing else
      }
      parentPort.postMessage(torn);
    });`;
  const module = new URL("./board.ts", import.meta.url).href;
  const workerData = { module, shared: board.shared, count, moments };
  const worker = new Worker(program, { eval: true, workerData });
  const torn = new Promise<number>((resolve, reject) => {
    worker.on("error", reject);
    worker.on("message", (message: "ready" | number) => {
      if (message !== "ready") {
        resolve(message);
        return;
      }
      for (let round = 1; Atomics.load(count, 0) < moments; round++) {
        board.cells.fill(round);
        board.publish();
      }
    });
  });
  expect(await torn).toBe(0);
  await worker.terminate();
});

test("a writer that stands still in the middle of a tick holds up no reader", () => {
  const board = new Board(3);
  const reader = new BoardReader(board.shared);
  const seen = new Float64Array(reader.length);
  for (const moment of [1, 2, 3]) {
    board.cells.fill(moment);
    board.publish();
    // The next tick's, as far as it came: a copy that stops behind its first number.
    const half = new Float64Array(board.shared, 8 + ((moment + 1) & 1) * 3 * 8, 3);
    half[0] = moment + 1;
    reader.read(seen);
    expect([...seen]).toEqual([moment, moment, moment]);
  }
});

test("a reader that was overtaken in the middle of a copy reads again", () => {
  const board = new Board(4);
  let moment = 0;
  const publish = (): void => {
    board.cells.fill(++moment);
    board.publish();
  };
  /** A reader that the system stops once, with half of the numbers read. */
  class Stopped extends Float64Array {
    #stops = 1;
    override set(source: Float64Array): void {
      super.set(source.subarray(0, 2));
      for (; this.#stops > 0; this.#stops--) {
        publish();
        publish();
      }
      super.set(source.subarray(2), 2);
    }
  }
  publish();
  const seen = new Stopped(4);
  new BoardReader(board.shared).read(seen);
  expect([...seen]).toEqual([3, 3, 3, 3]);
});
