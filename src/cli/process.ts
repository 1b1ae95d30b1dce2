// This process as its lifetime sees it: its signals, its faults, its clock.
import type { Host } from "./lifetime.ts";
import { whenOrphaned } from "./orphan.ts";

export const thisProcess: Host = {
  onSignal(listener) {
    process.on("SIGTERM", listener);
    process.on("SIGINT", listener);
    whenOrphaned(process.env, () => {
      listener("the end of npm");
    });
  },
  onFault(listener) {
    process.on("uncaughtException", listener);
    process.on("unhandledRejection", listener);
  },
  now: () => performance.now(),
};
