// Translations between rooms that do not know each other: settings to the gateway's options, the
// gateway's and the world's numbers to a snapshot for the metrics.
import { FRAMES_SHORT_TOTAL, INCOMPLETE_TOTAL, LOOKS_TOTAL } from "#layout";
import type { Config } from "./config/schema.ts";
import type { World } from "./engine/world.ts";
import type { Gateway } from "./gateway/gateway.ts";
import type { GatewayOptions } from "./gateway/parts.ts";
import type { Labelled, Snapshot } from "./observability/metrics.ts";
import { closeName, errorName, ERRORS } from "./protocol/codes.ts";

/** Handshakes taken between two ticks: more than a crowd needs, less than a storm brings. */
const MAX_HANDSHAKES_PER_TICK = 64;

/** @param onLoopback whether only this machine can connect: then "auto" lets clients choose */
export function gatewayOptions(config: Config, onLoopback: boolean): GatewayOptions {
  const { engine, gateway } = config;
  return {
    maxConnections: gateway.max_connections,
    maxMessageSize: gateway.max_message_size,
    helloTimeoutMs: gateway.hello_timeout_ms,
    windowTicks: gateway.window_ticks,
    windowBytes: gateway.window_bytes,
    slowCloseMs: gateway.slow_close_ms,
    maxFramesPerTick: gateway.max_frames_per_tick,
    maxHandshakesPerTick: MAX_HANDSHAKES_PER_TICK,
    compression: gateway.enable_compression,
    compressRttMs: gateway.compress_rtt_ms,
    clientSpawn: engine.client_spawn === "always" || (engine.client_spawn === "auto" && onLoopback),
    tickMs: engine.tick_rate_ms,
    drainMs: gateway.drain_ms,
  };
}

/** The numbers of this moment. May allocate: a scrape asks for it, never the tick. */
export function snapshotOf(gateway: Gateway, world: World, logLinesDropped: number): Snapshot {
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
    ],
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
    floods: counters.floods + counters.floodDrops,
    errors,
    closes,
    logLinesDropped,
  };
}
