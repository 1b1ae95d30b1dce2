// Starts a process that measures.
import { type ChildProcess, fork } from "node:child_process";

const PLAIN = new URL("./plain.mjs", import.meta.url);
/** Taking types off is still called experimental; nobody needs to read that once a process. */
const OPTIONS = ["--disable-warning=ExperimentalWarning", "--import", PLAIN.href];

/** @param module a path; it talks by messages, in which typed arrays stay typed arrays */
export function forkPlain(module: string): ChildProcess {
  return fork(module, { serialization: "advanced", execArgv: [...process.execArgv, ...OPTIONS] });
}
