// A reporter of vitest's beside others: what a test gives as its reason to be skipped goes into the
// JSON report, which has no place of its own for it (assertionResults[].meta.skipped).
export default class Skips {
  onTestCaseResult(test) {
    const { state, note } = test.result();
    if (state === "skipped" && note !== undefined) test.meta().skipped = note;
  }
}
