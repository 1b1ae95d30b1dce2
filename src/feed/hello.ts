// The first message of the feed: what does not change while a page is open.
import type { FeedReader, FeedWriter } from "./bytes.ts";
import { FEED_VERSION, HELLO, KINDS_MAX } from "./format.ts";

/** A kind of entities, as the application calls it. */
export interface FeedKind {
  readonly id: number;
  readonly name: string;
}

/** A component that observers are told: what `defineComponent` is to be given. */
export interface FeedComponent {
  readonly name: string;
  readonly start: number;
  /** Names, and kinds as text. */
  readonly fields: readonly (readonly [name: string, kind: string])[];
}

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
  /** Of an application; the first of them, where there are very many. */
  readonly kinds: readonly FeedKind[];
  readonly components: readonly FeedComponent[];
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
  const kinds = hello.kinds.slice(0, KINDS_MAX);
  to.u8(kinds.length);
  for (const { id, name } of kinds) {
    to.u16(id);
    to.text(name);
  }
  to.u8(hello.components.length);
  for (const component of hello.components) writeComponent(to, component);
}

function writeComponent(to: FeedWriter, { fields, name, start }: FeedComponent): void {
  to.text(name);
  to.u8(start);
  to.u8(fields.length);
  for (const [field, kind] of fields) {
    to.text(field);
    to.text(kind);
  }
}

function readComponent(from: FeedReader): FeedComponent {
  const name = from.text();
  const start = from.u8();
  const fields = Array.from({ length: from.u8() }, () => [from.text(), from.text()] as const);
  return { name, start, fields };
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
  const kinds = Array.from({ length: from.u8() }, () => ({ id: from.u16(), name: from.text() }));
  const components = Array.from({ length: from.u8() }, () => readComponent(from));
  return {
    ...{ tickMs, budgetMs, minX, minY, maxX, maxY, aoiRadius, maxEntities, windowBytes },
    ...{ phases, playPort, playsOverTls, kinds, components },
  };
}
