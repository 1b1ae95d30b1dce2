// The shipped alerts in a real Prometheus that scrapes real servers every second, as shipped and
// with nothing shortened: what goes wrong fires the alert that is about it, and no other's, within
// 15 scrapes, and the dashboard shows it.
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { Session } from "../../src/client/session.ts";
import { PHASES } from "../../src/observability/catalogue/tick.ts";
import { Certificates, hasOpenssl } from "../certificates.ts";
import { filledIn, panels } from "../monitoring.ts";
import type { Listening } from "./delayed-server.ts";
import { PrivatePostgres } from "./postgres.ts";
import { PrivatePrometheus } from "./prometheus.ts";
import type { Sample } from "./prometheus.ts";
import { PrivateRedis } from "./redis.ts";
import { ServerProcess } from "./server-process.ts";

const PROGRAM = fileURLToPath(new URL("./delayed-server.ts", import.meta.url));
/** Above 40 % and 60 % of a tick, and below all of it. */
const DELAY_MS = 20;
/** After this long a wait has failed; nothing waits so long when all is well. */
const PATIENCE = { timeout: 150_000, interval: 200 };
/** What is promised, in scrapes of a second. */
const SCRAPES_MAX = 15;
/** Scrapes that a rate over 10 s needs to be whole. */
const HISTORY = 11;

vi.setConfig({ testTimeout: PATIENCE.timeout + 30_000 });

const folder = mkdtempSync(join(tmpdir(), "aether-alerts-"));
const tokenFile = join(folder, "admin-token");
const redis = new PrivateRedis();
const postgres = new PrivatePostgres({ settings: { fsync: "off" } });
const prometheus = new PrivatePrometheus();
const certificates = new Certificates();
const clients: Session[] = [];
let main: ServerProcess | null = null;

interface Delayed {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly instance: string;
}
/** One for each phase, by its name. */
const delayed = new Map<string, Delayed>();
let instance = "";

function env(own: Readonly<Record<string, string>>): Record<string, string> {
  return {
    AETHER_GATEWAY_BIND_ADDR: "127.0.0.1:0",
    AETHER_OBSERVABILITY_ADMIN_ADDR: "127.0.0.1:0",
    AETHER_OBSERVABILITY_ADMIN_TOKEN_FILE: tokenFile,
    ...own,
  };
}

