// Players of the client in src/client on a simulated network that is as bad as a test wants,
// against the whole server on simulated time: who moves, what they predict, what they show.
import type { App } from "../../src/app/definition.ts";
import { AetherClient } from "../../src/client/client.ts";
import type { CorrectionEvent } from "../../src/client/events.ts";
import { NetworkSimulator } from "../../src/client/network-simulator.ts";
import type { Weather } from "../../src/client/network-simulator.ts";
import type { ClientOptions } from "../../src/client/options.ts";
import type { Timers } from "../../src/client/timers.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import type { Config } from "../../src/config/schema.ts";
import { aether } from "../../src/protocol/schema.ts";
import { Claims } from "./claims.ts";
import { House } from "./house.ts";
import { Network, socketOf } from "./network.ts";
import { Random } from "./random.ts";
import { Schedule } from "./schedule.ts";

/** A timer of a host comes so much too late, ms. */
const TIMER_LATE_MS = 1.5;
/** The wires below the simulated network: as good as none. */
const WIRES = {
  baseMs: 0.5,
  jitterMs: 0,
  stalls: 0,
  delays: 0,
  cuts: 0,
  roomMin: 4e6,
  roomMax: 4e6,
};

export interface StageOptions {
  readonly seed: number;
  readonly weather?: Partial<Weather>;
  readonly engine?: Partial<Config["engine"]>;
  readonly app?: App;
}

/** A server, a network, and the time that both live in. */
export class Stage {
  readonly schedule: Schedule;
  readonly random: Random;
  readonly simulator: NetworkSimulator;
  readonly players: Player[] = [];
  readonly timers: Timers;
  house: House;
  /** Called after each tick of the server. */
  onTick: () => void = () => undefined;
  readonly #network: Network;
  readonly #config: Config;
  readonly #app: App | null;
  #tick = 0;

  constructor({ seed, weather, engine, app }: StageOptions) {
    const random = new Random(seed);
    this.random = random;
    this.schedule = new Schedule(random.fork());
    this.#network = new Network(this.schedule, random.fork(), WIRES);
    const config = defaultConfig();
    this.#app = app ?? null;
    this.#config = {
      ...config,
      engine: { ...config.engine, client_spawn: "always", ...engine },
      persistence: { ...config.persistence, url: "none" },
    };
    this.timers = timersOf(this.schedule, random.fork());
    this.simulator = new NetworkSimulator({
      timers: this.timers,
      random: random.fork().unit,
      ...(weather === undefined ? {} : { weather }),
    });
    this.house = this.#build();
  }

  async start(): Promise<void> {
    await this.#await(this.house.start());
  }

  /** The server's process dies, and another takes its place. */
  async restart(): Promise<void> {
    this.house.kill();
    this.house = this.#build();
    await this.start();
  }

  /** One more player, who connects at once. */
  join(options: Partial<ClientOptions> = {}): Player {
    const player = new Player(this, options);
    this.players.push(player);
    player.client.connect();
    return player;
  }

  /** A connection to the server without the bad network. */
  readonly dial: NonNullable<ClientOptions["dial"]> = (_url, events) =>
    socketOf(this.#network.dial(events, "honest"));

  /** Lets time go by, until `isDone` or for so long. */
  async run(ms: number, isDone: () => boolean = () => false): Promise<boolean> {
    const { schedule } = this;
    const end = schedule.now + ms;
    const alarm = { isOver: false };
    schedule.at(end, () => {
      alarm.isOver = true;
    });
    while (!alarm.isOver) {
      if (isDone()) return true;
      schedule.step();
      const { tick } = this.house.server.world;
      if (tick !== this.#tick) {
        this.#tick = tick;
        this.onTick();
      }
      if (schedule.hasWoken) {
        schedule.hasWoken = false;
        await turn();
      }
    }
    return isDone();
  }

  async #await(promise: Promise<unknown>): Promise<void> {
    const state = { isDone: false };
    void promise.then(() => {
      state.isDone = true;
    });
    await turn();
    while (!state.isDone) {
      this.schedule.step();
      await turn();
    }
  }

  #build(): House {
    return new House({
      schedule: this.schedule,
      network: this.#network,
      random: this.random.fork(),
      config: this.#config,
      maxBackpressure: 4e6,
      plant: {},
      claims: new Claims(),
      store: null,
      scribe: null,
      traps: null,
      app: this.#app,
    });
  }
}

/** Where a player was predicted to be after an intent, 1/256 unit. */
interface Predicted {
  readonly x: number;
  readonly y: number;
}

export class Player {
  readonly client: AetherClient;
  readonly corrections: CorrectionEvent[] = [];
  /** By sequence. */
  readonly predicted = new Map<number, Predicted>();
  /** Of the intent sent last. */
  sentMs = 0;
  /** What the next intent is made to say instead of what the client wanted, world units. */
  nextDelta: number | null = null;
  readonly #stage: Stage;
  #lastSent = 0;

  constructor(stage: Stage, options: Partial<ClientOptions>) {
    this.#stage = stage;
    const { simulator, timers, random } = stage;
    const dial = simulator.through(stage.dial);
    this.client = new AetherClient({
      url: "ws://sim/",
      timers,
      random: random.fork().unit,
      dial: (url, events) => {
        const socket = dial(url, events);
        return {
          send: (bytes) => socket.send(this.#sent(bytes)),
          close: (code, reason) => socket.close(code, reason),
        };
      },
      ...options,
    });
    this.client.on("correction", (correction) => this.corrections.push(correction));
    this.client.on("state", (state) => {
      if (state === "joined") this.predicted.clear();
    });
  }

  /** The row of its entity. */
  get row(): number {
    return this.client.self.id % 65536;
  }

  /** Walks about from now on: another heading every second or so. */
  wander(): void {
    const { random, schedule } = this.#stage;
    const speed = 5 * 40;
    const heading = random.unit() * 2 * Math.PI;
    // Some stand, some are slow, some want more than they may.
    const share = random.pick([0, 0.3, 1, 1, 1, 1.5]);
    this.client.steer(Math.cos(heading) * speed * share, Math.sin(heading) * speed * share);
    schedule.after(random.between(200, 2000), () => this.wander());
  }

  /** @returns what is sent in its place */
  #sent(bytes: Uint8Array): Uint8Array {
    const message = aether.ClientMessage.decode(bytes);
    const { move } = message;
    if (!move) return bytes;
    this.sentMs = this.#stage.schedule.now;
    const sequence = move.sequence ?? 0;
    this.#note(sequence - 1);
    // The client predicts once the socket has the message.
    this.#lastSent = sequence;
    this.#stage.schedule.after(0, () => {
      if (this.#lastSent === sequence) this.#note(sequence);
    });
    if (this.nextDelta === null) return bytes;
    move.delta_x = move.delta_y = this.nextDelta;
    this.nextDelta = null;
    return aether.ClientMessage.encode(message).finish();
  }

  #note(sequence: number): void {
    const { predictedX, predictedY } = this.client.self;
    this.predicted.set(sequence, { x: predictedX, y: predictedY });
  }
}

function timersOf(schedule: Schedule, random: Random): Timers {
  return {
    now: () => schedule.now,
    after: (ms, call) => {
      let isOff = false;
      schedule.after(Math.max(0, ms) + random.unit() * TIMER_LATE_MS, () => {
        if (!isOff) call();
      });
      return () => {
        isOff = true;
      };
    },
  };
}

/** One turn of the real event loop: everything that awaits a resolved promise runs. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
