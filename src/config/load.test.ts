import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";

import { environmentName } from "./env.ts";
import { describeFaults } from "./faults.ts";
import { parseConfig } from "./file.ts";
import { judge, loadConfig } from "./load.ts";
import type { Loaded } from "./load.ts";
import { configSchema, defaultConfig, SETTINGS } from "./schema.ts";

function load(yaml: string, env: Record<string, string> = {}): Loaded {
  return judge(parseConfig(yaml, "config.yaml"), "config.yaml", { env });
}

function sentences(yaml: string, env: Record<string, string> = {}): string[] {
  const loaded = load(yaml, env);
  return loaded.ok ? [] : loaded.faults.map((fault) => fault.sentence);
}

describe("loading", () => {
  test("nothing written means the defaults", () => {
    for (const yaml of ["", "# only a comment\n", "engine:\ngateway:\n  # none\n"]) {
      expect(load(yaml)).toEqual({ ok: true, config: defaultConfig(), source: "config.yaml" });
    }
  });

  test("the environment wins over the file, the file over the defaults", () => {
    const yaml = "engine:\n  max_speed: 7\n  seed: 9\n  world_bounds: { min_x: -5 }\n";
    const env = {
      AETHER_ENGINE_MAX_SPEED: "8.5",
      AETHER_ENGINE_WORLD_BOUNDS_MAX_Y: "1e2",
      AETHER_ENGINE_KERNEL: "js",
      AETHER_GATEWAY_ENABLE_COMPRESSION: "false",
      AETHER_GATEWAY_DRAIN_MS: "",
      LOG_LEVEL: "debug",
      AETHER_OBSERVABILITY_LOG_LEVEL: "warn",
    };
    const loaded = load(yaml, env);
    expect(loaded.ok && loaded.config).toEqual({
      ...defaultConfig(),
      engine: {
        ...defaultConfig().engine,
        max_speed: 8.5,
        seed: 9,
        kernel: "js",
        world_bounds: { min_x: -5, min_y: -1000, max_x: 1000, max_y: 100 },
      },
      gateway: { ...defaultConfig().gateway, enable_compression: false },
      observability: { ...defaultConfig().observability, log_level: "debug" },
    });
  });

  test("every setting can be given by the environment", () => {
    const values = new Map<string, string>();
    for (const [key] of SETTINGS) values.set(key, String(valueAt(defaultConfig(), key)));
    const env = Object.fromEntries([...values].map(([key, text]) => [environmentName(key), text]));
    expect(load("", env)).toEqual({ ok: true, config: defaultConfig(), source: "config.yaml" });
  });

  test("variables of other programs and of Kubernetes are left alone", () => {
    const env = {
      AETHER_HOME: "/srv",
      PATH: "/bin",
      AETHER_GATEWAY_PORT: "tcp://10.0.0.1:8080",
      AETHER_GATEWAY_PORT_8080_TCP_ADDR: "10.0.0.1",
      AETHER_GATEWAY_SERVICE_HOST: "10.0.0.1",
      AETHER_GATEWAY_SERVICE_PORT_HTTP: "8080",
    };
    expect(sentences("", env)).toEqual([]);
  });
});

