// The server's half of RFC 6455 for the live page's feed on the admin address: a browser's small
// binary messages in, ours out. No fragments, no text, no extensions; whoever sends such is closed
// with the code that the RFC has for it.
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const VERSION = "13";
const KEY = /^[A-Za-z0-9+/]{22}==$/;

const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const LAST = 0x80;
const MASKED = 0x80;
/** Payload of a control frame, and of a frame whose length takes one byte. */
const SHORT_MAX = 125;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const REASON_MAX = SHORT_MAX - 2;

const PROTOCOL_ERROR = 1002;
const NOT_TAKEN = 1003;
const TOO_BIG = 1009;
const NO_CODE = 1005;

/** Whoever pings is answered as long as it reads: bytes that may wait. */
const PONGS_WAITING_MAX = 65_536;

/** How long the other side may take to close as well, ms. */
const CLOSE_LIMIT_MS = 1000;

export interface WebSocketHandlers {
  /** One message; valid during the call. */
  message(bytes: Uint8Array): void;
  /** The last call, once. */
  closed(): void;
}

/** @returns the answer's header that proves the handshake, null for what is none */
export function acceptKeyOf({ headers, method }: IncomingMessage): string | null {
  const key = headers["sec-websocket-key"] ?? "";
  const isOne =
    method === "GET" &&
    headers.upgrade?.toLowerCase() === "websocket" &&
    headers["sec-websocket-version"] === VERSION &&
    KEY.test(key);
  return isOne ? createHash("sha1").update(`${key}${GUID}`).digest("base64") : null;
}

export class ServerWebSocket {
  readonly #stream: Duplex;
  readonly #messageMax: number;
  readonly #handlers: WebSocketHandlers;
  #kept = Buffer.alloc(0);
  #isClosing = false;
  #isOver = false;

  /**
   * @param stream a connection whose handshake was accepted
   * @param messageMax bytes of a message that comes
   */
  constructor(stream: Duplex, messageMax: number, handlers: WebSocketHandlers) {
    this.#stream = stream;
    this.#messageMax = messageMax;
    this.#handlers = handlers;
    stream.on("data", (bytes: Buffer) => this.#take(bytes));
    stream.on("error", () => stream.destroy());
    stream.on("end", () => stream.destroy());
    stream.on("close", () => this.#end());
  }

  /** Bytes that the operating system has not taken yet. */
  get buffered(): number {
    return this.#stream.writableLength;
  }

  /** Sends the parts as one message. Their bytes must not change afterwards. */
  send(...parts: readonly Uint8Array[]): void {
    if (!this.#isClosing) this.#write(BINARY, ...parts);
  }

  /** @param reason cut to what a frame has room for */
  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    const text = new Uint8Array(REASON_MAX);
    const { written } = new TextEncoder().encodeInto(reason, text);
    const payload = Buffer.alloc(2 + written);
    payload.writeUInt16BE(code);
    payload.set(text.subarray(0, written), 2);
    this.#write(CLOSE, payload);
    this.#finish();
  }

  #finish(): void {
    this.#isClosing = true;
    this.#stream.end();
    setTimeout(() => this.#stream.destroy(), CLOSE_LIMIT_MS).unref();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = this.#isClosing = true;
    this.#handlers.closed();
  }

  #write(opcode: number, ...parts: readonly Uint8Array[]): void {
    this.#stream.cork();
    this.#stream.write(
      headerOf(
        opcode,
        parts.reduce((sum, part) => sum + part.length, 0),
      ),
    );
    for (const part of parts) this.#stream.write(part);
    this.#stream.uncork();
  }

  #take(bytes: Buffer): void {
    if (this.#isClosing) return;
    this.#kept = Buffer.concat([this.#kept, bytes]);
    let taken: number;
    do {
      taken = this.#takeFrame(this.#kept);
      this.#kept = this.#kept.subarray(taken);
    } while (taken > 0);
  }

  /** @returns bytes of the first frame, 0 while it is not whole */
  #takeFrame(bytes: Buffer): number {
    if (this.#isClosing || bytes.length < 2) return 0;
    const first = bytes.readUInt8(0);
    const second = bytes.readUInt8(1);
    const opcode = first & 15;
    const short = second & 127;
    const isControl = opcode >= CLOSE;
    const isOdd = (first & 0x70) !== 0 || (second & MASKED) === 0;
    if (isOdd || (isControl && (short > SHORT_MAX || (first & LAST) === 0))) {
      this.close(PROTOCOL_ERROR, "That is no frame of RFC 6455.");
      return 0;
    }
    if (short === LENGTH_64) return this.#refuse(TOO_BIG, "That message is too long.");
    const start = short === LENGTH_16 ? 8 : 6;
    if (bytes.length < start) return 0;
    const length = short === LENGTH_16 ? bytes.readUInt16BE(2) : short;
    if (length > this.#messageMax) return this.#refuse(TOO_BIG, "That message is too long.");
    if (bytes.length < start + length) return 0;
    const payload = unmasked(bytes, start, length);
    if (opcode === PING) this.#pong(payload);
    else if (opcode === CLOSE) this.close(codeOf(payload), "");
    else if (opcode === BINARY && (first & LAST) !== 0) this.#handlers.message(payload);
    else if (opcode !== PONG)
      return this.#refuse(NOT_TAKEN, "Only whole binary messages are read.");
    return start + length;
  }

  #pong(payload: Uint8Array): void {
    if (this.buffered <= PONGS_WAITING_MAX) this.#write(PONG, payload);
    else this.#stream.destroy();
  }

  #refuse(code: number, reason: string): 0 {
    this.close(code, reason);
    return 0;
  }
}

function headerOf(opcode: number, length: number): Uint8Array {
  const first = LAST | opcode;
  if (length <= SHORT_MAX) return Uint8Array.of(first, length);
  if (length <= 0xffff) return Uint8Array.of(first, LENGTH_16, length >> 8, length & 255);
  const header = new Uint8Array(10);
  header[0] = first;
  header[1] = LENGTH_64;
  new DataView(header.buffer).setUint32(6, length);
  return header;
}

function unmasked(bytes: Buffer, start: number, length: number): Uint8Array {
  const payload = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    payload[i] = bytes.readUInt8(start + i) ^ bytes.readUInt8(start - 4 + (i & 3));
  }
  return payload;
}

/** What to close with in turn; 1005 may not be sent, so that nothing said becomes 1000. */
function codeOf(payload: Uint8Array): number {
  const code = payload.length < 2 ? NO_CODE : ((payload[0] ?? 0) << 8) | (payload[1] ?? 0);
  return code === NO_CODE ? 1000 : code;
}
