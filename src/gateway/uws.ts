// The transport over uWebSockets.js. What leaves a handler of ours as an exception aborts the
// process inside uWS (also with an uncaughtException listener), so every handler is wrapped here:
// the fault is told, the connection ends with 1011, everybody else goes on.
import * as uWS from "uWebSockets.js";
import { CLOSES } from "../protocol/codes.ts";
import { MAX_HELLO_FRAME, SUBPROTOCOL } from "../protocol/version.ts";
import { RequestBudget } from "./budget.ts";
import { bearerOf, clientAddress, peerAddress } from "./headers.ts";
import { bringsBody, refuseUpgrade, writeAnswer } from "./http.ts";
import type { HttpAnswer } from "./http.ts";
import { listenWith } from "./listening.ts";
import { answerOf } from "./live-page.ts";
import type { LivePage } from "./live-page.ts";
import { Proxies } from "./proxies.ts";
import { connectionsOf, unreadOf } from "./receive-queues.ts";
import { SEND_BUFFERED, SEND_DROPPED, SEND_OK } from "./transport.ts";
import type { SendResult, Transport, TransportHandler } from "./transport.ts";

export interface UwsOptions {
  /** Connections at a time; slots are 0 .. slots - 1. */
  slots: number;
  /** Seconds without a byte from the client after which it is closed; 0 (never) or 8..960. */
  idleTimeoutS: number;
  /** Negotiates permessage-deflate (one shared compressor); each send says whether to use it. */
  compression: boolean;
  /** Files of a certificate and its key, in PEM; null: no TLS. */
  tls: { readonly cert: string; readonly key: string } | null;
  /** Addresses, or ranges of them, whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
  /** Answers a plain GET; null: 404. */
  answer(path: string): HttpAnswer | null;
  /** The live page; null: it is not on this address. */
  page: LivePage | null;
  /** Hears of every exception that a handler threw: its name, and on whose behalf it ran. */
  onFault(where: string, error: unknown, slot?: number): void;
}

/** What hangs on a socket; after its close this is all that may be asked of it. */
interface Peer {
  slot: number;
  readonly address: string;
  /** Token of the handshake, until the gateway has it. */
  bearer: string;
}
type Socket = uWS.WebSocket<Peer>;

/** Where it listens, and for whom. */
interface Where {
  readonly host: string;
  readonly port: number;
  readonly handler: TransportHandler;
}

/** Bytes in user space beyond which a send is dropped. */
const MAX_BACKPRESSURE = 65536;
const NO_SLOT = -1;
/** An option of `listen`: others of this user may listen on the same port if they ask likewise. */
const SHARED_PORT = 0;
/**
 * Attached to every request: a handler that returned without an answer would otherwise abort the
 * process. All of ours answer before they return, so there is nothing to do in it.
 */
const NOTHING = (): void => undefined;

export class UwsTransport implements Transport {
  /** Exceptions caught in handlers. */
  faults = 0;

  readonly #options: UwsOptions;
  readonly #sockets: (Socket | null)[];
  /** Stack of free slots. */
  readonly #free: Int32Array;
  #freeCount: number;
  readonly #text = new TextDecoder();
  readonly #proxies: Proxies;
  /** The newest has the present certificate and listens; connections stay with theirs. */
  #apps: uWS.TemplatedApp[] = [];
  #listening: uWS.us_listen_socket | null = null;
  #where: Where | null = null;
  readonly #budget = new RequestBudget();
  // One bound function serves every cork; who is corked stands beside it.
  #corkSlot = NO_SLOT;
  #corkFlush: (slot: number) => void = () => undefined;
  readonly #corked = (): void => this.#runFlush();

  /** @throws RangeError for an idle timeout that uWS would answer with an abort. */
  constructor(options: UwsOptions) {
    const idle = options.idleTimeoutS;
    if (idle !== 0 && !(idle >= 8 && idle <= 960))
      throw new RangeError(`idleTimeoutS is ${idle}; it must be 0 (never) or 8 to 960.`);
    this.#options = options;
    this.#proxies = new Proxies(options.trustedProxies);
    this.#sockets = new Array<Socket | null>(options.slots).fill(null);
    this.#free = new Int32Array(options.slots);
    for (let i = 0; i < options.slots; i++) this.#free[i] = options.slots - 1 - i;
    this.#freeCount = options.slots;
  }

