// Presence in a Redis behind TLS, as hosted ones are: rediss:// checks the server's certificate.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";

import { afterAll, beforeAll, expect, test } from "vitest";

import { openPresence } from "../../src/persistence/presence/open.ts";
import type { Presence } from "../../src/persistence/presence/presence.ts";
import { playing } from "../presence-suite.ts";
import { freePort } from "./ports.ts";
import { PrivateRedis } from "./redis.ts";

const folder = mkdtempSync(join(tmpdir(), "aether-tls-"));
const certificate = join(folder, "certificate.pem");
const key = join(folder, "key.pem");
const trusted = getCACertificates("default");
const opened: Presence[] = [];
let redis: PrivateRedis | null = null;
let url = "";

beforeAll(async () => {
  const names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=aether", "-addext"],
      names,
    ],
    { stdio: "pipe" },
  );
  const port = await freePort();
  redis = new PrivateRedis({
    argv: [
      ...["--tls-port", String(port), "--tls-cert-file", certificate, "--tls-key-file", key],
      ...["--tls-ca-cert-file", certificate, "--tls-auth-clients", "no"],
    ],
  });
  await redis.start();
  url = `127.0.0.1:${String(port)}`;
});

afterAll(async () => {
  setDefaultCACertificates(trusted);
  for (const presence of opened) await presence.close();
  await redis?.stop();
  rmSync(folder, { recursive: true });
});

async function open(redisUrl: string): Promise<Presence> {
  const presence = await openPresence(
    redisUrl,
    { world: "world", server: "server", ttlMs: 6000 },
    { now: () => performance.now(), random: () => Math.random() },
  );
  opened.push(presence);
  return presence;
}

test("a certificate that nobody vouches for is a fault in words", async () => {
  const presence = await open(`rediss://${url}`);
  expect(presence.fault).toContain(`${url} (TLS) is not connected (self-signed certificate`);
  expect(await presence.beat(Date.now())).toBe(false);
});

test("with a certificate that is trusted, by address and by name", async () => {
  setDefaultCACertificates([...trusted, readFileSync(certificate, "utf8")]);
  for (const host of [url, url.replace("127.0.0.1", "localhost")]) {
    const presence = await open(`rediss://${host}`);
    presence.put(playing("a"));
    expect(presence.fault).toBeNull();
    expect(await presence.beat(Date.now())).toBe(true);
  }
});
