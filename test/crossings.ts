// Which fences a route crosses, and in which order: computed beside the example `fleet`, with
// another rule (how often the fence winds round the point) and by every step of the route.

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Crossing {
  readonly fence: string;
  readonly what: "entered" | "left";
}

/** @param at where it is at each step; null: it has arrived */
export function crossingsOf(
  at: (step: number) => Point | null,
  fences: Readonly<Record<string, readonly Point[]>>,
  steps: number,
): Crossing[] {
  const inside = new Set<string>();
  const found: Crossing[] = [];
  for (let step = 0; step < steps; step++) {
    const place = at(step);
    if (place === null) break;
    for (const [fence, corners] of Object.entries(fences)) {
      const isInside = windings(rounded(place), corners) !== 0;
      if (isInside === inside.has(fence)) continue;
      if (isInside) inside.add(fence);
      else inside.delete(fence);
      found.push({ fence, what: isInside ? "entered" : "left" });
    }
  }
  return found;
}

/** As the world has it. */
function rounded({ x, y }: Point): Point {
  return { x: Math.round(x * 256) / 256, y: Math.round(y * 256) / 256 };
}

/** Winding number, by D. Sunday, "Inclusion of a Point in a Polygon". */
function windings({ x, y }: Point, corners: readonly Point[]): number {
  let number = 0;
  corners.forEach((from, i) => {
    const to = corners[(i + 1) % corners.length] ?? from;
    const side = (to.x - from.x) * (y - from.y) - (x - from.x) * (to.y - from.y);
    if (from.y <= y && to.y > y && side > 0) number++;
    if (from.y > y && to.y <= y && side < 0) number--;
  });
  return number;
}
