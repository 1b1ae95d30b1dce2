// npm run prove -- latency | kernel [options]
// Times are judged against a control that alternates with them in the same run. Ends with 0 where
// the goal is met, 1 where it is missed or an output is wrong, 2 where the measurement does not
// tell, 78 where it was called wrongly. The options are told in prove-latency.ts, prove-kernel.ts.
import { EXIT_USAGE } from "./verdict.ts";

/** @returns the code to end with */
type Proof = (argv: readonly string[]) => Promise<number>;

/** Loaded when asked for: a proof needs nothing of what the other one measures. */
const PROOFS: Readonly<Record<string, () => Promise<Proof>>> = {
  latency: async () => (await import("./prove-latency.ts")).proveLatency,
  kernel: async () => (await import("./prove-kernel.ts")).proveKernel,
};

const [name = "", ...argv] = process.argv.slice(2);
const load = Object.hasOwn(PROOFS, name) ? PROOFS[name] : undefined;
if (load === undefined) {
  console.error(`prove: name what to prove: ${Object.keys(PROOFS).join(" or ")}`);
  process.exit(EXIT_USAGE);
}
const prove = await load();
process.exit(await prove(argv));
