// Program of allocation.test.ts: a client hears a crowd move, come and go, is drawn, and steers.
// Prints as JSON the bytes that windows of ticks allocated in it: for what it hears and what it
// draws; then with a known allocation planted in each tick, to show that it would be seen.
import { AetherClient } from "../../src/client/client.ts";
import type { SocketEvents } from "../../src/client/socket.ts";
import { aether } from "../../src/protocol/schema.ts";
import { collect, Meter } from "./allocated.ts";

/** What it prints. */
export interface ClientBytes {
  /** Of each window: of hearing a tick, and of drawing. */
  readonly heard: readonly number[];
  readonly drawn: readonly number[];
  /** Of the window with the plant. */
  readonly planted: number;
  /** Length of a window. */
  readonly ticks: number;
  /** Events that were told in a window. */
  readonly events: number;
  readonly faults: number;
}

const NEIGHBOURS = 60;
const TICK_MS = 25;
/** Updates that are heard over and over: after the last one everybody stands where he began. */
const CYCLE = 200;
const WINDOW_TICKS = 2 * CYCLE;
const WARM_UP_WINDOWS = 12;
const WINDOWS = 5;

/** Where the tick lies: 12, length in two bytes, 08; and it takes four, from 2^21 on. */
const TICK_AT = 4;
const FIRST_TICK = 0x200000;

/** Everybody walks in a circle, and in every tick one goes and comes back. */
function updateOf(step: number): Uint8Array {
  const moved = new DataView(new ArrayBuffer(6 * NEIGHBOURS));
  const gone = step % NEIGHBOURS;
  let end = 0;
  for (let alias = 0; alias < NEIGHBOURS; alias++) {
    if (alias === gone) continue;
    const angle = (step / CYCLE) * 2 * Math.PI;
    moved.setUint16(end, alias, true);
    moved.setUint16(end + 2, (alias * 64 + Math.round(640 * Math.cos(angle))) & 0xffff, true);
    moved.setUint16(end + 4, Math.round(640 * Math.sin(angle)) & 0xffff, true);
    end += 6;
  }
  const aoi = {
    tick: FIRST_TICK,
    flags: 1,
    left: Uint8Array.of(gone, 0),
    entered: [{ alias: gone, id: 0x10000 + gone, kind: 1, x: gone * 64, y: 0 }],
    moved: new Uint8Array(moved.buffer, 0, end),
  };
  return Uint8Array.from(aether.ServerMessage.encode({ aoi }).finish());
}

const updates = Array.from({ length: CYCLE }, (_, step) => updateOf(step));

function setTick(bytes: Uint8Array, tick: number): void {
  for (let i = 0; i < 4; i++) bytes[TICK_AT + i] = ((tick >>> (7 * i)) & 127) | (i < 3 ? 128 : 0);
}

// Whole milliseconds: a host's fraction would be a heap number of its own.
let nowMs = 0;
const sockets: SocketEvents[] = [];
const client = new AetherClient({
  url: "ws://test",
  timers: { now: () => nowMs, after: () => () => undefined },
  dial: (_url, events) => {
    sockets.push(events);
    return { send: () => undefined, close: () => undefined };
  },
});
let told = 0;
client.on("enter", () => told++);
client.on("leave", () => told++);
client.on("update", () => told++);
client.on("tick", () => told++);
client.connect();
const [socket] = sockets;
if (socket === undefined) throw new Error("the client has not dialled");
socket.open();
const welcome = { session: "s", tick_ms: TICK_MS, tick: FIRST_TICK, max_speed: 1280 };
const hear = (fields: aether.ServerMessage.$Properties): void =>
  socket.message(Uint8Array.from(aether.ServerMessage.encode(fields).finish()));
hear({ welcome });
hear({ welcome: { ...welcome, entity_id: 7, window_ticks: 40 } });
const entered = Array.from({ length: NEIGHBOURS }, (_, alias) => ({ alias, id: 0x10000 + alias }));
for (let from = 0; from < NEIGHBOURS; from += 20) {
  const flags = from + 20 < NEIGHBOURS ? 0 : 1;
  hear({ aoi: { tick: FIRST_TICK, flags, entered: entered.slice(from, from + 20) } });
}

let tick = FIRST_TICK;
const frame = (): void => client.frame();
const hearTick = (): void => {
  const bytes = updates[tick % CYCLE] ?? updates[0]!;
  tick++;
  nowMs += TICK_MS;
  setTick(bytes, tick);
  socket.message(bytes);
};
const kept: unknown[] = new Array<unknown>(WINDOW_TICKS).fill(null);

function hearFor(): void {
  for (let i = 0; i < WINDOW_TICKS; i++) hearTick();
}

function drawFor(): void {
  for (let i = 0; i < WINDOW_TICKS; i++) {
    nowMs++;
    frame();
  }
}

function plantFor(): void {
  for (let i = 0; i < WINDOW_TICKS; i++) {
    hearTick();
    kept[i] = [i];
  }
}

for (let i = 0; i < WARM_UP_WINDOWS; i++) {
  hearFor();
  drawFor();
}
plantFor();
const meter = new Meter();
const heard: number[] = [];
const drawn: number[] = [];
told = 0;
for (let i = 0; i < WINDOWS; i++) {
  collect();
  heard.push(meter.bytesOf(hearFor));
  drawn.push(meter.bytesOf(drawFor));
}
const events = told / WINDOWS;
const planted = meter.bytesOf(plantFor);
const faults = client.counters.protocolFaults;
const result: ClientBytes = { heard, drawn, planted, ticks: WINDOW_TICKS, events, faults };
console.log(JSON.stringify(result));
