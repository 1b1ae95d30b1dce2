// What protobufjs does in the engine's place, with the generated codec of this very protocol: once
// as people write it, a message a neighbour, and once with records packed by hand into bytes.
// Its tick's content is there already; entity objects are made once and shared by all observers.
import { aether } from "../../src/protocol/schema.ts";
import type { Crowd } from "../workload.ts";
import { openWhole } from "./builds.ts";
import { Content, type Entered } from "./content.ts";
import { addRecord, type Prepared, Sink } from "./prepared.ts";
import { openStage, type Stage } from "./stage.ts";

/** "messages": an Entity each; "packed": six bytes each, as the engine's own. */
export type Shape = "messages" | "packed";
/** AoiUpdate.flags: the last part. */
const LAST = 1;
/** Bytes of a packed record, and the most that one observer is told. */
const RECORD = 6;
const RECORDS_MAX = 65536;

/** Encodes a tick's updates, observer by observer. */
export class Encoder {
  readonly stage: Stage;
  readonly content: Content;
  readonly #shape: Shape;
  /** By row of the kernel. */
  readonly #entities: { alias: number; x: number; y: number }[];
  readonly #packed: Uint8Array;

  constructor(crowd: Crowd, shape: Shape) {
    this.stage = openStage(openWhole("wasm-simd"), crowd);
    this.content = new Content(this.stage);
    this.#shape = shape;
    this.#entities = Array.from({ length: crowd.n + 1 }, (_, alias) => ({ alias, x: 0, y: 0 }));
    this.#packed = new Uint8Array(RECORDS_MAX * RECORD);
  }

  /** One tick of the world whose frames, for the first `observers`, are then to be said again. */
  turn(observers: number): void {
    this.stage.depositIntents();
    this.stage.world.step();
    this.content.read(observers);
  }

  /** The same, but what is said is that all move whom they are told of: framing alone. */
  turnAll(observers: number): void {
    this.stage.depositIntents();
    this.stage.world.step();
    this.content.readTold(observers);
  }

  /** What all observers share. */
  begin(): void {
    if (this.#shape === "packed") return;
    const { x, y } = this.content;
    this.#entities.forEach((entity, row) => {
      entity.x = x[row]!;
      entity.y = y[row]!;
    });
  }

  /** The fields of an AoiUpdate, without its header. */
  body(observer: number): aether.AoiUpdate.$Properties {
    const left = this.content.left[observer]!;
    const entered = this.content.entered[observer]!;
    const rows = this.content.moved[observer]!;
    if (this.#shape === "packed") return { left, entered: [...entered], moved: this.#pack(rows) };
    const entities: Partial<Entered>[] = [...entered];
    for (const row of rows) entities.push(this.#entities[row]!);
    return { left, entered: entities };
  }

  /** A whole message, ready to be sent. */
  message(observer: number): Uint8Array {
    const { world } = this.stage;
    const row = this.stage.rowOf(observer);
    const aoi = this.body(observer);
    aoi.tick = world.tick;
    aoi.ack_sequence = world.sequence(row);
    aoi.self_x = world.posX(row);
    aoi.self_y = world.posY(row);
    aoi.flags = LAST;
    return aether.ServerMessage.encode({ aoi }).finish();
  }

  #pack(rows: Uint16Array): Uint8Array {
    const out = this.#packed;
    const { x, y } = this.content;
    let at = 0;
    for (const row of rows) {
      const [px, py] = [x[row]!, y[row]!];
      out[at] = row;
      out[at + 1] = row >> 8;
      out[at + 2] = px;
      out[at + 3] = px >> 8;
      out[at + 4] = py;
      out[at + 5] = py >> 8;
      at += RECORD;
    }
    return out.subarray(0, at);
  }
}

export function framing(shape: Shape, crowd: Crowd): Prepared {
  return encoding(shape, crowd, (encoder, observer) =>
    aether.AoiUpdate.encode(encoder.body(observer)).finish(),
  );
}

export function messages(shape: Shape, crowd: Crowd): Prepared {
  return encoding(shape, crowd, (encoder, observer) => encoder.message(observer));
}

function encoding(
  shape: Shape,
  crowd: Crowd,
  encode: (encoder: Encoder, observer: number) => Uint8Array,
): Prepared {
  const encoder = new Encoder(crowd, shape);
  const sink = new Sink();
  return {
    prepare: () => encoder.turnAll(crowd.n),
    run() {
      encoder.begin();
      for (let i = 0; i < crowd.n; i++) sink.value += encode(encoder, i).length;
    },
    operations: () => encoder.content.updatesOf(crowd.n),
    digest() {
      let digest = 0;
      for (let i = 0; i < crowd.n; i++)
        digest = addUpdate(digest, i, encoder.message(i), encoder.content.entered[i]!.length);
      return digest;
    },
  };
}

/** Adds what a message says, as its receiver reads it. The first of its entities are newcomers. */
function addUpdate(before: number, observer: number, bytes: Uint8Array, newcomers: number): number {
  const { aoi } = aether.ServerMessage.decode(bytes);
  let digest = before;
  (aoi?.entered ?? []).forEach(({ alias, x, y }, k) => {
    const row = k < newcomers ? (alias ?? 0) | 65536 : (alias ?? 0);
    digest = addRecord(digest, observer, row, x ?? 0, y ?? 0);
  });
  // protobufjs gives a Buffer: a part of a larger one, of any alignment.
  const records = new Uint16Array(Uint8Array.from(aoi?.moved ?? []).buffer);
  for (let k = 0; k < records.length; k += 3)
    digest = addRecord(digest, observer, records[k]!, records[k + 1]!, records[k + 2]!);
  return digest;
}
