// `npm run test:integration`: the real process, and the programs that it works with in production.
import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/integration/**/*.itest.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // How long is no matter where nothing else is said: the machine may do much beside.
    expect: { poll: { timeout: 20_000, interval: 50 } },
    // Each test starts processes of its own; side by side they would only slow each other down.
    fileParallelism: false,
    allowOnly: false,
  },
});
