// What a container engine would do with an image, done by the kernel alone: a root of its own that
// cannot be written to, a process that is number 1, another user, no capability. Linux, as root.
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Of this machine's own, as if the base image had brought them. */
const SYSTEM = ["/usr", "/etc", "/dev"];
/** Links of a merged /usr. */
const LINKS = ["bin", "sbin", "lib", "lib64"];
const NODE = "/opt/node";
const READ_ONLY = ["/usr", "/etc", NODE];

export interface Running {
  /** Numeric. */
  readonly user: number;
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
}

/** Whether this machine lets us; otherwise the reason why not. */
export function whyNoContainer(): string | null {
  if (process.platform !== "linux") return "namespaces are Linux's";
  if (process.getuid?.() !== 0) return "only root may make a root of its own";
  const tried = spawnSync("unshare", ["--mount", "--pid", "--fork", "true"]);
  return tried.status === 0 ? null : "this machine does not let us unshare";
}

/** A folder that becomes the root of processes. Call `destroy` at the end. */
export class NativeContainer {
  readonly root = mkdtempSync(join(tmpdir(), "aether-root-"));
  readonly #children: ChildProcess[] = [];

  constructor() {
    chmodSync(this.root, 0o755); // a root that only root may enter would be no test of another user
  }

  /** @returns where a path of the image lies on this machine */
  at(path: string): string {
    return join(this.root, path);
  }

  /** Starts a program as process 1 over the root: read-only but for /tmp and `writable`. */
  start(argv: readonly string[], { user, env, workdir }: Running, writable: string): ChildProcess {
    for (const each of [...SYSTEM, NODE, "/proc", "/tmp", writable]) {
      mkdirSync(this.at(each), { recursive: true });
    }
    for (const link of LINKS) {
      try {
        symlinkSync(join("usr", link), this.at(link));
      } catch {
        // there since the last start
      }
    }
    const node = dirname(dirname(process.execPath));
    const script = [
      'set -e; mount --bind "$0" "$0"; cd "$0"',
      ...SYSTEM.map((each) => `mount --rbind ${each} .${each}`),
      `mount --bind '${node}' .${NODE}`,
      `mount --bind .${writable} .${writable}`,
      "mount -t tmpfs tmpfs ./tmp; mount -t proc proc ./proc",
      ...["", ...READ_ONLY].map((each) => `mount -o remount,bind,ro .${each}`),
      `exec chroot . setpriv --reuid=${user} --regid=${user} --clear-groups \
        --bounding-set=-all --inh-caps=-all --no-new-privs \
        /usr/bin/env --ignore-environment --chdir=${workdir} "$@"`,
    ].join("\n");
    const variables = { PATH: `${NODE}/bin:/usr/bin:/bin`, ...env };
    const pairs = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const flags = ["--mount", "--propagation", "private", "--pid", "--fork"];
    const child = spawn("unshare", [...flags, "sh", "-c", script, this.root, ...pairs, ...argv], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.push(child);
    return child;
  }

  async destroy(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, "exit");
      for (const pid of firstProcesses(child)) process.kill(pid, "SIGKILL");
      child.kill("SIGKILL");
      await gone;
    }
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Process 1 of a container, as this machine numbers it. */
export function firstProcesses(container: ChildProcess): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statusOf(pid)["PPid"] === String(container.pid));
}

/** The lines of /proc/PID/status; none when it has ended. */
export function statusOf(pid: number): Readonly<Record<string, string>> {
  try {
    const lines = readFileSync(`/proc/${pid}/status`, "utf8").split("\n");
    return Object.fromEntries(
      lines.map((line): [string, string] => {
        const at = line.indexOf(":");
        return [
          line.slice(0, at),
          line
            .slice(at + 1)
            .trim()
            .replace(/\s+/g, " "),
        ];
      }),
    );
  } catch {
    return {};
  }
}
