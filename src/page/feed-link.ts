// The page's line to the feed: comes back by itself, shows the admin token where there is one.
import { FeedReader } from "../feed/bytes.ts";
import { encodeCommand } from "../feed/command.ts";
import type { PageCommand } from "../feed/command.ts";
import { readFocus } from "../feed/focus.ts";
import type { Focus } from "../feed/focus.ts";
import { FEED_PATH, FEED_PORT_PATH, FRAME, HELLO, TOKEN_WANTED } from "../feed/format.ts";
import { readHello } from "../feed/hello.ts";
import type { FeedHello } from "../feed/hello.ts";
import { readRoster } from "../feed/roster.ts";
import type { RosterPart } from "../feed/roster.ts";
import { readScene } from "../feed/scene.ts";
import type { Scene } from "../feed/scene.ts";

const RETRY_MS = 1000;
const TOKEN_KEY = "aether.admin-token";

export interface FeedHandlers {
  hello(hello: FeedHello): void;
  frame(scene: Scene, focus: Focus | null, roster: RosterPart): void;
  /** The line is gone; another attempt follows. @param reason a sentence, or "" */
  lost(reason: string): void;
  /** The server asks for its admin token. @param isWrong the one that it was shown is not it */
  tokenWanted(isWrong: boolean): void;
}

export class FeedLink {
  readonly #handlers: FeedHandlers;
  /** Of the attempt under way; what becomes of one before it is nobody's business. */
  #socket: WebSocket | null = null;
  #attempt = 0;
  #phases = 0;

  constructor(handlers: FeedHandlers) {
    this.#handlers = handlers;
  }

  /** Goes to wherever the feed is now: a server that starts anew may have moved it. */
  connect(): void {
    const attempt = ++this.#attempt;
    // One that is not open yet is closed when it is: before, browsers would complain.
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.close();
    this.#socket = null;
    fetch(FEED_PORT_PATH)
      .then((answer) => answer.text())
      .then((port) => this.#open(attempt, port))
      .catch(() => this.#lose(attempt, 0, ""));
  }

  #open(attempt: number, port: string): void {
    if (attempt !== this.#attempt) return;
    const socket = new WebSocket(`ws://${location.hostname}:${port}${FEED_PATH}`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("open", () => {
      if (attempt !== this.#attempt) socket.close();
      else this.send({ type: "token", token: sessionStorage.getItem(TOKEN_KEY) ?? "" });
    });
    socket.addEventListener("message", (event: MessageEvent<unknown>) => {
      if (attempt !== this.#attempt) return;
      if (event.data instanceof ArrayBuffer) this.#take(new Uint8Array(event.data));
    });
    socket.addEventListener("close", ({ code, reason }) => this.#lose(attempt, code, reason));
  }

  /** For this tab, until it is closed. */
  useToken(token: string): void {
    sessionStorage.setItem(TOKEN_KEY, token);
    this.connect();
  }

  send(command: PageCommand): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(encodeCommand(command));
  }

  #lose(attempt: number, code: number, reason: string): void {
    if (attempt !== this.#attempt) return;
    this.#socket = null;
    if (code === TOKEN_WANTED) {
      const isWrong = sessionStorage.getItem(TOKEN_KEY) !== null;
      sessionStorage.removeItem(TOKEN_KEY);
      this.#handlers.tokenWanted(isWrong);
      return;
    }
    this.#handlers.lost(reason);
    setTimeout(() => {
      if (attempt === this.#attempt) this.connect();
    }, RETRY_MS);
  }

  #take(bytes: Uint8Array): void {
    const from = new FeedReader(bytes);
    const kind = from.u8();
    if (kind === HELLO) {
      const hello = readHello(from);
      // Another build serves this address now: its own page fits it.
      if (hello === null) location.reload();
      else {
        this.#phases = hello.phases.length;
        this.#handlers.hello(hello);
      }
    } else if (kind === FRAME) {
      const focus = readFocus(from);
      const scene = readScene(from, this.#phases);
      this.#handlers.frame(scene, focus, readRoster(from));
    }
  }
}
