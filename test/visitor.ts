// A page of the tests: a WebSocket on the feed, and what it has been told.
import WebSocket from "ws";
import { FeedReader } from "../src/feed/bytes.ts";
import { encodeCommand } from "../src/feed/command.ts";
import type { PageCommand } from "../src/feed/command.ts";
import { readFocus } from "../src/feed/focus.ts";
import type { Focus } from "../src/feed/focus.ts";
import { FRAME, HELLO } from "../src/feed/format.ts";
import { readHello } from "../src/feed/hello.ts";
import type { FeedHello } from "../src/feed/hello.ts";
import { readRoster } from "../src/feed/roster.ts";
import type { RosterPart } from "../src/feed/roster.ts";
import { readScene } from "../src/feed/scene.ts";
import type { Scene } from "../src/feed/scene.ts";
import { until } from "./until.ts";

export interface Frame {
  readonly scene: Scene;
  readonly focus: Focus | null;
  readonly roster: RosterPart;
  readonly bytes: number;
}

export class Visitor {
  readonly socket: WebSocket;
  hello: FeedHello | null = null;
  readonly frames: Frame[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  /** HTTP status of a handshake that was refused; 0: it was not. */
  refusal = 0;

  constructor(port: number, headers: Readonly<Record<string, string>> = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/live`, { headers });
    this.socket.on("message", (data: Buffer) => this.#take(data));
    this.socket.on("close", (code, reason) => (this.closed = { code, reason: reason.toString() }));
    this.socket.on("unexpected-response", (_request, { statusCode = 0 }) => {
      this.refusal = statusCode;
      this.socket.terminate();
    });
    this.socket.on("error", () => undefined);
  }

  /** @returns a page that has been greeted */
  static async open(
    port: number,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Visitor> {
    const visitor = new Visitor(port, headers);
    await until(() => visitor.hello !== null || visitor.closed !== null, "a page was greeted");
    return visitor;
  }

  get last(): Frame {
    const frame = this.frames.at(-1);
    if (frame === undefined) throw new Error("no frame has come");
    return frame;
  }

  say(command: PageCommand): void {
    this.socket.send(encodeCommand(command));
  }

  /** Waits until the server has heard what was said, and all that it had sent by then is here. */
  async heard(): Promise<void> {
    let isAnswered = false;
    this.socket.once("pong", () => (isAnswered = true));
    this.socket.ping();
    await until(() => isAnswered, "the server answered a page's ping");
  }

  /** Waits until so many frames have come in all. */
  async saw(frames: number): Promise<void> {
    await until(() => this.frames.length >= frames, `${frames} frames of the feed`);
  }

  #take(data: Buffer): void {
    const from = new FeedReader(data);
    const kind = from.u8();
    if (kind === HELLO) {
      this.hello = readHello(from);
      return;
    }
    if (kind !== FRAME) throw new Error(`a message of kind ${kind}`);
    const focus = readFocus(from);
    const scene = readScene(from, this.hello?.phases.length ?? 0);
    const roster = readRoster(from);
    if (from.left !== 0) throw new Error(`${from.left} bytes were not read`);
    this.frames.push({ scene, focus, roster, bytes: data.length });
  }
}
