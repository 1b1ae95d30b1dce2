// Files that may be replaced while the server runs. They are looked at every other second: a watch
// by the system would miss what is swapped by a symbolic link, as Kubernetes does.
import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { Stats } from "node:fs";

export const WATCH_MS = 2000;

/**
 * Calls `changed` after each change of one of the files, once they have stayed as they are for an
 * interval: two files that belong together are rarely replaced in one moment. Keeps no process
 * alive.
 */
export function watchFiles(
  paths: readonly string[],
  changed: () => void,
  everyMs = WATCH_MS,
): void {
  let taken = paths.map((path) => signatureOf(statSync(path, { throwIfNoEntry: false }))).join();
  let last = taken;
  const look = async (): Promise<void> => {
    const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
    const now = found.map(signatureOf).join();
    if (now !== taken && now === last && found.every((stats) => stats !== undefined)) {
      taken = now;
      changed();
    }
    last = now;
    setTimeout(() => void look(), everyMs).unref();
  };
  setTimeout(() => void look(), everyMs).unref();
}

function signatureOf(stats: Stats | undefined): string {
  return stats === undefined ? "none" : `${stats.ino}:${stats.size}:${stats.mtimeMs}`;
}
