// Waiting in measurements: for a time, or until something is so.

/** After this long a wait has failed. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 50;

export function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** @returns how long it took, s; @throws Error that says what never came */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!(await isSo())) {
    if (performance.now() - began > PATIENCE_MS) throw new Error(`waited in vain for ${what}`);
    await sleep(LOOK_MS / 1000);
  }
  return (performance.now() - began) / 1000;
}
