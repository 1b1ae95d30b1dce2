// npm run bench:parts: measures the parts of a tick one by one, in every build of the kernel, and
// what is usual in their place; and counts the nodes that a query visits, over n. A whole run is
// written to bench/results/parts.json, from which docs/benchmarks.md is made; a part, or one of
// fewer rounds, only where --json says.
import { wantedBy } from "../command.ts";
import { buildStale, KERNEL, PROTO } from "../fresh.ts";
import { loadAtStart } from "../machine.ts";
import { EXIT_CODES } from "../verdict.ts";
import { USAGE, wantedOf } from "./options.ts";

const wanted = wantedBy("bench:parts", USAGE, wantedOf);
const say = (line: string): void => console.log(line);
const loadAverage = loadAtStart(say);
buildStale([KERNEL, PROTO], say);
// Not before: it imports what is built.
const { run } = await import("./run.ts");
if (!(await run(wanted, loadAverage))) process.exitCode = EXIT_CODES.wrong;
