// Translations between rooms that do not know each other: settings to options of the gateway and of
// persistence, what persistence says of itself to health.
import type { App } from "./app/definition.ts";
import { isLoopback, parseAddress } from "./config/address.ts";
import type { Config } from "./config/schema.ts";
import type { FeedHello } from "./feed/hello.ts";
import type { GatewayOptions } from "./gateway/parts.ts";
import type { Journal, JournalOptions } from "./journal/journal.ts";
import type { PlayAddress } from "./observability/admin-messages.ts";
import type { BesideState } from "./observability/health.ts";
import type { Keeper } from "./persistence/keeper.ts";
import type { KeeperStatus } from "./persistence/keeper-status.ts";
import type { KeeperOptions } from "./persistence/keeper-parts.ts";
import { parseStoreUrl } from "./persistence/url.ts";

/** Handshakes taken between two ticks: more than a crowd needs, less than a storm brings. */
const MAX_HANDSHAKES_PER_TICK = 64;
/** Of those, for one address: four that storm leave nothing, and they are four then. */
const MAX_HANDSHAKES_PER_ADDRESS = 16;
/**
 * TLS handshakes likewise, at 0.2 to 0.7 ms each: those of a tick leave some of it, those of an
 * address let 300 in within a second.
 */
const MAX_TLS_PER_TICK = 32;
const MAX_TLS_PER_ADDRESS = 8;

/** @param onLoopback whether only this machine can connect: then "auto" lets clients choose */
export function gatewayOptions(config: Config, onLoopback: boolean): GatewayOptions {
  const { auth, engine, gateway, session } = config;
  // With accounts, a program on this machine may be a proxy for strangers.
  const isOpen = auth.mode === "none";
  return {
    maxConnections: gateway.max_connections,
    maxConnectionsPerAddress: gateway.max_connections_per_address,
    exemptsLoopback: isOpen,
    joinsPerSecond: gateway.joins_per_second,
    joinQueue: gateway.join_queue,
    maxMessageSize: gateway.max_message_size,
    helloTimeoutMs: gateway.hello_timeout_ms,
    spawnTimeoutMs: gateway.spawn_timeout_ms,
    windowTicks: gateway.window_ticks,
    windowBytes: gateway.window_bytes,
    slowCloseMs: gateway.slow_close_ms,
    maxFramesPerTick: gateway.max_frames_per_tick,
    maxHandshakesPerTick: MAX_HANDSHAKES_PER_TICK,
    maxHandshakesPerAddress: MAX_HANDSHAKES_PER_ADDRESS,
    maxTlsPerTick: MAX_TLS_PER_TICK,
    maxTlsPerAddress: MAX_TLS_PER_ADDRESS,
    messagesPerSecond: gateway.messages_per_second,
    bytesPerSecond: gateway.bytes_per_second,
    errorsPerSecond: gateway.errors_per_second,
    maxStrikes: gateway.max_strikes,
    compression: gateway.enable_compression,
    compressRttMs: gateway.compress_rtt_ms,
    clientSpawn:
      engine.client_spawn === "always" || (engine.client_spawn === "auto" && onLoopback && isOpen),
    tickMs: engine.tick_rate_ms,
    graceMs: session.grace_ms,
    drainMs: gateway.drain_ms,
    origins: { allowed: gateway.allowed_origins, onLoopback },
    maxSessionsPerAccount: auth.max_sessions_per_account,
  };
}

/**
 * Whether the live page is on the players' address: where all who connect sit at this machine. Not
 * over TLS, from where a page may not reach its feed.
 */
export function isPagePublic({ auth, gateway, observability }: Config): boolean {
  const host = parseAddress(gateway.bind_addr)?.host ?? "";
  const isHome = auth.mode === "none" && isLoopback(host) && gateway.tls_cert_file === "";
  return observability.live_page === "auto" && isHome;
}

/** @param port on which the gateway listens */
export function playOf(config: Config, port: number): PlayAddress {
  return { port, hasPage: isPagePublic(config) };
}

