// TLS: served, renewed while clients are connected, and refused in words.
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { chmodSync, statSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { TLSSocket } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TestContext } from "vitest";
import { openCredentials, watchCertificate } from "../src/cli/credentials.ts";
import { defaultConfig } from "../src/config/schema.ts";
import type { Log } from "../src/observability/log.ts";
import { Certificates, hasOpenssl, textOf } from "./certificates.ts";
import type { Pair } from "./certificates.ts";
import type { Guest } from "./guest.ts";
import { House } from "./house.ts";
import type { HouseOptions } from "./house.ts";
import { RawSocket } from "./raw-socket.ts";
import { pause, until } from "./until.ts";

const WATCH_MS = 10;

let certificates: Certificates;
let house: House | null = null;
let lines: { level: string; fields: object; message: string }[] = [];

beforeEach((context: TestContext) => {
  if (!hasOpenssl) context.skip("openssl is not installed");
  certificates = new Certificates();
});
afterEach(() => {
  house?.stop();
  house = null;
  lines = [];
  certificates.remove();
});

function log(): Log {
  const write = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  const [trace, debug, info] = [write("trace"), write("debug"), write("info")];
  const [warn, error, fatal] = [write("warn"), write("error"), write("fatal")];
  return { trace, debug, info, warn, error, fatal, child: () => log() };
}

/** A server that serves `pair` from where it looks. */
async function open(pair: Pair, { uws = {}, ...options }: HouseOptions = {}): Promise<House> {
  certificates.serve(pair);
  house = await House.start({ ...options, uws: { ...uws, tls: certificates.served } });
  return house;
}

function serialOf(guest: { readonly raw: RawSocket }): string {
  if (!(guest.raw.socket instanceof TLSSocket)) throw new Error("it is not encrypted");
  return guest.raw.socket.getPeerCertificate().serialNumber;
}

async function visit(open: House, pair: Pair): Promise<Guest> {
  const guest = await open.connect({}, { ca: textOf(pair.cert) });
  guest.hello();
  guest.spawn(0, 0);
  await guest.sync();
  await open.turn();
  return guest;
}

test("a client plays over TLS; one that speaks plainly is not answered", async () => {
  const pair = certificates.make("a");
  const server = await open(pair);
  const guest = await visit(server, pair);
  await server.turn(3);
  expect([guest.entity > 0, guest.updates.length > 0]).toEqual([true, true]);
  const plain = await RawSocket.open(server.port);
  expect([plain.status, plain.ended]).toEqual([0, true]);
  const stranger = await RawSocket.open(server.port, { ca: textOf(certificates.make("b").cert) });
  expect(stranger.status).toBe(0);
});

test("H21 plain requests over TLS: only a GET keeps its connection", async () => {
  const pair = certificates.make("a");
  const { port } = await open(pair);
  const ca = textOf(pair.cert);
  const asked = (method: string) => RawSocket.open(port, { ca, method, lines: [] });
  const [get, post] = [await asked("GET"), await asked("POST")];
  expect([get.status, post.status]).toEqual([404, 405]);
  await until(() => post.ended, "the end of a connection");
  expect(get.ended).toBe(false);
  const head = request({ host: "127.0.0.1", port, ca, method: "HEAD", agent: false }).end();
  const [answer] = (await once(head, "response")) as [IncomingMessage];
  expect(answer).toMatchObject({ statusCode: 404, headers: { connection: "close" } });
});

test("a new certificate is for connections to come, and ends none", async () => {
  const [first, second] = [certificates.make("a"), certificates.make("b")];
  const server = await open(first);
  const old = await visit(server, first);
  for (let round = 0; round < 3; round++) {
    const pair = round % 2 === 0 ? second : first;
    certificates.serve(pair);
    server.uws.renewCertificate();
    const fresh = await visit(server, pair);
    expect(serialOf(fresh) === serialOf(old)).toBe(pair === first);
    const sequence = old.move(0.5, 0);
    await server.turn(3);
    expect(old.gone).toBe(false);
    expect(old.ackSequence).toBe(sequence);
    expect([old.replica.size, old.replicaFaults]).toEqual([round + 1, 0]);
  }
  expect(server.faults).toEqual([]);
});

