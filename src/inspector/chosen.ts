// Writes down what a page has chosen: the entity, whom its client was told of, and where the time
// of its intents goes.
import { leaveRadiusOf } from "../engine/rules.ts";
import type { World } from "../engine/world.ts";
import { TOLD_MAX } from "../feed/format.ts";
import { CHOSEN, CHOSEN_NUMBERS, FALL } from "../feed/frame-board.ts";
import type { FrameBoard } from "../feed/frame-board.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { rowOf } from "../gateway/session.ts";
import type { Trace } from "../gateway/tracer.ts";
import { AOI_INCOMPLETE } from "../protocol/encode.ts";
import type { Clients } from "./clients.ts";

const SIGHT_UNITS = 32;

export class Choices {
  readonly #world: World;
  readonly #gateway: Gateway;
  readonly #board: FrameBoard;
  readonly #clients: Clients;

  constructor(world: World, gateway: Gateway, board: FrameBoard, clients: Clients) {
    this.#world = world;
    this.#gateway = gateway;
    this.#board = board;
    this.#clients = clients;
  }

  /**
   * @param place of the page in the frame
   * @param page its number
   * @param entity that it has chosen; 0, or one that is gone, is nobody
   * @param now monotonic ms
   */
  write(place: number, page: number, entity: number, now: number): void {
    const world = this.#world;
    const { chosen } = this.#board;
    const at = place * CHOSEN_NUMBERS;
    const isThere = entity !== 0 && world.isLive(entity);
    chosen[at + CHOSEN.page] = page;
    chosen[at + CHOSEN.entity] = isThere ? entity : 0;
    if (!isThere) return;
    const row = rowOf(entity);
    const { aoiRadius } = world.kernel.views;
    const enter = aoiRadius[row]!;
    chosen[at + CHOSEN.kind] = world.kind(row);
    chosen[at + CHOSEN.x] = world.posX(row);
    chosen[at + CHOSEN.y] = world.posY(row);
    chosen[at + CHOSEN.sequence] = world.sequence(row);
    chosen[at + CHOSEN.enterRadius] = enter / SIGHT_UNITS;
    chosen[at + CHOSEN.leaveRadius] = leaveRadiusOf(enter, world.rules) / SIGHT_UNITS;
    chosen[at + CHOSEN.isIncomplete] = (world.viewFlags(row) & AOI_INCOMPLETE) === 0 ? 0 : 1;
    chosen[at + CHOSEN.toldCount] = this.#takeTold(row, place);
    this.#writeClient(at, entity, now);
  }

  #takeTold(row: number, place: number): number {
    const count = this.#world.listTold(row);
    const { listed } = this.#world.kernel.views;
    this.#board.toldOf(place).set(listed.subarray(0, Math.min(count, TOLD_MAX)));
    return count;
  }

  #writeClient(at: number, entity: number, now: number): void {
    const { sessions, tracer } = this.#gateway.sight;
    const { chosen } = this.#board;
    const slot = sessions.ownerOf(rowOf(entity));
    const isConnected = slot >= 0 && sessions.handleOf(slot) === entity;
    chosen[at + CHOSEN.hasClient] = isConnected ? 1 : 0;
    if (!isConnected) return;
    this.#clients.write(chosen, at + CHOSEN.client, slot);
    writeFall(chosen, at + CHOSEN.last, tracer.last(entity), now);
    writeFall(chosen, at + CHOSEN.worst, tracer.worst(entity), now);
  }
}

function writeFall(to: Float64Array, at: number, trace: Trace | null, now: number): void {
  to[at + FALL.isThere] = trace === null ? 0 : 1;
  if (trace === null) return;
  to[at + FALL.sequence] = trace.sequence;
  to[at + FALL.socket] = trace.socket;
  to[at + FALL.wait] = trace.wait;
  to[at + FALL.tick] = trace.tick;
  to[at + FALL.send] = trace.send;
  to[at + FALL.acknowledgement] = trace.acknowledgement;
  to[at + FALL.age] = now - trace.at;
}
