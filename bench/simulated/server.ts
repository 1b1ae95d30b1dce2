// The real server, as src/main.ts puts it together, on a clock and a network of our own: nothing of
// it waits, and a second of it takes as long as its work does.
import { createHash } from "node:crypto";
import { loadConfig } from "../../src/config/load.ts";
import { describeFaults } from "../../src/config/faults.ts";
import { createServer } from "../../src/main.ts";
import type { Server } from "../../src/main.ts";
import { createLog } from "../../src/observability/log.ts";
import { RandomStream } from "../../src/swarm/random.ts";
import { DirectTransport } from "./transport.ts";

const STDERR = 2;
const NOWHERE = "/nonexistent";
const SEED = 1;

export class SimulatedServer {
  readonly server: Server;
  readonly transport: DirectTransport;
  /** What its clock says, ms. */
  now = 0;
  readonly #tickMs: number;

  /** @param env settings as the environment gives them; nothing is stored */
  constructor(env: Readonly<Record<string, string>>) {
    const all = { AETHER_PERSISTENCE_URL: "none", ...env };
    const loaded = loadConfig({ cwd: NOWHERE, env: all });
    if (!loaded.ok) throw new Error(describeFaults(loaded.faults));
    const { config } = loaded;
    this.#tickMs = config.engine.tick_rate_ms;
    this.transport = new DirectTransport(config.gateway.max_connections);
    const random = new RandomStream(SEED);
    let tokens = 0;
    this.server = createServer(config, {
      log: createLog({ level: "fatal", fd: STDERR }).log,
      logLinesDropped: () => 0,
      now: () => this.now,
      random: () => random.next(),
      sleep: () => Promise.resolve(),
      after: () => undefined,
      wallNow: () => this.now,
      owner: "simulated",
      transport: () => this.transport,
      admin: () => ({
        refused: 0,
        listen: () => Promise.resolve(0),
        close: () => Promise.resolve(),
      }),
      adminToken: "",
      verifier: null,
      tokens: {
        make: () => createHash("sha256").update(`token ${++tokens}`).digest(),
        hash: (token) => createHash("sha256").update(token).digest("hex"),
      },
      startWorker: () => {
        throw new Error("nothing is stored");
      },
    });
    void this.server.gateway.listen("127.0.0.1", 1);
  }

  /** One tick, whole; what it sends has arrived when this returns. */
  tick(): void {
    const { gateway, world } = this.server;
    this.now += this.#tickMs;
    gateway.beforeStep();
    world.step();
    gateway.afterStep();
  }

  /** Tick and state hash. */
  get hash(): string {
    const { tick, hashHigh, hashLow } = this.server.world;
    return `${tick}:${hashHigh.toString(16)}:${hashLow.toString(16)}`;
  }
}
