// Questions to a kernel, and what they must find, by a look at every body. Sight units; rows are
// the low half of ids.
import { QUERY_COUNT } from "#layout";
import type { World } from "../../src/engine/world.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import type { Body } from "./model.ts";

export interface Question {
  ask(kernel: Kernel): void;
  /** Rows, in their order. */
  answer(bodies: readonly Body[]): number[];
}

/** Compares the answers of worlds that are alike. @throws Error that says what differs */
export function compareAnswers(
  { worlds, bodies }: { readonly worlds: readonly World[]; readonly bodies: readonly Body[] },
  question: Question,
): void {
  const expected = question.answer(bodies);
  for (const { kernel } of worlds) {
    question.ask(kernel);
    const found = [...kernel.views.query.subarray(0, kernel.views.world[QUERY_COUNT])];
    if (found.length === expected.length && expected.every((row, i) => row === found[i])) continue;
    throw new Error(`${kernel.engine} finds rows ${found.join()} instead of ${expected.join()}`);
  }
}

const rowOf = ({ id }: Body): number => id & 65535;

function distance2(body: Body, x: number, y: number): number {
  return (body.sightX - x) ** 2 + (body.sightY - y) ** 2;
}

function ascending(bodies: readonly Body[]): number[] {
  return bodies.map(rowOf).sort((a, b) => a - b);
}

export function circle(x: number, y: number, radius: number): Question {
  return {
    ask: (kernel) => kernel.query(x, y, radius),
    answer: (bodies) => ascending(bodies.filter((b) => distance2(b, x, y) <= radius * radius)),
  };
}

export function rectangle(minX: number, minY: number, maxX: number, maxY: number): Question {
  const isInside = ({ sightX, sightY }: Body): boolean =>
    sightX >= minX && sightX <= maxX && sightY >= minY && sightY <= maxY;
  return {
    ask: (kernel) => kernel.queryRectangle(minX, minY, maxX, maxY),
    answer: (bodies) => ascending(bodies.filter(isInside)),
  };
}

/** By distance, ties by row. */
export function nearest(x: number, y: number, most: number, radius: number): Question {
  return {
    ask: (kernel) => kernel.queryNearest(x, y, most, radius),
    answer: (bodies) =>
      bodies
        .filter((b) => distance2(b, x, y) <= radius * radius)
        .sort((a, b) => distance2(a, x, y) - distance2(b, x, y) || rowOf(a) - rowOf(b))
        .slice(0, most)
        .map(rowOf),
  };
}
