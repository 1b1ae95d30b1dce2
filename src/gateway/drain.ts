// The end in good order: nobody new, everybody told to come back later and not all at once, those
// with full buffers given a while to read, then the sockets closed.
import { CLOSES } from "../protocol/codes.ts";
import type { Parts } from "./parts.ts";

/** Clients are asked to return within this span, ms. */
const RETRY_MIN_MS = 500;
const RETRY_SPREAD_MS = 2000;
/** How often buffers are looked at. */
const STEP_MS = 25;
/** For close frames on their way, before the sockets are cut, where nobody says what is open. */
const GRACE_MS = 100;

/** @returns how many sessions were told */
export async function drainSessions(parts: Parts): Promise<number> {
  const { admission, deps, options, replies, sessions } = parts;
  const { transport } = deps;
  admission.drain();
  transport.stopListening();
  const told = sessions.count;
  for (let i = told - 1; i >= 0; i--) {
    const retryAfterMs = RETRY_MIN_MS + Math.floor(deps.random() * RETRY_SPREAD_MS);
    replies.goodbye(sessions.at(i), CLOSES.RESTART, retryAfterMs);
  }
  const until = deps.now() + options.drainMs;
  const before = transport.connections();
  endDrained(parts, false);
  while (sessions.count > 0 && deps.now() < until) {
    await deps.sleep(STEP_MS);
    endDrained(parts, false);
  }
  endDrained(parts, true);
  // A socket that is cut while it still has bytes to read takes the close frame along with it: the
  // client would see 1006. So each client is given time to close its end.
  await deps.sleep(Math.min(GRACE_MS, options.drainMs));
  while (transport.connections() > before - told && deps.now() < until) {
    await deps.sleep(STEP_MS);
  }
  transport.shutdown();
  return told;
}

/** Ends the sessions whose bytes have all left user space, or (`force`) all of them. */
function endDrained(parts: Parts, force: boolean): void {
  const { transport } = parts.deps;
  const { sessions } = parts;
  for (let i = sessions.count - 1; i >= 0; i--) {
    const slot = sessions.at(i);
    if (force || transport.bufferedBytes(slot) === 0)
      transport.end(slot, CLOSES.RESTART.code, CLOSES.RESTART.sentence);
  }
}
