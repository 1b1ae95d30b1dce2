// Who is connected: one session a slot, as columns made once at start. The socket itself stays
// with the transport; what a session was told and how fast it reads is in pacing.ts.
/** No connection on this slot. */
export const FREE = 0;
/** Connected; Hello has not come. */
export const OPEN = 1;
/** Said Hello, has no entity. */
export const GREETED = 2;
/** Sent Spawn, waits for the world. */
export const JOINING = 3;
/** Has an entity, and knows it. */
export const PLAYING = 4;
/** Has an entity; it is told as soon as that outlives a crash. */
export const ARRIVING = 5;
/** Is told after the next step. */
export const LANDING = 6;
/** Said Hello; who it is is being found out. */
export const VERIFYING = 7;

/** Rows of the world a handle can name. */
const ROWS = 65536;
const ROW_MASK = 0xffff;

/**
 * Bytes per session: state, malformed, replies, digest wanted, reset wanted, correction due,
 * leaving 7 x 1; frames, kind 2 x 2; handle, sequence, spawn x and y, received, sent,
 * corrections, untold, entered, position in the list, the list itself 11 x 4; serial,
 * deadline, fact 3 x 8 = 79,
 * and one entry each of five tables of texts. Apart from the sessions the map from rows is
 * 4 x 65,536 bytes, untouched (and so without RAM) where no row is live.
 */
export class Sessions {
  readonly capacity: number;
  readonly state: Uint8Array;
  /** Counts connections since the start; never the same twice. */
  readonly serial: Float64Array;
  /** When Hello, or after it Spawn, must have come, ms of the injected clock. */
  readonly deadline: Float64Array;
  readonly handle: Uint32Array;
  /**
   * Sequence of the last intent handed to the world. Before there is an entity: the number of the
   * last message of the application that it says it has, as it comes back.
   */
  readonly sequence: Int32Array;
  readonly kind: Uint16Array;
  /** Where it asked to spawn or was placed, 1/256 unit. */
  readonly spawnX: Int32Array;
  readonly spawnY: Int32Array;
  /** Messages, pings and pongs since the last tick. */
  readonly frames: Uint16Array;
  /** Errors and heartbeats answered since the last tick. */
  readonly replies: Uint8Array;
  /** Malformed messages of the whole connection. */
  readonly malformed: Uint8Array;
  /** 1: a ViewDigest goes with the next AoiUpdate. */
  readonly wantsDigest: Uint8Array;
  /** 1: the view starts again at the next tick. */
  readonly wantsReset: Uint8Array;
  /** 1: a Correction is due. */
  readonly correction: Uint8Array;
  /** 1: it said that it goes for good. */
  readonly leaving: Uint8Array;
  /** Messages received and sent, and corrections, on this connection. */
  readonly received: Uint32Array;
  readonly sent: Uint32Array;
  readonly corrections: Uint32Array;
  /** The fact that must be settled before it is told of its entity. */
  readonly fact: Float64Array;
  /** Tick of a Welcome with a token that the client has not shown to have; 0: none. */
  readonly untold: Int32Array;
  /** Tick in which its entity came into the world; 0: it has none, or came back to it. */
  readonly entered: Int32Array;
  readonly address: string[];
  /** What it calls itself. */
  readonly client: string[];
  /** Token of the handshake, in case Hello brings none. */
  readonly bearer: string[];
  /** Who it is; "" where nobody is asked. */
  readonly account: string[];
  /** The name that it brought from an earlier connection; "": it has its own. */
  readonly #name: string[];

  /** Slots in use, dense, in no order that means anything. */
  readonly list: Int32Array;
  count = 0;
  readonly #place: Int32Array;
  /** Slot + 1 of the session that owns a row; 0: none. */
  readonly #rowOwner = new Int32Array(ROWS);
  #serials = 0;

  readonly #prefix: string;

