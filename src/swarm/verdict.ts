// What of a run's findings makes it fail.
import { MAX_FRAME } from "../protocol/version.ts";
import type { OracleFigures } from "./oracle.ts";
import type { Tally } from "./tally.ts";

/** Views that may be incomplete: this share of all, and so many of one bot in a row. */
const INCOMPLETE_SHARE_MAX = 0.01;
const INCOMPLETE_RUN_MAX = 4;

export interface Judged {
  tally: Tally;
  /** null: nothing was sampled. */
  oracle: OracleFigures | null;
  corrupt: boolean;
}

/** @returns a sentence for each reason to fail; none = all that was checked is true */
export function faultsOf({ tally, oracle, corrupt }: Judged): string[] {
  const { counts, model } = tally;
  const faults: string[] = [];
  const judge = (isFault: boolean, sentence: string): void => {
    if (isFault) faults.push(sentence);
  };
  if (oracle !== null) {
    const differences = oracle.missing + oracle.extra + oracle.wrongPositions;
    const samples = oracle.views + oracle.incomplete + oracle.merged + oracle.reset;
    judge(differences > 0, `${differences} differences between views and the AOI rule`);
    judge(oracle.views === 0, "no view was compared");
    judge(oracle.late > 0, `${oracle.late} records came too late to be checked`);
    judge(
      oracle.incomplete > samples * INCOMPLETE_SHARE_MAX,
      `${oracle.incomplete} of ${samples} views incomplete, more than 1 %`,
    );
    judge(
      oracle.incompleteRun > INCOMPLETE_RUN_MAX,
      `${oracle.incompleteRun} incomplete views of one bot in a row, ` +
        `more than ${INCOMPLETE_RUN_MAX}`,
    );
    judge(corrupt && differences === 0, "the corrupted record was not found");
  }
  judge(corrupt && oracle === null, "--corrupt without samples changes nothing");
  judge(model.differences > 0, `${model.differences} differences from the movement rule`);
  judge(counts.oversize > 0, `${counts.oversize} frames above ${MAX_FRAME} bytes`);
  judge(counts.digestsBad > 0, `${counts.digestsBad} digests differ`);
  judge(counts.protocolFaults > 0, `${counts.protocolFaults} protocol faults`);
  judge(counts.losses > 0, `${counts.losses} connections lost`);
  judge(counts.silences > 0, `${counts.silences} bots heard nothing for seconds`);
  judge(counts.joins === 0, "nobody joined");
  return faults;
}
