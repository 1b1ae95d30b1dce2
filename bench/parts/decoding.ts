// What comes in: a client's update decoded and applied to its view, a server's intent decoded.
import { NONE } from "../../build/twin/layout.js";
import { Replica } from "../../src/client/replica.ts";
import { MOVED_RECORD, SERVER_AOI, ServerDecoder } from "../../src/protocol/client-decode.ts";
import { CLIENT_FRAME, encodeMove } from "../../src/protocol/client-encode.ts";
import { BODY_MOVE, ClientDecoder } from "../../src/protocol/decode.ts";
import { AOI_LAST, AOI_RESET, writeAoiHeader } from "../../src/protocol/encode.ts";
import { aether } from "../../src/protocol/schema.ts";
import { RandomStream } from "../../src/swarm/random.ts";
import type { Crowd } from "../workload.ts";
import { openWhole } from "./builds.ts";
import { addRecord, type Prepared, Sink } from "./prepared.ts";
import { Encoder, type Shape } from "./protobuf.ts";
import { openStage, type Stage } from "./stage.ts";

/** Clients that decode; of more than these, the first. */
const CLIENTS_MAX = 50;
/** Ticks that a client decodes at once: its view is in the cache then, as a real client's is. */
const TICKS = 8;
/** Rows that a view may hold: more than any case shows. */
const VIEW_MAX = 1024;

/** As the engine's client does it: messages of the engine, its decoder, its view. */
export function engineUpdates(crowd: Crowd): Prepared {
  const stage = openStage(openWhole("wasm-simd"), crowd);
  const clients = Math.min(crowd.n, CLIENTS_MAX);
  const decoder = new ServerDecoder();
  const replicas = Array.from({ length: clients }, () => new Replica());
  const sent = replicas.map((_, i) => messagesOf(stage, i));
  let updates = 0;
  let faults = 0;
  const run = (): void => {
    updates = 0;
    for (let i = 0; i < clients; i++) {
      for (const message of sent[i]!) {
        if (decoder.decode(message) === SERVER_AOI) faults += replicas[i]!.apply(decoder, message);
        else faults++;
        updates += (decoder.movedEnd - decoder.movedStart) / MOVED_RECORD;
      }
    }
  };
  run();
  return {
    prepare() {
      for (const messages of sent) messages.length = 0;
      for (let tick = 0; tick < TICKS; tick++) {
        stage.depositIntents();
        stage.world.step();
        sent.forEach((messages, i) => messages.push(...messagesOf(stage, i)));
      }
    },
    run,
    operations: () => updates,
    digest() {
      if (faults > 0) throw new Error(`${faults} records contradict the view`);
      let digest = 0;
      replicas.forEach(({ size, ids, x, y }, i) => {
        for (let k = 0; k < size; k++) digest = addRecord(digest, i, ids[k]! & NONE, x[k]!, y[k]!);
      });
      return digest;
    },
  };
}

/** The last tick's messages; each in memory of its own, as they come off a socket. */
function messagesOf({ world, handles }: Stage, client: number): Uint8Array[] {
  const row = handles[client]! & NONE;
  const parts = world.frameCount(row);
  return Array.from({ length: parts }, (_, part) => {
    const start = world.frameStart(row, part);
    const end = world.frameEnd(row, part);
    const reset = part === 0 ? world.viewFlags(row) & AOI_RESET : 0;
    const flags = reset | (part === parts - 1 ? AOI_LAST : 0);
    const [sequence, x, y] = [world.sequence(row), world.posX(row), world.posY(row)];
    const { memory, tick } = world;
    const head = writeAoiHeader(memory, start, end - start, tick, sequence, x, y, flags);
    return memory.slice(head, end);
  });
}

/** A view like the engine's own, for decoders that know nothing of it: dense columns. */
class View {
  size = 0;
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly aliases: Uint16Array;
  /** By alias: row + 1, 0 = not shown. */
  readonly #rowOf: Uint16Array;

  constructor(aliases: number, capacity: number) {
    this.x = new Int32Array(capacity);
    this.y = new Int32Array(capacity);
    this.aliases = new Uint16Array(capacity);
    this.#rowOf = new Uint16Array(aliases);
  }

  show(alias: number, x: number, y: number): void {
    let row = this.#rowOf[alias]! - 1;
    if (row < 0) {
      row = this.size++;
      this.#rowOf[alias] = row + 1;
      this.aliases[row] = alias;
    }
    this.x[row] = x;
    this.y[row] = y;
  }

