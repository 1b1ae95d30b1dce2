// Every setting of Aether: its type, its default and what an operator may write. The names are
// the seed's snake_case in YAML, environment and code alike, so that one search finds them all.
import { z } from "zod";

import { DELTA_MAX, LEAVE_RADIUS_MAX, ROWS, SIGHT_UNIT, UNIT } from "#layout";

import { parseRedisUrl } from "../persistence/presence/address.ts";
import { parseStoreUrl } from "../persistence/url.ts";
import { isRange, parseAddress } from "./address.ts";
import { isOrigin } from "./origin.ts";

/** What is known about a setting beside its type. */
export interface SettingMeta {
  /** How the text of an environment variable is read. */
  readonly kind: "number" | "boolean" | "text" | "list";
  /** Completes the sentence "write …" of a fault. */
  readonly expects: string;
  /** Its value is never shown. */
  readonly isSecret: boolean;
}

const known = z.registry<SettingMeta>();

function setting<T extends z.ZodType>(type: T, kind: SettingMeta["kind"], expects: string): T {
  known.add(type, { kind, expects, isSecret: false });
  return type;
}

function secret(holds: (text: string) => boolean, expects: string) {
  const type = z
    .string()
    .refine((text) => text === "" || holds(text))
    .default("");
  known.add(type, { kind: "text", expects, isSecret: true });
  return type;
}

/** In the environment a list is text with commas. */
function list(holds: (text: string) => boolean, expects: string) {
  const type = z
    .array(z.string())
    .refine((items) => items.length <= LIST_MAX && items.every(holds))
    .default([]);
  return setting(type, "list", `a list of at most ${LIST_MAX} ${expects}`);
}

function text(expects: string) {
  return setting(z.string().max(TEXT_MAX).default(""), "text", expects);
}

const LIST_MAX = 100;
const TEXT_MAX = 1024;

function number(fallback: number, min: number, max: number, unit: string) {
  const type = z.number().min(min).max(max).default(fallback);
  return setting(type, "number", `a number from ${min} to ${max}, ${unit}`);
}

function whole(fallback: number, min: number, max: number, unit: string) {
  const type = z.int().min(min).max(max).default(fallback);
  return setting(type, "number", `a whole number from ${min} to ${max}, ${unit}`);
}

function choice<T extends z.ZodDefault<z.ZodEnum>>(type: T): T {
  return setting(type, "text", `one of ${type.unwrap().options.join(", ")}`);
}

function bound(fallback: number) {
  return number(fallback, -1_000_000, 1_000_000, "in world units");
}

const bounds = z.strictObject({
  min_x: bound(-1000),
  min_y: bound(-1000),
  max_x: bound(1000),
  max_y: bound(1000),
});

/** The last row number marks an empty slot. */
const MAX_ROWS = ROWS - 1;
/** The largest whole radius that the kernel sees exactly; hysteresis takes its share of it. */
const MAX_RADIUS = Math.floor(LEAVE_RADIUS_MAX / SIGHT_UNIT);

const engine = z.strictObject({
  tick_rate_ms: whole(25, 10, 1000, "in milliseconds per tick"),
  max_entities: whole(1000, 1, MAX_ROWS, "in entities"),
  world_bounds: bounds.prefault({}),
  max_speed: number(5.0, 1 / UNIT, DELTA_MAX / UNIT, "in world units per tick"),
  aoi_radius: number(200.0, 1 / SIGHT_UNIT, MAX_RADIUS, "in world units"),
  aoi_hysteresis: number(0.1, 0, 1, "as a share of aoi_radius"),
  move_burst_ticks: whole(16, 1, 64, "in ticks of full speed"),
  max_visible: whole(1024, 1, MAX_ROWS, "in entities per observer"),
  kernel: choice(z.enum(["wasm", "js"]).default("wasm")),
  index: choice(z.enum(["auto", "quadtree", "brute"]).default("auto")),
  client_spawn: choice(z.enum(["auto", "always", "never"]).default("auto")),
  max_catch_up_ticks: whole(4, 1, 100, "in ticks"),
  tick_budget: number(0.6, 0.05, 1, "as a share of tick_rate_ms"),
  seed: whole(1, 0, 4_294_967_295, "any will do"),
  quarantine_dir: setting(
    z.string().max(TEXT_MAX).default("data/quarantine"),
    "text",
    'the name of a folder, or "" for none',
  ),
});

