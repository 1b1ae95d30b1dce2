// When a client acknowledges in a message of its own what it was sent: once so many ticks or bytes
// have come since the last message that did.

/** A quarter of the server's usual window of 40 ticks and 16,384 bytes. */
const ACK_TICKS = 10;
export const ACK_BYTES = 4096;

/**
 * A quarter of the window where that is smaller: it would close before the tenth tick.
 * @param windowTicks as in Welcome, 0 = not said
 */
export function ackTicksOf(windowTicks: number): number {
  if (windowTicks === 0) return ACK_TICKS;
  return Math.max(1, Math.min(ACK_TICKS, windowTicks >> 2));
}