describe("H51 faults", () => {
  test("all of them come at once, each with key, value, source and remedy", () => {
    const yaml = [
      "engine:",
      "  max_sped: 4",
      "  tick_rate_ms: 3",
      '  max_entities: "25"',
      "  seed:",
      "gateway: 5",
      "aoi_radius: 4",
      "observability:",
      "  admin_addr: 0.0.0.0:99999",
    ].join("\n");
    const env = { AETHER_ENGINE_KERNEL: "rust", AETHER_ENGINE_FOO: "1", AETHER_ENGIN_SEED: "2" };
    expect(sentences(yaml, env)).toEqual([
      "engine.max_sped is 4 (config.yaml line 2): " +
        "there is no such setting, write engine.max_speed.",
      "gateway is 5 (config.yaml line 6): write its settings below it.",
      "aoi_radius is 4 (config.yaml line 7): there is no such setting, write engine.aoi_radius.",
      'AETHER_ENGINE_FOO is "1" (environment AETHER_ENGINE_FOO): ' +
        "there is no such setting, unset it.",
      'AETHER_ENGIN_SEED is "2" (environment AETHER_ENGIN_SEED): ' +
        "there is no such setting, set AETHER_ENGINE_SEED.",
      "engine.tick_rate_ms is 3 (config.yaml line 3): " +
        "write a whole number from 10 to 1000, in milliseconds per tick.",
      'engine.max_entities is "25" (config.yaml line 4): ' +
        "write a whole number from 1 to 65535, in entities.",
      'engine.kernel is "rust" (environment AETHER_ENGINE_KERNEL): write one of wasm, js.',
      "engine.seed is empty (config.yaml line 5): " +
        "write a whole number from 0 to 4294967295, any will do.",
      'observability.admin_addr is "0.0.0.0:99999" (config.yaml line 9): ' +
        'write an address with a port from 0 to 65535, such as "127.0.0.1:9091".',
    ]);
  });

  test("H43 a secret is not shown, neither of a wrong URL nor under a wrong name", () => {
    const said = sentences("", {
      AETHER_PERSISTENCE_PASSWORD: "hunter2",
      AETHER_PERSISTENCE_URL: "mysql://u:hun ter@2@host/db",
      AETHER_PRESENCE_REDIS_URL: "http://u:hunt@er2@host",
    });
    expect(said).toHaveLength(3);
    expect(said[0]).toMatch(
      /^AETHER_PERSISTENCE_PASSWORD is \(not shown\) \(environment .*\): there is no/,
    );
    expect(said[1]).toContain('"mysql://u:…@host/db"');
    expect(said[2]).toContain('"http://u:…@host"');
  });

  test("a URL that cannot be opened is found before anything is started", () => {
    const wrong = ["sqlite://x", "postgres:foo", "sqlite:"];
    for (const url of wrong) {
      expect(sentences("", { AETHER_PERSISTENCE_URL: url }), url).toHaveLength(1);
    }
    for (const url of ["redis://h/abc", "redis://h?x=1", "redis://u:%zz@h"]) {
      expect(sentences("", { AETHER_PRESENCE_REDIS_URL: url }), url).toHaveLength(1);
    }
  });

  test.each([
    ["engine:\n\tseed: 1\n", "config.yaml line 2: Tabs are not allowed as indentation"],
    ["engine: {seed: 1}\nengine: {seed: 2}\n", "config.yaml line 2: Map keys must be unique"],
    ["engine:\n  seed: [1,\n", "config.yaml line 3: Flow sequence"],
    ["engine: !!js/function x\n", "config.yaml line 1: Unresolved tag"],
    ["--- 1\n--- 2\n", "config.yaml line 2: Source contains multiple documents"],
    ["just words\n", "config.yaml line 1: this is no group"],
    ["- engine\n", "config.yaml line 1: this is no group"],
    ["? [1]\n: 2\n", "config.yaml line 1: a list is no name"],
    ["engine:\n  seed: *other\n", 'engine.seed is "*other" (config.yaml line 2)'],
    ["engine:\n  seed: .nan\n", "engine.seed is NaN (config.yaml line 2)"],
    ["engine:\n  max_speed: .inf\n", "engine.max_speed is Infinity (config.yaml line 2)"],
    ["engine:\n  kernel: {a: 1}\n", "engine.kernel is a group of settings (config.yaml line 2)"],
    ["__proto__:\n  polluted: 1\n", "__proto__ is a group of settings (config.yaml line 1)"],
    ["constructor: 1\n", "constructor is 1 (config.yaml line 1)"],
    ['engine:\n  kernel: "\\e[2J\\nx"\n', 'engine.kernel is "\\u{1b}[2J\\u{a}x"'],
  ])("%j is answered in words", (yaml, start) => {
    expect(sentences(yaml).some((sentence) => sentence.startsWith(start))).toBe(true);
    expect("polluted" in {}).toBe(false);
  });

  test.each([
    ["the transport aborts on 1 to 7 seconds", "gateway: {idle_timeout_s: 7}"],
    ["the transport aborts above 960 seconds", "gateway: {idle_timeout_s: 961}"],
    ["bounds too far out", "engine: {world_bounds: {max_x: 1000001}}"],
    ["bounds in the wrong order", "engine: {world_bounds: {min_x: 5, max_x: 4}}"],
    ["bounds closer than a unit", "engine: {world_bounds: {min_y: 999.5}}"],
    ["sight too wide for the wire", "engine: {aoi_radius: 349.1}"],
    ["sight too wide by its hysteresis", "engine: {aoi_hysteresis: 1, aoi_radius: 192}"],
    ["too many pairs", "engine: {max_entities: 8193, max_visible: 1024}"],
    ["brute force in a world too wide", "engine: {index: brute, world_bounds: {max_x: 1048}}"],
    ["and in one too high", "engine: {index: brute, world_bounds: {min_y: -1048}}"],
    ["a burst no tick can hold", "engine: {max_speed: 17, move_burst_ticks: 64}"],
    ["a window smaller than two ticks", "gateway: {window_bytes: 4351}"],
    ["and for the fewest frames", "gateway: {window_bytes: 1279, frames_per_tick: 1}"],
    ["and for the most frames", "gateway: {window_bytes: 8447, frames_per_tick: 8}"],
    [
      "too few messages for short ticks",
      "engine: {tick_rate_ms: 10}\ngateway: {messages_per_second: 199}",
    ],
    ["two servers on one port", 'observability: {admin_addr: "127.0.0.1:8080"}'],
    ["and on every interface", 'gateway: {bind_addr: ":9091"}'],
    ["a certificate without its key", "gateway: {tls_cert_file: a.pem}"],
    ["an origin with a path", 'gateway: {allowed_origins: ["https://a.example/"]}'],
    ["any origin at all", 'gateway: {allowed_origins: ["*"]}'],
    ["an origin with a wildcard", 'gateway: {allowed_origins: ["https://*.example"]}'],
    ["a list with something else in it", "gateway: {allowed_origins: [5]}"],
    ["a text for a list", 'gateway: {trusted_proxies: "10.0.0.0/8"}'],
    ["a prefix too long", 'gateway: {trusted_proxies: ["10.0.0.0/33"]}'],
    ["tokens that nothing verifies", "auth: {mode: jwt}"],
    ["keys that nobody uses", "auth: {jwks_file: keys.json}"],
    ["two ways to verify", `auth: {mode: jwt, jwks_file: k, secret: ${"s".repeat(32)}}`],
    ["H42 a secret too short", `auth: {mode: jwt, secret: ${"s".repeat(31)}}`],
    ["a limit for accounts that nobody has", "auth: {max_sessions_per_account: 1}"],
    ["H47 an admin token too short", `observability: {admin_token: ${"s".repeat(31)}}`],
    ["H47 an admin token with a blank", `observability: {admin_token: "${"s ".repeat(20)}"}`],
    ["H47 the admin server for all, without a token", 'observability: {admin_addr: ":9091"}'],
  ])("refused: %s", (_, yaml) => {
    expect(sentences(yaml)).toHaveLength(1);
  });

  test.each([
    "gateway: {idle_timeout_s: 0}",
    "gateway: {idle_timeout_s: 8}",
    "gateway: {idle_timeout_s: 960}",
    "gateway: {window_bytes: 4352}",
    "gateway: {window_bytes: 1280, frames_per_tick: 1}",
    "gateway: {window_bytes: 8448, frames_per_tick: 8}",
    "engine: {tick_rate_ms: 10}",
    "engine: {tick_rate_ms: 1000}\ngateway: {messages_per_second: 2}",
    "engine: {index: brute, world_bounds: {max_x: 1047, min_y: -1047}}",
    "engine: {aoi_radius: 349}",
    "engine: {max_entities: 8192, max_visible: 1024}",
    "engine: {max_speed: 16, move_burst_ticks: 64}",
    "gateway: {tls_cert_file: a.pem, tls_key_file: b.pem}",
    'gateway: {allowed_origins: ["https://a.example", "capacitor://localhost", "null"]}',
    'gateway: {trusted_proxies: ["10.0.0.0/8", "::1", "fd00::/8", "192.0.2.7"]}',
    `auth: {mode: jwt, secret: "${"ü".repeat(16)}"}`,
    "auth: {mode: jwt, secret_file: a, issuer: b, audience: c, max_sessions_per_account: 2}",
    `observability: {admin_addr: ":9091", admin_token: ${"s".repeat(32)}}`,
    "observability: {admin_addr: ':9091', admin_token_file: token}",
    'gateway: {bind_addr: "127.0.0.1:0"}\nobservability: {admin_addr: "127.0.0.1:0"}',
  ])("allowed: %s", (yaml) => {
    expect(sentences(yaml)).toEqual([]);
  });

  test("H43 no fault shows what is or may be a secret", () => {
    const secret = "hunter2-hunter2";
    const yaml = [
      `auth: {secret: ${secret}, sceret: ${secret}, mode: none}`,
      `observability: {admin_token: "${secret} x", admin_tokn: ${secret}}`,
      `auth_secret: ${secret}`,
    ].join("\n");
    const env = {
      AETHER_AUTH_SECRT: secret,
      AETHER_OBSERVABILITY_ADMIN_TOKN: secret,
      AETHER_OBSERVABILITY_ADMIN_TOKEN_FILE: "token.txt",
    };
    const said = [
      ...sentences(yaml, env),
      ...sentences(`auth: ${secret}`),
      ...sentences(`auth: {secret: *${secret}}`),
      ...sentences(`auth: {mode: none, secret: ${secret.repeat(3)}}`),
      ...sentences("", { AETHER_AUTH_SECRET: secret }),
      ...sentences("", { AETHER_AUTH_SECRET: secret.repeat(3) }),
    ];
    expect(said).toHaveLength(12);
    expect(said.join("\n")).not.toContain("hunter2");
    expect(said).toContain(
      "auth.secret is (not shown) (environment AETHER_AUTH_SECRET): write at least 32 random " +
        "bytes, better in AETHER_AUTH_SECRET than in this file.",
    );
  });

  test("lists come from the environment with commas", () => {
    const env = { AETHER_GATEWAY_ALLOWED_ORIGINS: "https://a.example, null ,," };
    expect(load("", env)).toMatchObject({
      config: { gateway: { allowed_origins: ["https://a.example", "null"] } },
    });
    expect(sentences("", { AETHER_GATEWAY_ALLOWED_ORIGINS: "a,b" })[0]).toMatch(
      /^gateway\.allowed_origins is \["a", "b"\] \(environment /,
    );
  });

  test("a fault between settings names both, and is not guessed where one is refused", () => {
    const bounds = (max: string) => `engine: {world_bounds: {min_x: 2000, max_x: ${max}}}`;
    expect(sentences(bounds("1000"))).toEqual([
      "engine.world_bounds.min_x is 2000 (config.yaml line 1) and engine.world_bounds.max_x " +
        "is 1000 (config.yaml line 1): make max_x at least 1 unit larger than min_x.",
    ]);
    expect(sentences("gateway: {window_bytes: 4096}")).toEqual([
      "gateway.frames_per_tick is 4 (default) and gateway.window_bytes is 4096 (config.yaml " +
        "line 1): make window_bytes at least 2 * (512 * frames_per_tick + 128), which is room " +
        "for two ticks.",
    ]);
    expect(sentences("engine: {world_bounds: {min_x: 2000}}")[0]).toContain("is 1000 (default)");
    expect(sentences(bounds("wide"))).toHaveLength(1);
  });

  test("random files and environments give a configuration or sentences, never a throw", () => {
    const keys = [...SETTINGS.keys()];
    const leaf = fc.oneof(
      fc.constantFrom(null, true, 0, -1, 5, 1e9, NaN, Infinity, "", "wasm", ":8080", "-", "\t"),
      fc.string({ unit: "binary" }),
      fc.double(),
      fc.constant([]),
    );
    const name = fc.oneof(
      fc.constantFrom(...keys.flatMap((key) => key.split("."))),
      fc.constantFrom("__proto__", "constructor", "toString", ""),
      fc.string(),
    );
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof({ depthSize: "small" }, leaf, fc.dictionary(name, tie("node"))),
    })).node;
    const yaml = fc.oneof(tree.map(toYaml), fc.string({ unit: "binary" }), scramble());
    const variable = fc.oneof(
      fc.constantFrom(...keys.map(environmentName), "LOG_LEVEL", "AETHER_ENGINE_"),
      fc.string().map((end) => `AETHER_GATEWAY_${end}`),
    );
    const env = fc.dictionary(variable, fc.oneof(fc.string(), fc.double().map(String)));
    fc.assert(
      fc.property(yaml, env, (text, variables) => {
        const loaded = load(text, variables);
        if (loaded.ok) {
          expect(configSchema.parse(loaded.config)).toEqual(loaded.config);
          return;
        }
        expect(loaded.faults.length).toBeGreaterThan(0);
        for (const { sentence } of loaded.faults) {
          expect(sentence).not.toMatch(/[\p{Cc}]|\[object|undefined| at .*\.[jt]s:\d/u);
          expect(sentence).toMatch(/\.$/);
        }
      }),
      { numRuns: 600 },
    );
  });
});

