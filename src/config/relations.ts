// Rules between settings: each value is valid alone, but not all of them together.
import {
  BRUTE_WIDTH,
  DELTA_MAX,
  FRAME_BYTES,
  INTENTS_PER_ROW,
  LEAVE_RADIUS_MAX,
  PAIRS,
  SIGHT_UNIT,
  UNIT,
} from "#layout";

import type { Address } from "./address.ts";
import { isEveryInterface, isLoopback, parseAddress } from "./address.ts";
import { leaveRadius } from "./rules.ts";
import type { Config } from "./schema.ts";

/** One rule; it is judged only where each of its settings is valid by itself. */
export interface Relation {
  readonly keys: readonly [string, ...string[]];
  readonly holds: (config: Config) => boolean;
  /** Completes "`key` is `value`, `key` is `value`: …". */
  readonly remedy: string;
}

/** What the intents that a row may send in one tick can spend, in world units. */
const MAX_BURST = (INTENTS_PER_ROW * DELTA_MAX) / UNIT;
/** Beyond it the 16-bit words of sight would be ambiguous, in world units. */
const MAX_SIGHT = (LEAVE_RADIUS_MAX + 1) / SIGHT_UNIT;

/** Beyond it brute force cannot tell places apart, in world units. */
const MAX_BRUTE_WIDTH = Math.floor(BRUTE_WIDTH / SIGHT_UNIT);
const BRUTE_REMEDY =
  `set engine.index to auto or quadtree, or make the world at most ${MAX_BRUTE_WIDTH} units ` +
  "wide and high";

/** What an honest client sends in a tick: an intent and an acknowledgement. */
const MESSAGES_PER_TICK = 2;

const AUTH_KEYS = ["auth.secret", "auth.secret_file", "auth.jwks_file"] as const;

/** What a client may get in a tick beside its frames: a Correction, a ViewDigest. */
const EXTRAS_BYTES = 128;

