// Translations between rooms that do not know each other: settings to the gateway's options, the
// gateway's and the world's numbers to a snapshot for the metrics.
import { FRAMES_SHORT_TOTAL, INCOMPLETE_TOTAL, LOOKS_TOTAL, RESTS_TOTAL } from "#layout";
import type { Config } from "./config/schema.ts";
import type { World } from "./engine/world.ts";
import type { Gateway } from "./gateway/gateway.ts";
import type { GatewayOptions } from "./gateway/parts.ts";
import type { BesideState } from "./observability/health.ts";
import type { Labelled, Snapshot } from "./observability/metrics.ts";
import type { Keeper, KeeperOptions, KeeperStatus } from "./persistence/keeper.ts";
import { closeName, errorName, ERRORS } from "./protocol/codes.ts";

/** Handshakes taken between two ticks: more than a crowd needs, less than a storm brings. */
const MAX_HANDSHAKES_PER_TICK = 64;
/** Of those, for one address: four that storm leave nothing, and they are four then. */
const MAX_HANDSHAKES_PER_ADDRESS = 16;

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
    flushMs: persistence.flush_ms,
    heartbeatMs: presence.heartbeat_ms,
    presence: { redisUrl: presence.redis_url, ttlMs: presence.ttl_ms },
    outbox: { relay: outbox.relay === "embedded", sink: outbox.sink },
    logLevel: observability.log_level,
    imageBytesMax,
    // Beside three facts of each session that may be open, and one of each that may wait.
    factsMax: FACTS_MAX + 3 * gateway.max_connections + engine.max_entities,
  };
}

/** The numbers of this moment. May allocate: a scrape asks for it, never the tick. */
export function snapshotOf(
  gateway: Gateway,
  world: World,
  logLinesDropped: number,
  keeper: Keeper | null,
): Omit<Snapshot, "adminRefused"> {
  const { counters } = gateway;
  // from 0 on: a rate over a series that begins with its first fault would miss that fault
  const errors: Labelled[] = Object.values(ERRORS).map(({ code }) => ({
    label: errorName(code),
    value: counters.errors[code] ?? 0,
  }));
  const closes: Labelled[] = [{ label: "other", value: counters.closesOther }];
  for (const [code, value] of counters.closes) closes.push({ label: closeName(code), value });
  return {
    entities: world.liveCount,
    connections: gateway.connections,
    aoiQueries: world.total(LOOKS_TOTAL),
    messagesSent: counters.sent,
    bytesSent: counters.sentBytes,
    messagesReceived: counters.received,
    bytesReceived: counters.receivedBytes,
    corrections: counters.corrections,
    correctionVerdicts: [
      { label: "over_bank", value: counters.correctionsOverBank },
      { label: "over_rate", value: counters.correctionsOverRate },
      { label: "clipped", value: counters.correctionsClipped },
    ],
    intentsRefused: counters.intentsRefused,
    intentsDropped: counters.intentsDropped,
    handshakesRefused: [
      { label: "full", value: counters.refusedFull },
      { label: "version", value: counters.refusedVersion },
      { label: "subprotocol", value: counters.refusedSubprotocol },
      { label: "too_many", value: counters.refusedHandshakes },
      { label: "draining", value: counters.refusedDraining },
      { label: "address", value: counters.refusedAddress },
      { label: "address_rate", value: counters.refusedAddressRate },
      { label: "origin", value: counters.refusedOrigin },
      { label: "token_in_url", value: counters.refusedUrlToken },
    ],
    tokensVerified: counters.tokensVerified,
    tokensRefused: Object.entries(counters.tokenFaults).map(([label, value]) => ({ label, value })),
    accountsFull: counters.refusedAccount,
    resumesForeign: counters.resumesForeign,
    sendsBuffered: counters.sendsBuffered,
    sendsDropped: counters.sendsDropped,
    windowsClosed: counters.windowsClosed,
    merges: counters.merges,
    slowClosed: counters.slowClosed,
    resets: counters.resets,
    repliesDropped: counters.repliesDropped,
    viewsIncomplete: world.total(INCOMPLETE_TOTAL),
    framesShort: world.total(FRAMES_SHORT_TOTAL),
    framesIgnored: counters.framesIgnored,
    overRate: [
      { label: "messages", value: counters.overMessages },
      { label: "bytes", value: counters.overBytes },
      { label: "errors", value: counters.overErrors },
      { label: "resets", value: counters.overResets },
    ],
    struckOut: counters.struckOut,
    floods: counters.floods + counters.floodDrops,
    errors,
    closes,
    logLinesDropped,
    sessionsSuspended: counters.suspended,
    sessionsResumed: counters.resumed,
    sessionsExpired: counters.expired,
    resumesRefused: counters.resumesRefused,
    tokensReused: counters.tokensReused,
    joinsUnavailable: counters.joinsUnavailable,
    joinsRefused: counters.joinsRefused,
    joinsWaiting: gateway.joining,
    joinsWaited: counters.joinsWaited,
    spawnsMissed: counters.spawnsMissed,
    looksRested: world.total(RESTS_TOTAL),
    ...storeNumbers(keeper?.status ?? null),
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

/** Zeros where nothing is stored. */
function storeNumbers(status: KeeperStatus | null) {
  const numbers = status?.numbers ?? null;
  return {
    flushes: status?.flights ?? 0,
    flushSeconds: (status?.flightMs ?? 0) / 1000,
    flushFaults: numbers?.flushFaults ?? 0,
    durableAgeSeconds: (status?.durableAgeMs ?? 0) / 1000,
    factsWaiting: status?.waiting ?? 0,
    factsMax: status?.factsMax ?? 0,
    workersLost: status?.workersLost ?? 0,
    outboxWaiting: numbers?.outbox.waiting ?? 0,
    outboxOldestSeconds: (numbers?.outbox.oldestMs ?? 0) / 1000,
    outboxDead: numbers?.outbox.dead ?? 0,
    eventsDelivered: numbers?.relay.delivered ?? 0,
    eventsRefused: numbers?.relay.failed ?? 0,
    presenceBeats: numbers?.presence.beats ?? 0,
    presenceFailures: numbers?.presence.failures ?? 0,
    presenceSkipped: numbers?.presence.skipped ?? 0,
    presenceEntries: numbers?.presence.entries ?? 0,
  };
}
