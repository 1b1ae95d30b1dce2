// Program of allocation.test.ts: the whole tick of a server, with the real gateway, the real
// transport and real sockets. Prints as JSON the bytes that each of its ticks allocated. Clients
// live in the same process; they have no part in it, because a tick is one synchronous call.
import { Clock } from "../../src/engine/clock.ts";
import { Thinning } from "../../src/engine/thinning.ts";
import { LoadLog } from "../../src/observability/load.ts";
import { createLog } from "../../src/observability/log.ts";
import { onTick } from "../../src/tick.ts";
import { numbersOf } from "../board.ts";
import { House, TICK_MS } from "../house.ts";
import { randomOf } from "../kernel/scenario.ts";
import { collect, Meter } from "./allocated.ts";

/** What it prints. */
export interface TickBytes {
  /** Of each tick. */
  readonly bytes: readonly number[];
  readonly clients: number;
  /** Messages that a tick sent, on average. */
  readonly messages: number;
  /** Whatever the clients or the transport found wrong. */
  readonly faults: number;
}

const GUESTS = 50;
/** Every so many acknowledge by pongs only, which the server must ask for. */
const PONG_EVERY = 5;
/** Long enough for what runs once a client and tick to be compiled by the last compiler. */
const WARM_UP_TICKS = 500;
const TICKS = 100;
/** Ticks whose garbage, and the clients', fits into the young generation. */
const COLLECT_TICKS = 20;
/** As crowded as 300 in the default world of 2,000 x 2,000 units. */
const HALF = Math.round(1000 * Math.sqrt(GUESTS / 300));
/** Largest step along an axis, units: a few of them are over the bank, and corrected. */
const DELTA_MAX = 3.6;

const [min, max] = [-HALF * 256, HALF * 256];
const house = await House.start({
  rules: { minX: min, minY: min, maxX: max, maxY: max },
  gateway: { maxConnections: GUESTS },
});
const { world, gateway } = house;
// A clock of fractions, as a host's is: they are heap numbers, whole ones are not.
house.now = 0.375;
const clock = new Clock(TICK_MS, 4);
clock.start(house.now);
const { log } = createLog({ level: "silent", fd: 1 });
const { numbers, tally } = numbersOf(world, gateway, TICK_MS, log);
const parts = {
  world,
  gateway,
  keeper: null,
  journal: null,
  inspector: null,
  app: null,
  clock,
  thinning: new Thinning(world, clock, 0.6),
  log: new LoadLog(log),
  numbers,
  tally,
  now: () => house.now,
};
const tick = (): void => onTick(parts);

const random = randomOf(1);
const within = (reach: number): number => (random() * 2 - 1) * reach;
for (let i = 0; i < GUESTS; i++) {
  const guest = await house.connect({ acks: i % PONG_EVERY === 0 ? "pong" : "message" });
  guest.hello();
  guest.spawn(within(HALF), within(HALF));
}
await house.sync();

/** What happens between two ticks: updates are acknowledged, intents deposited. */
async function turn(): Promise<void> {
  await house.sync();
  house.now += TICK_MS;
  for (const guest of house.guests)
    if (guest.entity !== 0) guest.move(within(DELTA_MAX), within(DELTA_MAX));
  await Promise.all(house.guests.map((guest) => guest.barrier()));
}

for (let i = 0; i < WARM_UP_TICKS; i++) {
  tick();
  await turn();
}
const meter = new Meter();
const bytes: number[] = [];
const sentBefore = gateway.counters.sent;
for (let i = 0; i < TICKS; i++) {
  if (i % COLLECT_TICKS === 0) collect();
  bytes.push(meter.bytesOf(tick));
  await turn();
}
const messages = (gateway.counters.sent - sentBefore) / TICKS;
const faults = house.guests.reduce((sum, g) => sum + g.replicaFaults, house.faults.length);
const told: TickBytes = { bytes, clients: gateway.playing, messages, faults };
console.log(JSON.stringify(told));
house.stop();
