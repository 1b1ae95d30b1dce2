// The oracle: from where the bots say they stand it works out, tick by tick and by brute force,
// what each of them must be shown, and compares that with what their clients hold. It knows the
// AOI rule of docs/protocol.md and nothing of the server, and runs behind the world, when all
// have reported.
import { AOI_INCOMPLETE, AOI_MERGED, AOI_RESET } from "../protocol/encode.ts";
import { ALL_OPEN, CLEAR, IN, OUT, PairTable, RING_OPEN } from "./pair-table.ts";
import { SIGHT_SHIFT } from "./units.ts";
import {
  isView,
  nextRecord,
  readRecord,
  tickOf,
  VIEW_ENTRY,
  type WitnessReader,
} from "./witness-log.ts";

/** Radii in 1/32 unit, as in Welcome. */
export interface OracleRules {
  aoiRadius: number;
  leaveRadius: number;
}

/** What the oracle counted. */
export interface OracleFigures {
  ticks: number;
  /** Views compared, and the entities in them. */
  views: number;
  entries: number;
  /** Views not compared, by the reason; merged: the server skipped the tick, or the client did. */
  incomplete: number;
  merged: number;
  reset: number;
  /** The most incomplete views of one bot in a row; for information, ticks are judged. */
  incompleteRun: number;
  /** Pairs of a compared view whose membership the rule leaves open. */
  uncertain: number;
  /** Entries that belong to nobody in the swarm. */
  strangers: number;
  /** Records that came for a tick already closed; 0 unless a worker is broken. */
  late: number;
  missing: number;
  extra: number;
  wrongPositions: number;
}

interface Bucket {
  readonly words: Int32Array[];
  readonly at: number[];
}

const LIVE = 0;
const LEAVING = 1;
const GONE = 2;

interface Session {
  readonly bot: number;
  state: typeof LIVE | typeof LEAVING | typeof GONE;
}

export class Oracle implements WitnessReader {
  readonly figures: OracleFigures = emptyOracleFigures();
  private readonly report: (difference: string) => void;
  private readonly pairs: PairTable;
  private readonly events = new Map<number, Bucket>();
  private readonly views = new Map<number, Bucket>();
  private closedTick = 0;
  /** Id -> session, also of those gone: an id comes back only after 4,095 generations. */
  private readonly sessions = new Map<number, Session>();
  /** Ids of nobody known, with the tick in which they were first seen. */
  private readonly strangers = new Map<number, number>();
  // By bot: id (0 = not in the world), position in 1/256 unit, and what is known of its view.
  private readonly id: Float64Array;
  private readonly x: Int32Array;
  private readonly y: Int32Array;
  private readonly isKnown: Uint8Array;
  private readonly isIncomplete: Uint8Array;
  private readonly isBlurredNow: Uint8Array;
  private readonly incompleteRun: Int32Array;
  private readonly seenStamp: Int32Array;
  private stamp = 0;
  private readonly voids = new Set<number>();
  // The bots in the world, dense, as PairTable.step takes them.
  private count = 0;
  private readonly bots: Int32Array;
  private readonly sightX: Float64Array;
  private readonly sightY: Float64Array;
  private readonly blur: Uint8Array;
  private readonly lost: Uint8Array;

  /** @param report called with a sentence for each difference between a view and the rule */
  constructor(capacity: number, rules: OracleRules, report: (difference: string) => void) {
    this.report = report;
    this.pairs = new PairTable(capacity, rules.aoiRadius, rules.leaveRadius);
    this.id = new Float64Array(capacity);
    this.x = new Int32Array(capacity);
    this.y = new Int32Array(capacity);
    this.isKnown = new Uint8Array(capacity);
    this.isIncomplete = new Uint8Array(capacity);
    this.isBlurredNow = new Uint8Array(capacity);
    this.incompleteRun = new Int32Array(capacity);
    this.seenStamp = new Int32Array(capacity);
    this.bots = new Int32Array(capacity);
    this.sightX = new Float64Array(capacity);
    this.sightY = new Float64Array(capacity);
    this.blur = new Uint8Array(capacity);
    this.lost = new Uint8Array(capacity);
  }

