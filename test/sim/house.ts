// One life of the real server in a simulated process: made, watched by a judge, and ended in good
// order or by a kill.
import { worldRules } from "../../src/config/rules.ts";
import type { Config } from "../../src/config/schema.ts";
import type { Transport } from "../../src/gateway/transport.ts";
import { createServer } from "../../src/main.ts";
import type { Server } from "../../src/main.ts";
import { Judge } from "./judge.ts";
import { Machine } from "./machine.ts";
import type { Network } from "./network.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";
import { SimTransport } from "./transport.ts";
import { must } from "./violation.ts";

/** Faults that a test plants to see them found. */
export interface Plant {
  /** Changes a server before it starts. */
  readonly server?: (server: Server) => void;
  /** Stands between the gateway and the network. */
  readonly transport?: (transport: Transport) => Transport;
}

export interface HouseParts {
  readonly schedule: Schedule;
  readonly network: Network;
  readonly random: Random;
  readonly config: Config;
  readonly maxBackpressure: number;
  readonly plant: Plant;
}

export class House {
  readonly server: Server;
  readonly judge: Judge;
  readonly machine: Machine;
  readonly #transport: SimTransport;
  #tick = 0;

  constructor(parts: HouseParts) {
    const { schedule, network, random, config, plant } = parts;
    this.judge = new Judge(config, worldRules(config));
    this.machine = new Machine(schedule, random.fork(), () => this.#turned());
    this.#transport = new SimTransport(
      {
        slots: config.gateway.max_connections,
        maxBackpressure: parts.maxBackpressure,
        tap: this.judge,
      },
      network.wires(() => this.machine.busyUntil()),
    );
    const transport = plant.transport?.(this.#transport) ?? this.#transport;
    this.server = createServer(
      config,
      this.machine.parts(() => transport, this.judge.replay),
    );
    this.judge.watch(this.server);
    plant.server?.(this.server);
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
  }

  kill(): void {
    this.machine.kill();
    this.#transport.die();
  }

  #turned(): void {
    const { tick } = this.server.world;
    if (tick === this.#tick) return;
    this.#tick = tick;
    this.judge.tick();
  }
}
