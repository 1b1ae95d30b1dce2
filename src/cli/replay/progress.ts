// One line that shows how far it is, where somebody watches.
const EVERY_MS = 200;

/** Nothing where standard error is no terminal. */
export function progressOf(): { show(tick: number, ticks: number): void; clear(): void } {
  const began = performance.now();
  let last = 0;
  return {
    show(tick, ticks) {
      const now = performance.now();
      if (!process.stderr.isTTY || now - last < EVERY_MS) return;
      last = now;
      const rate = Math.round((ticks / (now - began)) * 1000);
      process.stderr.write(`\rtick ${tick}, ${rate} ticks a second\x1b[K`);
    },
    clear() {
      if (last > 0) process.stderr.write("\r\x1b[K");
    },
  };
}
