// The house as a whole, in one process: a real world, the real gateway, real sockets over
// uWebSockets.js. Only the clock is the test's: ticks happen when it says so.
import { createHash, randomBytes } from "node:crypto";
import type { App } from "../src/app/definition.ts";
import type { AppRecord } from "../src/app/inputs.ts";
import { AppRuntime } from "../src/app/runtime.ts";
import type { Recorder } from "../src/engine/recorder.ts";
import { Rescue } from "../src/engine/rescue.ts";
import { World } from "../src/engine/world.ts";
import type { WorldRules } from "../src/engine/rules.ts";
import { Gateway } from "../src/gateway/gateway.ts";
import type { AppPort } from "../src/gateway/app-port.ts";
import { UNWRITTEN } from "../src/gateway/ledger.ts";
import type { Ledger } from "../src/gateway/ledger.ts";
import type { GatewayOptions } from "../src/gateway/parts.ts";
import type { Transport, TransportHandler } from "../src/gateway/transport.ts";
import { UwsTransport } from "../src/gateway/uws.ts";
import type { UwsOptions } from "../src/gateway/uws.ts";
import type { Verifier } from "../src/gateway/verifier.ts";
import type { Engine, Kernel } from "../src/kernel/kernel.ts";
import { openKernel } from "../src/kernel/open.ts";
import { Guest } from "./guest.ts";
import type { GuestOptions } from "./guest.ts";
import { rules } from "./kernel/scenario.ts";
import type { Handshake } from "./raw-socket.ts";
import { pause, until } from "./until.ts";

export const TICK_MS = 25;

export const RULES = rules(1000, {
  ...{ maxEntities: 1000, framesPerTick: 4, index: "auto", seed: 1 },
});

const OPTIONS: GatewayOptions = {
  maxConnections: 200,
  maxConnectionsPerAddress: 200,
  exemptsLoopback: true,
  joinsPerSecond: 100_000,
  joinQueue: 200,
  maxMessageSize: 512,
  helloTimeoutMs: 2000,
  spawnTimeoutMs: 30_000,
  windowTicks: 40,
  windowBytes: 16384,
  slowCloseMs: 30000,
  maxFramesPerTick: 64,
  maxHandshakesPerTick: 1000,
  maxHandshakesPerAddress: 1000,
  maxTlsPerTick: 1000,
  maxTlsPerAddress: 1000,
  // As good as none: a test's clients may say more in a tick than people in a second.
  messagesPerSecond: 1_000_000,
  bytesPerSecond: 1_000_000_000,
  errorsPerSecond: 1_000_000,
  maxStrikes: 10,
  compression: true,
  compressRttMs: 150,
  clientSpawn: true,
  tickMs: TICK_MS,
  graceMs: 0,
  drainMs: 1000,
  origins: { allowed: [], onLoopback: true },
  maxSessionsPerAccount: 0,
};

export interface HouseOptions {
  readonly engine?: Engine;
  readonly rules?: Partial<WorldRules>;
  /** An application; the world's components are its own then. */
  readonly application?: App;
  /** Where its notes for a replay go. */
  readonly appRecords?: AppRecord[];
  /** What the application's clock says, ms; it stands still unless told. */
  readonly appNow?: () => number;
  /** Is told every input of the world. */
  readonly recorder?: Recorder;
  /** Kernels that trap; the world is rescued from them. */
  readonly openKernel?: (engine: Engine) => Kernel;
  readonly gateway?: Partial<GatewayOptions>;
  readonly uws?: Partial<UwsOptions>;
  /** Where facts go; nowhere by default, and nobody waits for them. */
  readonly ledger?: Ledger;
  /** The newest tick that no crash takes back; none takes any by default. */
  readonly settledTick?: () => number;
  /** Nobody is asked for a token by default. */
  readonly verifier?: Verifier;
  /** Stands in an application's place; there is none by default. */
  readonly app?: AppPort;
  /** Any free one by default. */
  readonly port?: number;
  /** Stands between the transport and the gateway: fault injection. */
  readonly wrapHandler?: (handler: TransportHandler) => TransportHandler;
  readonly wrapTransport?: (transport: Transport) => Transport;
}

export class House {
  readonly world: World;
  readonly gateway: Gateway;
  readonly uws: UwsTransport;
  readonly app: AppRuntime | null;
  /** What it kept for a replay, and what it said in the log. */
  readonly appRecords: AppRecord[];
  readonly appLog: { readonly fields: object; readonly message: string }[] = [];
  readonly faults: { where: string; error: unknown }[] = [];
  readonly log: string[] = [];
  /** What the injected clock says, ms. */
  now = 0;
  port = 0;
  readonly guests: Guest[] = [];

