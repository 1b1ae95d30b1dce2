// The transport's own limit: a server that answers the protocol and fans out frames as large as
// Aether's, and does nothing else. No world, no rules, no areas of interest: each client is shown
// the K clients that came before it, for ever. What it cannot do, no server on this transport can.
// `node bench/bare-server.ts PORT K`, prints one line once it listens.
import * as uWS from "uWebSockets.js";
import { whenOrphaned } from "../src/cli/orphan.ts";
import { BODY_HELLO, BODY_MOVE, BODY_SPAWN, ClientDecoder } from "../src/protocol/decode.ts";
import { AOI_HEADER_MAX, AOI_LAST, AOI_RESET, writeAoiHeader } from "../src/protocol/encode.ts";
import { encodeWelcome } from "../src/protocol/encode-rare.ts";
import { aether } from "../src/protocol/schema.ts";

const TICK_MS = 25;
const RECORD = 6;
/** Records in a frame of 512 bytes, beside the largest header and a field's tag and length. */
const RECORDS = Math.floor((512 - AOI_HEADER_MAX - 3) / RECORD);

interface Peer {
  readonly ws: uWS.WebSocket<object>;
  readonly row: number;
  x: number;
  y: number;
  sequence: number;
  moved: boolean;
  gone: boolean;
  shown: number;
}

const port = Number(process.argv[2] ?? 0);
const neighbours = Number(process.argv[3] ?? 30);
const peers: Peer[] = [];
const byUser = new Map<object, Peer>();
const decoder = new ClientDecoder();
const out = new Uint8Array(1024);
let tick = 1;

function welcome(entityId: number, x: number, y: number): Uint8Array {
  return encodeWelcome({
    session: "bare",
    resumeToken: new Uint8Array(0),
    entityId,
    kind: 1,
    x,
    y,
    sequence: 0,
    tick,
    tickMs: TICK_MS,
    minX: -256_000,
    minY: -256_000,
    maxX: 256_000,
    maxY: 256_000,
    maxSpeed: 1280,
    moveBurstTicks: 16,
    aoiRadius: 6400,
    leaveRadius: 7040,
    maxVisible: 1024,
    windowTicks: 40,
    rules: new Uint8Array(0),
    enteredTick: 0,
    componentBytes: 0,
    appReceived: 0,
  });
}

function spawn(ws: uWS.WebSocket<object>): void {
  const x = Math.floor(decoder.spawnX * 256);
  const y = Math.floor(decoder.spawnY * 256);
  const peer = { ws, row: peers.length, x, y, sequence: 0, moved: true, gone: false, shown: 0 };
  peers.push(peer);
  byUser.set(ws.getUserData(), peer);
  ws.send(welcome(peer.row + 65536, x, y), true);
}

function onMessage(ws: uWS.WebSocket<object>, bytes: Uint8Array): void {
  const kind = decoder.decode(bytes);
  if (kind === BODY_HELLO) ws.send(welcome(0, 0, 0), true);
  else if (kind === BODY_SPAWN) spawn(ws);
  else if (kind === BODY_MOVE) {
    const peer = byUser.get(ws.getUserData());
    if (peer === undefined) return;
    peer.x += Math.floor(decoder.moveDeltaX * 256 + 0.5);
    peer.y += Math.floor(decoder.moveDeltaY * 256 + 0.5);
    peer.sequence = decoder.moveSequence;
    peer.moved = true;
  }
}

/**
 * The k-th of those whom a client is shown, from 1: always the same, or else it would be told of
 * movements of somebody whom it was never introduced to. The first K + 1 clients show each other.
 */
function neighbourOf({ row }: Peer, k: number): Peer | undefined {
  if (row >= neighbours) return peers[row - k];
  return peers[k <= row ? k - 1 : k];
}

/** Shows the neighbours that are not shown yet, a few a tick: a frame of its own. */
function introduce(peer: Peer, count: number): void {
  const until = Math.min(count, peer.shown + 15);
  const entered = [];
  for (let k = peer.shown + 1; k <= until; k++) {
    const other = neighbourOf(peer, k);
    if (other === undefined) continue;
    const [x, y] = [other.x >> 3, other.y >> 3];
    entered.push({ alias: other.row, id: other.row + 65536, kind: 1, x, y });
  }
  const aoi = {
    tick,
    ack_sequence: peer.sequence,
    self_x: peer.x,
    self_y: peer.y,
    flags: peer.shown === 0 ? AOI_RESET : 0,
    entered,
  };
  peer.shown = until;
  peer.ws.send(aether.ServerMessage.encode({ aoi }).finish(), true);
}

/** One frame of moved neighbours. @returns the neighbour to go on with */
function sendMoved(peer: Peer, from: number, count: number): number {
  const start = AOI_HEADER_MAX + 3;
  let at = start;
  let k = from;
  for (; k <= count && at < start + RECORDS * RECORD; k++) {
    const other = neighbourOf(peer, k);
    if (other?.moved !== true) continue;
    const [x, y] = [other.x >> 3, other.y >> 3];
    out[at++] = other.row;
    out[at++] = other.row >> 8;
    out[at++] = x;
    out[at++] = x >> 8;
    out[at++] = y;
    out[at++] = y >> 8;
  }
  const bytes = at - start;
  const body = bytes < 128 ? start - 2 : start - 3;
  out[body] = 0x32;
  out[body + 1] = bytes < 128 ? bytes : (bytes & 127) | 128;
  if (bytes >= 128) out[body + 2] = bytes >> 7;
  const flags = k > count ? AOI_LAST : 0;
  const { sequence, x, y } = peer;
  const head = writeAoiHeader(out, body, at - body, tick, sequence, x, y, flags);
  peer.ws.send(out.subarray(head, at), true);
  return k;
}

function onTick(): void {
  tick++;
  const count = Math.min(neighbours, peers.length - 1);
  for (const peer of peers) {
    if (peer.gone) continue;
    peer.ws.cork(() => {
      if (peer.shown < count) introduce(peer, count);
      // One frame at least: also who is shown nobody, or nobody who moved, is told of the tick.
      let k = 1;
      do k = sendMoved(peer, k, peer.shown);
      while (k <= peer.shown);
    });
  }
  for (const peer of peers) peer.moved = false;
}

whenOrphaned(process.env, () => process.exit(0));
let due = performance.now() + TICK_MS;
function wait(): void {
  const left = due - performance.now();
  if (left > 1) setTimeout(wait, Math.floor(left));
  else if (left > 0) setImmediate(wait);
  else {
    due += TICK_MS;
    onTick();
    setImmediate(wait);
  }
}

uWS
  .App()
  .ws("/*", {
    maxPayloadLength: 4096,
    idleTimeout: 0,
    upgrade: (res, req, context) => {
      const key = req.getHeader("sec-websocket-key");
      const protocol = req.getHeader("sec-websocket-protocol");
      res.upgrade({}, key, protocol, "", context);
    },
    message: (ws: uWS.WebSocket<object>, bytes) => {
      onMessage(ws, new Uint8Array(bytes));
    },
    close: (ws: uWS.WebSocket<object>) => {
      const peer = byUser.get(ws.getUserData());
      if (peer !== undefined) peer.gone = true;
    },
  })
  .listen("127.0.0.1", port, uWS.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
    if (socket === false) process.exit(1);
    console.log(
      `bare transport listens on ws://127.0.0.1:${String(uWS.us_socket_local_port(socket))}`,
    );
    wait();
  });
