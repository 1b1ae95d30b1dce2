// What it costs to write the numbers down: each kind of recording on a real gateway and world with
// so many clients, repeated until a call can be timed.
import { encodeHello, encodeSpawn } from "../../src/protocol/client-encode.ts";
import { createLog } from "../../src/observability/log.ts";
import { numbersOf } from "../../test/board.ts";
import { SimulatedServer } from "../simulated/server.ts";
import { median } from "../statistic.ts";

/** One kind of recording. */
export interface Cost {
  readonly what: string;
  /** Calls in a tick; less than one for what is done once a second. */
  readonly calls: number;
  readonly ns: number;
}

const TICK_MS = 25;
const TICKS_PER_SECOND = 1000 / TICK_MS;
const JOIN_TICKS = 20;
const STDERR = 2;
/** A window is timed as a whole; the clock itself costs as much as ten calls. */
const WINDOW_CALLS = 2000;
const LOOKS = 20;
/** Until the last compiler has seen it. */
const WARM_UP_WINDOWS = 30;

/** @param windows timed of each kind; the median counts */
export function measureCosts(clients: number, windows: number): readonly Cost[] {
  const server = inhabited(clients);
  const { gateway, world } = server.server;
  const { log } = createLog({ level: "silent", fd: STDERR });
  const { numbers, survey, tally } = numbersOf(world, gateway, TICK_MS, log);
  const { receivedBy } = gateway.counters;
  const times = [0.375, 1.125, 1.25, 1.5, 2.625, 2.75, 2.875];
  const [due = 0, start = 0, taken = 0, stepped = 0, published = 0, kept = 0, end = 0] = times;
  let now = 0;
  const each = (what: string, calls: number, call: () => void, window = WINDOW_CALLS): Cost => ({
    ...{ what, calls },
    ns: timeOf(call, window, windows),
  });
  return [
    each("phases, duration, lateness", 1, () => {
      numbers.begin(start, due, 0);
      numbers.phase(0, start, taken);
      numbers.phase(1, taken, stepped);
      numbers.phase(2, stepped, published);
      numbers.phase(3, published, kept);
      numbers.phase(4, kept, end);
      numbers.finish(start, end);
    }),
    // The clock stands still for it: nothing is looked at that waits for its second.
    each("numbers of gateway and world", 1, () => tally.take(0)),
    each("the copy for the readers", 1, () => tally.publish()),
    each("readings of the clock", 2, () => void performance.now()),
    each("a message by type", clients, () => {
      receivedBy[3]!++;
    }),
    each("a round trip", clients, () => gateway.roundTrips.observe(0.0125)),
    each(
      "sessions and index",
      1 / TICKS_PER_SECOND,
      () => {
        now += 1000;
        survey.afterTick(now);
      },
      LOOKS,
    ),
  ];
}

/** A server on which so many play, each in sight of some. */
function inhabited(clients: number): SimulatedServer {
  const server = new SimulatedServer({
    AETHER_ENGINE_MAX_ENTITIES: String(clients),
    AETHER_ENGINE_CLIENT_SPAWN: "never",
    AETHER_GATEWAY_MAX_CONNECTIONS: String(clients),
    AETHER_GATEWAY_JOINS_PER_SECOND: "100000",
    AETHER_GATEWAY_JOIN_QUEUE: String(clients),
  });
  const nobody = { receive: () => undefined, ended: () => undefined };
  const hello = encodeHello({ client: "costs" });
  const spawn = encodeSpawn(1, 0, 0);
  while (server.server.gateway.playing < clients) {
    for (let i = 0; i < JOIN_TICKS && server.server.gateway.connections < clients; i++) {
      const slot = server.transport.connect(nobody);
      server.transport.deliver(slot, hello);
      server.transport.deliver(slot, spawn);
    }
    server.tick();
  }
  return server;
}

/** @returns ns of a call, the median of windows */
function timeOf(call: () => void, calls: number, windows: number): number {
  const run = (): number => {
    const began = performance.now();
    for (let i = 0; i < calls; i++) call();
    return ((performance.now() - began) * 1e6) / calls;
  };
  for (let i = 0; i < WARM_UP_WINDOWS; i++) run();
  return median(Array.from({ length: windows }, run));
}
