// The first message of the feed: what does not change while a page is open.
import type { FeedReader, FeedWriter } from "./bytes.ts";
import { FEED_VERSION, HELLO } from "./format.ts";

export interface FeedHello {
  /** Milliseconds. */
  readonly tickMs: number;
  /** What a tick may take before updates are thinned, ms. */
  readonly budgetMs: number;
  /** World units. */
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  readonly aoiRadius: number;
  readonly maxEntities: number;
  readonly windowBytes: number;
  /** Names of the tick's phases, in the order in which a frame has them. */
  readonly phases: readonly string[];
  /** Where players connect; 0: a page cannot join, since players are asked who they are. */
  readonly playPort: number;
  readonly playsOverTls: boolean;
}

export function writeHello(to: FeedWriter, hello: FeedHello): void {
  to.u8(HELLO);
  to.u8(FEED_VERSION);
  to.f32(hello.tickMs);
  to.f32(hello.budgetMs);
  to.f64(hello.minX);
  to.f64(hello.minY);
  to.f64(hello.maxX);
  to.f64(hello.maxY);
  to.f32(hello.aoiRadius);
  to.u32(hello.maxEntities);
  to.u32(hello.windowBytes);
  to.u8(hello.phases.length);
  for (const phase of hello.phases) to.text(phase);
  to.u16(hello.playPort);
  to.u8(hello.playsOverTls ? 1 : 0);
}

/** @returns null when the server speaks another version */
export function readHello(from: FeedReader): FeedHello | null {
  if (from.u8() !== FEED_VERSION) return null;
  const tickMs = from.f32();
  const budgetMs = from.f32();
  const [minX, minY, maxX, maxY] = [from.f64(), from.f64(), from.f64(), from.f64()];
  const aoiRadius = from.f32();
  const maxEntities = from.u32();
  const windowBytes = from.u32();
  const phases = Array.from({ length: from.u8() }, () => from.text());
  const playPort = from.u16();
  const playsOverTls = from.u8() === 1;
  return {
    ...{ tickMs, budgetMs, minX, minY, maxX, maxY, aoiRadius, maxEntities, windowBytes },
    ...{ phases, playPort, playsOverTls },
  };
}
