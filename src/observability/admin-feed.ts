// The live page on the admin address, in the admin thread: its files, and the ends of its feed.
// What pages say goes to the tick's thread, what they are sent comes from there (admin-pages.ts).
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import { decodeCommand } from "../feed/command.ts";
import { COMMAND_BYTES_MAX, FEED_PATH, FEED_PORT_PATH, TOKEN_WANTED } from "../feed/format.ts";
import type { FrameMaker } from "../feed/frame-maker.ts";
import { pageHeaders } from "../feed/page-file.ts";
import type { PageFiles } from "../feed/page-file.ts";
import type { FromAdmin, PlayAddress, ToPages } from "./admin-messages.ts";
import { PLAIN } from "./admin-routes.ts";
import type { Route } from "./admin-routes.ts";
import { isNamedDirectly, isToken } from "./admin-server.ts";
import { acceptKeyOf, ServerWebSocket } from "./websocket.ts";

const TOKEN_LIMIT_MS = 2000;
/**
 * Between two looks whether there is a frame. The tick does not say so: whoever it woke might take
 * its core from it, for as long as the making of a frame takes.
 */
const LOOK_MS = 10;
/** Pages at the door and inside; the inspector lets in fewer. */
const PAGES_MAX = 32;
/** Whoever is behind by more bytes misses frames: about six of a full world. */
const BEHIND_MAX = 131_072;
/** Frames in a row that a page may miss: ten seconds. */
const MISSED_MAX = 100;
/** What a page may say between two looks; the inspector takes far less. */
const COMMANDS_PER_LOOK = 64;
const POLICY = 1008;
const TRY_AGAIN = 1013;
const GOING_AWAY = 1001;
const HOST = /^([a-z\d.-]+|\[[a-f\d:.]+\])(?::\d{1,5})?$/i;
const LOOPBACK_ORIGIN = /^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::(\d{1,5}))?$/;
const HTTP_PORT = 80;

export interface AdminFeedOptions {
  token(): string;
  readonly play: PlayAddress;
  readonly frames: Pick<FrameMaker, "take" | "done">;
  /** To the tick's thread. */
  post(message: FromAdmin): void;
  /** A page did not have the token. */
  onRefused(): void;
}

/**
 * The page's files, which hold no secret: its feed does, and asks for the token.
 * @param ownPort that of the admin address
 */
export function fileRoutes(files: PageFiles, ownPort: () => number): Route[] {
  const headersFor = (host: string): ReturnType<typeof pageHeaders> =>
    pageHeaders(HOST.exec(host)?.[1] ?? "localhost");
  const routes = [...files].map(([path, { bytes, type }]): Route => {
    return {
      path,
      isPublic: true,
      answer: (_query, host) =>
        Promise.resolve({ status: 200, type, body: bytes, headers: headersFor(host) }),
    };
  });
  const port: Route = {
    path: FEED_PORT_PATH,
    isPublic: true,
    answer: (_query, host) => {
      const body = String(ownPort());
      return Promise.resolve({ status: 200, type: PLAIN, body, headers: headersFor(host) });
    },
  };
  return [...routes, port];
}

interface Visitor {
  readonly socket: ServerWebSocket;
  isInside: boolean;
  /** It was sent the tick's greeting, without which it cannot read a frame. */
  isGreeted: boolean;
  /** Frames in a row. */
  missed: number;
  /** Commands since the last look. */
  said: number;
}

export class AdminFeed {
  readonly #options: AdminFeedOptions;
  readonly #visitors = new Map<number, Visitor>();
  #ids = 0;
  /** While there are pages. */
  #looks: NodeJS.Timeout | null = null;

  constructor(options: AdminFeedOptions) {
    this.#options = options;
  }