  /** Ids seen that belong to nobody in the swarm. */
  get strangerIds(): number {
    return this.strangers.size;
  }

  /**
   * Takes a batch of a {@link import("./witness-log.ts").WitnessLog}; keeps it until its ticks
   * close.
   */
  accept(words: Int32Array): void {
    for (let at = 0; at < words.length; at = nextRecord(words, at)) {
      const tick = tickOf(words, at);
      if (tick <= this.closedTick) {
        this.figures.late += 1;
        continue;
      }
      const buckets = isView(words, at) ? this.views : this.events;
      let bucket = buckets.get(tick);
      if (bucket === undefined) buckets.set(tick, (bucket = { words: [], at: [] }));
      bucket.words.push(words);
      bucket.at.push(at);
    }
  }

  /** Closes all ticks up to `tick`: nothing of them may come any more. */
  advance(tick: number): void {
    if (this.closedTick === 0) {
      const first = Math.min(Infinity, ...this.events.keys());
      if (first > tick) return;
      this.closedTick = first - 1;
    }
    while (this.closedTick < tick) this.close(this.closedTick + 1);
  }

  joined(bot: number, tick: number, id: number, x: number, y: number): void {
    const seen = this.strangers.get(id);
    if (seen !== undefined) {
      this.strangers.delete(id);
      this.figures.extra += 1;
      this.report(`tick ${seen}: entity ${id} was shown, it joined in tick ${tick} as bot ${bot}`);
    }
    this.sessions.set(id, { bot, state: LIVE });
    this.pairs.forget(bot);
    this.id[bot] = id;
    this.x[bot] = x;
    this.y[bot] = y;
    this.isKnown[bot] = 1;
    this.incompleteRun[bot] = 0;
    // Until its first update nobody knows whether the server has looked for this bot.
    this.isIncomplete[bot] = 1;
  }

  stood(bot: number, _tick: number, flags: number, x: number, y: number): void {
    this.x[bot] = x;
    this.y[bot] = y;
    this.isKnown[bot] = 1;
    this.isIncomplete[bot] = flags & AOI_INCOMPLETE;
    this.isBlurredNow[bot] = flags & (AOI_RESET | AOI_MERGED);
  }

  unseen(bot: number): void {
    this.isKnown[bot] = 0;
  }

  left(bot: number, _tick: number, id: number): void {
    const session = this.sessions.get(id);
    if (session !== undefined) session.state = LEAVING;
    if (this.id[bot] === id) this.id[bot] = 0;
  }

  gone(_bot: number, _tick: number, id: number): void {
    const session = this.sessions.get(id);
    if (session !== undefined) session.state = GONE;
  }

  voided(bot: number): void {
    this.voids.add(bot);
  }

  view(
    bot: number,
    tick: number,
    flags: number,
    words: Int32Array,
    at: number,
    count: number,
  ): void {
    const { figures } = this;
    const isSkipped = this.voids.has(bot) || this.isKnown[bot] === 0 || this.id[bot] === 0;
    if (isSkipped || (flags & AOI_MERGED) !== 0) figures.merged += 1;
    else if ((flags & AOI_RESET) !== 0) figures.reset += 1;
    else if ((flags & AOI_INCOMPLETE) !== 0) {
      figures.incomplete += 1;
      const run = ++this.incompleteRun[bot]!;
      if (run > figures.incompleteRun) figures.incompleteRun = run;
    } else {
      this.incompleteRun[bot] = 0;
      this.compare(bot, tick, words, at, count);
    }
  }

  private close(tick: number): void {
    this.isBlurredNow.fill(0);
    this.voids.clear();
    this.replay(this.events, tick);
    this.gather();
    this.pairs.step(this.bots, this.count, this.sightX, this.sightY, this.blur, this.lost);
    this.replay(this.views, tick);
    this.closedTick = tick;
    this.figures.ticks += 1;
  }

  private replay(buckets: Map<number, Bucket>, tick: number): void {
    const bucket = buckets.get(tick);
    if (bucket === undefined) return;
    buckets.delete(tick);
    for (let i = 0; i < bucket.at.length; i++) readRecord(bucket.words[i]!, bucket.at[i]!, this);
  }

