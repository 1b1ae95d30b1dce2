// What the tick takes from JavaScript's heap: the step nothing, the rest of it a little per client.
// And what a client takes of its page's: nothing for what it hears and draws.
// Each is measured in a process of its own, after a warm-up: code that is not compiled yet boxes
// every fraction, and compilers allocate.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ENGINES } from "../src/kernel/kernel.ts";
import { EXACT_HEAP, medianOf } from "./allocation/allocated.ts";
import type { ClientBytes } from "./allocation/client.ts";
import type { MailBytes } from "./allocation/mail.ts";
import type { RecordBytes } from "./allocation/record.ts";
import type { StepBytes } from "./allocation/step.ts";
import type { TickBytes } from "./allocation/tick.ts";

const STEP = new URL("./allocation/step.ts", import.meta.url);
const RECORD = new URL("./allocation/record.ts", import.meta.url);
const TICK = new URL("./allocation/tick.ts", import.meta.url);
const MAIL = new URL("./allocation/mail.ts", import.meta.url);
const CLIENT = new URL("./allocation/client.ts", import.meta.url);

/**
 * Bytes a client and tick: 96 for the view of its frame that uWebSockets.js is handed (a
 * Uint8Array on the kernel's memory), its share of some 500 a tick for times that are fractions,
 * which makes 106; and three tenths on top, since what an object weighs is the JavaScript engine's.
 */
const CLIENT_BYTES_MAX = 138;
/** The least that the planted array weighs: its header and its one element. */
const PLANTED_BYTES_MIN = 40;

function printed(program: URL, ...argv: string[]): unknown {
  const args = [...EXACT_HEAP, fileURLToPath(program), ...argv];
  return JSON.parse(execFileSync(process.execPath, args).toString());
}

test.each(ENGINES)("a journaled step of the %s engine allocates nothing", (engine) => {
  const { bytes, planted, ticks, updates, journaled } = printed(STEP, engine) as StepBytes;
  expect(journaled, "ticks in the journal").toBe(bytes.length * ticks);
  expect(updates, "updates a tick").toBeGreaterThan(2000);
  expect(planted / ticks, "planted").toBeGreaterThan(PLANTED_BYTES_MIN);
  expect(medianOf(bytes), `bytes in windows of ${ticks} ticks: ${bytes.join()}`).toBe(0);
});

test("what a tick writes down for the metrics allocates nothing", () => {
  const { bytes, planted, ticks, shown } = printed(RECORD) as RecordBytes;
  expect(shown, "ticks in the histogram").toBeGreaterThan(20_000);
  expect(planted / ticks, "planted").toBeGreaterThan(PLANTED_BYTES_MIN);
  expect(medianOf(bytes), `bytes in windows of ${ticks} ticks: ${bytes.join()}`).toBe(0);
});

test("H89 a tick allocates one view a client, and little else", () => {
  const { bytes, clients, messages, faults } = printed(TICK) as TickBytes;
  expect(faults).toBe(0);
  expect(clients).toBe(50);
  expect(messages, "messages a tick").toBeGreaterThanOrEqual(50);
  const each = medianOf(bytes) / clients;
  expect(each, "bytes a client").toBeGreaterThan(0);
  expect(each, "bytes a client").toBeLessThanOrEqual(CLIENT_BYTES_MAX);
});

test("a message to a thousand clients allocates nothing for each", () => {
  const { bytes, clients, planted, put } = printed(MAIL) as MailBytes;
  expect(put, "messages put into boxes, a tick").toBeGreaterThan(1.2 * clients);
  expect(planted / clients, "planted").toBeGreaterThan(PLANTED_BYTES_MIN / 2);
  // Three sends have a view each of the bytes that they hand over.
  expect(medianOf(bytes) / clients, `bytes of ticks: ${bytes.join()}`).toBeLessThan(2);
});

test("a client hears and draws a crowd without garbage", () => {
  const { heard, drawn, planted, ticks, events, faults } = printed(CLIENT) as ClientBytes;
  expect(faults).toBe(0);
  expect(events / ticks, "events a tick").toBeGreaterThan(60);
  expect(planted / ticks, "planted").toBeGreaterThan(PLANTED_BYTES_MIN);
  expect(medianOf(drawn), `bytes drawn in windows of ${ticks}: ${drawn.join()}`).toBe(0);
  // Every five seconds its clock writes down fractions: a few of them in a whole window.
  expect(medianOf(heard), `bytes heard in windows of ${ticks}: ${heard.join()}`).toBeLessThan(
    ticks,
  );
});
