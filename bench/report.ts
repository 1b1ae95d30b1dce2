// npm run bench:report: makes docs/benchmarks.md, its figures, and the summary in README.md from
// bench/results.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { optionsOf, refuse, wantedBy } from "./command.ts";
import { reportFiles } from "./report/files.ts";
import type { Files } from "./report/page.ts";

const USAGE = `npm run bench:report
Makes docs/benchmarks.md, its figures, and the summary in README.md from bench/results and
bench/report/notes.md. Refuses results of --quick, and of a part of the cases.
`;
const DOCS = new URL("../docs/", import.meta.url);

wantedBy("bench:report", USAGE, (argv) => optionsOf("bench:report", argv, {}));
let files: Files;
try {
  files = reportFiles();
} catch (error) {
  refuse("bench:report", error);
}
mkdirSync(new URL("benchmarks/", DOCS), { recursive: true });
for (const name of readdirSync(new URL("benchmarks/", DOCS))) {
  if (!files.has(`benchmarks/${name}`)) rmSync(new URL(`benchmarks/${name}`, DOCS));
}
for (const [path, text] of files) writeFileSync(new URL(path, DOCS), text);
const figures = [...files.keys()].filter((path) => path.endsWith(".svg")).length;
console.log(`docs/benchmarks.md, ${figures} figures and the summary in README.md are made`);
