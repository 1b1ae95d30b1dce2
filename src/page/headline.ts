// The line at the top: how the world is, in few numbers.
import type { Scene } from "../feed/scene.ts";
import { find, say } from "./elements.ts";

/** Ticks of which the slowest are told: ten seconds at 40 a second. */
const TICKS = 400;
/** Over how many frames the rate of ticks is taken: three seconds. */
const FRAMES = 30;

interface Moment {
  readonly tick: number;
  /** Ticks that were given up so far. */
  readonly skipped: number;
  readonly atMs: number;
}

export class Headline {
  readonly #entities = find("fact-entities", HTMLElement);
  readonly #clients = find("fact-clients", HTMLElement);
  readonly #rate = find("fact-rate", HTMLElement);
  readonly #tick = find("fact-tick", HTMLElement);
  readonly #index = find("fact-index", HTMLElement);
  readonly #number = find("fact-number", HTMLElement);
  readonly #hash = find("fact-hash", HTMLElement);
  #totals: number[] = [];
  #frames: Moment[] = [];

  clear(): void {
    this.#totals = [];
    this.#frames = [];
  }

  show(scene: Scene, phases: number, nowMs: number): void {
    for (let i = 0; i < scene.ticks.length; i += phases) {
      this.#totals.push(scene.ticks.subarray(i, i + phases).reduce((sum, ms) => sum + ms, 0));
    }
    this.#totals = this.#totals.slice(-TICKS);
    const { live, rows, skipped, tick } = scene;
    this.#frames = [...this.#frames, { tick, skipped, atMs: nowMs }].slice(-FRAMES);
    const shown = rows.length < live ? ` (${rows.length.toLocaleString("en")} shown)` : "";
    say(this.#entities, `${live.toLocaleString("en")}${shown}`);
    const joining = scene.joining > 0 ? `, ${scene.joining} wait` : "";
    say(this.#clients, `${scene.connections.toLocaleString("en")}${joining}`);
    this.#showRate(scene.thinning);
    const sorted = [...this.#totals].sort((a, b) => a - b);
    const slow = sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)];
    say(this.#tick, slow === undefined ? "–" : `${slow.toFixed(2)} ms`);
    const leaves = scene.cells.length / 4;
    say(this.#index, scene.isBrute ? "all pairs" : `quadtree, ${leaves} leaves`);
    say(this.#number, scene.tick.toLocaleString("en"));
    say(this.#hash, hex(scene.hashHigh) + hex(scene.hashLow));
  }

  /** And what an overloaded server does about it: gives up ticks, says less of who is far away. */
  #showRate(thinning: number): void {
    const [first, last] = [this.#frames[0], this.#frames.at(-1)];
    if (first === undefined || last === undefined) return;
    const ms = last.atMs - first.atMs;
    const rate = ms < 500 ? "–" : (((last.tick - first.tick) * 1000) / ms).toFixed(1);
    const skipped = last.skipped - first.skipped;
    const given = skipped > 0 ? `, ${skipped} given up` : "";
    say(this.#rate, `${rate}${given}${thinning > 0 ? ", thinned" : ""}`);
    this.#rate.classList.toggle("bad", skipped > 0 || thinning > 0);
  }
}

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}
