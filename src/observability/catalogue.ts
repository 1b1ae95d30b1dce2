// Every metric of ours, and where its numbers lie on the board. docs/metrics.md lists the same
// ones; a test compares the two both ways.
import { appMetrics } from "./catalogue/app.ts";
import { journalMetrics } from "./catalogue/journal.ts";
import { kernelMetrics } from "./catalogue/kernel.ts";
import { messageMetrics } from "./catalogue/messages.ts";
import { pageMetrics } from "./catalogue/pages.ts";
import { processMetrics } from "./catalogue/process.ts";
import { sessionMetrics } from "./catalogue/sessions.ts";
import { sightMetrics } from "./catalogue/sight.ts";
import { storeMetrics } from "./catalogue/store.ts";
import { tickMetrics } from "./catalogue/tick.ts";
import { windowMetrics } from "./catalogue/windows.ts";
import { worldMetrics } from "./catalogue/world.ts";
import { Layout } from "./layout.ts";
import type { Metric } from "./layout.ts";

const layout = new Layout();

export const TICK = tickMetrics(layout);
export const WORLD = worldMetrics(layout);
export const KERNEL = kernelMetrics(layout);
export const SIGHT = sightMetrics(layout);
export const MESSAGES = messageMetrics(layout);
export const WINDOWS = windowMetrics(layout);
export const SESSIONS = sessionMetrics(layout);
export const STORE = storeMetrics(layout);
export const JOURNAL = journalMetrics(layout);
export const PAGES = pageMetrics(layout);
export const APP = appMetrics(layout);
export const PROCESS = processMetrics(layout);

export const METRICS: readonly Metric[] = layout.metrics;
/** Numbers of all metrics together. */
export const CELLS = layout.cells;
