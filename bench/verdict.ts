// How a proof can end, whatever is proven: the word, and the code that the process ends with.

/** Wrong: an output differs from what it should be, so that no time of it means anything. */
export type Verdict = "met" | "missed" | "inconclusive" | "wrong";

export const EXIT_CODES: Readonly<Record<Verdict, number>> = {
  met: 0,
  missed: 1,
  wrong: 1,
  inconclusive: 2,
};
/** Called in a way that nothing was measured. */
export const EXIT_USAGE = 78;

/** The control may differ by this factor between rounds. */
export const SPREAD_MAX = 1.5;
