// npm run bench:report: makes docs/benchmarks.md and its figures from bench/results.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { reportFiles } from "./report/files.ts";

const DOCS = new URL("../docs/", import.meta.url);

const files = reportFiles();
mkdirSync(new URL("benchmarks/", DOCS), { recursive: true });
for (const name of readdirSync(new URL("benchmarks/", DOCS))) {
  if (!files.has(`benchmarks/${name}`)) rmSync(new URL(`benchmarks/${name}`, DOCS));
}
for (const [path, text] of files) writeFileSync(new URL(path, DOCS), text);
console.log(`docs/benchmarks.md and ${files.size - 1} figures are made`);
