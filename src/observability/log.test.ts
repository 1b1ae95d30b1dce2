import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, expect, test } from "vitest";

import { LineWriter } from "./lines.ts";
import { createLog, SECRET_FIELDS } from "./log.ts";
import type { LogSink } from "./log.ts";
import { REPEATS_PER_SECOND } from "./repeats.ts";
import { LINES_PER_SECOND, LINES_PER_SECOND_IN_ALL, SessionLog } from "./sessions.ts";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Runs `write` with a log, and returns its lines as objects. */
async function logged(level: string, write: (sink: LogSink) => void): Promise<LogLine[]> {
  const folder = mkdtempSync(join(tmpdir(), "aether-log-"));
  folders.push(folder);
  const path = join(folder, "log");
  const fd = openSync(path, "w");
  const sink = createLog({ level, fd });
  write(sink);
  await sink.flush();
  closeSync(fd);
  const text = readFileSync(path, "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LogLine);
}

type LogLine = Readonly<Record<string, unknown>>;

test("a line is one JSON object with time, level, fields and message", async () => {
  const [line] = await logged("info", ({ log }) => {
    log.child({ session: "a1" }).info({ port: 8080 }, "Aether listens");
    log.debug({}, "too fine for this level");
  });
  expect(line).toMatchObject({
    level: "info",
    session: "a1",
    port: 8080,
    message: "Aether listens",
  });
  expect(new Date(String(line?.["time"])).getTime()).toBeGreaterThan(0);
});

test("an error keeps its stack for us", async () => {
  const [line] = await logged("info", ({ log }) => {
    log.error({ error: new RangeError("too far") }, "A fault was caught");
  });
  expect(line?.["error"]).toMatchObject({ type: "RangeError", message: "too far" });
});

test("H45 what strangers send cannot make a second line or reach the terminal", async () => {
  const nasty = 'a\n{"level":"fatal"}\r\u001b[2J\u0000"\\';
  const lines = await logged("info", ({ log }) => {
    log.info({ client: nasty, [nasty]: 1 }, nasty);
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ client: nasty, message: nasty });
});

test("H43 secrets are cut out by name, at the top and one level below", async () => {
  const [line] = await logged("info", ({ log }) => {
    const secrets = Object.fromEntries(SECRET_FIELDS.map((name) => [name, "s3cret"]));
    log.info({ ...secrets, hello: secrets }, "Hello");
  });
  expect(JSON.stringify(line)).not.toContain("s3cret");
  expect(line?.["resumeToken"]).toBe("[redacted]");
});

test("H45 a warning that repeats itself is counted, whoever says it", async () => {
  let now = 0;
  const folder = mkdtempSync(join(tmpdir(), "aether-log-"));
  folders.push(folder);
  const fd = openSync(join(folder, "log"), "w");
  const sink = createLog({ level: "info", fd, now: () => now });
  const child = sink.log.child({ stream: "s" });
  for (let i = 0; i < 500; i++) child.warn({ i }, "The sink refused an event");
  for (let i = 0; i < 20; i++) sink.log.info({ i }, "Event");
  now = 1000;
  sink.log.info({}, "Later");
  for (let i = 0; i < 12; i++) sink.log.error({ i }, "An event was given up");
  await sink.flush();
  closeSync(fd);
  const text = readFileSync(join(folder, "log"), "utf8").trimEnd();
  const lines = text.split("\n").map((line) => JSON.parse(line) as LogLine);
  const of = (message: string): LogLine[] => lines.filter((line) => line["message"] === message);
  expect(of("The sink refused an event")).toHaveLength(REPEATS_PER_SECOND + 1);
  expect(of("The sink refused an event").at(-1)).toMatchObject({
    level: "warn",
    repeated: 500 - REPEATS_PER_SECOND,
  });
  expect(of("Event")).toHaveLength(20);
  expect(of("An event was given up").at(-1)).toMatchObject({ level: "error", repeated: 2 });
  expect(sink.suppressed).toBe(500 - REPEATS_PER_SECOND + 2);
});

test("words instead of JSON where they are asked for, without secrets all the same", async () => {
  const folder = mkdtempSync(join(tmpdir(), "aether-log-"));
  folders.push(folder);
  const fd = openSync(join(folder, "log"), "w");
  const sink = createLog({ level: "info", fd, words: { isColoured: false } });
  sink.log.child({ session: "a1" }).info({ token: "s3cret", port: 1 }, "A client joined");
  await sink.flush();
  closeSync(fd);
  const text = readFileSync(join(folder, "log"), "utf8");
  expect(text).toMatch(
    /^[\d:.]{12} INFO {2}A client joined session=a1 token="\[redacted\]" port=1\n$/,
  );
});

test("H91 the last words of a dying process are out before it exits", () => {
  const program = `
    import { createLog } from ${JSON.stringify(new URL("./log.ts", import.meta.url).href)};
    const sink = createLog({ level: "info", fd: 1 });
    for (let i = 0; i < 2000; i++) sink.log.info({ i }, "before");
    sink.log.fatal({ error: new Error("boom") }, "last words");
    await sink.flush();
    process.exit(70);`;
  const done = spawnSync(process.execPath, ["--input-type=module", "-e", program]);
  const lines = done.stdout.toString().trimEnd().split("\n");
  expect(done.status).toBe(70);
  expect(lines.at(-1)).toContain("last words");
  expect(lines.length).toBeGreaterThanOrEqual(2001);
});

test("H45 a log that nobody reads stops growing, and the process can still end", () => {
  const program = `
    import { LineWriter } from ${JSON.stringify(new URL("./lines.ts", import.meta.url).href)};
    const lines = new LineWriter(1);
    for (let i = 0; i < 6000; i++) lines.write("x".repeat(1023) + "\\n");
    await lines.flush();
    console.error(String(lines.dropped));
    process.exit(0);`;
  // A pipe that stays open for as long as the shell has it, and that nobody reads.
  const shell =
    'mkfifo "$2" && exec 3<>"$2" && "$0" --input-type=module -e "$1" >&3; echo "exit $?" >&2';
  const folder = mkdtempSync(join(tmpdir(), "aether-log-"));
  folders.push(folder);
  const argv = ["-c", shell, process.execPath, program, join(folder, "pipe")];
  const done = spawnSync("bash", argv);
  expect(done.stderr.toString()).toBe(`${6000 - 4096}\nexit 0\n`);
});

test("a log whose reader is gone loses lines, and nothing else happens", async () => {
  const fd = openSync("/dev/full", "w");
  const lines = new LineWriter(fd);
  lines.write("one\n");
  lines.write("two\n");
  await lines.flush();
  lines.write("three\n");
  await lines.flush();
  closeSync(fd);
  expect(lines.dropped).toBe(3);
});

test("a session's lines carry its name, and name the close code", async () => {
  const lines = await logged("info", ({ log }) => {
    const sessions = new SessionLog(log, () => 0);
    sessions.opened("s1", "10.0.0.1", "bot", "");
    sessions.spawned("s1", 65_537);
    sessions.closed("s1", 4008, "flood");
    sessions.closed("never-opened", 1006, "");
  });
  expect(lines.map((line) => line["session"])).toEqual(["s1", "s1", "s1"]);
  expect(lines[2]).toMatchObject({ code: 4008, close: "FLOOD", reason: "flood" });
});

test("a fault names the session on whose behalf it was met, where it was anybody's", async () => {
  const lines = await logged("info", ({ log }) => {
    const sessions = new SessionLog(log, () => 0);
    sessions.fault("message", new Error("of one"), "s1");
    sessions.fault("admin server", new Error("of nobody"));
    expect(sessions.faults).toBe(2);
  });
  expect(lines[0]).toMatchObject({ where: "message", session: "s1" });
  expect(lines[1]).not.toHaveProperty("session");
});

test("H45 a peer that reconnects in a loop gets few lines, and the rest is counted", async () => {
  let now = 0;
  const lines = await logged("info", ({ log }) => {
    const sessions = new SessionLog(log, () => now);
    const visit = (address: string, i: number) => {
      sessions.opened(`s${i}`, address, "loop", "");
      sessions.closed(`s${i}`, 1000, "");
    };
    for (let i = 0; i < 1000; i++) visit("10.0.0.1", i);
    visit("10.0.0.2", 1000);
    now = 1000;
    visit("10.0.0.1", 1001);
    for (let i = 0; i < 1000; i++) sessions.fault("message", new Error("again"));
  });
  const fromLoop = lines.filter((line) => line["address"] === "10.0.0.1");
  const stories = Math.floor(LINES_PER_SECOND / 3);
  expect(fromLoop).toHaveLength(stories + 1);
  expect(lines.filter((line) => line["address"] === "10.0.0.2")).toMatchObject([
    { suppressed: 1000 - stories },
  ]);
  expect(lines.filter((line) => line["where"] === "message")).toHaveLength(LINES_PER_SECOND);
});

test("H45 strangers of many addresses get so many lines, and silence no fault", async () => {
  let now = 0;
  const lines = await logged("info", ({ log }) => {
    const sessions = new SessionLog(log, () => now);
    for (; now < 5000; now += 100) {
      for (let i = 0; i < 100; i++) {
        const session = `s${now}-${i}`;
        sessions.opened(session, `2001:db8:${i}:${now}::1`, "loop\n{\u001b[2J", "");
        sessions.spawned(session, i);
        sessions.closed(session, 1000, "");
      }
    }
    sessions.fault("message", new Error("of our own"));
  });
  const faults = lines.filter((line) => line["where"] === "message");
  expect(faults).toHaveLength(1);
  expect(lines.length - 1).toBeGreaterThan(5 * (LINES_PER_SECOND_IN_ALL - 3));
  expect(lines.length - 1).toBeLessThanOrEqual(5 * LINES_PER_SECOND_IN_ALL);
});
