// One piece of an application's code as the engine calls it: a system or a hook. What it costs and
// how often it fails is counted under its name.

export class Unit {
  readonly name: string;
  /** ms. */
  readonly budgetMs: number;
  runs = 0;
  throws = 0;
  /** Throws of a system's run, and neither over a message nor for want of room. */
  strikes = 0;
  /** Runs that took more than the budget; runs left out for that; ms in all. */
  overruns = 0;
  skips = 0;
  ms = 0;
  /** What its last run took, ms. */
  runMs = 0;
  isDisabled = false;
  /** Runs that it still has to sit out. */
  sitsOut = 0;

  constructor(name: string, budgetMs: number) {
    this.name = name;
    this.budgetMs = budgetMs;
  }
}
