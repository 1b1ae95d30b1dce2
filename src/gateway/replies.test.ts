import { expect, test } from "vitest";
import { ERRORS } from "../protocol/codes.ts";
import { Counters } from "./counters.ts";
import { Outlet } from "./outlet.ts";
import { FrameBudget } from "./frame-budget.ts";
import { Pacing } from "./pacing.ts";
import { Rates } from "./rates.ts";
import { Replies } from "./replies.ts";
import { Sessions } from "./session.ts";
import { SEND_OK } from "./transport.ts";
import type { Transport } from "./transport.ts";

const WINDOW = { windowTicks: 4, windowBytes: 4096, tickBytes: 640, pongReach: 4, now: () => 0 };

const RATES = { messagesPerSecond: 200, bytesPerSecond: 32768, maxStrikes: 10 };

/** Replies over a transport that only counts. */
function replyTo(slots: number, errorsPerSecond = 1000) {
  const told = { sent: 0 };
  const transport = { send: () => (told.sent++, SEND_OK) } as Partial<Transport> as Transport;
  const counters = new Counters();
  const sessions = new Sessions(slots, "s");
  const pacing = new Pacing(slots, WINDOW);
  const outlet = new Outlet(transport, sessions, pacing, counters);
  const budget = new FrameBudget(64, 25, () => 0);
  const rates = new Rates(slots, { ...RATES, errorsPerSecond }, budget);
  for (let slot = 0; slot < slots; slot++) rates.open(slot);
  const replies = new Replies({ transport, outlet, sessions, pacing, rates, counters });
  return { counters, pacing, replies, told };
}

test("whether a refusal is told is known before its words are made; counted it is always", () => {
  const { counters, pacing, replies, told } = replyTo(2);
  const taken = Array.from({ length: 64 }, () => replies.takes(0, ERRORS.NOT_OWNER));
  expect(taken.filter(Boolean).length).toBe(8);
  expect(taken.indexOf(false)).toBe(8);
  expect(told.sent).toBe(0);
  expect(counters.errors[ERRORS.NOT_OWNER.code]).toBe(64);
  expect(counters.repliesDropped).toBe(56);
  pacing.close(1, 0);
  expect(replies.takes(1, ERRORS.BAD_SEQUENCE)).toBe(false);
  replies.tell(0, ERRORS.NOT_OWNER, "It is 5; this session's is 6.", 3);
  expect(told.sent).toBe(1);
});

test("errors over their rate are told once, as RATE_LIMITED; UNAVAILABLE does not count", () => {
  const { counters, replies } = replyTo(1, 2);
  for (let i = 0; i < 3; i++) replies.error(0, ERRORS.UNAVAILABLE, "");
  const taken = Array.from({ length: 9 }, () => replies.takes(0, ERRORS.NOT_OWNER));
  // two a second, two seconds' worth at once, and the one that is ahead of them
  expect(taken).toEqual([true, true, true, true, true, false, false, false, false]);
  expect(counters.overErrors).toBe(4);
  expect(counters.errors[ERRORS.RATE_LIMITED.code]).toBe(1);
});
