// The log of a process on its standard output: JSON for programs, words where that is a terminal.
import { isatty } from "node:tty";
import { createLog } from "../observability/log.ts";
import type { LogSink } from "../observability/log.ts";

const STDOUT = 1;

/** @param env of which NO_COLOR (https://no-color.org) is heeded */
export function logToStdout(level: string, env: NodeJS.ProcessEnv): LogSink {
  if (!isatty(STDOUT)) return createLog({ level, fd: STDOUT });
  const isColoured = (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
  return createLog({ level, fd: STDOUT, words: { isColoured } });
}
