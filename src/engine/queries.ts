// Questions to the world between two steps, answered by the kernel's index: who is within a circle
// or a rectangle, who is nearest to a point. All that live are found, seen by observers or not.
import { NONE, QUERY_COUNT, ROWS, SIGHT_SHIFT } from "#layout";
import type { Kernel } from "../kernel/kernel.ts";

/** Position units as sight units: the floor, as of positions. Beyond 32 bits it is cut there. */
function sightOf(v: number): number {
  return Math.max(-0x80000000, Math.min(0x7fffffff, v)) >> SIGHT_SHIFT;
}

/**
 * Positions, bounds and radii are in position units and compared in whole sight units (1/32 unit,
 * rounded down), as areas of interest are. Rows and their order follow from the state as of the
 * last step alone: they are equal on all engines and indexes, and in a replay. An answer stands
 * until the next question or step.
 */
export class Queries {
  readonly #world: { readonly kernel: Kernel };

  constructor(world: { readonly kernel: Kernel }) {
    this.#world = world;
  }

  /**
   * Rows within `radius` of a point, ascending.
   * @param radius 0 to 1,000 units; more is cut to that
   * @returns how many; row() says which
   */
  circle(x: number, y: number, radius: number): number {
    const { kernel } = this.#world;
    kernel.query(sightOf(x), sightOf(y), sightOf(radius));
    return this.#count(kernel);
  }

  /** Rows within a rectangle of any size, its borders included, ascending. @returns how many */
  rectangle(minX: number, minY: number, maxX: number, maxY: number): number {
    const { kernel } = this.#world;
    kernel.queryRectangle(sightOf(minX), sightOf(minY), sightOf(maxX), sightOf(maxY));
    return this.#count(kernel);
  }

  /**
   * The rows nearest to a point, nearest first, ties by row. Who stands there is one of them.
   * @param most how many, if there are as many within `radius`
   * @param radius 0 to 1,000 units; more is cut to that
   * @returns how many
   */
  nearest(x: number, y: number, most: number, radius: number): number {
    const { kernel } = this.#world;
    kernel.queryNearest(sightOf(x), sightOf(y), Math.min(most, ROWS), sightOf(radius));
    return this.#count(kernel);
  }

  /** A row of the last answer; NONE beyond it. */
  row(i: number): number {
    const { query, world } = this.#world.kernel.views;
    return i < (world[QUERY_COUNT] ?? 0) ? (query[i] ?? NONE) : NONE;
  }

  #count(kernel: Kernel): number {
    return kernel.views.world[QUERY_COUNT] ?? 0;
  }
}
