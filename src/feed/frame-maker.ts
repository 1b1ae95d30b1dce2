// Makes messages of the frames that the tick leaves on the board, in the admin thread: what takes
// time is done here and not there.
import { Chart } from "../kernel/chart.ts";
import { ENGINES } from "../kernel/kernel.ts";
import { FeedWriter } from "./bytes.ts";
import { writeFocus } from "./focus.ts";
import type { Focus, FocusClient, Waterfall } from "./focus.ts";
import { CELLS_MAX, ENTITIES_MAX, FOCUS_BYTES, FRAME, SCENE_BYTES } from "./format.ts";
import {
  CHOSEN,
  CHOSEN_NUMBERS,
  CLIENT,
  CLIENT_NUMBERS,
  FALL,
  FrameBoard,
  NUMBER,
} from "./frame-board.ts";
import type { FrameMemory } from "./frame-board.ts";
import { writeEntry } from "./roster.ts";
import type { RosterEntry } from "./roster.ts";
import { RoundTrips } from "./round-trips.ts";
import { writeNumbers } from "./scene.ts";

const decoder = new TextDecoder();

/** A frame as it is sent: to each page what is its own, and behind it what all are sent. */
export interface Frame {
  /** By the numbers of who has their sockets. */
  readonly pages: readonly number[];
  readonly own: readonly Uint8Array[];
  readonly shared: Uint8Array;
}

export class FrameMaker {
  readonly #board: FrameBoard;
  readonly #chart: Chart;
  readonly #roundTrips = new RoundTrips();
  readonly #own = new FeedWriter(1 + FOCUS_BYTES);
  readonly #shared = new FeedWriter(SCENE_BYTES);
  #round = 0;
  /** Windows that were closed, of this round's sessions so far and of all of the last one. */
  #closed = 0;
  #closedWindows = 0;

  constructor(memory: FrameMemory) {
    this.#board = new FrameBoard(memory);
    const { bounds, componentBytes } = memory;
    const { sketch } = this.#board;
    this.#chart = new Chart(sketch, bounds, ENTITIES_MAX, CELLS_MAX, componentBytes);
  }

  /** @returns the frame on the board, which is free again after `done`; null when there is none */
  take(): Frame | null {
    const board = this.#board;
    if (board.isFree) return null;
    const count = board.numbers[NUMBER.pages]!;
    const pages: number[] = [];
    const own: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      pages.push(board.chosen[i * CHOSEN_NUMBERS + CHOSEN.page]!);
      own.push(this.#writeOwn(i));
    }
    return { pages, own, shared: this.#writeShared() };
  }

  /** The frame was sent to so many pages; others had not read what they were sent before. */
  done(sent: number, missed: number): void {
    const { numbers } = this.#board;
    numbers[NUMBER.framesSent]! += sent;
    numbers[NUMBER.framesMissed]! += missed;
    this.#board.clear();
  }

  // ---------------------------------------------------------------- what a page has chosen

  #writeOwn(page: number): Uint8Array {
    const to = this.#own.begin();
    to.u8(FRAME);
    writeFocus(to, this.#focusOf(page), this.#board.toldOf(page));
    return to.bytes.slice(0, to.at);
  }

  #focusOf(page: number): Focus | null {
    const { chosen } = this.#board;
    const at = page * CHOSEN_NUMBERS;
    const entity = chosen[at + CHOSEN.entity]!;
    if (entity === 0) return null;
    return {
      entity,
      kind: chosen[at + CHOSEN.kind]!,
      x: chosen[at + CHOSEN.x]!,
      y: chosen[at + CHOSEN.y]!,
      sequence: chosen[at + CHOSEN.sequence]!,
      enterRadius: chosen[at + CHOSEN.enterRadius]!,
      leaveRadius: chosen[at + CHOSEN.leaveRadius]!,
      isIncomplete: chosen[at + CHOSEN.isIncomplete] === 1,
      toldCount: chosen[at + CHOSEN.toldCount]!,
      told: this.#board.toldOf(page),
      client: chosen[at + CHOSEN.hasClient] === 1 ? this.#clientOf(at) : null,
    };
  }

  /** @param at where the choice begins */
  #clientOf(at: number): FocusClient {
    const { chosen } = this.#board;
    const last = waterfallAt(chosen, at + CHOSEN.last);
    const worst = waterfallAt(chosen, at + CHOSEN.worst);
    return { ...this.#entryAt(chosen, at + CHOSEN.client), last, worst };
  }

  // ---------------------------------------------------------------- what all are sent