const BIND_ADDR_EXPECTS =
  'an address with a port from 0 to 65535, such as "127.0.0.1:8080", ":8080" or "[::1]:8080"';
const IDLE_EXPECTS = "0 for never, or a whole number from 8 to 960, in seconds";

const ORIGIN_EXPECTS =
  'origins, such as "https://game.example.org" or "http://localhost:5173", or "null"; none: ' +
  "pages of the server's own host may connect";
const RANGE_EXPECTS = 'addresses or ranges of them, such as "10.0.0.0/8" or "fd00::/8"';

const gateway = z.strictObject({
  bind_addr: setting(
    z
      .string()
      .refine((text) => parseAddress(text) !== null)
      .default("127.0.0.1:8080"),
    "text",
    BIND_ADDR_EXPECTS,
  ),
  tls_cert_file: text('the name of a PEM file with the certificate and its chain, or ""'),
  tls_key_file: text('the name of a PEM file with the private key, or ""'),
  allowed_origins: list(isOrigin, ORIGIN_EXPECTS),
  trusted_proxies: list(isRange, RANGE_EXPECTS),
  max_message_size: whole(512, 64, 512, "in bytes"),
  enable_compression: setting(z.boolean().default(true), "boolean", "true or false"),
  compress_rtt_ms: whole(150, 0, 60_000, "in milliseconds of round trip"),
  max_connections: whole(2000, 1, 65_535, "in connections"),
  max_connections_per_address: whole(50, 1, 65_535, "in connections"),
  joins_per_second: whole(400, 1, 100_000, "in entities"),
  join_queue: whole(1000, 1, 65_535, "in sessions"),
  // uWebSockets.js aborts the whole process on 1 to 7 and above 960; nothing can catch that.
  idle_timeout_s: setting(
    z
      .int()
      .refine((seconds) => seconds === 0 || (seconds >= 8 && seconds <= 960))
      .default(16),
    "number",
    IDLE_EXPECTS,
  ),
  hello_timeout_ms: whole(2000, 100, 60_000, "in milliseconds"),
  spawn_timeout_ms: whole(30_000, 0, 3_600_000, "in milliseconds"),
  window_ticks: whole(40, 1, 1000, "in ticks"),
  window_bytes: whole(16_384, 1280, 1_048_576, "in bytes"),
  slow_close_ms: whole(30_000, 1000, 600_000, "in milliseconds"),
  frames_per_tick: whole(4, 1, 8, "in frames of 512 bytes per client"),
  max_frames_per_tick: whole(64, 8, 4096, "in frames per connection"),
  messages_per_second: whole(200, 2, 100_000, "in messages per connection"),
  bytes_per_second: whole(32_768, 8192, 16_777_216, "in bytes per connection"),
  errors_per_second: whole(10, 1, 1000, "in errors per connection"),
  max_strikes: whole(10, 1, 60, "in seconds of a minute"),
  drain_ms: whole(5000, 0, 60_000, "in milliseconds"),
});

const SECRET_BYTES_MIN = 32;
const ADMIN_TOKEN = /^[\x21-\x7e]{32,512}$/;

const auth = z.strictObject({
  mode: choice(z.enum(["none", "jwt"]).default("none")),
  secret: secret(
    (text) => Buffer.byteLength(text) >= SECRET_BYTES_MIN,
    `at least ${SECRET_BYTES_MIN} random bytes, better in AETHER_AUTH_SECRET than in this file`,
  ),
  secret_file: text('the name of a file that holds the secret and nothing else, or ""'),
  jwks_file: text('the name of a file with public keys (a JSON Web Key Set), or ""'),
  issuer: text('the "iss" that tokens must have, or "" for any'),
  audience: text('the "aud" that tokens must have, or "" for any'),
  max_sessions_per_account: whole(0, 0, 65_535, "in sessions, 0 for no limit"),
});

const session = z.strictObject({
  grace_ms: whole(30_000, 0, 3_600_000, "in milliseconds"),
});

const ENCODED =
  'special characters of user and password as %XX: "@" as %40, "/" as %2F, ":" as %3A, "#" as ' +
  '%23, "?" as %3F, "%" as %25';
const URL_EXPECTS =
  'none, "sqlite:FILE" or "postgres://USER:PASSWORD@HOST:PORT/DATABASE" (the password may also ' +
  `come from PGPASSWORD), ${ENCODED}`;
const WORLD_EXPECTS = 'a name of 1 to 64 letters, digits, "-", "_" or "."';

