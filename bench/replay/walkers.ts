// Clients that walk about on the real server, on simulated time: what an hour of play gives the
// world to do. Some go and others come, now and then an intent is over the bank.
import {
  CLIENT_FRAME,
  encodeHello,
  encodeLeave,
  encodeMove,
  encodeSpawn,
} from "../../src/protocol/client-encode.ts";
import { SERVER_WELCOME, ServerDecoder } from "../../src/protocol/client-decode.ts";
import type { Recorder } from "../../src/engine/recorder.ts";
import { RandomStream } from "../../src/swarm/random.ts";
import { SimulatedServer } from "../simulated/server.ts";
import type { DirectTransport, Peer } from "../simulated/transport.ts";

const JOINS_PER_TICK = 20;
/** Ticks between two who change places with newcomers. */
const CHURN_TICKS = 40;
const DRIFT = 0.6;
/** Of the top speed, units a tick: a few are over it, and the bank runs out. */
const SPEED_MAX = 5.2;
/** Ticks between two messages of a client: 20 a second. */
const SEND_TICKS = 2;

const decoder = new ServerDecoder();
const out = new Uint8Array(CLIENT_FRAME);

class Walker implements Peer {
  entity = 0;
  /** Of the close; 0 while it is open. */
  code = 0;
  #slot = -1;
  #sequence = 0;
  #heading: number;
  readonly #transport: DirectTransport;
  readonly #random: RandomStream;

  constructor(transport: DirectTransport, random: RandomStream) {
    this.#transport = transport;
    this.#random = random;
    this.#heading = random.next() * 2 * Math.PI;
    this.#slot = transport.connect(this);
    transport.deliver(this.#slot, encodeHello({ client: "walker" }));
    transport.deliver(this.#slot, encodeSpawn(1, 0, 0));
  }

  receive(bytes: Uint8Array): void {
    // What it is shown is the concern of other proofs.
    if (this.entity !== 0) return;
    if (decoder.decode(bytes) !== SERVER_WELCOME) return;
    this.entity = decoder.message?.welcome?.entity_id ?? 0;
  }

  ended(code: number): void {
    this.code = code;
  }

  /** Acknowledges nothing by itself: the server asks by pings, which the network answers. */
  walk(): void {
    if (this.entity === 0) return;
    const random = this.#random;
    this.#heading += (random.next() - 0.5) * 2 * DRIFT;
    const step = random.next() * SPEED_MAX * SEND_TICKS;
    const dx = Math.cos(this.#heading) * step;
    const dy = Math.sin(this.#heading) * step;
    const length = encodeMove(out, this.entity, ++this.#sequence, dx, dy, 1, 0);
    this.#transport.deliver(this.#slot, out.subarray(0, length));
  }

  leave(): void {
    this.#transport.deliver(this.#slot, out.subarray(0, encodeLeave(out, 0)));
  }
}

export class Walkers {
  readonly house: SimulatedServer;
  readonly #count: number;
  readonly #random: RandomStream;
  #all: Walker[] = [];
  #ticks = 0;

  constructor(count: number, seed: number, recorder: Recorder) {
    this.#count = count;
    this.#random = new RandomStream(seed);
    const settings = {
      AETHER_GATEWAY_JOINS_PER_SECOND: "100000",
      AETHER_GATEWAY_MAX_CONNECTIONS: String(count * 2),
      AETHER_ENGINE_MAX_ENTITIES: String(count * 2),
      AETHER_SESSION_GRACE_MS: "0",
    };
    this.house = new SimulatedServer(settings, recorder);
  }

  /** One tick of the server, and of all clients before it. */
  tick(): void {
    const { transport, server } = this.house;
    const { tick } = server.world;
    this.#ticks++;
    if (this.#all.length === this.#count && this.#ticks % CHURN_TICKS === 0) {
      const at = Math.floor(this.#random.next() * this.#all.length);
      this.#all.splice(at, 1)[0]?.leave();
    }
    for (let i = 0; i < JOINS_PER_TICK && this.#all.length < this.#count; i++) {
      this.#all.push(new Walker(transport, this.#random));
    }
    this.#all.forEach((walker, i) => {
      if ((i + this.#ticks) % SEND_TICKS === 0) walker.walk();
    });
    this.house.tick();
    const gone = this.#all.find(({ code }) => code !== 0);
    if (gone !== undefined) throw new Error(`tick ${tick}: a walker was closed with ${gone.code}`);
  }
}
