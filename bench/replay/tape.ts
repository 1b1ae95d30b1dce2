// A recorder that writes a journal as it goes, on the tick's own thread: for worlds whose time is
// simulated, where a tick may wait for the disk.
import { LAYOUT_MARK } from "../../build/twin/layout.js";
import type { Recorder } from "../../src/engine/recorder.ts";
import type { WorldRules } from "../../src/engine/rules.ts";
import type { World } from "../../src/engine/world.ts";
import * as format from "../../src/journal/format.ts";
import type { Segment } from "../../src/journal/play.ts";
import { bytesSource } from "../../src/journal/reader.ts";
import { TickEncoder } from "../../src/journal/tick-record.ts";
import type { TickRecord } from "../../src/journal/tick-record.ts";

export interface TapeOptions {
  readonly rules: WorldRules;
  readonly tickMs: number;
  /** Where a segment's bytes go, which are valid only during the call. */
  open(name: string): (bytes: Uint8Array) => void;
}

const EPOCH = 1;

export class Tape implements Recorder {
  readonly #options: TapeOptions;
  readonly #encoder = new TickEncoder();
  #write: (bytes: Uint8Array) => void;
  #input: Pick<TickRecord, "commands" | "commandCount" | "intents" | "intentCount">;

  constructor(options: TapeOptions) {
    this.#options = options;
    this.#write = this.#begin(0, new Uint8Array(0));
    const none = new Int32Array(0);
    this.#input = { commands: none, commandCount: 0, intents: none, intentCount: 0 };
  }

  input(commands: Int32Array, commandCount: number, intents: Int32Array, count: number): void {
    this.#input = { commands, commandCount, intents, intentCount: count };
  }

  /** The step has read its input and left it as it was. */
  output(tick: number, hashLow: number, hashHigh: number): void {
    const record = { ...this.#input, tick, hashLow, hashHigh, hasHash: true, facts: 0 };
    this.#write(this.#encoder.bytes.subarray(0, this.#encoder.encode(record)));
  }

  /** Closes the segment and begins the next, between two ticks. */
  checkpoint(world: World): void {
    const image = new Uint8Array(world.imageBytesMax);
    this.end();
    this.#write = this.#begin(world.tick, image.subarray(0, world.writeImage(image)));
  }

  end(): void {
    this.#write(format.endRecord());
  }

  mark(mark: format.Mark): void {
    this.#write(format.markRecord(mark));
  }

  /** What reached an application in the tick under way; before its step. */
  app(note: format.AppNote): void {
    this.#write(format.appRecord(note));
  }

  #begin(tick: number, image: Uint8Array): (bytes: Uint8Array) => void {
    const { rules, tickMs } = this.#options;
    const write = this.#options.open(format.segmentName(tick, EPOCH));
    const about = { format: format.FORMAT, world: "recorded", epoch: EPOCH, version: "0.1.0" };
    const head = { ...about, layout: LAYOUT_MARK, rules, tickMs, tick, createdMs: 0 };
    write(format.headRecord(head));
    write(format.checkpointRecord(image));
    this.#encoder.begin();
    return write;
  }
}

/** Segments in memory. */
export class Reel {
  readonly #parts: { readonly name: string; readonly chunks: Uint8Array[] }[] = [];

  open(name: string): (bytes: Uint8Array) => void {
    const part = { name, chunks: new Array<Uint8Array>() };
    this.#parts.push(part);
    return (bytes) => {
      part.chunks.push(bytes.slice());
    };
  }

  get segments(): Segment[] {
    return this.#parts.map(({ name, chunks }) => segmentOf(name, Buffer.concat(chunks)));
  }
}

/** Bytes as a segment to play. */
export function segmentOf(name: string, bytes: Uint8Array): Segment {
  return { name, open: () => ({ ...bytesSource(bytes), close: () => undefined }) };
}
