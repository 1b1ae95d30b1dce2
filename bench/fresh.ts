// What is measured is what the sources say: builds that are older than their sources, or missing,
// are made anew before anything is opened. Their makers are those of npm run build and
// npm run bench:build.
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

/** The kernel in WebAssembly and JavaScript, whole and in parts. */
export const KERNEL: Build = {
  command: ["assembly/build.mjs", "--parts"],
  sources: ["assembly", "asconfig.json"],
  outputs: [
    ...["build/kernel.wasm", "build/kernel.scalar.wasm"],
    ...["build/parts.wasm", "build/parts.scalar.wasm"],
    ...["build/twin/layout.js", "build/twin/kernel.js", "build/twin/kernel-parts.js"],
  ],
};
/** The protobuf codec. */
export const PROTO: Build = {
  command: ["proto/build.mjs"],
  sources: ["proto/aether.proto", "proto/build.mjs"],
  outputs: ["build/proto/aether.js", "build/proto/aether.d.ts"],
};
/** The programs that people run, server and swarm. */
export const DIST: Build = {
  command: ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"],
  sources: ["src", "types", "tsconfig.json", "tsconfig.build.json"],
  outputs: ["dist/cli/aether.js", "dist/swarm/main.js", "dist/main.js"],
};
/** The kernel in C. Without gcc its maker says so, and it is left out. */
export const NATIVE: Build = {
  command: ["bench/native/build.mjs"],
  sources: ["assembly", "bench/native"],
  outputs: ["build/native/kernel", "build/native/sets"],
};

/**
 * Builds those that are stale.
 * @param say told what is being built
 * @throws where a build fails
 */
export function buildStale(builds: readonly Build[], say: (line: string) => void): void {
  for (const build of builds) {
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

/** When the files of a folder, and of those in it, were changed, or a file. */
function timesOf(path: string): number[] {
  if (!statSync(path).isDirectory()) return [statSync(path).mtimeMs];
  return readdirSync(path)
    .filter((name) => !name.endsWith(".test.ts"))
    .flatMap((name) => timesOf(join(path, name)));
}
