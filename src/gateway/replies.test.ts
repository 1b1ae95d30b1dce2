import { expect, test } from "vitest";
import { ERRORS } from "../protocol/codes.ts";
import { Counters } from "./counters.ts";
import { Outlet } from "./outlet.ts";
import { Pacing } from "./pacing.ts";
import { Replies } from "./replies.ts";
import { Sessions } from "./session.ts";
import { SEND_OK } from "./transport.ts";
import type { Transport } from "./transport.ts";

const WINDOW = { windowTicks: 4, windowBytes: 4096, tickBytes: 640, pongReach: 4, now: () => 0 };

/** Replies over a transport that only counts. */
function replyTo(slots: number) {
  const told = { sent: 0 };
  const transport = { send: () => (told.sent++, SEND_OK) } as Partial<Transport> as Transport;
  const counters = new Counters();
  const sessions = new Sessions(slots, "s");
  const pacing = new Pacing(slots, WINDOW);
  const outlet = new Outlet(transport, sessions, pacing, counters);
  const replies = new Replies({ transport, outlet, sessions, pacing, counters });
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
