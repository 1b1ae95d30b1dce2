// What one run looks like, drawn from its seed: the settings of the server, who comes, and how bad
// the network and the machine are.
import type { Config } from "../../src/config/schema.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import type { Faults } from "./network.ts";
import type { Random } from "./random.ts";

export interface Plan {
  readonly config: Config;
  /** Client cores that behave. */
  readonly honest: number;
  readonly hostile: number;
  /** Half the width of the square in which clients ask to appear, world units. */
  readonly home: number;
  readonly faults: Faults;
  /** Times a minute that the server's process is held up, and for how long at most, ms. */
  readonly pauses: number;
  readonly pauseMaxMs: number;
  /** What happens to the server in the course of the run, in order. */
  readonly restarts: readonly Restart[];
  /** Null: nothing outlives a process. */
  readonly store: StoreFaults | null;
  /** Bytes in user space beyond which the transport drops. */
  readonly maxBackpressure: number;
}

export type Restart = "drain" | "kill";

/** What befalls the store; rates a minute. */
export interface StoreFaults {
  /** It takes nothing for a while. */
  readonly outages: number;
  /** Its worker dies. */
  readonly deaths: number;
}

const HONEST = 60;
/** Room for those who are waited for, hostile ones among them. */
const ENTITIES_WITH_GRACE = 4096;
const RESTARTS: readonly [readonly Restart[], ...(readonly Restart[])[]] = [
  [],
  [],
  ["drain"],
  ["kill"],
  ["kill", "drain"],
  ["kill", "kill", "drain"],
];
/** How bad a network can be: quiet, ordinary, mobile, terrible. */
const NETWORKS: readonly [Faults, ...Faults[]] = [
  { baseMs: 2, jitterMs: 1, stalls: 0, delays: 0, cuts: 0, roomMin: 65536, roomMax: 4e6 },
  { baseMs: 80, jitterMs: 60, stalls: 0.5, delays: 0.5, cuts: 0.2, roomMin: 16384, roomMax: 4e6 },
  { baseMs: 200, jitterMs: 400, stalls: 2, delays: 3, cuts: 0.5, roomMin: 2048, roomMax: 65536 },
  { baseMs: 400, jitterMs: 900, stalls: 6, delays: 6, cuts: 3, roomMin: 256, roomMax: 16384 },
];

/** The client core acknowledges by itself after so many bytes; a window must hold more. */
const CLIENT_ACK_BYTES = 4096;

/** @param honest how many client cores; the plan's own number when absent */
export function planOf(random: Random, honest = HONEST): Plan {
  const hostile = random.pick([0, 4, 12]);
  const extent = random.pick([60, 60, 150, 400, 1000]);
  const config = configOf(random, honest + hostile, extent);
  // Where entities wait for their clients a whole view has more parts than two, and must fit.
  const leastBackpressure = config.session.grace_ms > 0 ? 4096 : 512;
  const plan: Plan = {
    config,
    honest,
    hostile,
    home: Math.min(extent, random.pick([0, 100, 300, 1000])),
    faults: random.pick(NETWORKS),
    pauses: random.pick([0, 6, 60]),
    pauseMaxMs: random.pick([60, 400]),
    maxBackpressure: random.pick([leastBackpressure, 4096, 65536]),
    restarts: random.pick(RESTARTS),
    store:
      config.persistence.url === "none"
        ? null
        : { outages: random.pick([0, 3, 8]), deaths: random.pick([0, 4, 16]) },
  };
  // Drawn last: a seed has the same plan as before there were these.
  const { engine, gateway } = config;
  // Of so small a budget nothing is left after a pause of the process: updates are thinned.
  const tickBudget = random.pick([0.001, 0.6]);
  const joinsPerSecond = random.pick([200, 400]);
  const doors = {
    engine: { ...engine, tick_budget: tickBudget },
    gateway: { ...gateway, joins_per_second: joinsPerSecond },
  };
  return { ...plan, config: { ...config, ...doors } };
}

function configOf(random: Random, clients: number, extent: number): Config {
  const { engine, gateway, ...others } = defaultConfig();
  const graceMs = random.pick([0, 300, 2000, 30_000]);
  const framesPerTick = random.pick([1, 2, 4, 8]);
  return {
    engine: {
      ...engine,
      // Sometimes there is not room for all at a time.
      max_entities: graceMs > 0 ? ENTITIES_WITH_GRACE : clients * (random.chance(0.2) ? 1 : 4),
      world_bounds: { min_x: -extent, min_y: -extent, max_x: extent, max_y: extent },
      max_speed: random.pick([0.5, 4.2, 5, 16]),
      aoi_radius: random.pick([40, 120, 200, 300]),
      aoi_hysteresis: random.pick([0, 0.1, 0.25]),
      move_burst_ticks: random.pick([1, 4, 16, 64]),
      max_visible: random.pick([8, 1024, 1024]),
      kernel: random.pick(["wasm", "js"]),
      client_spawn: random.pick(["always", "always", "never"]),
      max_catch_up_ticks: random.pick([1, 4, 16]),
      seed: random.below(2 ** 32),
    },
    gateway: {
      ...gateway,
      max_message_size: random.pick([64, 512]),
      max_connections: random.chance(0.1) ? clients : clients * 4,
      // All of them come from one address.
      max_connections_per_address: clients * 4,
      window_ticks: random.pick([4, 40]),
      window_bytes: random.pick([CLIENT_ACK_BYTES + 2 * (framesPerTick * 512 + 128), 16384]),
      slow_close_ms: random.pick([1000, 5000, 30000]),
      frames_per_tick: framesPerTick,
      max_frames_per_tick: random.pick([16, 64]),
      drain_ms: random.pick([0, 500, 5000]),
    },
    ...others,
    session: { grace_ms: graceMs },
    persistence: {
      ...others.persistence,
      url: random.pick(["none", others.persistence.url, others.persistence.url]),
      flush_ms: random.pick([25, 250, 1000]),
    },
  };
}
