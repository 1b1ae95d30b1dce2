// What the log says of a server that has too much to do: ticks that it gave up, updates that it
// thins. A line a second of each at most, with what came together since the last; that updates are
// whole again is always said.
import type { Log } from "./log.ts";

const BETWEEN_MS = 1000;

export class LoadLog {
  readonly #log: Log;
  #ticks = 0;
  #skipSaidMs = -Infinity;
  #levelSaidMs = -Infinity;
  #changes = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param nowMs monotonic */
  skipped(ticks: number, nowMs: number): void {
    this.#ticks += ticks;
    if (nowMs - this.#skipSaidMs < BETWEEN_MS) return;
    this.#log.warn({ ticks: this.#ticks }, "Ticks came too late and were given up");
    this.#skipSaidMs = nowMs;
    this.#ticks = 0;
  }

  /** @param level 0 = updates are whole again */
  thinned(level: number, tickMs: number, nowMs: number): void {
    this.#changes++;
    if (level > 0 && nowMs - this.#levelSaidMs < BETWEEN_MS) return;
    const fields = { level, tickMs: Math.round(tickMs * 10) / 10, changes: this.#changes };
    if (level > 0) this.#log.warn(fields, "Ticks take too long: updates are thinned");
    else this.#log.info(fields, "Updates are whole again");
    this.#levelSaidMs = nowMs;
    this.#changes = 0;
  }
}
