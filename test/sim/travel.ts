// How far each entity has come: never further than speed x (ticks + burst), since it was born and
// over windows that slide along.
import type { World } from "../../src/engine/world.ts";
import { must } from "./violation.ts";

/** Samples kept, one a tick; a power of two. */
const SAMPLES = 64;
/** Windows that are looked at, in samples back. */
const WINDOWS = [1, 4, 16, 63];

class Path {
  readonly ticks = new Float64Array(SAMPLES);
  readonly xs = new Int32Array(SAMPLES);
  readonly ys = new Int32Array(SAMPLES);
  bornTick = 0;
  bornX = 0;
  bornY = 0;
  count = 0;
}

export class Travel {
  readonly #world: World;
  #paths = new Map<number, Path>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Takes the positions of this tick. @param ids all live entities @throws Violation */
  note(ids: Iterable<number>): void {
    const paths = new Map<number, Path>();
    for (const id of ids) {
      const path = this.#paths.get(id) ?? this.#begin(id);
      paths.set(id, path);
      this.#step(id, path);
    }
    this.#paths = paths;
  }

  #begin(id: number): Path {
    const path = new Path();
    path.bornTick = this.#world.tick;
    path.bornX = this.#world.posX(id % 65536);
    path.bornY = this.#world.posY(id % 65536);
    return path;
  }

  #step(id: number, path: Path): void {
    const { minX, minY, maxX, maxY } = this.#world.rules;
    const x = this.#world.posX(id % 65536);
    const y = this.#world.posY(id % 65536);
    // Written so that NaN fails.
    const isInside = x >= minX && x <= maxX && y >= minY && y <= maxY;
    must(isInside, () => `entity ${id} is out of bounds at ${x}, ${y}`);
    this.#judge(id, path.bornTick, x - path.bornX, y - path.bornY);
    for (const back of WINDOWS) {
      if (back > path.count) break;
      const at = (path.count - back) % SAMPLES;
      const tick = path.ticks[at] ?? 0;
      this.#judge(id, tick, x - (path.xs[at] ?? 0), y - (path.ys[at] ?? 0));
    }
    const at = path.count % SAMPLES;
    path.ticks[at] = this.#world.tick;
    path.xs[at] = x;
    path.ys[at] = y;
    path.count++;
  }

  #judge(id: number, since: number, dx: number, dy: number): void {
    const { maxSpeed, burstTicks } = this.#world.rules;
    const most = maxSpeed * (this.#world.tick - since + burstTicks);
    must(dx * dx + dy * dy <= most * most, () => {
      const units = (Math.sqrt(dx * dx + dy * dy) / 256).toFixed(2);
      return `entity ${id} went ${units} units in ${this.#world.tick - since} ticks`;
    });
  }
}
