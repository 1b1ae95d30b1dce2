// Sums up vitest's JSON reports: node .ci/summary.mjs NAME EXIT-CODE REPORT [NAME …]
// The last line is "N passed, N failed"; the exit code is 1 unless all is well.
import { readFileSync } from "node:fs";
import { tallyOf } from "./tally.mjs";

/** What one suite did. A suite that ended badly without a failed test counts as one failure. */
function outcome(name, exitCode, file) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: [], note: `${name} did not get as far as its tests` };
  }
  const tally = tallyOf(report);
  const { passed } = tally;
  const failed = tally.failed + tally.broken.length;
  const skipped = tally.skipped.map(({ test, why }) => `${test}: ${why}`);
  const note = tally.broken.map(({ file, why }) => `${file}: ${why}`).join("\n  ");
  if (passed + failed === 0) return { passed, failed: 1, skipped, note: `${name} ran no test` };
  if (exitCode !== "0" && failed === 0) {
    return { passed, failed: 1, skipped, note: `${name} ended with ${exitCode}` };
  }
  return { passed, failed, skipped, note };
}

const argv = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: [] };
for (let i = 0; i < argv.length; i += 3) {
  const [name, exitCode, file] = argv.slice(i, i + 3);
  const { passed, failed, skipped, note } = outcome(name, exitCode, file);
  console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  if (note !== "") console.log(`  ${note}`);
  for (const test of skipped) console.log(`  skipped: ${test}`);
  total.passed += passed;
  total.failed += failed;
  total.skipped.push(...skipped);
}
console.log(`${total.skipped.length} skipped`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
