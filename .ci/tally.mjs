// What a JSON report of vitest's comes to.

/**
 * `failed` are tests; `broken` are files that failed without a test of theirs failing: they could
 * not be loaded, or what runs before or after their tests went wrong.
 */
export function tallyOf({ testResults }) {
  const tests = testResults.flatMap((result) => result.assertionResults);
  const count = (status) => tests.filter((test) => test.status === status).length;
  const broken = testResults
    .filter(({ status, assertionResults }) => {
      return status === "failed" && !assertionResults.some((test) => test.status === "failed");
    })
    .map(({ name = "?", message = "" }) => ({
      file: name,
      why: message.split("\n", 1)[0] || "no reason was given",
    }));
  const skipped = tests
    .filter(({ status }) => status !== "passed" && status !== "failed")
    .map(({ fullName, meta }) => ({
      test: fullName,
      why: meta?.skipped ?? "no reason was given",
    }));
  return { passed: count("passed"), failed: count("failed"), broken, skipped };
}
