// Pages of the feed as the tick's thread has them: their sockets are in the admin thread, which
// says here who comes, speaks and goes.
import type { PageDoor, Pages } from "../feed/door.ts";
import type { FromAdmin, ToAdmin } from "./admin-messages.ts";

type OfPage = Extract<FromAdmin, { readonly page: number }>;
type Post = (message: ToAdmin, transfer: readonly ArrayBuffer[]) => void;

export class AdminPages implements Pages {
  readonly #door: () => PageDoor;
  readonly #post: Post;

  constructor(door: () => PageDoor, post: Post) {
    this.#door = door;
    this.#post = post;
  }

  send(page: number, bytes: Uint8Array): void {
    // A view would take the whole buffer behind it along.
    const copy = new Uint8Array(bytes);
    this.#post({ type: "page-send", page, bytes: copy }, [copy.buffer]);
  }

  end(page: number, code: number, reason: string): void {
    this.#post({ type: "page-end", page, code, reason }, []);
  }

  take(message: OfPage): void {
    const door = this.#door();
    if (message.type === "page-came") door.came(message.page);
    else if (message.type === "page-said") door.said(message.page, message.bytes);
    else door.gone(message.page);
  }

  /** The admin thread is lost, and its sockets with it. */
  lose(): void {
    this.#door().lost();
  }
}
