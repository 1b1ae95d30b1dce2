// One life of the real server in a simulated process: made, watched by a judge, and ended in good
// order or by a kill.
import type { App } from "../../src/app/definition.ts";
import { worldRules } from "../../src/config/rules.ts";
import type { Config } from "../../src/config/schema.ts";
import type { Tokens } from "../../src/gateway/ledger.ts";
import type { Transport } from "../../src/gateway/transport.ts";
import { createServer } from "../../src/main.ts";
import type { Server } from "../../src/main.ts";
import type { Vault } from "../vault.ts";
import type { Claims } from "./claims.ts";
import { headOf } from "./image.ts";
import { Judge } from "./judge.ts";
import { Machine } from "./machine.ts";
import type { Network } from "./network.ts";
import type { Random } from "./random.ts";
import type { Scribe } from "./scribe.ts";
import type { Schedule } from "./schedule.ts";
import type { Store } from "./store.ts";
import { Tenant } from "./tenant.ts";
import { SimTransport } from "./transport.ts";
import type { Traps } from "./traps.ts";
import { must } from "./violation.ts";

/** Faults that a test plants to see them found. */
export interface Plant {
  /** Changes a server before it starts. */
  readonly server?: (server: Server) => void;
  /** Stands between the gateway and the network. */
  readonly transport?: (transport: Transport) => Transport;
  /** Other settings than the judge knows. */
  readonly config?: (config: Config) => Config;
  readonly tokens?: (tokens: Tokens) => Tokens;
  readonly vault?: (vault: Vault) => void;
}

export interface HouseParts {
  readonly schedule: Schedule;
  readonly network: Network;
  readonly random: Random;
  readonly config: Config;
  readonly maxBackpressure: number;
  readonly plant: Plant;
  readonly claims: Claims;
  /** Null: nothing outlives the process. */
  readonly store: Store | null;
  /** Null: there is no journal. */
  readonly scribe: Scribe | null;
  /** Null: kernels are sound. */
  readonly traps: Traps | null;
  /** Null: there is no application. */
  readonly app: App | null;
}

export class House {
  readonly server: Server;
  readonly judge: Judge;
  readonly machine: Machine;
  /** Null: nothing outlives the process. */
  readonly tenant: Tenant | null;
  readonly #claims: Claims;
  readonly #scribe: Scribe | null;
  readonly #world: string;
  readonly #transport: SimTransport;
  #tick = 0;
  /** Until then the world is restored, and nothing to be judged. */
  #hasStarted = false;

  constructor(parts: HouseParts) {
    const { schedule, network, random, config, plant, claims, store, scribe } = parts;
    const machine = new Machine(schedule, random.fork(), () => this.#turned(), parts.traps);
    const clock = (): number => machine.clock;
    const deliver = (call: () => void): void => machine.deliver(call);
    const tenant = store === null ? null : new Tenant({ store, clock, deliver });
    const pausedMs = (): number => machine.lostMs;
    const rules = worldRules(config);
    this.judge = new Judge({ config, rules, claims, tenant, clock, pausedMs });
    this.machine = machine;
    this.tenant = tenant;
    this.#claims = claims;
    this.#scribe = scribe;
    this.#world = config.persistence.world;
    this.#transport = new SimTransport(
      {
        slots: config.gateway.max_connections,
        maxBackpressure: parts.maxBackpressure,
        tap: this.judge,
      },
      network.wires(() => this.machine.busyUntil()),
    );
    const transport = plant.transport?.(this.#transport) ?? this.#transport;
    const ofMachine = machine.parts(
      () => transport,
      this.judge.replay,
      tenant?.startWorker ?? null,
      scribe && { startWorker: scribe.startWorker(clock), disk: scribe.disk },
    );
    const tokens = plant.tokens?.(ofMachine.tokens) ?? ofMachine.tokens;
    const app = parts.app === null ? {} : { app: parts.app };
    this.server = createServer(plant.config?.(config) ?? config, { ...ofMachine, tokens, ...app });
    this.judge.watch(this.server);
    if (this.server.keeper !== null) tenant?.watch(this.server.keeper);
    plant.server?.(this.server);
  }

  /** Resolves when it ticks, in virtual time. @throws Violation */
  async start(): Promise<void> {
    await this.server.start();
    const opened = this.tenant?.opened ?? null;
    const scribe = this.#scribe;
    const sessions = opened && (scribe?.sessionsOf(opened, this.#world) ?? opened.sessions);
    const isEnded = (session: string): boolean =>
      scribe?.isEnded(session) === true || this.tenant?.store.books.isEnded(session) === true;
    this.#claims.begin(sessions, isEnded);
    if (opened !== null) this.judge.restored(opened, sessions ?? [], scribe?.endAt(opened) ?? null);
    // With an application a new world has taken its rules already.
    if (this.server.app !== null && opened === null) this.judge.replay.compare(this.server.world);
    this.#tick = this.server.world.tick;
    this.#hasStarted = true;
    this.machine.traps?.arm();
  }

  /** Tick and state hash. */
  get hash(): string {
    const { tick, hashHigh, hashLow } = this.server.world;
    const hex = (half: number): string => half.toString(16).padStart(8, "0");
    return `${tick}:${hex(hashHigh)}${hex(hashLow)}`;
  }

  /** Whether the public port says that it can take traffic. */
  get isReady(): boolean {
    return this.machine.answer("/readyz")?.status === 200;
  }

  /** Begins to stop it; the promise resolves in virtual time. */
  stop(): Promise<void> {
    this.judge.isDraining = true;
    return this.server.stop();
  }

  /** After stop(). @throws Violation */
  mustBeOver(): void {
    const { length } = this.#transport.links;
    must(length === 0, () => `${length} connections have outlived the server`);
    must(this.server.gateway.connections === 0, () => "the gateway has sessions after its end");
    must(!this.isReady, () => "a server that has stopped says that it is ready");
    if (this.tenant !== null) this.#mustBeStored(this.tenant);
  }

  /** @param isWhole whether its journal arrives on the disk to the last byte */
  kill(isWhole = false): void {
    this.tenant?.store.abandon(this.tenant.worker);
    this.#scribe?.die(isWhole);
    this.machine.kill();
    this.#transport.die();
  }

  /** The store has the world as it ended, and all that was noted. */
  #mustBeStored(tenant: Tenant): void {
    const { world } = this.server;
    const { missing, store } = tenant;
    must(missing === 0, () => `${missing} facts were lost at the end`);
    const head = store.vault.image === null ? null : headOf(store.vault.image);
    const isSame = head?.hash[0] === world.hashLow && head.hash[1] === world.hashHigh;
    must(isSame && head.tick === world.tick, () => {
      return `the world ended at tick ${world.tick}, the store has another of ${head?.tick ?? 0}`;
    });
  }

  #turned(): void {
    this.#scribe?.turned(this.machine.clock);
    const { tick } = this.server.world;
    if (!this.#hasStarted || tick === this.#tick) return;
    this.#tick = tick;
    this.judge.tick();
  }
}
