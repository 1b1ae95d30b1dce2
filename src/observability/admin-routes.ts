// The pages of the admin address: a table, so that each is a file of its own. They run in the admin
// thread. Of the world they know what is on the board; who must look at the tick's thread itself
// can do so through node:inspector (Session.connectToMainThread).
import type { Exposition } from "./exposition.ts";

/** An answer. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly path: string;
  /** It holds no secret: nobody is asked for the token. */
  readonly isPublic?: boolean;
  /**
   * Answers a GET; the token has been looked at, and nothing was changed yet. What it throws is
   * logged and answered with 500.
   * @param host the header Host
   * @param gone aborted when nobody waits for the answer any more
   */
  answer(query: URLSearchParams, host: string, gone: AbortSignal): Promise<Page>;
}

export const PLAIN = "text/plain; charset=utf-8";

/** `/metrics`. */
export function metricsRoute(exposition: Exposition): Route {
  return {
    path: "/metrics",
    async answer() {
      const body = await exposition.render();
      return { status: 200, type: exposition.contentType, body };
    },
  };
}
