// What a worker's bots witnessed, as one typed array per batch: written in the order in which it
// happened, sent to the main process as it is, read there by the oracle. No object per record.

const JOINED = 1;
const STOOD = 2;
const UNSEEN = 3;
const LEFT = 4;
const GONE = 5;
const VIEW = 6;
const VOID = 7;

const FIRST_WORDS = 1 << 16;
/** Words of a record: kind, bot, tick and three more. A view's entries follow it. */
const RECORD = 6;
/** Words of an entity in a view: id, x, y. */
export const VIEW_ENTRY = 3;

/** What the records mean; `bot` is the number of a bot, positions are in 1/256 unit. */
export interface WitnessReader {
  /** The server says: from this tick on, entity `id` stands at x, y and is this bot's. */
  joined(bot: number, tick: number, id: number, x: number, y: number): void;
  /** The bot's position and the flags of its view changed in this tick. */
  stood(bot: number, tick: number, flags: number, x: number, y: number): void;
  /** From this tick on nobody knows where the bot is, until it says so again. */
  unseen(bot: number, tick: number): void;
  /** From this tick on entity `id` may be gone. */
  left(bot: number, tick: number, id: number): void;
  /** From this tick on entity `id` is gone. */
  gone(bot: number, tick: number, id: number): void;
  /**
   * The bot's view after this tick: `count` entries of id, x, y (1/32 unit) in `words` from `at`.
   */
  view(
    bot: number,
    tick: number,
    flags: number,
    words: Int32Array,
    at: number,
    count: number,
  ): void;
  /** The view of this tick that was just handed in does not count: the server skipped the tick. */
  voided(bot: number, tick: number): void;
}

/** The columns of a replica that a view is copied from. */
export interface ViewColumns {
  readonly size: number;
  readonly ids: Uint32Array;
  readonly x: Int32Array;
  readonly y: Int32Array;
}

export class WitnessLog {
  private words = new Int32Array(FIRST_WORDS);
  private used = 0;

  joined(bot: number, tick: number, id: number, x: number, y: number): void {
    this.put(JOINED, bot, tick, id, x, y);
  }

  stood(bot: number, tick: number, flags: number, x: number, y: number): void {
    this.put(STOOD, bot, tick, flags, x, y);
  }

  unseen(bot: number, tick: number): void {
    this.put(UNSEEN, bot, tick, 0, 0, 0);
  }

  left(bot: number, tick: number, id: number): void {
    this.put(LEFT, bot, tick, id, 0, 0);
  }

  gone(bot: number, tick: number, id: number): void {
    this.put(GONE, bot, tick, id, 0, 0);
  }

  voided(bot: number, tick: number): void {
    this.put(VOID, bot, tick, 0, 0, 0);
  }

  /** @param corruptRow a row whose x is handed in with its lowest bit flipped; -1 = none */
  view(bot: number, tick: number, flags: number, view: ViewColumns, corruptRow: number): void {
    const { size, ids, x, y } = view;
    this.put(VIEW, bot, tick, flags, size, 0);
    this.reserve(size * VIEW_ENTRY);
    const { words } = this;
    let at = this.used;
    for (let row = 0; row < size; row++) {
      words[at] = ids[row]!;
      words[at + 1] = row === corruptRow ? x[row]! ^ 1 : x[row]!;
      words[at + 2] = y[row]!;
      at += VIEW_ENTRY;
    }
    this.used = at;
  }

  /** @returns what was written since the last call; valid until the next record */
  take(): Int32Array {
    const taken = this.words.subarray(0, this.used);
    this.used = 0;
    return taken;
  }

  private put(kind: number, bot: number, tick: number, a: number, b: number, c: number): void {
    this.reserve(RECORD);
    const { words } = this;
    const at = this.used;
    words[at] = kind;
    words[at + 1] = bot;
    words[at + 2] = tick;
    words[at + 3] = a;
    words[at + 4] = b;
    words[at + 5] = c;
    this.used = at + RECORD;
  }

  private reserve(count: number): void {
    if (this.used + count <= this.words.length) return;
    const larger = new Int32Array((this.used + count) * 2);
    larger.set(this.words.subarray(0, this.used));
    this.words = larger;
  }
}

/** @returns the tick of the record at `at` */
export function tickOf(words: Int32Array, at: number): number {
  return words[at + 2]!;
}

export function isView(words: Int32Array, at: number): boolean {
  return words[at] === VIEW;
}

/** @returns where the record behind the one at `at` begins */
export function nextRecord(words: Int32Array, at: number): number {
  return at + RECORD + (words[at] === VIEW ? words[at + 4]! * VIEW_ENTRY : 0);
}

/** Hands the record at `at` to the reader. */
export function readRecord(words: Int32Array, at: number, reader: WitnessReader): void {
  const bot = words[at + 1]!;
  const tick = words[at + 2]!;
  const a = words[at + 3]!;
  const b = words[at + 4]!;
  const c = words[at + 5]!;
  switch (words[at]) {
    case JOINED:
      reader.joined(bot, tick, a >>> 0, b, c);
      break;
    case STOOD:
      reader.stood(bot, tick, a, b, c);
      break;
    case UNSEEN:
      reader.unseen(bot, tick);
      break;
    case LEFT:
      reader.left(bot, tick, a >>> 0);
      break;
    case GONE:
      reader.gone(bot, tick, a >>> 0);
      break;
    case VIEW:
      reader.view(bot, tick, a, words, at + RECORD, b);
      break;
    case VOID:
      reader.voided(bot, tick);
  }
}
