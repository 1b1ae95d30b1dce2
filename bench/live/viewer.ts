// An open page without a screen: it takes every frame of the feed, and looks at one client.
import { FeedReader } from "../../src/feed/bytes.ts";
import { encodeCommand } from "../../src/feed/command.ts";
import { readFocus } from "../../src/feed/focus.ts";
import { FEED_PATH, FRAME } from "../../src/feed/format.ts";
import { readScene } from "../../src/feed/scene.ts";
import { PHASES } from "../../src/observability/catalogue/tick.ts";

export class Viewer {
  frames = 0;
  bytes = 0;
  /** In the newest frame. */
  entities = 0;
  told = 0;
  /** Frames that went back in time. */
  backwards = 0;
  readonly #socket: WebSocket;
  #tick = 0;

  constructor(url: string, row: number) {
    this.#socket = new WebSocket(`${url}${FEED_PATH}`);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.addEventListener("open", () => {
      this.#socket.send(encodeCommand({ type: "choose", row }));
    });
    this.#socket.addEventListener("message", (event: { readonly data: unknown }) => {
      if (event.data instanceof ArrayBuffer) this.#take(new Uint8Array(event.data));
    });
  }

  close(): void {
    this.#socket.close();
  }

  #take(bytes: Uint8Array): void {
    const from = new FeedReader(bytes);
    if (from.u8() !== FRAME) return;
    this.told = readFocus(from)?.toldCount ?? 0;
    const scene = readScene(from, PHASES.length);
    this.frames++;
    this.bytes += bytes.length;
    this.entities = scene.rows.length;
    if (scene.tick <= this.#tick) this.backwards++;
    this.#tick = scene.tick;
  }
}
