// `npm run test:integration`: the real process, and the programs that it works with in production.
import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/integration/**/*.itest.ts"],
    // How long is no matter: these only end what hangs, and the machine may do much beside.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 90_000, interval: 50 } },
    // Each test starts processes of its own; side by side they would only slow each other down.
    fileParallelism: false,
    allowOnly: false,
  },
});
