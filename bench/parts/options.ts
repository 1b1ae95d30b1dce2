// The command line of npm run bench:parts.
import { fileURLToPath } from "node:url";
import { optionsOf } from "../command.ts";
import { ROUNDS, whole } from "../options.ts";
import { PARTS_ROUNDS } from "../whole.ts";
import { PARTS } from "./results.ts";

export const USAGE = `npm run bench:parts -- [--quick] [--only PARTS] [--rounds R] [--json FILE]
The parts of a tick one by one, in every build of the kernel, beside what is usual in their place;
and the nodes of the index that a query visits, over n.
  --quick        one case, 4 short rounds: a first look, which decides nothing
  --only PARTS   separated by commas: ${PARTS.slice(0, 5).join(", ")},
                 ${PARTS.slice(5).join(", ")}; all unless told
  --rounds R     of each contender; ${PARTS_ROUNDS} unless told
  --json FILE    where results go. A whole run goes to bench/results/parts.json unless told; a part,
                 or one of fewer rounds, goes nowhere
Ends with 0, 1 where a contender was wrong, 78 where it was called wrongly.
`;
const RESULTS = fileURLToPath(new URL("../results/parts.json", import.meta.url));
const QUICK_ROUNDS = 4;

export interface Wanted {
  readonly quick: boolean;
  readonly only: readonly string[];
  readonly rounds: number;
  /** Where results go; null = nowhere. */
  readonly json: string | null;
}

/** @throws Error in words */
export function wantedOf(argv: readonly string[]): Wanted {
  const text = { type: "string" } as const;
  const values = optionsOf("bench:parts", argv, {
    quick: { type: "boolean", default: false },
    only: text,
    rounds: text,
    json: text,
  });
  const { quick } = values;
  const only = values.only?.split(",") ?? PARTS;
  const unknown = only.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined)
    throw new Error(`no part is called "${unknown}"; there are ${PARTS.join(", ")}`);
  const usual = quick ? QUICK_ROUNDS : PARTS_ROUNDS;
  const rounds = whole("rounds", values.rounds ?? String(usual), ROUNDS);
  const isPart = quick || PARTS.some((part) => !only.includes(part)) || rounds < PARTS_ROUNDS;
  return { quick, only, rounds, json: values.json ?? (isPart ? null : RESULTS) };
}
