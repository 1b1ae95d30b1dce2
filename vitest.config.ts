// `npm test`: unit tests beside the code, and the tests of the house as a whole in test/. Those
// that need programs from outside have a suite of their own (test/integration).
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,assembly,proto,test,bench}/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    // One worker a core: by itself vitest leaves one core to a person at the keyboard.
    maxWorkers: "100%",
    // Nothing asserts wall time. These only end what hangs, on a machine that is busy with other
    // things; so no test sets a shorter limit of its own.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    allowOnly: false,
  },
});
