// Builds the kernel in C: translates assembly/*.ts and has GCC compile it.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readOperations } from "./operations.ts";
import type { Program } from "./program.ts";
import { translate } from "./translate.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ASSEMBLY = fileURLToPath(new URL("../../assembly", import.meta.url));
/**
 * -O3 for this machine. Vectors stay at 128 bits, as WebAssembly's are: GCC chooses nothing wider
 * by itself. Integers wrap and loads may alias, as they do there. None of it is a handicap: without
 * -fwrapv, with vectors as wide as GCC likes, with plain SSE4.2 or with huge pages, 1,000 entities
 * take the same time within 3 %.
 */
const FLAGS = [
  ..."-std=gnu17 -O3 -march=native -fno-pie -no-pie -fwrapv -fno-strict-aliasing".split(" "),
  ..."-mprefer-vector-width=128 -mmove-max=128 -mstore-max=128".split(" "),
  ..."-ffp-contract=off -fno-math-errno -fno-trapping-math".split(" "),
  ..."-Wall -Wextra -Werror -Wno-unused-function -Wno-unused-parameter".split(" "),
];

/** The first that knows all of FLAGS. */
const GCC_MIN = 12;

/** What this machine lacks, or null. */
export function whyNotHere(): string | null {
  if (process.arch !== "x64" || process.platform !== "linux")
    return "it is written for Linux on x86-64";
  const { status, stdout } = spawnSync("gcc", ["-dumpversion"], { encoding: "utf8" });
  if (status !== 0) return "there is no gcc";
  return parseInt(stdout) < GCC_MIN ? `gcc is older than ${GCC_MIN}` : null;
}

/** What each program is made from: an entry of the kernel, and what main.c is told of it. */
const PROGRAMS: readonly { name: Program; entry: string; flags: readonly string[] }[] = [
  { name: "kernel", entry: "index", flags: [] },
  { name: "sets", entry: "parts", flags: ["-DSETS"] },
];

/**
 * Translates and compiles into `folder`: `kernel` and `sets`, and beside them their C to be read.
 * @throws where something of the source has no translation, or GCC refuses the C
 */
export function buildNative(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, entry, flags } of PROGRAMS) {
    writeFileSync(join(folder, `${name}.c`), translate(ASSEMBLY, entry, readOperations()));
    // Whoever starts it meanwhile finds the old program or the new one.
    const made = join(folder, `${name}.making-${process.pid}`);
    const places = ["-I", folder, "-I", HERE, "-o", made];
    const options = [...FLAGS, ...flags, ...places, join(HERE, "main.c"), "-lm"];
    try {
      execFileSync("gcc", options, { stdio: "inherit" });
      renameSync(made, join(folder, name));
    } finally {
      rmSync(made, { force: true });
    }
  }
}
