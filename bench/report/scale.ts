// From a quantity to a place on an axis, and the marks that the axis shows.

export interface Scale {
  /** Place of a value on the axis, user units. */
  readonly at: (value: number) => number;
  /** Values that get a line and a number. */
  readonly marks: readonly number[];
  /** Its ends, user units. */
  readonly from: number;
  readonly to: number;
}

/** Marks of a decade, from the fewest that still say enough. */
const STEPS = [[1], [1, 3], [1, 2, 5]] as const;
const MARKS_MIN = 3;
/** Of a logarithmic axis' length, what stays free beyond the outermost value. */
const FREE = 0.04;

/**
 * A logarithmic axis over all of the values.
 * @param from place of the axis' low end, user units; `to` may be smaller, as on a vertical axis
 */
export function logScale(values: readonly number[], from: number, to: number): Scale {
  const logs = values.map((value) => Math.log10(value));
  const low = Math.min(...logs);
  const span = Math.max(Math.max(...logs) - low, 0.1);
  const start = low - span * FREE;
  const whole = span * (1 + 2 * FREE);
  const within = (steps: readonly number[]): number[] => {
    const marks: number[] = [];
    for (let power = Math.floor(start); power <= start + whole; power++) {
      for (const step of steps) marks.push(step * 10 ** power);
    }
    return marks.filter((m) => Math.log10(m) >= start && Math.log10(m) <= start + whole);
  };
  return {
    at: (value) => from + ((Math.log10(value) - start) / whole) * (to - from),
    marks: STEPS.map(within).find((list) => list.length >= MARKS_MIN) ?? within(STEPS[2]),
    from,
    to,
  };
}

/** A linear axis from zero. */
export function linearScale(values: readonly number[], from: number, to: number): Scale {
  const high = Math.max(...values, Number.MIN_VALUE);
  const power = 10 ** Math.floor(Math.log10(high));
  const step = [0.2, 0.5, 1, 2].map((s) => s * power).find((s) => high / s <= 6) ?? 2 * power;
  const count = Math.ceil(high / step - 1e-9);
  const marks = Array.from({ length: count + 1 }, (_, i) => i * step);
  return { at: (value) => from + (value / (count * step)) * (to - from), marks, from, to };
}

/** Places that keep their order and a distance, each as near to where it was as that allows. */
export function spread(places: readonly number[], gap: number, from: number, to: number): number[] {
  const order = places.map((_, i) => i).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  // blocks of labels that touch: where the block starts if each were at its own place, on average
  interface Block {
    start: number;
    members: number[];
  }
  const blocks: Block[] = [];
  for (const i of order) {
    let block: Block = { start: places[i] ?? 0, members: [i] };
    let before = blocks.at(-1);
    while (before !== undefined && before.start + before.members.length * gap > block.start) {
      const members = [...before.members, ...block.members];
      const sum = members.reduce((total, m, k) => total + (places[m] ?? 0) - k * gap, 0);
      block = { start: sum / members.length, members };
      blocks.pop();
      before = blocks.at(-1);
    }
    block.start = Math.max(from, Math.min(to - (block.members.length - 1) * gap, block.start));
    blocks.push(block);
  }
  const result = [...places];
  let free = from;
  for (const { start, members } of blocks) {
    members.forEach((m, k) => {
      const place = Math.max(start + k * gap, free);
      result[m] = place;
      free = place + gap;
    });
  }
  return result;
}
