// Waits for the server's word that a world's outbox has something new; without a connection, only
// for time to pass.
import { CHANNEL } from "./flush.ts";
import { Link } from "./link.ts";
import type { Place } from "./link.ts";

// A channel cannot be a parameter of LISTEN.
const LISTEN = { text: "LISTEN aether_outbox" };

export class Listener {
  readonly #link: Link;
  #isConnecting = false;
  #heard = false;
  #wake: () => void = () => undefined;

  constructor(place: Place, world: string) {
    this.#link = new Link(place, {
      onNotification: ({ channel, payload }) => {
        if (channel === CHANNEL && payload === world) this.#hear();
      },
    });
  }

  /** What is heard from now on is news. Call it before looking. */
  forget(): void {
    this.#heard = false;
  }

  /** Resolves at the first news since `forget`, at the latest after `limitMs`. */
  async wait(limitMs: number): Promise<void> {
    void this.#listen();
    if (this.#heard) return;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, limitMs);
      this.#wake = () => {
        clearTimeout(limit);
        resolve();
      };
    });
  }

  /** Gives the connection up; it may be as dead as another one was. */
  drop(): void {
    this.#link.drop();
  }

  async close(): Promise<void> {
    this.#hear();
    await this.#link.close();
  }

  #hear(): void {
    this.#heard = true;
    this.#wake();
  }

  async #listen(): Promise<void> {
    if (this.#isConnecting || this.#link.connection !== 0) return;
    this.#isConnecting = true;
    try {
      await this.#link.query(LISTEN);
      // Something may have come before the server began to tell.
      this.#hear();
    } catch {
      // The next wait tries again; until then the relay looks at its own pace.
    } finally {
      this.#isConnecting = false;
    }
  }
}
