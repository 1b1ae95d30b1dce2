// Where each entity in view has been of late: for every row a ring of (tick, x, y), from which its
// place at a tick in between is taken. An entity of which a tick said nothing stood still.

/** Samples of a row, a power of two: 0.8 s of one that moves in every tick. */
const SAMPLES = 32;
const MASK = SAMPLES - 1;
const FIRST_CAPACITY = 16;

export class Trails {
  /** Result of `locate`, 1/32 unit. */
  x = 0;
  y = 0;
  #ticks = new Float64Array(FIRST_CAPACITY * SAMPLES);
  #xs = new Int32Array(FIRST_CAPACITY * SAMPLES);
  #ys = new Int32Array(FIRST_CAPACITY * SAMPLES);
  /** Samples ever written to a row; the last lies at (count - 1) & MASK. */
  #counts = new Uint32Array(FIRST_CAPACITY);

  /** An entity begins in a row. */
  begin(row: number, tick: number, x: number, y: number): void {
    if (row >= this.#counts.length) this.#grow();
    this.#counts[row] = 0;
    this.#write(row, tick, x, y);
  }

  /**
   * The entity was told to be at x, y after `tick`.
   * @param stoodUntil the tick up to which nothing was told of it, because it stood still
   */
  add(row: number, tick: number, stoodUntil: number, x: number, y: number): void {
    const at = this.#at(row, 1);
    if (this.#ticks[at]! < stoodUntil) this.#write(row, stoodUntil, this.#xs[at]!, this.#ys[at]!);
    this.#write(row, tick, x, y);
  }

  /** The entity of row `from`, of these or of other trails, goes on in row `to`. */
  move(from: number, to: number, trails: Trails = this): void {
    if (to >= this.#counts.length) this.#grow();
    const [start, end] = [from * SAMPLES, (from + 1) * SAMPLES];
    const at = to * SAMPLES;
    for (let i = start; i < end; i++) {
      this.#ticks[at + i - start] = trails.#ticks[i]!;
      this.#xs[at + i - start] = trails.#xs[i]!;
      this.#ys[at + i - start] = trails.#ys[i]!;
    }
    this.#counts[to] = trails.#counts[from]!;
  }

  /** Sets `x` and `y` to where the entity was at a tick; before the first sample at that. */
  locate(row: number, tick: number): void {
    const kept = Math.min(this.#counts[row]!, SAMPLES);
    let later = this.#at(row, 1);
    this.x = this.#xs[later]!;
    this.y = this.#ys[later]!;
    if (this.#ticks[later]! <= tick) return;
    for (let back = 2; back <= kept; back++) {
      const earlier = this.#at(row, back);
      const fromTick = this.#ticks[earlier]!;
      this.x = this.#xs[earlier]!;
      this.y = this.#ys[earlier]!;
      if (fromTick <= tick) {
        const share = (tick - fromTick) / (this.#ticks[later]! - fromTick);
        this.x += (this.#xs[later]! - this.x) * share;
        this.y += (this.#ys[later]! - this.y) * share;
        return;
      }
      later = earlier;
    }
  }

  #at(row: number, back: number): number {
    return row * SAMPLES + ((this.#counts[row]! - back) & MASK);
  }

  #write(row: number, tick: number, x: number, y: number): void {
    const at = row * SAMPLES + (this.#counts[row]!++ & MASK);
    this.#ticks[at] = tick;
    this.#xs[at] = x;
    this.#ys[at] = y;
  }

  #grow(): void {
    const rows = this.#counts.length * 2;
    const ticks = new Float64Array(rows * SAMPLES);
    const [xs, ys] = [new Int32Array(rows * SAMPLES), new Int32Array(rows * SAMPLES)];
    const counts = new Uint32Array(rows);
    ticks.set(this.#ticks);
    xs.set(this.#xs);
    ys.set(this.#ys);
    counts.set(this.#counts);
    this.#ticks = ticks;
    this.#xs = xs;
    this.#ys = ys;
    this.#counts = counts;
  }
}
