// The last half minute of what the plots show: one point a frame of the feed.
import type { Focus } from "../feed/focus.ts";
import type { FeedHello } from "../feed/hello.ts";
import type { Scene } from "../feed/scene.ts";
import type { Engine } from "../kernel/kernel.ts";

/** Ten a second. */
const POINTS = 300;

/** A point that is not known is a gap. */
export type Line = (number | null)[];

export interface EngineChange {
  readonly atS: number;
  readonly engine: Engine;
}

export class History {
  /** When each frame came, seconds of this page. */
  readonly times: number[] = [];
  /** Of each phase and those before it, mean of the frame's ticks, ms; and the worst tick. */
  readonly phases: Line[] = [];
  readonly worst: Line = [];
  readonly trip50: Line = [];
  readonly trip99: Line = [];
  readonly tripChosen: Line = [];
  /** kB a second. */
  readonly sent: Line = [];
  readonly received: Line = [];
  /** Bytes; of the chosen client. */
  readonly outstanding: Line = [];
  changes: EngineChange[] = [];
  /** What a tick may take before updates are thinned. */
  budgetMs = Infinity;
  #last: Scene | null = null;
  #phaseCount = 0;
  #tickMs = 1;

  begin({ budgetMs, phases, tickMs }: FeedHello): void {
    this.budgetMs = budgetMs;
    this.#phaseCount = phases.length;
    this.#tickMs = tickMs;
    this.#last = null;
    this.changes = [];
    // Lines are emptied and not made anew: the plots know them.
    while (this.phases.length < phases.length) this.phases.push([]);
    for (const line of this.#lines()) line.length = 0;
    this.times.length = 0;
  }

  add(scene: Scene, focus: Focus | null, atS: number): void {
    const last = this.#last;
    // By the world's own clock: frames that were held up come together.
    const seconds = last === null ? 0 : ((scene.tick - last.tick) * this.#tickMs) / 1000;
    this.times.push(atS);
    this.#addTicks(scene.ticks);
    this.trip50.push(orGap(scene.roundTrip50));
    this.trip99.push(orGap(scene.roundTrip99));
    this.tripChosen.push(orGap(focus?.client?.roundTrip ?? 0));
    this.sent.push(rate(last?.sentBytes, scene.sentBytes, seconds));
    this.received.push(rate(last?.receivedBytes, scene.receivedBytes, seconds));
    this.outstanding.push(focus?.client?.outstanding ?? null);
    if (last !== null && last.engine !== scene.engine)
      this.changes.push({ atS, engine: scene.engine });
    this.#last = scene;
    while (this.times.length > POINTS) {
      this.times.shift();
      for (const line of this.#lines()) line.shift();
    }
    const oldest = this.times[0] ?? 0;
    this.changes = this.changes.filter((change) => change.atS >= oldest);
  }

  #lines(): Line[] {
    const { outstanding, phases, received, sent, trip50, trip99, tripChosen, worst } = this;
    return [...phases, worst, trip50, trip99, tripChosen, sent, received, outstanding];
  }

  #addTicks(ticks: Float32Array): void {
    const count = this.#phaseCount;
    const rounds = ticks.length / count;
    let worst = 0;
    for (let t = 0; t < rounds; t++) {
      let total = 0;
      for (let p = 0; p < count; p++) total += ticks[t * count + p]!;
      worst = Math.max(worst, total);
    }
    let sum = 0;
    for (let p = 0; p < count; p++) {
      for (let t = 0; t < rounds; t++) sum += ticks[t * count + p]!;
      this.phases[p]?.push(rounds === 0 ? null : sum / rounds);
    }
    this.worst.push(rounds === 0 ? null : worst);
  }
}

function orGap(value: number): number | null {
  return value > 0 ? value : null;
}

function rate(before: number | undefined, now: number, seconds: number): number | null {
  return before === undefined || seconds <= 0 ? null : (now - before) / 1000 / seconds;
}
