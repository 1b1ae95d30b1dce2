// Writes down sessions, some with each frame, so that a thousand cost a tick no more than a few.
// Their texts stay on the board: they are written when a session has come, or has said who it is.
import { ROSTER_PART } from "../feed/format.ts";
import { CLIENT, CLIENT_NUMBERS, NUMBER } from "../feed/frame-board.ts";
import type { FrameBoard } from "../feed/frame-board.ts";
import type { Gateway } from "../gateway/gateway.ts";

/** More than a session has states. */
const STATES = 16;

const encoder = new TextEncoder();

export class Clients {
  readonly #gateway: Gateway;
  readonly #board: FrameBoard;
  /** Whose texts are on the board: serial and state. */
  readonly #written: Float64Array;
  #round = 1;
  #next = 0;

  constructor(gateway: Gateway, board: FrameBoard) {
    this.#gateway = gateway;
    this.#board = board;
    this.#written = new Float64Array(board.memory.slots);
  }

  /** Writes the next sessions. One that moves within the list meanwhile may wait for a round. */
  writeNext(): void {
    const { sessions } = this.#gateway.sight;
    const { numbers, roster } = this.#board;
    if (this.#next >= sessions.count) {
      this.#next = 0;
      this.#round++;
    }
    const first = this.#next;
    const end = Math.min(first + ROSTER_PART, sessions.count);
    for (let i = first; i < end; i++)
      this.write(roster, (i - first) * CLIENT_NUMBERS, sessions.at(i));
    this.#next = end;
    numbers[NUMBER.round] = this.#round;
    numbers[NUMBER.entries] = end - first;
  }

  /** Writes one session, by CLIENT. */
  write(to: Float64Array, at: number, slot: number): void {
    const { pacing, sessions } = this.#gateway.sight;
    to[at + CLIENT.slot] = slot;
    to[at + CLIENT.entity] = sessions.handleOf(slot);
    to[at + CLIENT.roundTrip] = pacing.roundTrip[slot]!;
    to[at + CLIENT.outstanding] = pacing.outstanding(slot);
    to[at + CLIENT.isClosed] = pacing.isClosed(slot) ? 1 : 0;
    to[at + CLIENT.sent] = sessions.sent[slot]!;
    to[at + CLIENT.received] = sessions.received[slot]!;
    to[at + CLIENT.corrections] = sessions.corrections[slot]!;
    const mark = sessions.serial[slot]! * STATES + sessions.stateOf(slot);
    if (this.#written[slot] === mark) return;
    this.#written[slot] = mark;
    writeText(this.#board.nameOf(slot), sessions.nameOf(slot));
    writeText(this.#board.clientOf(slot), sessions.client[slot] ?? "");
  }
}

/** Cut between characters where there is no room for all. */
function writeText(room: Uint8Array, text: string): void {
  room[0] = encoder.encodeInto(text, room.subarray(1)).written;
}
