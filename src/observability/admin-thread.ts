// The admin server's thread, which may load before it is known where it will listen.
import { PreparedThread } from "../threads/prepared.ts";

/** This file's own ending tells source from build. */
const ENTRY = new URL(
  import.meta.url.endsWith(".ts") ? "./admin-worker.ts" : "./admin-worker.js",
  import.meta.url,
);
/** Of the thread; a profile that is rendered there takes some of it. */
const HEAP_MB = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 3 };

export const ADMIN_THREAD = new PreparedThread(ENTRY, { execArgv: [], resourceLimits: HEAP_MB });
