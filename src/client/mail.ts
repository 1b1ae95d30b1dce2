// Messages of the application in a session, over all its connections: what goes out is numbered
// and kept until the server has said that it took it, and sent again on the next connection, or
// when the server did not hear it since it was too much at once. What comes in is counted.
import type { AppMessage } from "../protocol/client-decode-rare.ts";
import { encodeClientApp } from "../protocol/client-encode.ts";
import { MAX_PAYLOAD } from "../protocol/version.ts";

/** Messages that may wait, and their bytes. */
const MESSAGES_MAX = 64;
const BYTES_MAX = 16384;
/** What a message takes of a client's share: 80 a second, 16,384 bytes; so much ahead of it. */
const MESSAGE_MS = 12.5;
const BYTE_MS = 1000 / 16384;
const AHEAD_MS = 400;
/** After so long without a word about them those that were sent are sent again. */
const PATIENCE_MS = 2000;

interface Letter {
  readonly channel: number;
  readonly request: number;
  readonly payload: Uint8Array;
}

export class Mail {
  /** The number of the last message that came. */
  has = 0;
  #letters: Letter[] = [];
  #bytes = 0;
  /** The number of the last message that the server has taken. */
  #taken = 0;
  /** Of those that wait, how many this connection has sent. */
  #sent = 0;
  #session = "";
  /** How far ahead of its share it is, as of `#at`. */
  #aheadMs = 0;
  #at = 0;
  /** When the server last took one, or had none to take. */
  #heardMs = 0;

  /**
   * @param payload copied
   * @returns false when there is no room, or no session yet
   * @throws RangeError when it is too long
   */
  add(channel: number, request: number, payload: Uint8Array): boolean {
    const { length } = payload;
    if (length > MAX_PAYLOAD)
      throw new RangeError(`a message of ${length} bytes was to be sent; at most ${MAX_PAYLOAD}`);
    // Before there is a session nobody knows what the server has taken of it.
    if (this.#session === "") return false;
    if (this.#letters.length === MESSAGES_MAX || this.#bytes + length > BYTES_MAX) return false;
    this.#letters.push({ channel, request, payload: payload.slice() });
    this.#bytes += length;
    return true;
  }

  /** @returns the frame that is to be sent now; null: none is left, or it has to wait */
  next(nowMs: number, ackTick: number): Uint8Array | null {
    if (this.#sent === 0) this.#heardMs = nowMs;
    else if (nowMs - this.#heardMs > PATIENCE_MS) this.#sent = 0;
    this.#aheadMs = Math.max(0, this.#aheadMs - (nowMs - this.#at));
    this.#at = nowMs;
    const letter = this.#letters[this.#sent];
    if (letter === undefined || this.#aheadMs > AHEAD_MS) return null;
    const { channel, request, payload } = letter;
    this.#aheadMs += Math.max(MESSAGE_MS, payload.length * BYTE_MS);
    this.#sent++;
    return encodeClientApp(channel, request, payload, this.#taken + this.#sent, ackTick);
  }

  /** A message came. @returns whether it is the application's, and not about the others */
  heard({ sequence, received, missed }: AppMessage, nowMs: number): boolean {
    if (sequence !== 0) this.has = sequence;
    if (received !== 0) this.#take(received, nowMs);
    return received === 0 && missed === 0;
  }

  /**
   * A connection has its session. In another one than before nothing is sent that waited, and
   * numbers begin anew; so they do when a server has forgotten them.
   * @param received the number of the last message that the server has taken
   */
  begin(session: string, received: number, nowMs: number): void {
    if (session !== this.#session) {
      this.#letters = [];
      this.#bytes = this.#taken = 0;
      this.has = 0;
      this.#session = session;
    }
    this.#take(received, nowMs);
    this.#taken = received;
    this.#sent = 0;
  }

  #take(number: number, nowMs: number): void {
    const count = number - this.#taken;
    if (count <= 0 || count > this.#letters.length) return;
    for (const { payload } of this.#letters.splice(0, count)) this.#bytes -= payload.length;
    this.#taken = number;
    this.#sent = Math.max(0, this.#sent - count);
    this.#heardMs = nowMs;
  }
}
