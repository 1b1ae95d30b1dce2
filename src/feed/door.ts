// How pages of the feed and the inspector meet: whoever has the pages' sockets is `Pages`, and
// tells a `PageDoor` who comes, speaks and goes. Who may come in was judged before.

/** Pages that are open, by a number each. */
export interface Pages {
  /** Sends one message to a page; the bytes may change after the call. */
  send(page: number, bytes: Uint8Array): void;
  /** Closes a page with a code and a sentence; `gone` follows. */
  end(page: number, code: number, reason: string): void;
}

export interface PageDoor {
  came(page: number): void;
  /** One message of a page; valid during the call. */
  said(page: number, bytes: Uint8Array): void;
  gone(page: number): void;
  /** All are gone at once, with whoever had their sockets. */
  lost(): void;
}
