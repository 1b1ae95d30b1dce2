// A client in a crowd: what it is shown, how large the frames are, and how old what it shows is.
import { Replica } from "../../src/client/replica.ts";
import {
  MOVED_RECORD,
  SERVER_AOI,
  SERVER_WELCOME,
  ServerDecoder,
} from "../../src/protocol/client-decode.ts";
import {
  CLIENT_FRAME,
  encodeHello,
  encodeLeave,
  encodeMove,
} from "../../src/protocol/client-encode.ts";
import { encodeSpawn } from "../../src/protocol/client-encode.ts";
import { AOI_INCOMPLETE, AOI_LAST } from "../../src/protocol/encode.ts";
import type { DirectTransport, Peer } from "../simulated/transport.ts";

// Used up before the call that they serve is over: one of each does for all.
const decoder = new ServerDecoder();
const out = new Uint8Array(CLIENT_FRAME);

/** Of all frames that a crowd was sent. */
export class FrameTally {
  frames = 0;
  largest = 0;
  bytes = 0;
  /** Records that contradict what was shown. */
  faults = 0;
}

export class Onlooker implements Peer {
  readonly replica = new Replica();
  entity = 0;
  /** The newest tick applied whole, and whether it said that something is missing. */
  tick = 0;
  isIncomplete = true;
  isGone = false;
  /** Records of positions in that tick, and bytes. */
  records = 0;
  bytes = 0;
  #slot = -1;
  #sequence = 0;
  #partTick = 0;
  readonly #transport: DirectTransport;
  readonly #tally: FrameTally;

  constructor(transport: DirectTransport, tally: FrameTally) {
    this.#transport = transport;
    this.#tally = tally;
  }

  /** @param x world units. @returns false when the server takes nobody in this tick */
  join(x: number, y: number): boolean {
    this.#slot = this.#transport.connect(this);
    if (this.#slot < 0) return false;
    this.#transport.deliver(this.#slot, encodeHello({ client: "crowd" }));
    this.#transport.deliver(this.#slot, encodeSpawn(1, x, y));
    return true;
  }

  /** An intent, in world units, that acknowledges what came. */
  move(dx: number, dy: number): void {
    const sequence = ++this.#sequence;
    const length = encodeMove(out, this.entity, sequence, dx, dy, 1, this.tick);
    this.#transport.deliver(this.#slot, out.subarray(0, length));
  }

  leave(): void {
    this.#transport.deliver(this.#slot, out.subarray(0, encodeLeave(out, this.tick)));
  }

  receive(bytes: Uint8Array): void {
    const tally = this.#tally;
    tally.frames++;
    tally.bytes += bytes.length;
    tally.largest = Math.max(tally.largest, bytes.length);
    const kind = decoder.decode(bytes);
    if (kind === SERVER_WELCOME) this.entity = decoder.message?.welcome?.entity_id ?? 0;
    if (kind !== SERVER_AOI) return;
    if (this.#partTick !== decoder.tick) this.records = this.bytes = 0;
    this.#partTick = decoder.tick;
    tally.faults += this.replica.apply(decoder, bytes);
    this.records += (decoder.movedEnd - decoder.movedStart) / MOVED_RECORD;
    this.bytes += bytes.length;
    if ((decoder.flags & AOI_LAST) === 0) return;
    this.tick = decoder.tick;
    this.isIncomplete = (decoder.flags & AOI_INCOMPLETE) !== 0;
  }

  ended(): void {
    this.isGone = true;
  }
}
