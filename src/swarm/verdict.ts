// What of a run's findings makes it fail.
import { MAX_FRAME } from "../protocol/version.ts";
import type { OracleFigures } from "./oracle.ts";
import type { Tally } from "./tally.ts";

/** Ticks after which a view may be incomplete: this share of all, and so many in a row. */
const INCOMPLETE_SHARE_MAX = 0.01;
const INCOMPLETE_RUN_MAX = 4;
/** Samples that may be left uncompared, for whatever reason. */
const SKIPPED_SHARE_MAX = 0.1;

/**
 * What became of the record that --corrupt has flipped: nobody asked for it, the oracle found it,
 * it did not, or no view was fit to be flipped.
 */
export type Corruption = "none" | "found" | "missed" | "never made";

export interface Judged {
  tally: Tally;
  /** null: nothing was sampled. */
  oracle: OracleFigures | null;
  corrupt: boolean;
}

/** @returns a sentence for each reason to fail; none = all that was checked is true */
export function faultsOf(judged: Judged): string[] {
  const { counts, model } = judged.tally;
  const faults: string[] = [];
  const judge = (isFault: boolean, sentence: string): void => {
    if (isFault) faults.push(sentence);
  };
  if (judged.oracle !== null) faults.push(...oracleFaults(judged.oracle));
  const corruption = corruptionOf(judged);
  judge(
    corruption === "missed",
    "the corrupted record was NOT found: the check is blind, whatever else it says",
  );
  judge(
    corruption === "never made",
    "no record was corrupted, for no view was sampled that was fit for it: nothing is proven",
  );
  judge(
    counts.incompleteTicks > counts.ticks * INCOMPLETE_SHARE_MAX,
    `views incomplete after ${counts.incompleteTicks} of ${counts.ticks} ticks, more than 1 %`,
  );
  judge(
    counts.incompleteRun > INCOMPLETE_RUN_MAX,
    `the view of one bot incomplete for ${counts.incompleteRun} ticks in a row, ` +
      `more than ${INCOMPLETE_RUN_MAX}`,
  );
  judge(model.differences > 0, `${model.differences} differences from the movement rule`);
  judge(
    model.unchecked > 0,
    `${model.unchecked} Corrections not compared: too many waited for their intents`,
  );
  judge(counts.oversize > 0, `${counts.oversize} frames above ${MAX_FRAME} bytes`);
  judge(counts.digestsBad > 0, `${counts.digestsBad} digests differ`);
  judge(counts.protocolFaults > 0, `${counts.protocolFaults} protocol faults`);
  judge(counts.errors > 0, `${counts.errors} Error messages of the server`);
  judge(counts.losses > 0, `${counts.losses} connections lost`);
  judge(counts.silences > 0, `${counts.silences} bots heard nothing for seconds`);
  judge(counts.joins === 0, "nobody joined");
  return faults;
}

/** A flipped record is one that stands elsewhere: no other difference proves that it was found. */
export function corruptionOf({ tally, oracle, corrupt }: Judged): Corruption {
  if (!corrupt) return "none";
  if (tally.counts.corrupted === 0) return "never made";
  return oracle !== null && oracle.wrongPositions > 0 ? "found" : "missed";
}

function oracleFaults(oracle: OracleFigures): string[] {
  const faults: string[] = [];
  const differences = oracle.missing + oracle.extra + oracle.wrongPositions;
  const skipped = oracle.incomplete + oracle.merged + oracle.reset;
  const samples = oracle.views + skipped;
  if (differences > 0) faults.push(`${differences} differences between views and the AOI rule`);
  if (oracle.views === 0) faults.push("no view was compared");
  else if (skipped > samples * SKIPPED_SHARE_MAX)
    faults.push(
      `too little was compared: ${skipped} of ${samples} views were left out, more than 10 %`,
    );
  if (oracle.late > 0) faults.push(`${oracle.late} records came too late to be checked`);
  return faults;
}
