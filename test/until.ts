// Waiting in tests: for a condition, one turn of the event loop at a time.

/** After this long a wait has failed: long enough for a machine that does much else. */
const PATIENCE_MS = 60_000;

/** One turn of the event loop, with its sockets. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** @throws Error that says what never came */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await pause();
  }
}
