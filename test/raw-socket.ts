// A WebSocket client that can do everything wrong: any bytes, any opcode, any length, no mask,
// pieces. It never closes or answers by itself, except pings when `answersPings` is set.
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { inflateRawSync } from "node:zlib";

export const OP_CONTINUATION = 0;
export const OP_TEXT = 1;
export const OP_BINARY = 2;
export const OP_CLOSE = 8;
export const OP_PING = 9;
export const OP_PONG = 10;

export interface Handshake {
  readonly path?: string;
  readonly protocol?: string;
  readonly extensions?: string;
  readonly version?: string;
  readonly method?: string;
  readonly headers?: readonly string[];
  /** The address of this machine that it comes from. */
  readonly from?: string;
  /** Sec-WebSocket-Key; random unless told. */
  readonly key?: string;
  /** All headers after Host, in place of those of a handshake. */
  readonly lines?: readonly string[];
  /** TLS, with a server whose certificate is one of these. */
  readonly ca?: string;
}

export interface FrameShape {
  readonly opcode?: number;
  readonly fin?: boolean;
  /** Bits RSV1 4, RSV2 2, RSV3 1. */
  readonly rsv?: number;
  readonly masked?: boolean;
  /** Said in the header instead of the payload's own length. */
  readonly length?: bigint;
}

export interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly compressed: boolean;
}

export class RawSocket {
  /** HTTP status of the handshake, and all of its answer's head and body. */
  status = 0;
  head = "";
  /** Of the Close frame that the server sent; 0 = none yet. */
  closeCode = 0;
  closeReason = "";
  /** The TCP connection is over. */
  ended = false;
  answersPings = true;
  /** Hears every data frame, whole (uWebSockets.js never fragments). */
  onMessage: (frame: Frame) => void = () => undefined;
  onPong: (payload: Uint8Array) => void = () => undefined;
  onPing: (payload: Uint8Array) => void = () => undefined;

  readonly socket: Socket;
  #buffer: Buffer = Buffer.alloc(0);
  #upgraded = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.ended = true;
      this.#wake();
    });
    socket.on("end", () => socket.end());
  }

  /** Resolves when the server has answered the handshake, or hung up. */
  static async open(port: number, handshake: Handshake = {}): Promise<RawSocket> {
    const { ca, from = "127.0.0.1" } = handshake;
    const address = { host: "127.0.0.1", port, localAddress: from };
    const raw = new RawSocket(
      ca === undefined ? connect(address) : connectSecurely({ ...address, ca }),
    );
    raw.socket.write(handshakeText(port, handshake));
    await new Promise<void>((resolve) => {
      raw.#wake = resolve;
    });
    return raw;
  }

  /** Writes bytes as they are. */
  write(bytes: Uint8Array | string): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Writes one frame of any shape. */
  frame(payload: Uint8Array | string, shape: FrameShape = {}): void {
    this.write(buildFrame(payload, shape));
  }

  /** Cuts the TCP connection without a word. */
  cut(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    if (!this.#upgraded && !this.#takeHead()) return;
    while (this.#takeFrame());
  }

  #takeHead(): boolean {
    const text = this.#buffer.toString("latin1");
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) return false;
    this.status = Number(text.slice(9, 12));
    if (this.status !== 101) {
      const length = /content-length: (\d+)/i.exec(text);
      if (this.#buffer.length < end + 4 + Number(length?.[1] ?? 0)) return false;
      this.head = text;
      this.#wake();
      return false;
    }
    this.head = text.slice(0, end);
    this.#buffer = this.#buffer.subarray(end + 4);
    this.#upgraded = true;
    this.#wake();
    return true;
  }

  #takeFrame(): boolean {
    const buffer = this.#buffer;
    if (buffer.length < 2) return false;
    const first = buffer[0] ?? 0;
    let length = (buffer[1] ?? 0) & 127;
    let at = 2;
    if (length === 126) {
      if (buffer.length < 4) return false;
      length = buffer.readUInt16BE(2);
      at = 4;
    }
    if (buffer.length < at + length) return false;
    const body = buffer.subarray(at, at + length);
    this.#buffer = buffer.subarray(at + length);
    this.#hear(first & 15, (first & 0x40) !== 0, body);
    return true;
  }

  #hear(opcode: number, compressed: boolean, body: Buffer): void {
    if (opcode === OP_PING) {
      this.onPing(body);
      if (this.answersPings) this.frame(body, { opcode: OP_PONG });
    } else if (opcode === OP_PONG) this.onPong(body);
    else if (opcode === OP_CLOSE) {
      this.closeCode = body.length >= 2 ? body.readUInt16BE(0) : 1005;
      this.closeReason = body.subarray(2).toString();
    } else this.onMessage({ opcode, payload: compressed ? inflate(body) : body, compressed });
  }
}

/** Bytes of one frame. */
export function buildFrame(content: Uint8Array | string, shape: FrameShape = {}): Buffer {
  const payload = typeof content === "string" ? Buffer.from(content) : Buffer.from(content);
  const { opcode = OP_BINARY, fin = true, rsv = 0, masked = true } = shape;
  const length = shape.length ?? BigInt(payload.length);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const maskBit = masked ? 0x80 : 0;
  let header: Buffer;
  if (length < 126n) header = Buffer.from([first, maskBit | Number(length)]);
  else if (length < 65536n) {
    header = Buffer.from([first, maskBit | 126, 0, 0]);
    header.writeUInt16BE(Number(length), 2);
  } else {
    header = Buffer.alloc(10);
    header[0] = first;
    header[1] = maskBit | 127;
    header.writeBigUInt64BE(length, 2);
  }
  if (!masked) return Buffer.concat([header, payload]);
  const key = randomBytes(4);
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (key[i & 3] ?? 0);
  return Buffer.concat([header, key, payload]);
}

function handshakeText(port: number, handshake: Handshake): string {
  const request = [
    `${handshake.method ?? "GET"} ${handshake.path ?? "/"} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
  ];
  if (handshake.lines !== undefined)
    return `${[...request, ...handshake.lines].join("\r\n")}\r\n\r\n`;
  const lines = [
    ...request,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${handshake.key ?? randomBytes(16).toString("base64")}`,
    `Sec-WebSocket-Version: ${handshake.version ?? "13"}`,
  ];
  if (handshake.protocol !== undefined) lines.push(`Sec-WebSocket-Protocol: ${handshake.protocol}`);
  if (handshake.extensions !== undefined)
    lines.push(`Sec-WebSocket-Extensions: ${handshake.extensions}`);
  return `${[...lines, ...(handshake.headers ?? [])].join("\r\n")}\r\n\r\n`;
}

function inflate(body: Buffer): Buffer {
  return inflateRawSync(Buffer.concat([body, Buffer.from([0, 0, 0xff, 0xff])]), {
    finishFlush: 2, // Z_SYNC_FLUSH: a message of permessage-deflate has no final block
  });
}