  listen(host: string, port: number, handler: TransportHandler): Promise<number> {
    return new Promise((resolve) => {
      resolve(this.#listen(host, port, handler));
    });
  }

  /**
   * Takes the certificate files as they are now for connections to come; those open keep theirs.
   * Does nothing where nothing listens.
   * @throws Error when the files cannot be used; then all stays as it was
   */
  renewCertificate(): void {
    const before = this.#listening;
    if (before === null || this.#where === null) return;
    const { host, port, handler } = this.#where;
    const app = this.#createApp(handler);
    const socket = listenWith(app, host, port, SHARED_PORT);
    if (socket === null) throw new Error(`Port ${port} could not be had a second time.`);
    this.#apps.push(app);
    this.#listening = socket;
    uWS.us_listen_socket_close(before);
  }

  #listen(host: string, port: number, handler: TransportHandler): number {
    const app = this.#createApp(handler);
    let socket = listenWith(app, host, port, uWS.LIBUS_LISTEN_EXCLUSIVE_PORT);
    const found = socket === null ? port : uWS.us_socket_local_port(socket);
    if (socket !== null && this.#options.tls !== null) {
      // Nobody else has the port. From now on it is shared, with our own next certificate; another
      // server, which would not share it, still cannot have it.
      uWS.us_listen_socket_close(socket);
      socket = listenWith(app, host, found, SHARED_PORT);
    }
    if (socket === null)
      throw new Error(
        `Cannot listen on ${host}:${port}: the port is taken, or the address is not this ` +
          "machine's; choose another gateway.bind_addr.",
      );
    this.#apps.push(app);
    this.#listening = socket;
    this.#where = { host, port: found, handler };
    return found;
  }

  #createApp(handler: TransportHandler): uWS.TemplatedApp {
    const { tls } = this.#options;
    const app =
      tls === null ? uWS.App() : uWS.SSLApp({ cert_file_name: tls.cert, key_file_name: tls.key });
    if (tls !== null) app.filter((res, change) => this.#arrive(handler, res, change));
    app.ws<Peer>("/*", {
      compression: this.#options.compression ? uWS.SHARED_COMPRESSOR : uWS.DISABLED,
      // The hard cap, also of what inflates; the gateway enforces 512 bytes with a code.
      maxPayloadLength: MAX_HELLO_FRAME,
      maxBackpressure: MAX_BACKPRESSURE,
      idleTimeout: this.#options.idleTimeoutS,
      // A client that only listens answers these, and so is not taken for dead.
      sendPingsAutomatically: this.#options.idleTimeoutS !== 0,
      upgrade: (res, req, context) => this.#upgrade(handler, res, req, context),
      open: (ws) => this.#open(handler, ws),
      message: (ws, data, isBinary) => this.#message(handler, ws, data, isBinary),
      ping: (ws) => this.#ping(handler, ws),
      pong: (ws, data) => this.#pong(handler, ws, data),
      close: (ws, code, reason) => this.#close(handler, ws, code, reason),
    });
    app.any("/*", (res, req) => this.#request(handler, res, req));
    return app;
  }

  beginTick(): void {
    this.#budget.beginTick();
  }

  send(slot: number, bytes: Uint8Array, compress: boolean): SendResult {
    const ws = this.#sockets[slot];
    if (ws === null || ws === undefined) return SEND_DROPPED;
    const result = ws.send(bytes, true, compress);
    if (result === SEND_OK) return SEND_OK;
    return result === SEND_DROPPED ? SEND_DROPPED : SEND_BUFFERED;
  }

  ping(slot: number, bytes: Uint8Array): void {
    this.#sockets[slot]?.ping(bytes);
  }

  cork(slot: number, flush: (slot: number) => void): void {
    const ws = this.#sockets[slot];
    if (ws === null || ws === undefined) return;
    this.#corkSlot = slot;
    this.#corkFlush = flush;
    ws.cork(this.#corked);
  }

  end(slot: number, code: number, reason: string): void {
    this.#sockets[slot]?.end(code, reason);
  }

  drop(slot: number): void {
    this.#sockets[slot]?.close();
  }

  bufferedBytes(slot: number): number {
    return this.#sockets[slot]?.getBufferedAmount() ?? 0;
  }

  stopListening(): void {
    if (this.#listening === null) return;
    uWS.us_listen_socket_close(this.#listening);
    this.#listening = null;
  }

  unread(least: number): readonly string[] {
    return this.#where === null ? [] : unreadOf(this.#where.port, least);
  }

  connections(): number {
    return this.#where === null ? 0 : connectionsOf(this.#where.port);
  }

  shutdown(): void {
    this.#listening = null;
    for (const app of this.#apps) app.close();
    this.#apps = [];
  }

  /** @param change 1 when a connection comes, before its TLS handshake; -1 when one has gone */
  #arrive(handler: TransportHandler, res: uWS.HttpResponse, change: number): void {
    if (change < 0) return;
    try {
      const address = peerAddress(res);
      if (!handler.arrives(address, this.#proxies.trusts(address))) res.close();
    } catch (error) {
      this.#fault("arrival", error);
    }
  }

  #upgrade(
    handler: TransportHandler,
    res: uWS.HttpResponse,
    req: uWS.HttpRequest,
    context: uWS.us_socket_context_t,
  ): void {
    try {
      res.onAborted(NOTHING);
      const address = clientAddress(res, req, this.#proxies);
      const subprotocol = req.getHeader("sec-websocket-protocol");
      const version = req.getHeader("sec-websocket-version");
      const page = { host: req.getHeader("host"), query: req.getQuery() };
      const origin = req.getHeader("origin");
      const judged = handler.accept(address, origin, subprotocol, version, page);
      // Only if a handler that threw knows of fewer connections than there are.
      const status = judged === 0 && this.#freeCount === 0 ? 503 : judged;
      if (status !== 0) {
        // Pipelined handshakes would otherwise be told thousands of refusals between two ticks.
        if (this.#hears(handler, res, address)) refuseUpgrade(res, status, handler.refusal(status));
        return;
      }
      res.upgrade<Peer>(
        { slot: NO_SLOT, address, bearer: bearerOf(req) },
        req.getHeader("sec-websocket-key"),
        subprotocol === "" ? "" : SUBPROTOCOL,
        req.getHeader("sec-websocket-extensions"),
        context,
      );
    } catch (error) {
      this.#fault("upgrade", error);
      this.#abandon(res);
    }
  }

  #request(handler: TransportHandler, res: uWS.HttpResponse, req: uWS.HttpRequest): void {
    try {
      res.onAborted(NOTHING);
      const path = req.getUrl();
      const address = clientAddress(res, req, this.#proxies);
      if (!this.#hears(handler, res, address, path)) return;
      const method = req.getMethod();
      const known = method === "get" || method === "head";
      const answer = known ? this.#answer(path, address, req) : null;
      writeAnswer(res, method, answer, bringsBody(req));
    } catch (error) {
      this.#fault("request", error);
      this.#abandon(res);
    }
  }

  /** @returns whether to answer; over the budget of the tick the connection is cut */
  #hears(handler: TransportHandler, res: uWS.HttpResponse, address: string, path = ""): boolean {
    const isHeard = this.#budget.allows(address, path);
    if (!isHeard) res.close();
    handler.request(isHeard);
    return isHeard;
  }

  #answer(path: string, address: string, req: uWS.HttpRequest): HttpAnswer | null {
    const { page } = this.#options;
    return (
      this.#options.answer(path) ?? (page === null ? null : answerOf(page, path, address, req))
    );
  }

  /** Answers a request whose handler threw; the response may have been answered already. */
  #abandon(res: uWS.HttpResponse): void {
    try {
      res.writeStatus("500 Internal Server Error").end(CLOSES.INTERNAL.sentence, true);
    } catch (error) {
      this.#fault("response", error);
    }
  }

  #open(handler: TransportHandler, ws: Socket): void {
    const peer = ws.getUserData();
    this.#freeCount--;
    peer.slot = this.#free[this.#freeCount] ?? NO_SLOT;
    this.#sockets[peer.slot] = ws;
    const { bearer } = peer;
    peer.bearer = "";
    try {
      handler.open(peer.slot, peer.address, bearer);
    } catch (error) {
      this.#fail("open", peer.slot, error);
    }
  }

  #message(handler: TransportHandler, ws: Socket, data: ArrayBuffer, isBinary: boolean): void {
    const slot = ws.getUserData().slot;
    try {
      // uWS makes the buffer for this call and empties it on return; the view is the only garbage.
      handler.message(slot, new Uint8Array(data), isBinary);
    } catch (error) {
      this.#fail("message", slot, error);
    }
  }

  #ping(handler: TransportHandler, ws: Socket): void {
    const slot = ws.getUserData().slot;
    try {
      handler.ping(slot);
    } catch (error) {
      this.#fail("ping", slot, error);
    }
  }

  #pong(handler: TransportHandler, ws: Socket, data: ArrayBuffer): void {
    const slot = ws.getUserData().slot;
    try {
      handler.pong(slot, new Uint8Array(data));
    } catch (error) {
      this.#fail("pong", slot, error);
    }
  }

  #close(handler: TransportHandler, ws: Socket, code: number, reason: ArrayBuffer): void {
    const slot = ws.getUserData().slot;
    // From here on every call on `ws` throws: forget it first.
    this.#sockets[slot] = null;
    try {
      handler.close(slot, code, this.#text.decode(reason));
    } catch (error) {
      this.#fault("close", error);
    }
    this.#free[this.#freeCount] = slot;
    this.#freeCount++;
  }

  #runFlush(): void {
    const slot = this.#corkSlot;
    try {
      this.#corkFlush(slot);
    } catch (error) {
      this.#fail("flush", slot, error);
    }
  }

  /** A handler threw on behalf of one connection: that one ends, and no other. */
  #fail(where: string, slot: number, error: unknown): void {
    this.#fault(where, error, slot);
    try {
      this.end(slot, CLOSES.INTERNAL.code, CLOSES.INTERNAL.sentence);
    } catch (second) {
      this.#fault("end", second);
    }
  }

  #fault(where: string, error: unknown, slot = NO_SLOT): void {
    this.faults++;
    try {
      this.#options.onFault(where, error, slot);
    } catch {
      // The one who is told of faults failed: it is counted, and there is nobody else to tell.
      this.faults++;
    }
  }
}
