// `npm run test:integration [-- --report FILE]`: looks for the programs that the suite needs, says
// how to install what is missing, runs the suite, and sums it up: what failed outside of a test,
// what was skipped and why, and in the last line how many of each.
import { spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { tallyOf } from "../../.ci/tally.mjs";

/** Programs from outside, the tests' own: which, and the Debian package that brings it. */
const NEEDED = [
  { program: "promtool", package: "prometheus" },
  { program: "prometheus", package: "prometheus" },
  { program: "redis-server", package: "redis-server" },
  { program: "postgres", package: "postgresql", below: "/usr/lib/postgresql" },
];

/** What some tests are skipped without: installed where that is possible. */
const WELCOME = [
  { program: "slowhttptest", package: "slowhttptest" },
  { program: "chromium", package: "chromium" },
  { file: "/usr/lib/python3/dist-packages/websockets", package: "python3-websockets" },
  { file: "/usr/lib/python3/dist-packages/google/protobuf", package: "python3-protobuf" },
  { program: "protoc", package: "protobuf-compiler" },
  { program: "faketime", package: "faketime" },
];

/** The folders of PATH, and those of a program that Debian keeps apart, by version. */
function foldersOf({ below }) {
  if (below === undefined) return (process.env.PATH ?? "").split(delimiter);
  const versions = existsSync(below) ? readdirSync(below) : [];
  return versions.map((version) => join(below, version, "bin"));
}

function isInstalled(needed) {
  if (needed.file !== undefined) return existsSync(needed.file);
  return foldersOf(needed).some((folder) => {
    const { program } = needed;
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Each package once. */
function packagesOf(programs) {
  return [...new Set(programs.map((each) => each.package))].join(" ");
}

function reportFile(argv) {
  const at = argv.indexOf("--report");
  return at < 0 ? undefined : argv.splice(at, 2)[1];
}

const argv = process.argv.slice(2);
if (argv.includes("--list-packages")) {
  console.log(packagesOf([...NEEDED, ...WELCOME].filter((each) => !isInstalled(each))));
  process.exit(0);
}

const missing = NEEDED.filter((each) => !isInstalled(each));
if (missing.length > 0) {
  const programs = missing.map((each) => each.program).join(", ");
  const packages = packagesOf(missing);
  console.error(`The integration tests need ${programs}, which is not installed. As root:`);
  console.error(`  apt-get install -y --no-install-recommends ${packages}`);
  process.exit(1);
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "aether-integration-"));
const report = reportFile(argv) ?? join(folder, "report.json");
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const skips = `--reporter=${fileURLToPath(new URL("./skips.mjs", import.meta.url))}`;
const reporters = ["--reporter=default", skips, "--reporter=json", `--outputFile=${report}`];
const config = ["--config", "test/integration/vitest.config.ts"];
const { status } = spawnSync(process.execPath, [vitest, "run", ...config, ...reporters, ...argv], {
  cwd: root,
  stdio: "inherit",
});

let summary = "the suite did not run to its end";
try {
  const { passed, failed, broken, skipped } = tallyOf(JSON.parse(readFileSync(report, "utf8")));
  for (const { file, why } of broken) console.log(`failed outside of a test: ${file}: ${why}`);
  for (const { test, why } of skipped) console.log(`skipped: ${test}: ${why}`);
  summary = `${passed} passed, ${failed + broken.length} failed, ${skipped.length} skipped`;
} catch {
  // The exit code says it too.
}
rmSync(folder, { recursive: true });
console.log(`Integration tests: ${summary}`);
process.exit(status ?? 1);
