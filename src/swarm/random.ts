// Seeded randomness: a stream for what happens in order, a hash for what must not depend on order.

/** A stream of numbers in [0, 1), the same for the same seed (mulberry32, by Tommy Ettinger). */
export class RandomStream {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    return toUnit(scramble(this.state));
  }
}

/** A number in [0, 1) that depends on its three arguments only. */
export function randomAt(seed: number, a: number, b: number): number {
  return toUnit(scramble(scramble(scramble(seed | 0) + Math.imul(a, 0x9e3779b1)) + (b | 0)));
}

function scramble(value: number): number {
  let z = Math.imul(value ^ (value >>> 15), value | 1);
  z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
  return z ^ (z >>> 14);
}

function toUnit(bits: number): number {
  return (bits >>> 0) / 2 ** 32;
}
