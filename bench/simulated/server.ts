// The real server, as src/main.ts puts it together, on a clock and a network of our own: nothing of
// it waits, and a second of it takes as long as its work does.
import { createHash } from "node:crypto";
import type { App } from "../../src/app/definition.ts";
import { loadConfig } from "../../src/config/load.ts";
import { describeFaults } from "../../src/config/faults.ts";
import { openKernel } from "../../src/kernel/open.ts";
import type { Recorder } from "../../src/engine/recorder.ts";
import type { Journal } from "../../src/journal/journal.ts";
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
  /** What the last tick took on the host's clock, ms. */
  tookMs = 0;
  /** Told of the end of each tick, as a server's own journal is. */
  journal: Pick<Journal, "afterTick"> | null = null;
  readonly #tickMs: number;

  /**
   * @param env settings as the environment gives them; nothing is stored
   * @param recorder is told every input of the world
   * @param app runs in the ticks; without one clients' messages are refused
   */
  constructor(env: Readonly<Record<string, string>>, recorder?: Recorder, app?: App) {
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
      logLines: { dropped: 0, suppressed: 0 },
      now: () => this.now,
      random: () => random.next(),
      sleep: () => Promise.resolve(),
      after: () => undefined,
      wallNow: () => this.now,
      owner: "simulated",
      transport: () => this.transport,
      admin: () => ({
        listen: () => Promise.resolve(0),
        close: () => Promise.resolve(),
        pages: { send: () => undefined, end: () => undefined },
      }),
      startRuntime: () => ({ stop: () => undefined }),
      build: { version: "simulated", node: process.versions.node },
      adminToken: () => "",
      certificateEndsMs: () => 0,
      pageFiles: new Map(),
      openKernel: (engine) => openKernel(engine),
      quarantine: () => undefined,
      verifier: null,
      ...(recorder === undefined ? {} : { recorder }),
      ...(app === undefined ? {} : { app }),
      tokens: {
        make: () => createHash("sha256").update(`token ${++tokens}`).digest(),
        hash: (token) => createHash("sha256").update(token).digest("hex"),
      },
      journal: null,
      startWorker: () => {
        throw new Error("nothing is stored");
      },
    });
    void this.server.gateway.listen("127.0.0.1", 1);
  }

  /** One tick, whole; what it sends has arrived when this returns. */
  tick(): void {
    const { app, gateway, world } = this.server;
    this.now += this.#tickMs;
    const began = performance.now();
    gateway.beforeStep();
    app?.beforeStep();
    world.step();
    gateway.afterStep();
    this.journal?.afterTick(world, world.tick);
    this.tookMs = performance.now() - began;
  }

  /** Tick and state hash. */
  get hash(): string {
    const { tick, hashHigh, hashLow } = this.server.world;
    return `${tick}:${hashHigh.toString(16)}:${hashLow.toString(16)}`;
  }
}
