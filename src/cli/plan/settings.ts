// The settings of a server that is measured: the operator's, where they decide what a client costs,
// in a world of its own, on ports of its own, open to the crowd that comes.
import type { Config } from "../../config/schema.ts";
import { sideFor } from "./estimate.ts";

/** More than come at once. */
const JOINS_PER_SECOND = 100_000;
const JOIN_QUEUE = 65_535;
/** Beyond it brute force cannot tell places apart, in world units. */
const BRUTE_WIDTH = 2047;

export interface Density {
  readonly clients: number;
  readonly neighbours: number;
}

/** @returns settings for a crowd of that density */
export function settingsFor(config: Config, { clients, neighbours }: Density): Config {
  const { engine, gateway, journal, observability } = config;
  const { outbox, persistence, presence } = config;
  // Who came within the radius is seen until it leaves a larger one: in between, on the mean.
  const seen = engine.aoi_radius * (1 + engine.aoi_hysteresis / 2);
  const half = sideFor(clients, neighbours, seen) / 2;
  const isWide = 2 * half > BRUTE_WIDTH;
  const entities = Math.max(engine.max_entities, clients);
  return {
    engine: {
      ...engine,
      world_bounds: { min_x: -half, min_y: -half, max_x: half, max_y: half },
      max_entities: entities,
      // Their product has a limit, and the settings are within it.
      max_visible: Math.floor((engine.max_visible * engine.max_entities) / entities),
      index: engine.index === "brute" && isWide ? "auto" : engine.index,
      client_spawn: "always",
      // Thinned updates would make it look cheaper than it is.
      tick_budget: 1,
    },
    gateway: {
      ...gateway,
      bind_addr: "127.0.0.1:0",
      // The swarm speaks ws:// and has no tokens.
      ...{ tls_cert_file: "", tls_key_file: "", allowed_origins: [], trusted_proxies: [] },
      max_connections: Math.max(gateway.max_connections, clients),
      joins_per_second: JOINS_PER_SECOND,
      join_queue: JOIN_QUEUE,
    },
    auth: {
      ...{ mode: "none", secret: "", secret_file: "", jwks_file: "", issuer: "", audience: "" },
      max_sessions_per_account: 0,
    },
    session: { grace_ms: 0 },
    // A database elsewhere is another machine's work; beside the tick a file costs as much.
    persistence: {
      ...persistence,
      url: persistence.url === "none" ? "none" : "sqlite:plan.db",
      world: "plan",
    },
    // Beside the database's file.
    journal: { ...journal, dir: "" },
    outbox: { ...outbox, relay: "embedded", sink: "log" },
    presence: { ...presence, redis_url: "" },
    observability: {
      ...observability,
      ...{ admin_addr: "127.0.0.1:0", admin_token: "", admin_token_file: "", log_level: "info" },
    },
  };
}
