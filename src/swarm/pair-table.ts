// Who has been told about whom, by the AOI rule alone and by brute force: every pair of bots, every
// tick. One byte a pair, so that 2,000 bots fit 4 MB and a tick is one pass over it.
//
//   byte of the pair (a, b), a < b:  bits 0-1 what a was told of b, bits 2-3 what b was told of a

/** b is not in a's view. */
export const OUT = 0;
/** b is in a's view. */
export const IN = 1;
/** Cannot be known: inside the ring, after a tick in which a's view was not built by the rule. */
export const UNSURE = 2;
export type Told = typeof OUT | typeof IN | typeof UNSURE;

/**
 * A view is as the rule says; it is, but for what was in the ring before; nothing of it is sure.
 */
export const CLEAR = 0;
export const RING_OPEN = 1;
export const ALL_OPEN = 2;

const UNSURE_BOTH = UNSURE | (UNSURE << 2);

/** The table for bots 0 .. capacity - 1. */
export class PairTable {
  private readonly capacity: number;
  private readonly pairs: Uint8Array;
  private readonly enter: number;
  private readonly leave: number;

  /** @param aoiRadius enters at or within it @param leaveRadius stays at or within it; 1/32 unit */
  constructor(capacity: number, aoiRadius: number, leaveRadius: number) {
    this.capacity = capacity;
    this.pairs = new Uint8Array(capacity * capacity);
    this.enter = aoiRadius * aoiRadius;
    this.leave = leaveRadius * leaveRadius;
  }

  /** The bot is somebody new: nobody was told of it, and it was told of nobody. */
  forget(bot: number): void {
    const { capacity, pairs } = this;
    for (let other = 0; other < bot; other++) pairs[other * capacity + bot] = 0;
    pairs.fill(0, bot * capacity + bot + 1, (bot + 1) * capacity);
  }

  /** What `observer` was told of `subject` after the last {@link step}. */
  told(observer: number, subject: number): Told {
    const { capacity, pairs } = this;
    const bits =
      observer < subject
        ? pairs[observer * capacity + subject]! & 3
        : pairs[subject * capacity + observer]! >> 2;
    return bits as Told;
  }

  /**
   * One tick. All arrays run over the bots in the world, `bots` ascending.
   * @param x 1/32 unit @param blur CLEAR, RING_OPEN or ALL_OPEN: the bot's view in this tick
   * @param lost not 0: where this bot is in this tick is unknown
   */
  step(
    bots: Int32Array,
    count: number,
    x: Float64Array,
    y: Float64Array,
    blur: Uint8Array,
    lost: Uint8Array,
  ): void {
    const { capacity, pairs, enter, leave } = this;
    for (let i = 0; i < count; i++) {
      const row = bots[i]! * capacity;
      const xi = x[i]!;
      const yi = y[i]!;
      const blurI = blur[i]!;
      const nearI = blurI === ALL_OPEN ? UNSURE : IN;
      const isLost = lost[i] !== 0;
      for (let j = i + 1; j < count; j++) {
        const at = row + bots[j]!;
        if (isLost || lost[j] !== 0) {
          pairs[at] = UNSURE_BOTH;
          continue;
        }
        const dx = x[j]! - xi;
        const dy = y[j]! - yi;
        const distance = dx * dx + dy * dy;
        if (distance > leave) {
          if (pairs[at] !== 0) pairs[at] = 0;
        } else if (distance <= enter) {
          pairs[at] = nearI | ((blur[j] === ALL_OPEN ? UNSURE : IN) << 2);
        } else if (pairs[at] !== 0) {
          const old = pairs[at]!;
          const first = blurI !== CLEAR && (old & 3) !== OUT ? UNSURE : old & 3;
          const second = blur[j] !== CLEAR && old >> 2 !== OUT ? UNSURE : old >> 2;
          pairs[at] = first | (second << 2);
        }
      }
    }
  }
}