  /** @param prefix of session names; differs from process to process */
  constructor(capacity: number, prefix: string) {
    this.capacity = capacity;
    this.#prefix = prefix;
    this.state = new Uint8Array(capacity);
    this.serial = new Float64Array(capacity);
    this.deadline = new Float64Array(capacity);
    this.handle = new Uint32Array(capacity);
    this.sequence = new Int32Array(capacity);
    this.kind = new Uint16Array(capacity);
    this.spawnX = new Int32Array(capacity);
    this.spawnY = new Int32Array(capacity);
    this.frames = new Uint16Array(capacity);
    this.replies = new Uint8Array(capacity);
    this.malformed = new Uint8Array(capacity);
    this.wantsDigest = new Uint8Array(capacity);
    this.wantsReset = new Uint8Array(capacity);
    this.correction = new Uint8Array(capacity);
    this.leaving = new Uint8Array(capacity);
    this.received = new Uint32Array(capacity);
    this.sent = new Uint32Array(capacity);
    this.corrections = new Uint32Array(capacity);
    this.fact = new Float64Array(capacity);
    this.untold = new Int32Array(capacity);
    this.entered = new Int32Array(capacity);
    this.address = new Array<string>(capacity).fill("");
    this.client = new Array<string>(capacity).fill("");
    this.bearer = new Array<string>(capacity).fill("");
    this.account = new Array<string>(capacity).fill("");
    this.#name = new Array<string>(capacity).fill("");
    this.list = new Int32Array(capacity);
    this.#place = new Int32Array(capacity);
  }

  /** Takes a free slot into use. */
  open(slot: number, address: string, deadline: number): void {
    this.#serials++;
    this.state[slot] = OPEN;
    this.serial[slot] = this.#serials;
    this.deadline[slot] = deadline;
    this.handle[slot] = 0;
    this.sequence[slot] = 0;
    this.frames[slot] = 0;
    this.replies[slot] = 0;
    this.malformed[slot] = 0;
    this.wantsDigest[slot] = 0;
    this.wantsReset[slot] = 0;
    this.correction[slot] = 0;
    this.leaving[slot] = 0;
    this.received[slot] = 0;
    this.sent[slot] = 0;
    this.corrections[slot] = 0;
    this.untold[slot] = 0;
    this.entered[slot] = 0;
    this.address[slot] = address;
    this.#place[slot] = this.count;
    this.list[this.count] = slot;
    this.count++;
  }

  /** Gives a slot back; the last of the list takes its place, so walk the list from the end. */
  release(slot: number): void {
    const handle = this.handleOf(slot);
    // Where the world removed the entity itself, the row may be another's by now.
    if (handle !== 0 && this.ownerOf(handle & ROW_MASK) === slot)
      this.#rowOwner[handle & ROW_MASK] = 0;
    const place = this.#place[slot] ?? 0;
    this.count--;
    const last = this.list[this.count] ?? 0;
    this.list[place] = last;
    this.#place[last] = place;
    this.state[slot] = FREE;
    this.handle[slot] = 0;
    this.address[slot] = "";
    this.client[slot] = "";
    this.bearer[slot] = "";
    this.account[slot] = "";
    this.#name[slot] = "";
  }

  /** Gives a session its entity; it is told when `fact` is settled. */
  enter(slot: number, handle: number, fact: number): void {
    this.state[slot] = ARRIVING;
    this.handle[slot] = handle;
    this.fact[slot] = fact;
    this.#rowOwner[handle & ROW_MASK] = slot + 1;
  }

  /** The session goes on under the name that it has had. */
  rename(slot: number, name: string): void {
    this.#name[slot] = name;
  }

  /** The public name of a session, also in the log. */
  nameOf(slot: number): string {
    const name = this.#name[slot] ?? "";
    return name !== "" ? name : this.connectionOf(slot);
  }

  /** The name of a connection; a session has that of its first one. */
  connectionOf(slot: number): string {
    return `${this.#prefix}-${(this.serial[slot] ?? 0).toString(36)}`;
  }

  stateOf(slot: number): number {
    return this.state[slot] ?? FREE;
  }

  handleOf(slot: number): number {
    return this.handle[slot] ?? 0;
  }

  /** @returns the slot of the session whose entity lives in this row, -1: none */
  ownerOf(row: number): number {
    return (this.#rowOwner[row] ?? 0) - 1;
  }

  /** @returns the slot at a place of the list, 0 <= place < count */
  at(place: number): number {
    return this.list[place] ?? 0;
  }

  /** A tick begins: frames and replies are counted from zero again. */
  beginTick(): void {
    this.frames.fill(0);
    this.replies.fill(0);
  }
}

/** The row of a handle. */
export function rowOf(handle: number): number {
  return handle & ROW_MASK;
}
