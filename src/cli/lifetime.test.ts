import { expect, test } from "vitest";

import type { Log } from "../observability/log.ts";
import { live } from "./lifetime.ts";
import type { Work } from "./lifetime.ts";

/** Resolves after everything that is ready to run has run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

interface Handle {
  resolve: () => void;
  reject: (error: unknown) => void;
}

function setUp(stopLimitMs = 60_000) {
  const seen = { said: [] as string[], logged: [] as string[], flushed: 0, code: -1 };
  const step = (name: "start" | "stop"): [() => Promise<void>, Handle] => {
    const handle: Handle = { resolve: () => undefined, reject: () => undefined };
    return [
      () => {
        seen.logged.push(`called ${name}`);
        return new Promise<void>((resolve, reject) => Object.assign(handle, { resolve, reject }));
      },
      handle,
    ];
  };
  const [startWork, start] = step("start");
  const [stopWork, stop] = step("stop");
  const work: Work = { start: startWork, stop: stopWork };
  const write = (level: string) => (_: object, message: string) => {
    seen.logged.push(`${level} ${message}`);
  };
  const log: Log = {
    trace: write("trace"),
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    fatal: write("fatal"),
    child: () => log,
  };
  const host = { now: 0, signal: (_: string) => {}, fault: (_: unknown) => {} };
  void live({
    name: "Aether",
    host: {
      onSignal: (listener) => (host.signal = listener),
      onFault: (listener) => (host.fault = listener),
      now: () => host.now,
    },
    sink: {
      log,
      dropped: 0,
      suppressed: 0,
      flush: () => {
        seen.flushed++;
        return Promise.resolve();
      },
    },
    work,
    stopLimitMs,
    say: (sentence) => seen.said.push(sentence),
  }).then((code) => (seen.code = code));
  return { host, start, stop, seen };
}

test("H82 a signal drains, flushes and ends with 0", async () => {
  const { host, start, stop, seen } = setUp();
  start.resolve();
  await settled();
  expect(seen.logged).toEqual(["called start"]);
  host.signal("SIGTERM");
  await settled();
  expect(seen.logged).toContain("called stop");
  expect(seen.code).toBe(-1);
  stop.resolve();
  await settled();
  expect(seen).toMatchObject({ code: 0, flushed: 1 });
});

test("H82 a signal during the start waits for the start, then drains", async () => {
  const { host, start, stop, seen } = setUp();
  host.signal("SIGINT");
  await settled();
  expect(seen.logged).toEqual(["called start"]);
  start.resolve();
  await settled();
  stop.resolve();
  await settled();
  expect(seen.code).toBe(0);
});

test("H82 the same signal twice within half a second is one wish: npm passes it on", async () => {
  const { host, start, seen } = setUp();
  start.resolve();
  host.signal("SIGINT");
  host.now = 500;
  host.signal("SIGINT");
  await settled();
  expect(seen.code).toBe(-1);
});

test("H82 a second signal means now", async () => {
  const { host, start, seen } = setUp();
  start.resolve();
  host.signal("SIGTERM");
  host.now = 501;
  host.signal("SIGTERM");
  await settled();
  expect(seen).toMatchObject({ code: 0, flushed: 1 });
});

test("H82 a start that waits for its store is given up after a second", async () => {
  const { host, seen } = setUp();
  host.signal("SIGTERM");
  await expect.poll(() => seen.code).toBe(0);
  expect(seen.logged).toEqual(["called start", "info Stopped before it had started"]);
});

test("H82 a second signal ends a start that hangs", async () => {
  const { host, seen } = setUp();
  host.signal("SIGTERM");
  host.now = 1000;
  host.signal("SIGTERM");
  await settled();
  expect(seen.code).toBe(0);
});

test("H91 an uncaught exception or unhandled rejection ends with 70, at any time", async () => {
  const starting = setUp();
  starting.host.fault(new Error("boom"));
  await settled();
  expect(starting.seen).toMatchObject({ code: 70, flushed: 1 });

  const running = setUp();
  running.start.resolve();
  await settled();
  running.host.fault("not even an Error");
  await settled();
  expect(running.seen.code).toBe(70);
  expect(running.seen.logged.at(-1)).toBe("fatal A fault of our own; the process ends");
});

test("H51 a start refused in words is said without a stack, and ends with 78", async () => {
  const { start, seen } = setUp();
  start.reject(new Error("the port is taken: choose another."));
  await settled();
  expect(seen).toMatchObject({
    code: 78,
    said: ["Aether does not start: the port is taken: choose another."],
    logged: ["called start"],
  });
});

test("a bug at the start is logged as one, and ends with 70", async () => {
  const { start, seen } = setUp();
  start.reject(new TypeError("x is not a function"));
  await settled();
  expect(seen).toMatchObject({ code: 70, said: [] });
});

test("a drain that fails, or never ends, ends with 70", async () => {
  const failing = setUp();
  failing.start.resolve();
  failing.host.signal("SIGTERM");
  await settled();
  failing.stop.reject(new Error("no"));
  await settled();
  expect(failing.seen.code).toBe(70);

  const hanging = setUp(1);
  hanging.start.resolve();
  hanging.host.signal("SIGTERM");
  await expect.poll(() => hanging.seen.code).toBe(70);
});
