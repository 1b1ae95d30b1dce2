// What is measured is what the sources say: builds that are older than their sources, or missing,
// are made anew before anything is opened. Their makers are those of npm run bench:build.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

export interface Build {
  /** The program that makes it, with its arguments, from the repository's root. */
  readonly command: readonly string[];
  /** Files, and folders of which every file counts. */
  readonly sources: readonly string[];
  readonly outputs: readonly string[];
}

const BUILDS: readonly Build[] = [
  {
    command: ["assembly/build.mjs", "--parts"],
    sources: ["assembly", "asconfig.json"],
    outputs: [
      ...["build/kernel.wasm", "build/kernel.scalar.wasm"],
      ...["build/parts.wasm", "build/parts.scalar.wasm"],
      ...["build/twin/layout.js", "build/twin/kernel.js", "build/twin/kernel-parts.js"],
    ],
  },
  {
    command: ["bench/native/build.mjs"],
    sources: ["assembly", "bench/native"],
    outputs: ["build/native/kernel", "build/native/sets"],
  },
];

/**
 * Builds what is stale; without gcc, the native kernel says so and is left out.
 * @param say told what is being built
 * @throws where a build fails
 */
export function buildStale(say: (line: string) => void): void {
  for (const build of BUILDS) {
    if (!isStale(ROOT, build)) continue;
    say(`not built from the present sources: node ${build.command.join(" ")}`);
    execFileSync(process.execPath, build.command, { cwd: ROOT, stdio: "inherit" });
  }
}

/** Whether an output is missing, or older than the youngest source. */
export function isStale(root: string, { sources, outputs }: Build): boolean {
  const youngest = Math.max(...sources.flatMap((path) => timesOf(join(root, path))));
  return outputs.some((path) => {
    const file = join(root, path);
    return !existsSync(file) || statSync(file).mtimeMs < youngest;
  });
}

/** When the files of a folder were changed, or a file. */
function timesOf(path: string): number[] {
  if (!statSync(path).isDirectory()) return [statSync(path).mtimeMs];
  return readdirSync(path)
    .filter((name) => !name.endsWith(".test.ts"))
    .map((name) => statSync(join(path, name)).mtimeMs);
}
