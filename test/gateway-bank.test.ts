// Ten minutes of movement over simulated time, through the whole gateway and the world: who sends
// five times as much gets no further, and whom the network delivers in bursts is never corrected.
import { describe, expect, test } from "vitest";
import { defaultConfig } from "../src/config/schema.ts";
import { worldRules } from "../src/config/rules.ts";
import { World } from "../src/engine/world.ts";
import { Gateway } from "../src/gateway/gateway.ts";
import { UNWRITTEN } from "../src/gateway/ledger.ts";
import { SEND_OK } from "../src/gateway/transport.ts";
import type { Transport } from "../src/gateway/transport.ts";
import { openKernel } from "../src/kernel/open.ts";
import {
  SERVER_AOI,
  SERVER_CORRECTION,
  SERVER_WELCOME,
  ServerDecoder,
} from "../src/protocol/client-decode.ts";
import {
  CLIENT_FRAME,
  encodeHello,
  encodeMove,
  encodeSpawn,
} from "../src/protocol/client-encode.ts";
import { CLOSES } from "../src/protocol/codes.ts";
import { gatewayOptions } from "../src/wiring.ts";
import { randomOf } from "./kernel/scenario.ts";
import { SILENT } from "./silent-log.ts";

const TICK_MS = 25;
const MINUTES = 10;
const TICKS = (MINUTES * 60_000) / TICK_MS;
/** What a network may keep back and deliver at once, ticks: 250 ms. */
const BURST_TICKS = 10;

/** A client without a socket. */
interface Person {
  readonly slot: number;
  entity: number;
  sequence: number;
  tick: number;
  startX: number;
  corrections: number;
  closeCode: number;
}

class Street {
  readonly world: World;
  readonly gateway: Gateway;
  readonly people: Person[] = [];
  #now = 0;
  /** To be answered before the next tick, as libraries do. */
  readonly #pings: [slot: number, bytes: Uint8Array][] = [];
  readonly #decoder = new ServerDecoder();
  readonly #out = new Uint8Array(CLIENT_FRAME);

  constructor() {
    const config = defaultConfig();
    config.engine.world_bounds = { min_x: -500_000, min_y: -1000, max_x: 500_000, max_y: 1000 };
    this.world = new World(openKernel("wasm"), worldRules(config));
    const transport: Partial<Transport> = {
      beginTick: () => undefined,
      send: (slot, bytes) => this.#hear(slot, bytes),
      ping: (slot, bytes) => void this.#pings.push([slot, bytes.slice()]),
      cork: (slot, flush) => flush(slot),
      end: (slot, code) => this.#close(slot, code),
      drop: (slot) => this.#close(slot, 1006),
      bufferedBytes: () => 0,
    };
    this.gateway = new Gateway(gatewayOptions(config, true), {
      world: this.world,
      transport: transport as Transport,
      now: () => this.#now,
      random: () => 0.5,
      sleep: () => Promise.resolve(),
      log: SILENT,
      ledger: UNWRITTEN,
      settledTick: () => Infinity,
      tokens: { make: () => new Uint8Array(32), hash: () => String(this.people.length) },
      verifier: null,
      app: null,
    });
  }

  enter(): Person {
    const slot = this.people.length;
    const about = { entity: 0, sequence: 0, tick: 0, startX: 0 };
    const person: Person = { ...about, slot, corrections: 0, closeCode: 0 };
    this.people.push(person);
    this.gateway.open(slot, "192.0.2.1");
    this.gateway.message(slot, encodeHello({}), true);
    // far apart: what they see of one another is not what is tested
    this.gateway.message(slot, encodeSpawn(1, -400_000, slot * 70 - 900), true);
    return person;
  }

  tick(): void {
    for (const [slot, bytes] of this.#pings.splice(0)) {
      if (this.people[slot]?.closeCode === 0) this.gateway.pong(slot, bytes);
    }
    this.#now += TICK_MS;
    this.gateway.beforeStep();
    this.world.step();
    this.gateway.afterStep();
  }