  private constructor(options: HouseOptions) {
    const open = options.openKernel ?? openKernel;
    this.appRecords = options.appRecords ?? [];
    const rescue = new Rescue({ open, windowTicks: 2400, onTrap: () => undefined });
    const { application } = options;
    const { componentBytes = 0, componentLayout = 0 } = application ?? {};
    const rules = { ...RULES, componentBytes, componentLayout, ...options.rules };
    this.world = new World(open(options.engine ?? "wasm"), rules, options.recorder, rescue);
    const gateway = { ...OPTIONS, ...options.gateway };
    this.uws = new UwsTransport({
      slots: gateway.maxConnections,
      // The real clock's, which no test is about.
      idleTimeoutS: 0,
      compression: gateway.compression,
      answer: () => null,
      page: null,
      onFault: (where, error) => this.faults.push({ where, error }),
      tls: null,
      trustedProxies: [],
      ...options.uws,
    });
    const transport = options.wrapTransport?.(this.uws) ?? this.uws;
    this.app = application === undefined ? null : this.#runtimeOf(application, options);
    let seed = 12345;
    this.gateway = new Gateway(gateway, {
      world: this.world,
      transport,
      now: () => this.now,
      random: () => (seed = (seed * 16807) % 2147483647) / 2147483647,
      sleep: async (ms) => {
        this.now += ms;
        await pause();
      },
      log: {
        opened: (session, address, client, account) =>
          this.log.push(`opened ${session} ${address} ${client}${account && ` of ${account}`}`),
        spawned: (session, entity) => this.log.push(`spawned ${session} ${entity}`),
        resumed: (session) => this.log.push(`resumed ${session}`),
        shutOut: (address, connections) => this.log.push(`shut out ${address} ${connections}`),
        tokenReused: (session) => this.log.push(`reused ${session}`),
        tokenRefused: (_connection, address, fault) => this.log.push(`refused ${address} ${fault}`),
        fault: (where, error) => this.faults.push({ where, error }),
        closed: (session, code, reason) =>
          this.log.push(`closed ${session} ${code}${reason === "" ? "" : ` ${reason}`}`),
      },
      ledger: options.ledger ?? UNWRITTEN,
      verifier: options.verifier ?? null,
      settledTick: () => options.settledTick?.() ?? Infinity,
      app: this.app ?? options.app ?? null,
      tokens: {
        make: () => randomBytes(32),
        hash: (token) => createHash("sha256").update(token).digest("hex"),
      },
    });
  }

  #runtimeOf(app: App, { appNow, ledger = UNWRITTEN }: HouseOptions): AppRuntime {
    const runtime = new AppRuntime(app, {
      ...{ world: this.world, tickMs: TICK_MS, now: appNow ?? (() => 0) },
      ledger: { ...ledger, isDurable: (serial) => ledger.isSettled(serial) },
      journal: { app: (record) => this.appRecords.push(structuredClone(record)) },
      log: (_level, fields, message) => this.appLog.push({ fields, message }),
      correct: (entity) => this.gateway.correct(entity),
      post: () => this.gateway.messages,
    });
    this.world.step();
    runtime.begin();
    return runtime;
  }

  static async start(options: HouseOptions = {}): Promise<House> {
    const house = new House(options);
    const handler = options.wrapHandler?.(house.gateway) ?? house.gateway;
    house.port = await house.uws.listen("127.0.0.1", options.port ?? 0, handler);
    return house;
  }

  /** One tick of the server; what it sends is on its way when this returns. */
  tick(): void {
    this.now += TICK_MS;
    this.gateway.beforeStep();
    this.app?.beforeStep();
    this.world.step();
    this.gateway.afterStep();
  }

  /** Ticks, with everything that either side sent received and acknowledged in between. */
  async turn(ticks = 1): Promise<void> {
    for (let i = 0; i < ticks; i++) {
      await Promise.all(this.guests.map((guest) => guest.barrier()));
      this.tick();
      await this.sync();
    }
  }

  /** Waits until every guest has what was sent to it, and the server every acknowledgement. */
  async sync(): Promise<void> {
    await Promise.all(this.guests.map((guest) => guest.sync()));
  }

  /** A client connected, nothing said yet. */
  async connect(options: GuestOptions = {}, handshake: Handshake = {}): Promise<Guest> {
    const guest = await Guest.connect(this.port, options, handshake);
    this.guests.push(guest);
    return guest;
  }

  /** A client with an entity. x and y in world units. */
  async join(x = 0, y = 0, options: GuestOptions = {}): Promise<Guest> {
    const guest = await this.connect(options);
    guest.hello();
    guest.spawn(x, y);
    await guest.sync();
    await this.turn();
    if (guest.entity === 0) throw new Error(`no entity after Spawn: ${guest.errorCodes.join(" ")}`);
    return guest;
  }

  /** Cuts a client's connection, and waits until the server has heard of it. */
  async cut(guest: Guest): Promise<void> {
    const { counters } = this.gateway;
    const gone = counters.suspended + counters.left;
    guest.raw.cut();
    this.guests.splice(this.guests.indexOf(guest), 1);
    await until(() => counters.suspended + counters.left > gone, "the end of a cut connection");
  }

  /** Tick and state hash, to be compared with another house's. */
  get hash(): string {
    return `${this.world.tick}:${this.world.hashHigh}:${this.world.hashLow}`;
  }

  stop(): void {
    for (const guest of this.guests) guest.raw.cut();
    this.uws.stopListening();
    this.uws.shutdown();
  }
}
