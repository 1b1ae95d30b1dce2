// A port that nobody listens on, for programs that cannot choose one and say which, and for those
// that come back to theirs.
import { createServer } from "node:net";

/** Below those that systems give to connections by chance, so that it stays free. */
const [PORT_MIN, PORT_MAX] = [20_000, 30_000];

/** @returns a port that only who asks for it by its number can take */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}
