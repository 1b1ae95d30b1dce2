// Which processor cores a program may use, by Linux's taskset.
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";

export const SERVER_CORE = "0";
/** All but the server's. */
export const LOAD_CORES = `1-${Math.max(1, cpus().length - 1)}`;

/** Whether a server and its load can have cores of their own here. */
export function canPin(): boolean {
  if (cpus().length < 2) return false;
  try {
    execFileSync("taskset", ["-p", String(process.pid)], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** @param cores as taskset takes them; all threads of the process, and those that come later */
export function pinTo(cores: string, pid: number): void {
  execFileSync("taskset", ["-acp", cores, String(pid)], { stdio: "ignore" });
}
