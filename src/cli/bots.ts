// `--bots N`: bots in a process of their own, so that they take neither the server's time nor
// its memory, stopped with the server.
import { spawn } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

import type { Log } from "../observability/log.ts";

/** Bots that run beside the server. */
export interface Bots {
  /** Ends them; resolves when their process is gone. */
  stop(): Promise<void>;
}

const STOP_LIMIT_MS = 2000;

/** Starts `count` bots against `url`. That they end by themselves is logged, and no more. */
export function startBots(count: number, url: string, log: Log): Bots {
  // src/swarm/main.ts beside src/cli/bots.ts, and dist/swarm/main.js beside dist/cli/bots.js.
  const here = fileURLToPath(import.meta.url);
  const program = fileURLToPath(new URL(`../swarm/main${extname(here)}`, import.meta.url));
  const argv = [program, "crowd", "--url", url, "--bots", String(count)];
  // Its stdin is a pipe that ends with this process, however this process ends. What it prints
  // goes to stderr: stdout belongs to the log.
  const child = spawn(process.execPath, argv, { stdio: ["pipe", 2, 2] });
  let stopping = false;

  const gone = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      log.error({ error }, "The bots could not be started");
      resolve();
    });
    child.on("exit", (code, signal) => {
      if (!stopping) log.warn({ code, signal }, "The bots have ended by themselves");
      resolve();
    });
  });
  child.stdin?.on("error", () => undefined); // they are gone; "exit" says so
  log.info({ bots: count, pid: child.pid, url }, "Bots are on their way");

  return {
    async stop() {
      stopping = true;
      child.kill("SIGTERM");
      const limit = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
      await gone;
      clearTimeout(limit);
    },
  };
}
