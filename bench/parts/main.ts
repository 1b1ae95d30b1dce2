// npm run bench:parts -- [--quick] [--only PARTS] [--rounds R] [--json FILE]
// Measures the parts of a tick one by one, in every build of the kernel, and what is usual in their
// place; and counts the nodes that a query visits, over n. Writes bench/results/parts.json.
import { buildStale } from "../fresh.ts";

buildStale((line) => console.log(line));
// Not before: it imports what is built.
await import("./run.ts");