const persistence = z.strictObject({
  url: setting(
    z
      .string()
      .refine((text) => typeof parseStoreUrl(text) !== "string")
      .default("sqlite:data/aether.db"),
    "text",
    URL_EXPECTS,
  ),
  world: setting(
    z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .default("main"),
    "text",
    WORLD_EXPECTS,
  ),
  pool_size: whole(4, 2, 100, "in connections"),
  flush_ms: whole(250, 10, 1000, "in milliseconds"),
  retention_days: whole(30, 1, 3650, "in days"),
  history_rows: whole(1_000_000, 1000, 1_000_000_000, "in rows"),
});

const MEBIBYTE = 1024 * 1024;

const journal = z.strictObject({
  enabled: setting(z.boolean().default(true), "boolean", "true or false"),
  dir: text('the name of a folder, or "" for one beside the database\'s file'),
  flush_ms: whole(50, 5, 1000, "in milliseconds"),
  max_bytes: whole(1024 * MEBIBYTE, 16 * MEBIBYTE, 1024 * 1024 * MEBIBYTE, "in bytes"),
  max_age_hours: whole(24, 1, 8760, "in hours"),
});

const outbox = z.strictObject({
  relay: choice(z.enum(["embedded", "external"]).default("embedded")),
  sink: choice(z.enum(["auto", "log", "redis"]).default("auto")),
  max_waiting: whole(1_000_000, 1000, 1_000_000_000, "in events"),
});

const REDIS_EXPECTS =
  '"" for none, or "redis://USER:PASSWORD@HOST:PORT" ("rediss://…" with TLS), ' + ENCODED;

const presence = z.strictObject({
  redis_url: setting(
    z
      .string()
      .refine((text) => text === "" || typeof parseRedisUrl(text) !== "string")
      .default(""),
    "text",
    REDIS_EXPECTS,
  ),
  heartbeat_ms: whole(2000, 100, 600_000, "in milliseconds"),
  ttl_ms: whole(15_000, 200, 3_600_000, "in milliseconds"),
});

const ADMIN_ADDR_EXPECTS = 'an address with a port from 0 to 65535, such as "127.0.0.1:9091"';
const ADMIN_TOKEN_EXPECTS = "at least 32 random letters, digits and signs, without blanks";

const observability = z.strictObject({
  admin_addr: setting(
    z
      .string()
      .refine((text) => parseAddress(text) !== null)
      .default("127.0.0.1:9091"),
    "text",
    ADMIN_ADDR_EXPECTS,
  ),
  admin_token: secret((text) => ADMIN_TOKEN.test(text), ADMIN_TOKEN_EXPECTS),
  admin_token_file: text('the name of a file that holds the token and nothing else, or ""'),
  live_page: choice(z.enum(["auto", "admin"]).default("auto")),
  log_level: choice(
    z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  ),
});

/** The schema; `parse` fills in the defaults. */
export const configSchema = z.strictObject({
  engine: engine.prefault({}),
  gateway: gateway.prefault({}),
  auth: auth.prefault({}),
  session: session.prefault({}),
  persistence: persistence.prefault({}),
  journal: journal.prefault({}),
  outbox: outbox.prefault({}),
  presence: presence.prefault({}),
  observability: observability.prefault({}),
});

/** A configuration in which every setting has a valid value. */
export type Config = z.output<typeof configSchema>;

/** @returns a fresh configuration of defaults only. */
export function defaultConfig(): Config {
  return configSchema.parse({});
}

/** Every setting by its dotted name, in the order of the schema. */
export const SETTINGS: ReadonlyMap<string, SettingMeta> = new Map(settingsOf(configSchema, ""));

/** Every group of settings: engine, engine.world_bounds, gateway … */
export const GROUPS: ReadonlySet<string> = new Set(
  [...SETTINGS.keys()].flatMap((key) => {
    const words = key.split(".");
    return words.slice(1).map((_, i) => words.slice(0, i + 1).join("."));
  }),
);

function settingsOf(group: z.ZodObject, prefix: string): [string, SettingMeta][] {
  return Object.entries(group.shape).flatMap(([name, type]): [string, SettingMeta][] => {
    const inner: unknown = type instanceof z.ZodPrefault ? type.unwrap() : type;
    if (inner instanceof z.ZodObject) return settingsOf(inner, `${prefix}${name}.`);
    const meta = known.get(type);
    if (meta === undefined) throw new Error(`${prefix}${name} is declared without setting()`);
    return [[`${prefix}${name}`, meta]];
  });
}