export const RELATIONS: readonly Relation[] = [
  {
    keys: ["engine.world_bounds.min_x", "engine.world_bounds.max_x"],
    holds: ({ engine: { world_bounds: b } }) => b.max_x - b.min_x >= 1,
    remedy: "make max_x at least 1 unit larger than min_x",
  },
  {
    keys: ["engine.world_bounds.min_y", "engine.world_bounds.max_y"],
    holds: ({ engine: { world_bounds: b } }) => b.max_y - b.min_y >= 1,
    remedy: "make max_y at least 1 unit larger than min_y",
  },
  {
    keys: ["engine.max_speed", "engine.move_burst_ticks"],
    holds: ({ engine }) => engine.max_speed * engine.move_burst_ticks <= MAX_BURST,
    remedy: `lower one of them until their product is at most ${MAX_BURST} units`,
  },
  {
    keys: ["engine.aoi_radius", "engine.aoi_hysteresis"],
    holds: (config) => leaveRadius(config) <= LEAVE_RADIUS_MAX,
    remedy: `lower one of them until aoi_radius * (1 + aoi_hysteresis) is below ${MAX_SIGHT} units`,
  },
  {
    keys: ["engine.max_entities", "engine.max_visible"],
    holds: ({ engine }) => engine.max_entities * engine.max_visible <= PAIRS,
    remedy: `lower one of them until their product is at most ${PAIRS} pairs`,
  },
  {
    keys: ["engine.index", "engine.world_bounds.min_x", "engine.world_bounds.max_x"],
    holds: ({ engine: { index, world_bounds: b } }) =>
      index !== "brute" || b.max_x - b.min_x <= MAX_BRUTE_WIDTH,
    remedy: BRUTE_REMEDY,
  },
  {
    keys: ["engine.index", "engine.world_bounds.min_y", "engine.world_bounds.max_y"],
    holds: ({ engine: { index, world_bounds: b } }) =>
      index !== "brute" || b.max_y - b.min_y <= MAX_BRUTE_WIDTH,
    remedy: BRUTE_REMEDY,
  },
  {
    keys: ["gateway.frames_per_tick", "gateway.window_bytes"],
    holds: ({ gateway }) =>
      gateway.window_bytes >= 2 * (FRAME_BYTES * gateway.frames_per_tick + EXTRAS_BYTES),
    remedy:
      `make window_bytes at least 2 * (${FRAME_BYTES} * frames_per_tick + ${EXTRAS_BYTES}), ` +
      "which is room for two ticks",
  },
  {
    keys: ["engine.tick_rate_ms", "gateway.messages_per_second"],
    holds: ({ engine, gateway }) =>
      gateway.messages_per_second * engine.tick_rate_ms >= MESSAGES_PER_TICK * 1000,
    remedy:
      `make messages_per_second at least ${MESSAGES_PER_TICK * 1000} / tick_rate_ms, ` +
      "an intent and an acknowledgement a tick",
  },
  {
    keys: ["gateway.tls_cert_file", "gateway.tls_key_file"],
    holds: ({ gateway }) => (gateway.tls_cert_file === "") === (gateway.tls_key_file === ""),
    remedy: "name both files, or neither",
  },
  {
    keys: ["auth.mode", ...AUTH_KEYS],
    holds: ({ auth }) => keysGiven(auth) === (auth.mode === "jwt" ? 1 : 0),
    remedy:
      "with mode jwt give exactly one of secret, secret_file and jwks_file, with mode none none " +
      "of them",
  },
  {
    keys: ["auth.mode", "auth.max_sessions_per_account"],
    holds: ({ auth }) => auth.mode === "jwt" || auth.max_sessions_per_account === 0,
    remedy: "set auth.mode to jwt, because without it nobody has an account, or the limit to 0",
  },
  {
    keys: ["observability.admin_token", "observability.admin_token_file"],
    holds: ({ observability: o }) => o.admin_token === "" || o.admin_token_file === "",
    remedy: "give one of them",
  },
  {
    keys: ["observability.admin_addr", "observability.admin_token"],
    holds: ({ observability: o }) =>
      isLoopback(parseAddress(o.admin_addr)?.host ?? "") ||
      o.admin_token !== "" ||
      o.admin_token_file !== "",
    remedy:
      "give observability.admin_token or admin_token_file, or an address that only this machine " +
      "reaches, because others than this machine's users could ask",
  },
  {
    keys: ["presence.heartbeat_ms", "presence.ttl_ms"],
    holds: ({ presence }) => presence.ttl_ms >= 2 * presence.heartbeat_ms,
    remedy: "make ttl_ms at least twice heartbeat_ms, so that one late heartbeat takes nobody off",
  },
  {
    keys: ["outbox.sink", "presence.redis_url"],
    holds: ({ outbox, presence }) => outbox.sink !== "redis" || presence.redis_url !== "",
    remedy: "name a Redis in presence.redis_url, or set outbox.sink to log",
  },
  {
    keys: ["persistence.url", "presence.redis_url"],
    holds: ({ persistence, presence }) => persistence.url !== "none" || presence.redis_url === "",
    remedy: "presence is kept beside a store: name one in persistence.url, or no Redis",
  },
  {
    keys: ["gateway.bind_addr", "observability.admin_addr"],
    holds: ({ gateway, observability }) =>
      !collide(parseAddress(gateway.bind_addr), parseAddress(observability.admin_addr)),
    remedy: "give them different ports",
  },
];

function keysGiven({ secret, secret_file, jwks_file }: Config["auth"]): number {
  return [secret, secret_file, jwks_file].filter((text) => text !== "").length;
}

function collide(a: Address | null, b: Address | null): boolean {
  if (a === null || b === null || a.port === 0 || a.port !== b.port) return false;
  return a.host === b.host || isEveryInterface(a.host) || isEveryInterface(b.host);
}
