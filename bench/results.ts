// What `npm run bench` writes: bench/results/contenders.json, from which the documents are made.
// Times are microseconds a tick. A ratio is a contender's time by the engine's (wasm-simd): 3 means
// that the engine is three times as fast.

/** What a contender does in one tick: all that the server runs, or the same without frames. */
export type Job = "tick" | "sets";

export interface Results {
  /** Tells these results from others in the same folder. */
  readonly format: "contenders";
  /** When the run began, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  /** Load average before the run began, one minute's; results from before it was kept have none. */
  readonly loadAverage?: number;
  readonly options: Options;
  /** Contenders that could not be opened here, for all cases alike. */
  readonly absent: readonly Absent[];
  /** Cases that could not be played here. */
  readonly absentCases: readonly Absent[];
  readonly contests: readonly Contest[];
}

export interface Machine {
  readonly cpu: string;
  /** Logical ones. */
  readonly cores: number;
  readonly memoryBytes: number;
  /** "linux x64". */
  readonly platform: string;
  /** "v22.23.3". */
  readonly node: string;
  /** V8's version. */
  readonly v8: string;
}

export interface Options {
  readonly quick: boolean;
  /** Rounds asked for: windows of each contender that is fast enough. */
  readonly rounds: number;
  /** Ticks of a window. */
  readonly windowTicks: number;
  /** What a contender may spend on the rounds of a case, ms: a slow one gets fewer. */
  readonly budgetMs: number;
}

export interface Absent {
  readonly name: string;
  /** A sentence, with the remedy. */
  readonly why: string;
}

/** A job, a case, and all contenders that met in it. */
export interface Contest {
  readonly job: Job;
  readonly case: Case;
  /** What the case asked of every contender, means over the ticks compared. */
  readonly asked: Asked;
  readonly contenders: readonly Standing[];
}

export interface Case {
  /** "uniform-1000", "uniform-10000-k100", "clustered-1000", "trace-madras". */
  readonly name: string;
  readonly spread: "uniform" | "clustered" | "bursty" | "trace";
  /** Entities, all of them observers. */
  readonly n: number;
  /**
   * Mean number of neighbours within the radius that the world's size was chosen for, if n were
   * spread evenly; 0 = the world of 2,000 x 2,000 units.
   */
  readonly k: number;
  /** Width of the square world, units. */
  readonly width: number;
}

export interface Asked {
  /** Told rows of an observer. */
  readonly neighbours: number;
  /** Of all observers together, a tick. */
  readonly entered: number;
  readonly left: number;
  /** Moved records, of all observers together, a tick. */
  readonly updates: number;
}

export type Kind = "engine" | "native" | "tuned" | "peer";

interface Named {
  readonly name: string;
  readonly kind: Kind;
  /** Of a library, its version; null where the repository's own code is measured. */
  readonly version: string | null;
  /** What must be known to read its times, a sentence; null = nothing. */
  readonly note: string | null;
}

export type Standing = Measured | Wrong | LeftOut;

/** Right, as far as compared, and measured. */
export interface Measured extends Named {
  readonly status: "measured";
  /** Ticks whose outputs were compared and found equal. */
  readonly comparedTicks: number;
  /** Windows measured, and ticks of each: fewer for a slow contender. */
  readonly rounds: number;
  readonly windowTicks: number;
  /** Of the windows' means, us a tick. */
  readonly p10: number;
  readonly median: number;
  readonly worst: WorstTick;
  /** Null for the engine itself, and where it was not measured. */
  readonly ratio: Ratio | null;
  /** The windows themselves, in order. */
  readonly windows: readonly Window[];
}

/** The slowest ticks. The machine's own hiccups are in the first number, hardly in the second. */
export interface WorstTick {
  /** The slowest tick of all, us. */
  readonly max: number;
  /** Median of the windows' slowest ticks, us. */
  readonly median: number;
  /** Median of all ticks, us: what the slowest are compared with. */
  readonly usual: number;
}

export interface Ratio {
  /** Median of the rounds' ratios: both windows were measured one after the other. */
  readonly median: number;
  /** Of the rounds' ratios, the smallest and the largest. */
  readonly min: number;
  readonly max: number;
  /** p10 by p10. */
  readonly p10: number;
}

export interface Window {
  /** Round in which it was measured, from 0. */
  readonly round: number;
  /** us a tick. */
  readonly mean: number;
  /** Its slowest tick, us. */
  readonly max: number;
  /** By the engine's mean of the same round; null for the engine. */
  readonly ratio: number | null;
}

/** Its outputs differ: no time of it means anything. */
export interface Wrong extends Named {
  readonly status: "wrong";
  /** What differs, where and when: a sentence. */
  readonly why: string;
}

/** Not measured in this case. */
export interface LeftOut extends Named {
  readonly status: "left out";
  /** Why: too slow, or it failed; a sentence. */
  readonly why: string;
}
