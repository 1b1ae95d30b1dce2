// Imported before anything that needs what `npm run build` makes (`node --import` for a program of
// dist/): where it is missing, one sentence says so in place of a stack.
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT_USAGE } from "./verdict.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const MADE = ["build/kernel.wasm", "build/twin/kernel.js", "build/proto/aether.js"];

const program = process.argv[1] === undefined ? [] : [relative(ROOT, process.argv[1])];
const missing = [...MADE, ...program].filter((file) => !existsSync(ROOT + file));
if (missing.length > 0) {
  console.error(`Not built, for there is no ${missing.join(", ")}: run npm run build.`);
  process.exit(EXIT_USAGE);
}
