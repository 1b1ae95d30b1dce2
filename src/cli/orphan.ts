// npm starts scripts through a shell, and a shell that is told to end does not tell its child: a
// server started by `npm start` would live on, and hold its port. So it watches its parent.

const LOOK_MS = 500;

/** Calls back, once, when the shell of an npm script is gone. Does nothing for other parents. */
export function whenOrphaned(env: NodeJS.ProcessEnv, call: () => void): void {
  if (env["npm_lifecycle_event"] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    call();
  }, LOOK_MS);
  timer.unref();
}
