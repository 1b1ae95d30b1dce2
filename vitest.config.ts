// `npm test`: unit tests beside the code, and the tests of the house as a whole in test/. Those
// that need programs from outside have a suite of their own (test/integration).
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,assembly,proto,test,bench}/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    // Nothing asserts wall time; this is only for a machine that is busy with something else.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    allowOnly: false,
  },
});