  #writeShared(): Uint8Array {
    const to = this.#shared.begin();
    const chart = this.#chart;
    const entries = this.#takeRoster();
    chart.takeEntities();
    chart.takeCells();
    this.#writeNumbers(to);
    this.#writeTicks(to);
    to.u16(chart.entityCount);
    to.halves(chart.rows, chart.entityCount);
    to.halves(chart.xs, chart.entityCount);
    to.halves(chart.ys, chart.entityCount);
    to.halves(chart.kinds, chart.entityCount);
    to.u8(chart.componentBytes);
    to.raw(chart.components.subarray(0, chart.entityCount * chart.componentBytes));
    to.u16(chart.cellCount);
    to.halves(chart.cells, chart.cellCount * 4);
    to.u32(this.#round);
    to.u8(entries.length);
    for (const entry of entries) writeEntry(to, entry);
    return to.bytes.slice(0, to.at);
  }

  #writeNumbers(to: FeedWriter): void {
    const { numbers } = this.#board;
    writeNumbers(to, {
      engine: ENGINES[numbers[NUMBER.engine]!] ?? "wasm",
      isBrute: this.#chart.isBrute,
      thinning: numbers[NUMBER.thinning]!,
      tick: numbers[NUMBER.tick]!,
      hashLow: numbers[NUMBER.hashLow]!,
      hashHigh: numbers[NUMBER.hashHigh]!,
      live: numbers[NUMBER.live]!,
      connections: numbers[NUMBER.connections]!,
      playing: numbers[NUMBER.playing]!,
      joining: numbers[NUMBER.joining]!,
      closedWindows: this.#closedWindows,
      roundTrip50: this.#roundTrips.p50,
      roundTrip99: this.#roundTrips.p99,
      pages: numbers[NUMBER.pages]!,
      feedMs: numbers[NUMBER.feedMs]!,
      sentBytes: numbers[NUMBER.sentBytes]!,
      receivedBytes: numbers[NUMBER.receivedBytes]!,
      sent: numbers[NUMBER.sent]!,
      received: numbers[NUMBER.received]!,
      corrections: numbers[NUMBER.corrections]!,
      skipped: numbers[NUMBER.skipped]!,
    });
  }

  #writeTicks(to: FeedWriter): void {
    const { memory, numbers, ticks } = this.#board;
    const count = numbers[NUMBER.ticks]!;
    to.u8(count);
    for (let i = 0; i < count * memory.phases; i++) to.f32(ticks[i]!);
  }

  #takeRoster(): readonly RosterEntry[] {
    const { numbers, roster } = this.#board;
    const round = numbers[NUMBER.round]!;
    if (round !== this.#round) this.#settle(round);
    const entries: RosterEntry[] = [];
    for (let i = 0; i < numbers[NUMBER.entries]!; i++) {
      const entry = this.#entryAt(roster, i * CLIENT_NUMBERS);
      this.#roundTrips.note(entry.roundTrip);
      if (entry.isWindowClosed) this.#closed++;
      entries.push(entry);
    }
    return entries;
  }

  /** The round of the sessions is over: what it came to stands until the next one is. */
  #settle(round: number): void {
    this.#round = round;
    this.#roundTrips.settle();
    this.#closedWindows = this.#closed;
    this.#closed = 0;
  }

  #entryAt(numbers: Float64Array, at: number): RosterEntry {
    const slot = numbers[at + CLIENT.slot]!;
    return {
      slot,
      entity: numbers[at + CLIENT.entity]!,
      session: textIn(this.#board.nameOf(slot)),
      client: textIn(this.#board.clientOf(slot)),
      roundTrip: numbers[at + CLIENT.roundTrip]!,
      outstanding: numbers[at + CLIENT.outstanding]!,
      isWindowClosed: numbers[at + CLIENT.isClosed] === 1,
      sent: numbers[at + CLIENT.sent]!,
      received: numbers[at + CLIENT.received]!,
      corrections: numbers[at + CLIENT.corrections]!,
    };
  }
}

function waterfallAt(numbers: Float64Array, at: number): Waterfall | null {
  if (numbers[at + FALL.isThere] !== 1) return null;
  return {
    sequence: numbers[at + FALL.sequence]!,
    socket: numbers[at + FALL.socket]!,
    wait: numbers[at + FALL.wait]!,
    tick: numbers[at + FALL.tick]!,
    send: numbers[at + FALL.send]!,
    acknowledgement: numbers[at + FALL.acknowledgement]!,
    age: numbers[at + FALL.age]!,
  };
}

/** @param room the text behind its length, in memory that no decoder reads */
function textIn(room: Uint8Array): string {
  return decoder.decode(room.slice(1, 1 + room[0]!));
}