  hide(alias: number): void {
    const row = this.#rowOf[alias]! - 1;
    const last = --this.size;
    const lastAlias = this.aliases[last]!;
    this.aliases[row] = lastAlias;
    this.x[row] = this.x[last]!;
    this.y[row] = this.y[last]!;
    this.#rowOf[lastAlias] = row + 1;
    this.#rowOf[alias] = 0;
  }
}

/** The same content from protobufjs: decoded into objects, then written into plain columns. */
export function protobufUpdates(shape: Shape, crowd: Crowd): Prepared {
  const encoder = new Encoder(crowd, shape);
  const clients = Math.min(crowd.n, CLIENTS_MAX);
  const views = Array.from({ length: clients }, () => new View(crowd.n + 1, VIEW_MAX));
  const sent = views.map((): Uint8Array[] => []);
  let updates = 0;
  const take = (): void => {
    encoder.begin();
    updates += encoder.content.updatesOf(clients);
    sent.forEach((messages, i) => messages.push(encoder.message(i)));
  };
  const run = (): void => {
    for (let i = 0; i < clients; i++)
      for (const message of sent[i]!) applyUpdate(views[i]!, message);
  };
  encoder.content.read(clients);
  take();
  run();
  return {
    prepare() {
      updates = 0;
      for (const messages of sent) messages.length = 0;
      for (let tick = 0; tick < TICKS; tick++) {
        encoder.turn(clients);
        take();
      }
    },
    run,
    operations: () => updates,
    digest() {
      let digest = 0;
      views.forEach(({ size, aliases, x, y }, i) => {
        for (let k = 0; k < size; k++) digest = addRecord(digest, i, aliases[k]!, x[k]!, y[k]!);
      });
      return digest;
    },
  };
}

const NO_BYTES = new Uint8Array(0);

function applyUpdate(view: View, bytes: Uint8Array): void {
  const { aoi } = aether.ServerMessage.decode(bytes);
  if (!aoi) throw new Error("not an update");
  const left = aoi.left ?? NO_BYTES;
  for (let at = 0; at < left.length; at += 2) view.hide(left[at]! | (left[at + 1]! << 8));
  for (const { alias, x, y } of aoi.entered ?? []) view.show(alias ?? 0, x ?? 0, y ?? 0);
  const moved = aoi.moved ?? NO_BYTES;
  const selfX = (aoi.self_x ?? 0) >> 3;
  const selfY = (aoi.self_y ?? 0) >> 3;
  for (let at = 0; at < moved.length; at += 6) {
    const alias = moved[at]! | (moved[at + 1]! << 8);
    const x = moved[at + 2]! | (moved[at + 3]! << 8);
    const y = moved[at + 4]! | (moved[at + 5]! << 8);
    // The one with these lower 16 bits that is nearest to the client's own.
    view.show(alias, selfX + (((x - selfX) << 16) >> 16), selfY + (((y - selfY) << 16) >> 16));
  }
}

/** MovementDelta of each, as clients send it. */
function intentsOf(crowd: Crowd): Uint8Array[] {
  const random = new RandomStream(5);
  const out = new Uint8Array(CLIENT_FRAME);
  return Array.from({ length: crowd.n }, (_, i) => {
    const [dx, dy] = [random.next() * 10 - 5, random.next() * 10 - 5];
    const length = encodeMove(out, i + 65536, 20000 + (i % 3000), dx, dy, 1.7e12 + i, 20000);
    return out.slice(0, length);
  });
}

/** As the gateway does it. */
export function engineIntents(crowd: Crowd): Prepared {
  const decoder = new ClientDecoder();
  return intents(crowd, (bytes) => {
    if (decoder.decode(bytes) !== BODY_MOVE) throw new Error("not an intent");
    const { moveEntity, moveSequence, moveDeltaX, moveDeltaY, ackTick } = decoder;
    return moveEntity + moveSequence + moveDeltaX + moveDeltaY + ackTick;
  });
}

export function protobufIntents(crowd: Crowd): Prepared {
  return intents(crowd, (bytes) => {
    const { move, ack_tick } = aether.ClientMessage.decode(bytes);
    if (!move) throw new Error("not an intent");
    const { entity_id, sequence, delta_x, delta_y } = move;
    return (entity_id ?? 0) + (sequence ?? 0) + (delta_x ?? 0) + (delta_y ?? 0) + ack_tick;
  });
}

function intents(crowd: Crowd, read: (bytes: Uint8Array) => number): Prepared {
  const sent = intentsOf(crowd);
  const sink = new Sink();
  return {
    prepare: () => (sink.value = 0),
    run() {
      for (const bytes of sent) sink.value += read(bytes);
    },
    operations: () => sent.length,
    digest: () => Math.floor(sink.value * 16) | 0,
  };
}