async function startDelayed(phase: string): Promise<void> {
  const url = `sqlite:${join(folder, `${phase}.db`)}`;
  // One of them serves a certificate, which ends in two days.
  const tls = hasOpenssl && phase === PHASES[0] ? certificates.make(phase) : { cert: "", key: "" };
  const child = spawn(process.execPath, [PROGRAM], {
    env: env({
      AETHER_PERSISTENCE_URL: url,
      AETHER_GATEWAY_TLS_CERT_FILE: tls.cert,
      AETHER_GATEWAY_TLS_KEY_FILE: tls.key,
    }),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { adminPort } = JSON.parse(line) as Listening;
  delayed.set(phase, { child, instance: `127.0.0.1:${adminPort}` });
}

beforeAll(async () => {
  writeFileSync(tokenFile, "a-token-of-the-tests-and-of-nobody-else", { mode: 0o600 });
  await Promise.all([redis.start(), postgres.start()]);
  main = new ServerProcess({
    env: env({ AETHER_PERSISTENCE_URL: postgres.url, AETHER_PRESENCE_REDIS_URL: redis.url }),
  });
  const { url, metrics } = await main.listening();
  instance = new URL(metrics).host;
  await Promise.all(PHASES.map(startDelayed));
  for (let i = 0; i < 3; i++) {
    const client = new Session({ url, spawn: {}, handlers: { tick: (me) => me.move(1, 0) } });
    client.connect();
    clients.push(client);
  }
  const targets = [instance, ...[...delayed.values()].map((each) => each.instance)];
  await prometheus.start(targets, tokenFile);
}, 180_000);

afterAll(async () => {
  for (const client of clients) client.close();
  for (const { child } of delayed.values()) child.kill("SIGKILL");
  await prometheus.stop();
  await main?.destroy();
  await Promise.all([redis.stop(), postgres.stop()]);
  certificates.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** What fires for an instance: names, with the phase where there is one. */
async function firing(of: string): Promise<string[]> {
  const all = await prometheus.alerts();
  return all
    .filter(({ labels, state }) => labels["instance"] === of && state === "firing")
    .map(({ labels: { alertname = "", phase } }) =>
      phase === undefined ? alertname : `${alertname} ${phase}`,
    );
}

/** How many scrapes Prometheus made between a moment and an alert's first firing. */
async function scrapesUntil(alert: string, of: string, sinceS: number): Promise<number> {
  const fired = `ALERTS{alertname="${alert}", alertstate="firing", instance="${of}"}`;
  let untilS = NaN;
  // A rule's own series are there a moment after its alert.
  const find = async (): Promise<number> => {
    const [first] = await prometheus.query(`min_over_time(timestamp(${fired})[5m:1s])`);
    return (untilS = Number(first?.value[1]));
  };
  await expect.poll(find, PATIENCE).toBeGreaterThan(sinceS);
  const seconds = Math.ceil(untilS - sinceS);
  const [scrapes] = await prometheus.query(
    `count_over_time(up{instance="${of}"}[${seconds}s])`,
    untilS,
  );
  console.log(`${alert} fired after ${(untilS - sinceS).toFixed(1)} s`);
  return Number(scrapes?.value[1]);
}

function panel(title: string): string {
  return panels().find((each) => each.title === title)?.targets[0]?.expr ?? "";
}

const nowS = (): number => Date.now() / 1000;

test("every server is reached by its token; nothing fires but a certificate", async () => {
  const all = [instance, ...[...delayed.values()].map((each) => each.instance)];
  const scraped = async (): Promise<number> =>
    (await prometheus.query(`count_over_time(up[1m]) >= ${HISTORY}`)).length;
  await expect.poll(scraped, PATIENCE).toBe(all.length);
  const targets = await prometheus.targets();
  expect(targets.map(({ health, lastError }) => [health, lastError])).toEqual(
    targets.map(() => ["up", ""]),
  );
  const ends = hasOpenssl ? ["AetherCertificateEnds"] : [];
  const allowed = new Map([[delayed.get(PHASES[0])?.instance, ends]]);
  for (const of of all) expect(await firing(of), of).toEqual(allowed.get(of) ?? []);
  expect((await fetch(`http://${instance}/metrics`)).status).toBe(401);
});

test("every expression of the dashboard finds something to show", async () => {
  // What is only there when something is wrong, or with TLS.
  const mayBeEmpty = ({ title, expr }: { title: string; expr: string }): boolean =>
    expr.startsWith("ALERTS") || expr.endsWith("> 0") || title === "Certificate";
  const all = panels().flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({ title, expr: filledIn(expr, instance, "5s") })),
  );
  const found = await Promise.all(all.map(({ expr }) => prometheus.query(expr)));
  const empty = all.filter((each, i) => found[i]?.length === 0 && !mayBeEmpty(each));
  expect(empty).toEqual([]);
  expect(all.length).toBeGreaterThan(80);
});

describe("what goes wrong", () => {
  const STORES = ["AetherPresenceFailing", "AetherStoreBehind"];
  const stores = async (): Promise<string[]> =>
    (await firing(instance)).filter((name) => STORES.includes(name)).sort();
  let since = 0;

  // All of it at once, since each is another server's: an alert takes its time.
  beforeAll(async () => {
    since = nowS();
    for (const [phase, { child }] of delayed) child.stdin.write(`${phase} ${DELAY_MS}\n`);
    postgres.freeze();
    await redis.kill();
  });

  test.each(PHASES)("a delay in %s moves its panel, and fires what names it", async (phase) => {
    const { instance: of } = delayed.get(phase)!;
    const wanted = ["AetherTickSlow", `AetherPhaseSlow ${phase}`];
    await expect.poll(() => firing(of), PATIENCE).toEqual(expect.arrayContaining(wanted));
    const phases = (await firing(of)).filter((name) => name.startsWith("AetherPhaseSlow"));
    expect(phases).toEqual([`AetherPhaseSlow ${phase}`]);
    for (const alert of ["AetherTickSlow", "AetherPhaseSlow"]) {
      expect(await scrapesUntil(alert, of, since), alert).toBeLessThanOrEqual(SCRAPES_MAX);
    }
    const shown = await prometheus.query(filledIn(panel("A tick, by phase"), of, "5s"));
    expect(shown.map(({ metric }) => metric["phase"]).sort()).toEqual([...PHASES].sort());
    expect(highest(shown).metric["phase"]).toBe(phase);
    expect(Number(highest(shown).value[1])).toBeGreaterThan(DELAY_MS / 1000);
  });

  test("a store and a Redis that are away fire what is about them", async () => {
    await expect.poll(stores, PATIENCE).toEqual(STORES);
    const scrapes = await scrapesUntil("AetherStoreBehind", instance, since);
    expect(scrapes).toBeLessThanOrEqual(SCRAPES_MAX);
    const [age] = await prometheus.query(filledIn(panel("Not durable for"), instance, "5s"));
    expect(Number(age?.value[1])).toBeGreaterThan(5);
  });

  test("and is quiet when it is over; the server without delay had no slow phase", async () => {
    for (const [phase, { child }] of delayed) child.stdin.write(`${phase} 0\n`);
    postgres.thaw();
    await redis.restart();
    const slow = async (): Promise<string[]> => {
      const all = await Promise.all([...delayed.values()].map((each) => firing(each.instance)));
      return all.flat().filter((name) => /TickSlow|PhaseSlow/.test(name));
    };
    await expect.poll(slow, PATIENCE).toEqual([]);
    await expect.poll(stores, PATIENCE).toEqual([]);
    const ever = `count_over_time(ALERTS{alertname="AetherPhaseSlow", instance="${instance}"}[5m])`;
    expect(await prometheus.query(ever)).toEqual([]);
  });
});

function highest(samples: readonly Sample[]): Sample {
  const [first] = [...samples].sort((a, b) => Number(b.value[1]) - Number(a.value[1]));
  if (first === undefined) throw new Error("the panel shows nothing");
  return first;
}

test("a server that is gone, and one that stands still, fire as such", async () => {
  const since = nowS();
  const still = delayed.get("kernel")!;
  still.child.stdin.write("kernel 600000\n"); // a tick that does not end
  main?.signal("SIGKILL");
  await expect.poll(() => firing(instance), PATIENCE).toContain("AetherDown");
  await expect.poll(() => firing(still.instance), PATIENCE).toContain("AetherTickStopped");
  expect(await scrapesUntil("AetherDown", instance, since)).toBeLessThanOrEqual(SCRAPES_MAX);
  expect(await scrapesUntil("AetherTickStopped", still.instance, since)).toBeLessThanOrEqual(
    SCRAPES_MAX,
  );
});