  private gather(): void {
    let count = 0;
    for (let bot = 0; bot < this.id.length; bot++) {
      if (this.id[bot] === 0) continue;
      this.bots[count] = bot;
      this.sightX[count] = this.x[bot]! >> SIGHT_SHIFT;
      this.sightY[count] = this.y[bot]! >> SIGHT_SHIFT;
      const isOpen = this.isBlurredNow[bot] !== 0;
      this.blur[count] = this.isIncomplete[bot] !== 0 ? ALL_OPEN : isOpen ? RING_OPEN : CLEAR;
      this.lost[count] = this.isKnown[bot]! ^ 1;
      count += 1;
    }
    this.count = count;
  }

  private compare(bot: number, tick: number, words: Int32Array, at: number, count: number): void {
    const { figures } = this;
    figures.views += 1;
    figures.entries += count;
    const stamp = ++this.stamp;
    for (let i = 0; i < count; i++) {
      const entry = at + i * VIEW_ENTRY;
      this.compareEntry(bot, tick, words[entry]! >>> 0, words[entry + 1]!, words[entry + 2]!);
    }
    for (let i = 0; i < this.count; i++) {
      const other = this.bots[i]!;
      if (other === bot) continue;
      const told = this.pairs.told(bot, other);
      if (told === IN && this.seenStamp[other] !== stamp) {
        figures.missing += 1;
        this.report(`${this.sentence(bot, tick, other)} is missing`);
      } else if (told !== IN && told !== OUT) figures.uncertain += 1;
    }
  }

  private compareEntry(bot: number, tick: number, id: number, x: number, y: number): void {
    const session = this.sessions.get(id);
    if (session === undefined) {
      this.figures.strangers += 1;
      if (!this.strangers.has(id)) this.strangers.set(id, tick);
      return;
    }
    if (session.state === LEAVING) return;
    const other = session.bot;
    const isTwice = this.seenStamp[other] === this.stamp;
    if (session.state === GONE || other === bot || isTwice) {
      this.figures.extra += 1;
      const why = other === bot ? "itself" : isTwice ? "twice" : "after it was gone";
      this.report(`tick ${tick}: bot ${bot} is shown entity ${id} (bot ${other}), ${why}`);
      return;
    }
    this.seenStamp[other] = this.stamp;
    if (this.isKnown[other] === 0) return;
    if (this.pairs.told(bot, other) === OUT) {
      this.figures.extra += 1;
      this.report(`${this.sentence(bot, tick, other)} is shown and must not be`);
    }
    if (x !== this.x[other]! >> SIGHT_SHIFT || y !== this.y[other]! >> SIGHT_SHIFT) {
      this.figures.wrongPositions += 1;
      this.report(`${this.sentence(bot, tick, other)} is shown at ${x},${y} (1/32 unit)`);
    }
  }

  private sentence(bot: number, tick: number, other: number): string {
    const dx = (this.x[other]! >> SIGHT_SHIFT) - (this.x[bot]! >> SIGHT_SHIFT);
    const dy = (this.y[other]! >> SIGHT_SHIFT) - (this.y[bot]! >> SIGHT_SHIFT);
    const where = `${this.x[other]! >> SIGHT_SHIFT},${this.y[other]! >> SIGHT_SHIFT}`;
    const distance = Math.hypot(dx, dy).toFixed(2);
    const who = `bot ${other} (entity ${this.id[other]!})`;
    const far = `distance ${distance} (1/32 unit)`;
    return `tick ${tick}: in the view of bot ${bot}, ${who} at ${where}, ${far},`;
  }
}

function emptyOracleFigures(): OracleFigures {
  return {
    ticks: 0,
    views: 0,
    entries: 0,
    incomplete: 0,
    merged: 0,
    reset: 0,
    incompleteRun: 0,
    uncertain: 0,
    strangers: 0,
    late: 0,
    missing: 0,
    extra: 0,
    wrongPositions: 0,
  };
}