  /** A request to become a WebSocket; what is none of ours is cut off. */
  upgrade(request: IncomingMessage, stream: Duplex, early: Buffer): void {
    const { host = "" } = request.headers;
    const accept = acceptKeyOf(request);
    const isOurs =
      request.url === FEED_PATH &&
      (this.#options.token() !== "" || isNamedDirectly(host)) &&
      this.#isOurPage(request.headers.origin, host);
    if (accept === null || !isOurs || this.#visitors.size >= PAGES_MAX) {
      stream.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    stream.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    if (early.length > 0) stream.unshift(early);
    this.#welcome(stream);
  }

  /** What the tick's thread says to pages. */
  told(message: ToPages): void {
    const visitor = this.#visitors.get(message.page);
    if (visitor === undefined) return;
    if (message.type === "page-end") visitor.socket.close(message.code, message.reason);
    else {
      visitor.socket.send(message.bytes);
      visitor.isGreeted = true;
    }
  }

  /** Ends all pages. */
  close(): void {
    for (const { socket } of this.#visitors.values()) socket.close(GOING_AWAY, "The server stops.");
  }

  /** A page of this address, or of the players' where that serves it; programs name none. */
  #isOurPage(origin: string | undefined, host: string): boolean {
    if (origin === undefined) return true;
    const { hasPage, port } = this.#options.play;
    const found = LOOPBACK_ORIGIN.exec(origin);
    if (hasPage && found !== null && Number(found[1] ?? HTTP_PORT) === port) return true;
    return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
  }

  /** Sends the frame that is on the board, if there is one. */
  look(): void {
    for (const visitor of this.#visitors.values()) visitor.said = 0;
    const frame = this.#options.frames.take();
    if (frame === null) return;
    let sent = 0;
    let missed = 0;
    for (const [i, page] of frame.pages.entries()) {
      const visitor = this.#visitors.get(page);
      // The board is ahead of the messages: a page may be on it whose greeting is still on its way.
      if (visitor?.isGreeted !== true) continue;
      if (visitor.socket.buffered <= BEHIND_MAX) {
        visitor.missed = 0;
        visitor.socket.send(frame.own[i] ?? new Uint8Array(), frame.shared);
        sent++;
        continue;
      }
      missed++;
      visitor.missed++;
      if (visitor.missed > MISSED_MAX)
        visitor.socket.close(TRY_AGAIN, "This page reads too slowly.");
    }
    this.#options.frames.done(sent, missed);
  }

  #welcome(stream: Duplex): void {
    this.#ids++;
    const page = this.#ids;
    const socket = new ServerWebSocket(stream, COMMAND_BYTES_MAX, {
      message: (bytes) => this.#said(page, bytes),
      closed: () => {
        const isInside = this.#visitors.get(page)?.isInside === true;
        this.#visitors.delete(page);
        if (this.#visitors.size === 0) this.#rest();
        if (isInside) this.#options.post({ type: "page-gone", page });
      },
    });
    this.#visitors.set(page, {
      socket,
      ...{ isInside: false, isGreeted: false, missed: 0, said: 0 },
    });
    if (this.#options.token() === "") this.#letIn(page);
    else setTimeout(() => this.#turnAway(page), TOKEN_LIMIT_MS).unref();
  }

  #said(page: number, bytes: Uint8Array): void {
    const visitor = this.#visitors.get(page);
    if (visitor === undefined) return;
    if (visitor.isInside) {
      visitor.said++;
      if (visitor.said <= COMMANDS_PER_LOOK) this.#options.post({ type: "page-said", page, bytes });
      // Here, and not only where they are heard: each of them wakes the tick's thread.
      else visitor.socket.close(POLICY, "Too many commands at once.");
      return;
    }
    const command = decodeCommand(bytes);
    if (command?.type === "token" && isToken(this.#options.token(), command.token))
      this.#letIn(page);
    else this.#turnAway(page);
  }

  #letIn(page: number): void {
    const visitor = this.#visitors.get(page);
    if (visitor === undefined) return;
    visitor.isInside = true;
    this.#looks ??= setInterval(() => this.look(), LOOK_MS);
    this.#options.post({ type: "page-came", page });
  }

  #rest(): void {
    if (this.#looks !== null) clearInterval(this.#looks);
    this.#looks = null;
  }

  #turnAway(page: number): void {
    const visitor = this.#visitors.get(page);
    if (visitor === undefined || visitor.isInside) return;
    this.#options.onRefused();
    visitor.socket.close(TOKEN_WANTED, "Show the admin token.");
  }
}
