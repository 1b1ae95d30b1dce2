// Asks the server for its rules before the bots come, and waits for it while it starts.
import { Session } from "../client/session.ts";
import type { WelcomeRules } from "../client/welcome.ts";
import type { SocketPool } from "./socket.ts";

const RETRY_MS = 250;

/**
 * Asks until the server answers.
 * @param shallGiveUp asked after each failure, with what went wrong
 * @returns the server's rules; null when it was given up
 */
export async function askRules(
  url: string,
  pool: SocketPool,
  shallGiveUp: (failure: string) => boolean,
): Promise<WelcomeRules | null> {
  for (;;) {
    const answer = await askOnce(url, pool);
    if (typeof answer !== "string") return answer;
    if (shallGiveUp(answer)) return null;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function askOnce(url: string, pool: SocketPool): Promise<WelcomeRules | string> {
  return new Promise((resolve) => {
    const client = new Session({
      url,
      name: "aether-swarm",
      spawn: null,
      dial: (address, events) => pool.dial(address, events, null),
      handlers: {
        welcome: (greeted) => {
          resolve(greeted.rules ?? "its Welcome has no rules");
          greeted.leave();
        },
        closed: (_client, code, reason) => {
          resolve(`${code} ${reason}`);
        },
      },
    });
    client.connect();
  });
}