describe("the file itself", () => {
  const folder = mkdtempSync(join(tmpdir(), "aether-config-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function loadFile(file: string | undefined): Loaded {
    return loadConfig({ cwd: folder, file, env: {} });
  }

  test("an application wins over the file, the environment over it, a program over all", () => {
    const file = join(folder, "application.yaml");
    writeFileSync(file, "engine: { max_entities: 10, seed: 2, max_speed: 3, aoi_radius: 4 }\n");
    const wanted = { "engine.max_entities": 20, "engine.seed": 3, "engine.max_speed": 4 };
    const loaded = loadConfig({
      ...{ cwd: folder, file, application: { name: "town", settings: wanted } },
      env: { AETHER_ENGINE_SEED: "4", AETHER_ENGINE_MAX_SPEED: "5" },
      settings: { "engine.max_speed": 6 },
    });
    expect(loaded.ok && loaded.config.engine).toMatchObject({
      ...{ max_entities: 20, seed: 4, max_speed: 6, aoi_radius: 4 },
    });
    const settings = { "engine.seed": -1, "engine.weather": "fair" };
    const wrong = loadConfig({ cwd: folder, env: {}, application: { name: "town", settings } });
    expect(wrong.ok ? [] : wrong.faults.map(({ sentence }) => sentence)).toEqual([
      expect.stringMatching(/^engine.weather .*the application town.*there is no such setting/),
      expect.stringMatching(/^engine.seed is -1 \(the application town\): write a whole/),
    ]);
  });

  test("H51 a named file must be there, be a file, be text and be small", () => {
    mkdirSync(join(folder, "directory"));
    writeFileSync(join(folder, "binary"), Uint8Array.of(0x65, 0xff, 0xfe));
    writeFileSync(join(folder, "large"), "#".repeat(300_000));
    const problems = {
      missing: "missing: there is no such file; create it or correct its name.",
      directory: "directory: this is not a file; name a YAML file.",
      binary: "binary: this file is not UTF-8 text; name or save it as such.",
      large: "large: this file is over 256 KiB; name a YAML file of settings.",
      "bad\0name": "bad\\u{0}name: it cannot be read (ERR_INVALID_ARG_VALUE)",
    };
    for (const [file, sentence] of Object.entries(problems)) {
      const loaded = loadFile(file);
      expect(loaded.ok ? "" : describeFaults(loaded.faults)).toContain(sentence);
    }
  });

  test("config.yaml of the directory is read when no file is named, and only then", () => {
    expect(loadFile(undefined)).toMatchObject({ ok: true, source: "the built-in defaults" });
    writeFileSync(join(folder, "config.yaml"), "engine: {seed: 5}\n");
    writeFileSync(join(folder, "other.yaml"), "engine: {max_speed: 6}\n");
    expect(loadFile(undefined)).toMatchObject({ config: { engine: { seed: 5, max_speed: 5 } } });
    expect(loadFile("other.yaml")).toMatchObject({ config: { engine: { seed: 1, max_speed: 6 } } });
  });
});

function valueAt(tree: unknown, key: string): unknown {
  return key.split(".").reduce<unknown>((node, word) => {
    return typeof node === "object" && node !== null ? Reflect.get(node, word) : undefined;
  }, tree);
}

function toYaml(value: unknown): string {
  return stringify(value);
}

/** A valid file with a few characters replaced. */
function scramble(): fc.Arbitrary<string> {
  const valid = stringify(defaultConfig());
  const edit = fc.tuple(fc.nat(valid.length), fc.string({ maxLength: 3 }));
  return fc.array(edit, { maxLength: 4 }).map((edits) =>
    edits.reduce((text, [at, letters]) => {
      return text.slice(0, at) + letters + text.slice(at + letters.length);
    }, valid),
  );
}
