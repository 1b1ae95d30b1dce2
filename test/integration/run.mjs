// `npm run test:integration [-- --report FILE]`: looks for the programs that the suite needs, says
// how to install what is missing, runs the suite, and sums it up in one line.
import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Programs from outside, the tests' own: which, and the Debian package that brings it. */
const NEEDED = [{ program: "promtool", package: "prometheus" }];

function isOnPath(program) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function reportFile(argv) {
  const at = argv.indexOf("--report");
  return at < 0 ? undefined : argv.splice(at, 2)[1];
}

const argv = process.argv.slice(2);
if (argv.includes("--list-packages")) {
  console.log(
    NEEDED.filter((each) => !isOnPath(each.program))
      .map((each) => each.package)
      .join(" "),
  );
  process.exit(0);
}

const missing = NEEDED.filter((each) => !isOnPath(each.program));
if (missing.length > 0) {
  const programs = missing.map((each) => each.program).join(", ");
  const packages = missing.map((each) => each.package).join(" ");
  console.error(`The integration tests need ${programs}, which is not installed. As root:`);
  console.error(`  apt-get install -y --no-install-recommends ${packages}`);
  process.exit(1);
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "aether-integration-"));
const report = reportFile(argv) ?? join(folder, "report.json");
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const reporters = ["--reporter=default", "--reporter=json", `--outputFile=${report}`];
const config = ["--config", "test/integration/vitest.config.ts"];
const { status } = spawnSync(process.execPath, [vitest, "run", ...config, ...reporters, ...argv], {
  cwd: root,
  stdio: "inherit",
});

let summary = "the suite did not run to its end";
try {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  summary = `${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`;
} catch {
  // The exit code says it too.
}
rmSync(folder, { recursive: true });
console.log(`Integration tests: ${summary}`);
process.exit(status ?? 1);