test("H22 who is over its share is cut before its TLS handshake; others are not", async () => {
  const pair = certificates.make("a");
  const server = await open(pair, {
    gateway: { exemptsLoopback: false, maxTlsPerTick: 8, maxTlsPerAddress: 4 },
    uws: { trustedProxies: ["127.0.0.3"] },
  });
  const ca = textOf(pair.cert);
  /** @returns how many came through both handshakes, and how many were cut before the first */
  const storm = async (many: number, from: string): Promise<number[]> => {
    const dials = Array.from({ length: many }, () => RawSocket.open(server.port, { ca, from }));
    const all = await Promise.all(dials);
    const shaken = all.filter(({ socket }) => (socket as TLSSocket).authorized);
    expect(shaken.map(({ status }) => status)).toEqual(shaken.map(() => 101));
    return [shaken.length, all.filter(({ status }) => status === 0).length];
  };
  const { counters } = server.gateway;
  server.tick();
  expect(await storm(12, "127.0.0.1")).toEqual([4, 8]);
  expect(await storm(2, "127.0.0.2")).toEqual([2, 0]);
  // A trusted proxy's are of many clients: of them only the sum of all is limited.
  expect(await storm(4, "127.0.0.3")).toEqual([2, 2]);
  expect(counters.refusedTls).toBe(10);
  server.tick();
  expect(await storm(6, "127.0.0.3")).toEqual([6, 0]);
  server.tick();
  expect(await storm(1, "127.0.0.1")).toEqual([1, 0]);
  expect([counters.refusedTls, server.faults]).toEqual([10, []]);
});

test("H33 a throw before the handshake is told, and the client is served", async () => {
  const pair = certificates.make("a");
  const server = await open(pair);
  server.gateway.arrives = () => {
    throw new Error("injected");
  };
  expect((await visit(server, pair)).entity).toBeGreaterThan(0);
  expect(server.faults.map(({ where }) => where)).toEqual(["arrival"]);
});

test("a bad one changes nothing", async () => {
  const pair = certificates.make("a");
  const server = await open(pair);
  const other = certificates.make("b");
  for (const bad of [
    { ...pair, key: other.key },
    { ...pair, cert: pair.key },
  ]) {
    certificates.serve(bad);
    expect(() => server.uws.renewCertificate()).toThrow("App construction failed");
    expect((await visit(server, pair)).entity).toBeGreaterThan(0);
  }
});

test("its port is nobody else's, before and after it was renewed", async () => {
  const pair = certificates.make("a");
  const server = await open(pair);
  const { port } = server;
  const again = (tls: Pair | null): Promise<unknown> =>
    House.start({ uws: { tls }, port }).catch((error: unknown) => error);
  for (let round = 0; round < 2; round++) {
    for (const tls of [null, certificates.served])
      expect(await again(tls)).toMatchObject({
        message: expect.stringContaining("is taken") as unknown,
      });
    server.uws.renewCertificate();
  }
  server.uws.stopListening();
  server.uws.renewCertificate();
  await expect(RawSocket.open(port, { ca: textOf(pair.cert) })).resolves.toMatchObject({
    status: 0,
    ended: true,
  });
});

test("files that change are taken, or refused in the log", async () => {
  const [first, second] = [certificates.make("a"), certificates.make("b")];
  const server = await open(first);
  const renew = (): void => server.uws.renewCertificate();
  const tls = { ...certificates.served, endsMs: 0 };
  watchCertificate(tls, log(), renew, WATCH_MS);
  const before = await visit(server, first);

  // One file at a time, as people copy them.
  writeFileSync(certificates.served.cert, textOf(second.cert));
  await pause();
  writeFileSync(certificates.served.key, textOf(second.key));
  const told = (level: string): number => lines.filter((line) => line.level === level).length;
  await until(() => told("info") > 0, "a new certificate");
  expect(serialOf(await visit(server, second))).not.toBe(serialOf(before));
  expect(tls.endsMs).toBe(Date.parse(new X509Certificate(textOf(second.cert)).validTo));

  writeFileSync(certificates.served.key, "-----BEGIN PRIVATE KEY-----\nhunter2\n");
  const faults = told("error");
  await until(() => told("error") > faults, "a refusal");
  expect((await visit(server, second)).entity).toBeGreaterThan(0);
  expect(tls.endsMs).toBeGreaterThan(0);
  expect(lines.at(-1)?.message).toBe("A changed certificate was refused; the last one stays");
  expect(JSON.stringify(lines)).not.toContain("hunter2");
  expect(before.gone).toBe(false);
});

test("what cannot be served ends the start with a sentence, what is odd is a warning", async () => {
  const pair = certificates.make("a");
  const config = ({ cert, key }: Pair) => ({
    ...defaultConfig(),
    gateway: { ...defaultConfig().gateway, tls_cert_file: cert, tls_key_file: key },
  });
  for (const [files, words] of [
    [{ ...pair, cert: "/nowhere" }, 'gateway.tls_cert_file is "/nowhere", which cannot be used'],
    [{ ...pair, key: certificates.make("b").key }, "or the key is not the certificate's"],
    [{ ...pair, key: pair.cert }, "one of them is no PEM file"],
  ] as const)
    await expect(openCredentials(config(files), log())).rejects.toThrow(words);
  chmodSync(pair.key, 0o600);
  await openCredentials(config(pair), log());
  expect(lines).toEqual([]);
  chmodSync(pair.key, 0o604);
  expect(statSync(pair.key).mode & 0o777).toBe(0o604);
  await openCredentials(config(pair), log());
  expect(lines).toMatchObject([
    { level: "warn", message: expect.stringContaining("chmod o-rwx") as unknown },
  ]);
});
