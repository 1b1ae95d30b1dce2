// Programs that a command has started, and that end with it whichever way it ends: by itself, by a
// signal to it alone, by an error. A killed one they notice themselves.
import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const atWork = new Set<ChildProcess>();

/** @returns the same child */
export function keep(child: ChildProcess): ChildProcess {
  if (atWork.size === 0) listen();
  atWork.add(child);
  child.once("exit", () => {
    atWork.delete(child);
    if (atWork.size === 0) deafen();
  });
  return child;
}

function listen(): void {
  process.on("exit", killAll);
  for (const signal of SIGNALS) process.on(signal, exitBy);
}

function deafen(): void {
  process.off("exit", killAll);
  for (const signal of SIGNALS) process.off(signal, exitBy);
}

function killAll(): void {
  for (const child of atWork) child.kill("SIGKILL");
}

function exitBy(signal: NodeJS.Signals): void {
  process.exit(128 + constants.signals[signal]);
}
