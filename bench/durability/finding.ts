// What a case of the proof of durability comes to, and what a case is given.
import type { Verdict } from "../verdict.ts";

export interface Setting {
  /** Length of an outage, and of the control beside it, s. */
  readonly seconds: number;
  readonly bots: number;
  readonly seed: number;
  /** Told what is going on, a line at a time. */
  readonly say: (line: string) => void;
}

export interface Finding {
  readonly verdict: Verdict;
  /** What was lost, doubled or otherwise wrong; any of it makes the case wrong, however fast. */
  readonly faults: readonly string[];
  /** By name, with the unit at its end. */
  readonly figures: Readonly<Record<string, number>>;
  /** What the verdict alone does not say. */
  readonly remarks: readonly string[];
}

export type Case = (setting: Setting) => Promise<Finding>;

/** From so many seconds on a run is whole; below, it shows that all of it works, with little. */
const WHOLE_SECONDS = 30;

export function isWhole({ seconds }: Setting): boolean {
  return seconds >= WHOLE_SECONDS;
}

/**
 * What a finding comes to in a run of this length: one that is too short decides nothing but that
 * something is wrong.
 */
export function decided(finding: Finding, setting: Setting): Finding {
  if (isWhole(setting) || finding.verdict === "wrong") return finding;
  const remark =
    `${finding.verdict} in ${setting.seconds} s; ` + `below ${WHOLE_SECONDS} s it decides nothing`;
  return { ...finding, verdict: "inconclusive", remarks: [...finding.remarks, remark] };
}

/** A finding in which correctness decides first, then the worst of the other verdicts. */
export function found(
  faults: readonly string[],
  verdicts: readonly Verdict[],
  figures: Finding["figures"],
  remarks: readonly string[] = [],
): Finding {
  return {
    verdict: worst([...verdicts, ...(faults.length > 0 ? WRONG : [])]),
    faults,
    figures,
    remarks,
  };
}

const WRONG: readonly Verdict[] = ["wrong"];
const FROM_WORST: readonly Verdict[] = ["wrong", "missed", "inconclusive", "met"];

/** @returns the worst of them; met when there is none */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return FROM_WORST.find((verdict) => verdicts.includes(verdict)) ?? "met";
}