/** @param port on which the gateway listens */
export function helloOf(
  config: Config,
  phases: readonly string[],
  port: number,
  app: App | null,
): FeedHello {
  const { auth, engine, gateway } = config;
  const { max_x: maxX, max_y: maxY, min_x: minX, min_y: minY } = engine.world_bounds;
  return {
    ...{ minX, minY, maxX, maxY, phases },
    tickMs: engine.tick_rate_ms,
    budgetMs: engine.tick_budget * engine.tick_rate_ms,
    aoiRadius: engine.aoi_radius,
    maxEntities: engine.max_entities,
    windowBytes: gateway.window_bytes,
    playPort: auth.mode === "none" ? port : 0,
    playsOverTls: gateway.tls_cert_file !== "",
    kinds: Object.entries(app?.kinds ?? {}).map(([name, { id }]) => ({ id, name })),
    components: Object.entries(app?.components ?? {}).map(([name, { fields, start }]) => ({
      ...{ name, start },
      fields: Object.entries(fields).map(([field, kind]) => [field, String(kind)] as const),
    })),
  };
}

/**
 * Facts that may wait for a store that is away: an hour of a quiet world, some seconds of a storm.
 */
const FACTS_MAX = 16_384;

export function keeperOptions(config: Config, imageBytesMax: number): KeeperOptions {
  const { engine, gateway, observability, outbox, persistence, presence } = config;
  return {
    url: persistence.url,
    world: persistence.world,
    poolSize: persistence.pool_size,
    retentionDays: persistence.retention_days,
    historyRows: persistence.history_rows,
    flushMs: persistence.flush_ms,
    heartbeatMs: presence.heartbeat_ms,
    presence: { redisUrl: presence.redis_url, ttlMs: presence.ttl_ms },
    outbox: { relay: outbox.relay === "embedded", sink: outbox.sink },
    logLevel: observability.log_level,
    imageBytesMax,
    // Beside three facts of each session that may be open, and one of each that may wait.
    factsMax: FACTS_MAX + 3 * gateway.max_connections + engine.max_entities,
    eventsMax: outbox.max_waiting,
  };
}

const HOUR_MS = 3_600_000;
/** Where nothing else is said and the database is no file. */
const JOURNAL_FOLDER = "data/journal";

/** @returns null where nothing is journaled: only what outlives the process can be recovered */
export function journalOptions(config: Config, imageBytesMax: number): JournalOptions | null {
  const { engine, journal, persistence } = config;
  const place = parseStoreUrl(persistence.url);
  if (!journal.enabled || typeof place === "string" || place.kind === "none") return null;
  const beside = place.kind === "sqlite" ? `${place.path}.journal` : JOURNAL_FOLDER;
  // Each world has a folder of its own; no name leads out of it.
  const folder = persistence.world.replace(/^\./, "_");
  return {
    folder: `${journal.dir === "" ? beside : journal.dir}/${folder}`,
    flushMs: journal.flush_ms,
    maxBytes: journal.max_bytes,
    maxAgeMs: journal.max_age_hours * HOUR_MS,
    maxEntities: engine.max_entities,
    imageBytesMax,
  };
}

/** @returns null before the worker has said anything */
export function besideOf({ numbers }: KeeperStatus): BesideState | null {
  if (numbers === null) return null;
  const { outbox, presence, relay } = numbers;
  return {
    outbox: { waiting: outbox.waiting, dead: outbox.dead, isAway: relay.fault !== null },
    presence: { entries: presence.entries, isAway: presence.fault !== null },
  };
}

/** The newest tick that no crash takes back; Infinity where nobody is to wait for any. */
export function settledTick(
  keeper: Pick<Keeper, "landedTick" | "isAway"> | null,
  journal: Pick<Journal, "settledTick"> | null,
): number {
  if (keeper === null) return Infinity;
  if (journal !== null) return Math.max(keeper.landedTick, journal.settledTick);
  return keeper.isAway ? Infinity : keeper.landedTick;
}
