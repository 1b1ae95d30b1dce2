// A lean WebSocket client over node:net, for thousands of them in one process: reads land in a
// shared buffer, a message is one write, nothing is made per message. It speaks to one server that
// we trust to be ours; a stream that breaks RFC 6455 closes with 1002.
import { createHash, randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import type { ClientSocket, SocketEvents } from "../client/socket.ts";
import { SUBPROTOCOL } from "../protocol/version.ts";
import { Inlet, Outlet } from "./buffers.ts";
import {
  FrameReader,
  HEADER_MAX,
  OP_BINARY,
  OP_CLOSE,
  OP_PING,
  OP_TEXT,
  writeHeader,
} from "./frames.ts";

const ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** A server that sends more than this before its handshake ends speaks another protocol. */
const HANDSHAKE_MAX = 8192;
/** After our Close frame the server has this long to hang up. */
const CLOSE_WAIT_MS = 1000;

const CODE_PROTOCOL = 1002;
const CODE_NONE = 1005;
const CODE_ABNORMAL = 1006;

/** What all sockets of a process share. */
export class SocketPool {
  readonly inlet = new Inlet();
  readonly outlet = new Outlet();
  /** Called after each read: a burst of updates must not hold up what is to be sent meanwhile. */
  afterRead: (() => void) | null = null;

  /** @param tap sees every binary message first; null = nobody does */
  readonly dial = (url: string, events: SocketEvents, tap: SocketTap | null): SwarmSocket =>
    new SwarmSocket(url, events, this, tap);
}

/** Sees every binary message before the client does. `bytes` is valid only during the call. */
export interface SocketTap {
  frame(bytes: Uint8Array): void;
}

/** One connection to `ws://host:port/path`. Events come as SocketEvents says; close comes once. */
export class SwarmSocket implements ClientSocket {
  /** Payload bytes and headers of frames received. */
  bytesReceived = 0;
  private readonly events: SocketEvents;
  private readonly pool: SocketPool;
  private readonly tap: SocketTap | null;
  private readonly socket: Socket;
  private readonly reader: FrameReader;
  private readonly key = randomBytes(16).toString("base64");
  private head: string | null = "";
  private closed = false;
  private code = CODE_ABNORMAL;
  private reason = "";

  constructor(url: string, events: SocketEvents, pool: SocketPool, tap: SocketTap | null) {
    this.events = events;
    this.pool = pool;
    this.tap = tap;
    this.reader = new FrameReader(this, pool.inlet.viewOf);
    const { hostname, port, host, pathname, search } = new URL(url);
    this.socket = connect({
      host: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port || 80),
      noDelay: true,
      onread: {
        buffer: pool.inlet.bytes,
        callback: (length, bytes) => {
          this.received(bytes, length);
          return true;
        },
      },
    });
    this.socket.on("connect", () => {
      this.socket.write(
        `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
          `Connection: Upgrade\r\nSec-WebSocket-Key: ${this.key}\r\nSec-WebSocket-Version: 13\r\n` +
          `Sec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n\r\n`,
      );
    });
    this.socket.on("error", (error) => {
      if (this.reason === "") this.reason = error.message;
    });
    this.socket.on("close", () => {
      this.finish();
    });
  }

  /** Sends one binary message; `bytes` is copied. Does nothing before open and after close. */
  send(bytes: Uint8Array): void {
    if (this.head !== null || this.closed) return;
    this.write(OP_BINARY, bytes);
  }

  /** Begins the closing handshake. */
  close(code = 1000, reason = ""): void {
    if (this.closed) return;
    if (this.head !== null) {
      this.abort(CODE_ABNORMAL, "closed before it was open");
      return;
    }
    this.code = code;
    this.reason = reason;
    this.hangUp(code, reason);
  }

  /** Hangs up without a word, as a network that fails does. */
  cut(): void {
    this.abort(CODE_ABNORMAL, "cut");
  }

  /** Reads nothing more: what comes stays with the kernel. Sending goes on. */
  pause(): void {
    this.socket.pause();
  }

  /** Reads again, and first what has come meanwhile. */
  resume(): void {
    this.socket.resume();
  }

  /** This end's port, by which the kernel tells its connections apart; 0 = not connected. */
  get localPort(): number {
    return this.socket.localPort ?? 0;
  }

  /** For the reader of frames only. */
  frame(opcode: number, payload: Uint8Array): void {
    this.bytesReceived += payload.length + (payload.length < 126 ? 2 : 4);
    if (opcode === OP_BINARY) {
      this.tap?.frame(payload);
      this.events.message(payload);
    } else if (opcode === OP_PING) this.write(OP_PING + 1, payload);
    else if (opcode === OP_CLOSE) this.closing(payload);
    else if (opcode === OP_TEXT) this.abort(CODE_PROTOCOL, "the server sent text");
  }

  private received(bytes: Uint8Array, length: number): void {
    if (this.head === null) {
      if (!this.closed && !this.reader.read(bytes, length))
        this.abort(CODE_PROTOCOL, "the server broke the framing of RFC 6455");
      this.pool.afterRead?.();
      return;
    }
    this.head += Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("latin1");
    const end = this.head.indexOf("\r\n\r\n");
    if (end < 0) {
      if (this.head.length > HANDSHAKE_MAX) this.abort(CODE_ABNORMAL, "the handshake has no end");
      return;
    }
    const head = this.head;
    const rest = Buffer.from(head.slice(end + 4), "latin1");
    const fault = handshakeFault(head.slice(0, end), this.key);
    if (fault !== "") {
      this.abort(CODE_ABNORMAL, fault);
      return;
    }
    this.head = null;
    this.events.open();
    if (rest.length > 0) this.received(rest, rest.length);
  }

  private write(opcode: number, payload: Uint8Array): void {
    const { outlet } = this.pool;
    const size = payload.length;
    if (!outlet.fits(size)) {
      const own = Buffer.allocUnsafe(size + HEADER_MAX);
      const start = writeHeader(own, opcode, size);
      own.set(payload, start);
      this.socket.write(own.subarray(0, start + size));
      return;
    }
    const start = writeHeader(outlet.bytes, opcode, size);
    outlet.bytes.set(payload, start);
    this.socket.write(outlet.view(start + size));
    if (this.socket.writableLength > 0) outlet.renew();
  }

  private closing(payload: Uint8Array): void {
    if (this.code === CODE_ABNORMAL) {
      this.code = payload.length >= 2 ? (payload[0]! << 8) | payload[1]! : CODE_NONE;
      this.reason = Buffer.from(payload.subarray(2)).toString("utf8");
    }
    this.hangUp(this.code === CODE_NONE ? 1000 : this.code, "");
  }

  private hangUp(code: number, reason: string): void {
    const text = Buffer.from(reason, "utf8");
    const payload = Buffer.alloc(2 + Math.min(text.length, 123));
    payload.writeUInt16BE(code);
    text.copy(payload, 2);
    this.write(OP_CLOSE, payload);
    this.shut();
    this.socket.end();
    setTimeout(() => this.socket.destroy(), CLOSE_WAIT_MS).unref();
  }

  private abort(code: number, reason: string): void {
    this.code = code;
    this.reason = reason;
    this.shut();
    this.socket.destroy();
  }

  private shut(): void {
    this.closed = true;
    this.reader.stop();
  }

  private finish(): void {
    this.shut();
    if (this.reason === "" && this.code === CODE_ABNORMAL)
      this.reason = "the connection ended without a Close frame";
    this.events.close(this.code, this.reason);
  }
}

/** @returns what is wrong with a handshake's answer, "" if nothing */
function handshakeFault(head: string, key: string): string {
  const [status = "", ...lines] = head.split("\r\n");
  if (!/^HTTP\/1\.1 101\b/.test(status)) return `the server answered ${status}`;
  const accept = createHash("sha1")
    .update(key + ACCEPT_GUID)
    .digest("base64");
  const given = lines.find((line) => /^sec-websocket-accept:/i.test(line));
  return given?.slice(given.indexOf(":") + 1).trim() === accept
    ? ""
    : "the server's Sec-WebSocket-Accept does not match";
}