  /** @param dx world units */
  move(person: Person, dx: number): void {
    if (person.closeCode !== 0) return;
    const { entity, tick, slot } = person;
    const length = encodeMove(this.#out, entity, ++person.sequence, dx, 0, 1, tick);
    this.gateway.message(slot, this.#out.subarray(0, length), true);
  }

  /** World units from where it entered. */
  gone(person: Person): number {
    return (this.world.posX(person.entity & 0xffff) - person.startX) / 256;
  }

  #hear(slot: number, bytes: Uint8Array): typeof SEND_OK {
    const person = this.people[slot];
    if (person === undefined) throw new Error("a message to nobody");
    const decoder = this.#decoder;
    const kind = decoder.decode(bytes);
    if (kind === SERVER_AOI) person.tick = decoder.tick;
    if (kind === SERVER_CORRECTION) person.corrections++;
    if (kind === SERVER_WELCOME) {
      const { entity_id: entity, x } = decoder.message?.welcome ?? {};
      person.entity = entity ?? 0;
      person.startX = x ?? 0;
    }
    return SEND_OK;
  }

  #close(slot: number, code: number): void {
    const person = this.people[slot];
    if (person === undefined || person.closeCode !== 0) return;
    person.closeCode = code;
    this.gateway.close(slot, code, "");
  }
}

describe("ten minutes", () => {
  const SPEED = defaultConfig().engine.max_speed;
  const BANK = defaultConfig().engine.move_burst_ticks;

  test("H01 honest clients at full speed in bursts of 250 ms get no correction", () => {
    const street = new Street();
    const random = randomOf(1);
    const people = Array.from({ length: 8 }, () => street.enter());
    street.tick();
    const held = people.map(() => 0);
    for (let t = 0; t < TICKS; t++) {
      people.forEach((person, i) => {
        // A step each tick; the network delivers when it likes, within 250 ms.
        held[i] = (held[i] ?? 0) + 1;
        const isRegular = i % 2 === 0;
        const isDue = isRegular ? (t + i) % BURST_TICKS === 0 : random() < 0.2;
        if (!isDue && (held[i] ?? 0) < BURST_TICKS) return;
        for (; (held[i] ?? 0) > 0; held[i] = (held[i] ?? 0) - 1) street.move(person, SPEED);
      });
      street.tick();
    }
    expect(people.map(({ corrections }) => corrections)).toEqual(people.map(() => 0));
    expect(people.map(({ closeCode }) => closeCode)).toEqual(people.map(() => 0));
    people.forEach((person, i) => {
      expect(street.gone(person)).toBe(SPEED * (TICKS - (held[i] ?? 0)));
    });
    const { overMessages, overBytes, overErrors } = street.gateway.counters;
    expect([overMessages, overBytes, overErrors]).toEqual([0, 0, 0]);
  });

  const FLOODS: readonly (readonly [string, (street: Street, p: Person, t: number) => void])[] = [
    ["five steps a tick", (street, p) => each(5, () => street.move(p, SPEED))],
    ["a step five times as long", (street, p) => street.move(p, 5 * SPEED)],
    ["a step that spends the bank at once", (street, p) => street.move(p, BANK * SPEED)],
    [
      "ten ticks' worth five times over, every ten ticks",
      (street, p, t) => t % 10 === 0 && each(50, () => street.move(p, SPEED)),
    ],
    [
      "five small steps beside a whole one",
      (street, p) => each(6, (i) => street.move(p, i === 0 ? SPEED : 0.2)),
    ],
  ];

  test.each(FLOODS)("H01 H02 five times too much gains nothing beyond the bank: %s", (_, flood) => {
    const street = new Street();
    const flooder = street.enter();
    const honest = street.enter();
    street.tick();
    let most = -Infinity;
    for (let t = 1; t <= TICKS; t++) {
      flood(street, flooder, t);
      street.move(honest, SPEED);
      street.tick();
      if (flooder.closeCode === 0) most = Math.max(most, street.gone(flooder) - SPEED * (t + BANK));
    }
    expect(most).toBeLessThanOrEqual(0);
    expect(flooder.corrections).toBeGreaterThan(100);
    expect(honest.corrections).toBe(0);
    expect(street.gone(honest)).toBe(SPEED * TICKS);
  });

  test("H02 ten times too much is refused for its rate, and ended; the neighbour walks on", () => {
    const street = new Street();
    const flooder = street.enter();
    const honest = street.enter();
    street.tick();
    for (let t = 1; t <= TICKS; t++) {
      each(10, () => street.move(flooder, SPEED));
      street.move(honest, SPEED);
      street.tick();
    }
    expect(flooder.closeCode).toBe(CLOSES.FLOOD.code);
    expect(street.gateway.counters.struckOut).toBe(1);
    expect(street.gateway.connections).toBe(1);
    expect(honest.corrections).toBe(0);
    expect(street.gone(honest)).toBe(SPEED * TICKS);
  });
});

function each(count: number, act: (i: number) => void): boolean {
  for (let i = 0; i < count; i++) act(i);
  return true;
}
