// The feed's own address without a thread: the real door and real sockets, and an inspector in the
// same event loop.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { PageDoor } from "../src/feed/door.ts";
import { FrameBoard, frameMemory } from "../src/feed/frame-board.ts";
import { FrameMaker } from "../src/feed/frame-maker.ts";
import type { Bounds } from "../src/kernel/chart.ts";
import { AdminFeed } from "../src/observability/admin-feed.ts";
import type { ToPages } from "../src/observability/admin-messages.ts";
import { AdminPages } from "../src/observability/admin-pages.ts";
import { PHASES } from "../src/observability/catalogue/tick.ts";

/** Sessions that a house has room for, and more. */
const SLOTS = 1000;

export class FeedHouse {
  readonly pages: AdminPages;
  readonly board: FrameBoard;
  port = 0;
  /** As if the feed's thread had other things to do. */
  isBusy = false;
  /** As if what the tick says to pages were still on its way: null for what comes at once. */
  mail: ToPages[] | null = null;
  readonly #server = createServer();
  readonly #feed: AdminFeed;

  private constructor(door: () => PageDoor, bounds: Bounds) {
    this.board = new FrameBoard(frameMemory(SLOTS, PHASES.length, bounds));
    this.pages = new AdminPages(door, (message) => {
      if (message.type === "close" || message.type === "token") return;
      if (this.mail === null) this.#feed.told(message);
      else this.mail.push(message);
    });
    const maker = new FrameMaker(this.board.memory);
    this.#feed = new AdminFeed({
      token: () => "",
      frames: {
        take: () => (this.isBusy ? null : maker.take()),
        done: (sent, missed) => maker.done(sent, missed),
      },
      play: { port: 1, hasPage: false },
      post: (message) => {
        if ("page" in message) this.pages.take(message);
      },
      onRefused: () => undefined,
    });
    this.#server.on("upgrade", (request, stream, early) =>
      this.#feed.upgrade(request, stream, early),
    );
  }

  static async start(door: () => PageDoor, bounds: Bounds): Promise<FeedHouse> {
    const house = new FeedHouse(door, bounds);
    await new Promise<void>((resolve) => house.#server.listen(0, "127.0.0.1", resolve));
    house.port = (house.#server.address() as AddressInfo).port;
    return house;
  }

  /** What the admin thread does now and then. */
  look(): void {
    this.#feed.look();
  }

  /** What was on its way arrives. */
  deliver(): void {
    const held = this.mail ?? [];
    this.mail = null;
    for (const message of held) this.#feed.told(message);
  }

  stop(): void {
    this.#feed.close();
    this.#server.close();
  }
}
