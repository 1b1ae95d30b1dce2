// npm run prove -- latency | kernel | durability [options]
// Times are judged against a control that alternates with them in the same run.
import { begin, refuse } from "./command.ts";

const USAGE = `npm run prove -- kernel [--quick] [--cases NAMES] [--rounds R] [--baseline FILE]
                        [--write-baseline] [--json FILE]
Has the kernel become slower? Its time by that of plain JavaScript, beside the stored baseline's.
  --quick            one case, 3 rounds: shows that it works, and decides nothing
  --cases NAMES      uniform-100,uniform-1000,uniform-10000-k100: all unless told
  --rounds R         windows of each contender; 30 unless told, fewer than 10 decide nothing
  --baseline FILE    bench/baseline.json unless told
  --write-baseline   writes it, of all cases with 30 rounds at least
  --json FILE        where the measurements go

npm run prove -- latency [--bots N] [--seconds S] [--rounds R] [--json FILE]
Does the server show a movement to a neighbour as soon as the bare transport does? Linux only.
  --bots N      300 unless told
  --seconds S   of each measurement; 15 unless told
  --rounds R    of both servers; 3 unless told
  --json FILE   where the measurements go

npm run prove -- durability [--seconds S] [--bots N] [--only CASES] [--seed N] [--json FILE]
Is anything lost or doubled while PostgreSQL or Redis is stopped, frozen, filled or cut off? Needs
both programs.
  --seconds S    of each case; 60 unless told, below 30 its times tell little
  --bots N       100 unless told
  --only CASES   separated by commas; all unless told
  --seed N       1 unless told
  --json FILE    where the findings go

Ends with 0 where the goal is met, 1 where it is missed or an output is wrong, 2 where the
measurement does not tell, 78 where it was called wrongly.
`;

/** @returns the code to end with */
type Proof = (argv: readonly string[]) => Promise<number>;

/** Loaded when asked for: a proof needs nothing of what the other one measures. */
const PROOFS: Readonly<Record<string, () => Promise<Proof>>> = {
  latency: async () => (await import("./prove-latency.ts")).proveLatency,
  kernel: async () => (await import("./prove-kernel.ts")).proveKernel,
  durability: async () => (await import("./prove-durability.ts")).proveDurability,
};

const [name = "", ...argv] = process.argv.slice(2);
begin(USAGE, process.argv.slice(2));
const load = Object.hasOwn(PROOFS, name) ? PROOFS[name] : undefined;
if (load === undefined) {
  const names = Object.keys(PROOFS).join(" or ");
  refuse("prove", new Error(`name what to prove, ${names}: npm run prove -- --help tells more`));
}
const prove = await load();
process.exit(await prove(argv));
