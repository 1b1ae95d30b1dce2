// What is shown of the live page: who looks at it, what that costs, what was changed there.
import type { Layout } from "../layout.ts";

export const pageMetrics = (on: Layout) => ({
  open: on.gauge("aether_live_pages", "Live pages that are open."),
  opened: on.counter("aether_live_pages_opened_total", "Live pages opened."),
  refused: on.counter("aether_live_pages_refused_total", "Live pages, or commands, refused."),
  frames: on.counter("aether_live_page_frames_total", "Frames for live pages.", {
    outcome: ["sent", "dropped"],
  }),
  kernelChanges: on.counter("aether_kernel_changes_total", "Changes of the kernel at run time."),
});
