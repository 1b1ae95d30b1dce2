// Who is there and how they are served, at one moment: a look at every session, cheap enough for
// once a second and too dear for every tick.
import { VISIBLE_EDGES, WINDOW_EDGES } from "../numbers/edges.ts";
import { Histogram } from "../numbers/histogram.ts";
import type { Parts } from "./parts.ts";
import { ARRIVING, FREE, GREETED, JOINING, LANDING, OPEN, PLAYING, rowOf } from "./session.ts";
import { VERIFYING } from "./session.ts";

const STATES = 1 + Math.max(FREE, OPEN, GREETED, JOINING, PLAYING, ARRIVING, LANDING, VERIFYING);

export class Census {
  /** Clients whose window is closed. */
  paused = 0;
  /** Sessions without a connection. */
  suspended = 0;
  /** Bytes of each client that it has not acknowledged, and entities that it is shown; add up. */
  readonly windowBytes = new Histogram(WINDOW_EDGES);
  readonly visible = new Histogram(VISIBLE_EDGES);
  /** Connections by their state. */
  readonly #states = new Int32Array(STATES);

  get open(): number {
    return this.#in(OPEN);
  }
  get verifying(): number {
    return this.#in(VERIFYING);
  }
  get greeted(): number {
    return this.#in(GREETED);
  }
  get joining(): number {
    return this.#in(JOINING);
  }
  get arriving(): number {
    return this.#in(ARRIVING) + this.#in(LANDING);
  }
  get playing(): number {
    return this.#in(PLAYING);
  }

  /** Looks at all sessions as they are now. */
  take({ deps, owners, pacing, sessions }: Parts): void {
    this.#states.fill(0);
    this.paused = 0;
    for (let i = 0; i < sessions.count; i++) {
      const slot = sessions.at(i);
      const state = sessions.stateOf(slot);
      this.#states[state]!++;
      if (pacing.isClosed(slot)) this.paused++;
      this.windowBytes.observe(pacing.outstanding(slot));
      if (state === PLAYING)
        this.visible.observe(deps.world.toldCount(rowOf(sessions.handleOf(slot))));
    }
    this.suspended = owners.count - this.arriving - this.playing;
  }

  #in(state: number): number {
    return this.#states[state] ?? 0;
  }
}
