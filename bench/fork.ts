// Starts a process that measures, and says with which options of Node such a process is started.
import { type ChildProcess, fork } from "node:child_process";

const PLAIN = new URL("./plain.mjs", import.meta.url);
/** Taking types off is still called experimental; nobody needs to read that once a process. */
export const PLAIN_OPTIONS: readonly string[] = [
  "--disable-warning=ExperimentalWarning",
  "--import",
  PLAIN.href,
];

/** @param module a path; it talks by messages, in which typed arrays stay typed arrays */
export function forkPlain(module: string): ChildProcess {
  const execArgv = [...process.execArgv, ...PLAIN_OPTIONS];
  return fork(module, { serialization: "advanced", execArgv });
}
