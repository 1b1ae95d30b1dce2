// What a client says first on a connection: who it is, and either what session it comes back to or
// which entity it would like. Holds the token of the session, which opens it once.
import { encodeHello, encodeSpawn } from "../protocol/client-encode.ts";
import { CLOSE_LEFT, CLOSE_REPLACED, CLOSE_RESUME_REFUSED } from "../protocol/code-numbers.ts";
import { dialWithToken } from "./fetch-token.ts";
import type { SessionOptions } from "./session-options.ts";
import type { Dial } from "./socket.ts";

const NONE = new Uint8Array(0);
/** After these a token opens nothing any more. */
const OVER: readonly number[] = [CLOSE_LEFT, CLOSE_REPLACED, CLOSE_RESUME_REFUSED];

export class Greeting {
  readonly #options: SessionOptions;
  #token: Uint8Array;
  /** Of the identity; the one for this connection. */
  #identity: string;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#token = options.resumeToken ?? NONE;
    this.#identity = typeof options.token === "string" ? options.token : "";
  }

  /** The present token; empty: the next connection begins a session. */
  get token(): Uint8Array {
    return this.#token;
  }

  /** @returns how to connect, after a token was fetched where that is wanted */
  dial(dial: Dial): Dial {
    const { token } = this.#options;
    if (typeof token !== "function") return dial;
    return dialWithToken(dial, token, (fetched) => (this.#identity = fetched));
  }

  /**
   * Hello and, in a new session, Spawn: an answer to the first is not waited for.
   * @param appReceived the number of the last message of the application that came
   */
  frames(appReceived: number): Uint8Array[] {
    const { name = "" } = this.#options;
    const resumeToken = this.#token;
    const hello = { client: name, token: this.#identity, resumeToken, appReceived };
    return [encodeHello(hello), ...this.spawn()];
  }

  /** Spawn; nothing where no entity is wanted, or there is one to come back to. */
  spawn(): Uint8Array[] {
    const { spawn = {} } = this.#options;
    if (spawn === null || this.#token.length > 0) return [];
    return [encodeSpawn(spawn.kind ?? 0, spawn.x ?? 0, spawn.y ?? 0)];
  }

  /** A Welcome brought a token; an empty one changes nothing. */
  keep(token: Uint8Array): void {
    if (token.length > 0) this.#token = new Uint8Array(token);
  }

  /** The session is given up. */
  forget(): void {
    this.#token = NONE;
  }

  /** The connection ended: is there a session to come back to? */
  closed(code: number): void {
    if (OVER.includes(code)) this.forget();
  }
}
