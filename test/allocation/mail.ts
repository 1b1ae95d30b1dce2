// Program of allocation.test.ts: an application's messages to the observers of an entity, to a
// radius and to all, from the application's side to the boxes of a thousand clients. Prints as JSON
// what each tick allocated; one more has a known allocation for each client planted.
import { Mail, TO_ALL, TO_OBSERVERS, TO_RADIUS } from "../../src/app/mail.ts";
import { World } from "../../src/engine/world.ts";
import { Counters } from "../../src/gateway/counters.ts";
import { Messages } from "../../src/gateway/messages.ts";
import type { MessagesParts } from "../../src/gateway/messages.ts";
import { Owners } from "../../src/gateway/owners.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { RULES } from "../house.ts";
import { randomOf } from "../kernel/scenario.ts";
import { SilentApp } from "../silent-app.ts";
import { collect, Meter } from "./allocated.ts";

/** What it prints. */
export interface MailBytes {
  /** Of each tick. */
  readonly bytes: readonly number[];
  readonly planted: number;
  readonly clients: number;
  /** Messages that a tick put into boxes, on average. */
  readonly put: number;
}

const CLIENTS = 1000;
/** They stand so close together that many see each other, world units from the middle. */
const HALF = 300;
const WARM_UP_TICKS = 400;
const TICKS = 40;

const world = new World(openKernel("wasm"), { ...RULES, maxEntities: CLIENTS });
const random = randomOf(1);
const at = (): number => Math.floor((random() * 2 - 1) * HALF * 256);
const { aoiRadius, maxSpeed } = world.rules;
const tickets = Array.from({ length: CLIENTS }, () =>
  world.join({
    ...{ kind: 1, x: at(), y: at(), maxSpeed, aoiRadius, layer: 0, bank: -1, sequence: 0 },
    ...{ observer: true, visible: true },
  }),
);
world.step();
const entities = tickets.map((ticket) => world.joined(ticket));
for (let i = 0; i < 20; i++) world.step();

const owners = new Owners();
const counters = new Counters();
/** What is sent goes nowhere: the boxes are what is looked at. */
const parts: MessagesParts = {
  ...{ world, owners, counters, app: new SilentApp(), tickMs: 25 },
  ...{ settledTick: () => Infinity, random },
  sessions: { handleOf: (slot: number) => entities[slot] ?? 0 },
  outlet: { send: () => true },
  replies: { takes: () => false, tell: () => undefined, error: () => undefined },
};
const messages = new Messages(parts);
for (const [slot, entity] of entities.entries()) {
  const name = String(slot);
  owners.add({
    ...{ session: name, account: "", network: "", entity, slot, tokenHash: name, usedHash: "" },
    ...{ isTold: true, untold: 0, token: null, deadline: Infinity, tokenReused: 0, poisoned: 0 },
    ...{ received: 0, sent: 0, corrections: 0, overBank: 0, overRate: 0, clipped: 0 },
  });
  messages.begin(entity, false);
}

const mail = new Mail();
const payload = new Uint8Array(24).fill(7);
let sender = 0;
function send(): void {
  sender = (sender + 1) % CLIENTS;
  mail.put(TO_OBSERVERS, entities[sender] ?? 0, 0, 0, 1, payload);
  mail.put(TO_RADIUS, 0, 0, 200 * 256, 2, payload);
  mail.put(TO_ALL, 0, 0, 0, 3, payload);
  mail.flush(messages);
}

/** Its boxes are emptied: what was sent has been read. */
function deliver(): void {
  world.step();
  for (let slot = 0; slot < CLIENTS; slot++) {
    messages.flush(slot);
    messages.acknowledged(slot, world.tick + 1);
  }
}

for (let i = 0; i < WARM_UP_TICKS; i++) {
  send();
  deliver();
}
const meter = new Meter();
const bytes: number[] = [];
const before = counters.appSent;
for (let i = 0; i < TICKS; i++) {
  collect();
  bytes.push(meter.bytesOf(send));
  deliver();
}
const put = (counters.appSent - before) / TICKS;
const kept: number[][] = [];
collect();
const planted = meter.bytesOf(() => {
  send();
  for (let i = 0; i < CLIENTS; i++) kept[0] = [i];
});
const told: MailBytes = { bytes, planted, clients: CLIENTS, put };
console.log(JSON.stringify(told));
