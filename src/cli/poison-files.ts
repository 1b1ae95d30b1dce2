// Files of what the kernel trapped with, in a folder of their own. So many and no more: whoever can
// make the kernel trap must not fill the disk as well.
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../observability/log.ts";

/** Files of the folder; of 65,535 entities each takes 4 MB. */
export const FILES_MAX = 100;

/**
 * @param folder "": nothing is kept
 * @returns keeps a file when it gets to it, and says where it cannot
 */
export function poisonFiles(folder: string, log: Log): (name: string, bytes: Uint8Array) => void {
  const keep = async (name: string, bytes: Uint8Array): Promise<void> => {
    await mkdir(folder, { recursive: true });
    const { length } = await readdir(folder);
    if (length < FILES_MAX) await writeFile(join(folder, name), bytes, { mode: 0o600, flag: "wx" });
    else log.warn({ folder, file: name }, `${FILES_MAX} files are there; another was not kept`);
  };
  if (folder === "") return () => undefined;
  return (name, bytes) =>
    void keep(name, bytes).catch((error: unknown) => {
      log.warn({ folder, file: name, error }, "What the kernel trapped with could not be kept");
    });
}
