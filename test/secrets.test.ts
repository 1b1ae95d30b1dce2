// A whole server that keeps secrets, used well and badly; then everything that it wrote or said is
// searched for them.
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCredentials } from "../src/cli/credentials.ts";
import { realParts } from "../src/cli/parts.ts";
import { configSchema } from "../src/config/schema.ts";
import { createServer } from "../src/main.ts";
import { createLog } from "../src/observability/log.ts";
import { encodeHello } from "../src/protocol/client-encode.ts";
import { Guest } from "./guest.ts";
import { RawSocket } from "./raw-socket.ts";
import { secretMint } from "./token-mint.ts";
import { until } from "./until.ts";

const SECRET = "kR7-signing-secret-nobody-may-see-0001";
const ADMIN_TOKEN = "vX3-admin-token-nobody-may-see-00000002";
const CLAIMS = { exp: Math.floor(Date.now() / 1000) + 600 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aether-secrets-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The ways in which bytes may be written down. */
function spellings(secret: Uint8Array): string[] {
  const bytes = Buffer.from(secret);
  const [hex, base64] = [bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, "")];
  return [bytes.toString("latin1"), hex, hex.toUpperCase(), base64, bytes.toString("base64url")];
}

test("H43 no secret is in the log, the metrics, the store, an answer or a close", async () => {
  const logFile = join(folder, "log");
  const sink = createLog({ level: "trace", fd: openSync(logFile, "w") });
  const config = configSchema.parse({
    gateway: { bind_addr: "127.0.0.1:0", drain_ms: 200 },
    auth: { mode: "jwt", secret: SECRET },
    persistence: { url: `sqlite:${join(folder, "aether.db")}` },
    observability: { admin_addr: "127.0.0.1:0", admin_token: ADMIN_TOKEN, log_level: "trace" },
  });
  const credentials = await openCredentials(config, sink.log);
  const server = createServer(config, realParts(config, sink, credentials));
  const { port, adminPort } = await server.start();
  const said: string[] = [];
  const secrets: Uint8Array[] = [Buffer.from(SECRET), Buffer.from(ADMIN_TOKEN)];
  const guests: Guest[] = [];

  async function connect(headers: readonly string[] = []): Promise<Guest> {
    const guest = await Guest.connect(port, {}, { headers });
    guests.push(guest);
    return guest;
  }
  async function greet(guest: Guest, token: string, resumeToken?: Uint8Array): Promise<void> {
    if (token !== "") secrets.push(Buffer.from(token));
    const resume = resumeToken === undefined ? {} : { resumeToken: new Uint8Array(resumeToken) };
    guest.send(encodeHello({ client: "test", token, ...resume }));
    if (resumeToken === undefined) guest.spawn(0, 0);
    await until(() => guest.entity > 0 || guest.raw.ended, "an answer");
  }

  const mint = secretMint(SECRET);
  const token = await mint.token({ ...CLAIMS, jti: "1" });
  const first = await connect();
  await greet(first, token);
  secrets.push(first.token);
  expect(first.token).toHaveLength(32);
  for (const bad of [
    token, // replayed
    `${token.slice(0, -3)}AAA`,
    await mint.token({ exp: 1000 }),
    await secretMint("another secret of somebody else's").token(CLAIMS),
    await mint.token({ ...CLAIMS, sub: "line\nbreak" }),
    "no-token-at-all-but-secret",
  ])
    await greet(await connect(), bad);
  const fromHeader = await mint.token({ ...CLAIMS, sub: "eve" });
  secrets.push(Buffer.from(fromHeader));
  // Another account with this session's token, then its own, twice.
  await greet(await connect([`Authorization: Bearer ${fromHeader}`]), "", first.token);
  const resumed = await connect();
  await greet(resumed, await mint.token(CLAIMS), first.token);
  secrets.push(resumed.token);
  resumed.ack();
  await resumed.barrier();
  await greet(await connect(), await mint.token(CLAIMS), first.token);
  for (const path of [`/?token=${token}`, `/?access_token=${token}`])
    said.push((await RawSocket.open(port, { path })).head);
  for (const path of ["/", "/healthz", "/readyz", `/x?token=${token}`])
    said.push(await (await fetch(`http://127.0.0.1:${port}${path}`)).text());
  const metrics = `http://127.0.0.1:${adminPort}/metrics`;
  for (const headers of [{}, { Authorization: `Bearer ${SECRET}` }]) {
    const refused = await fetch(`${metrics}?token=${ADMIN_TOKEN}`, { headers });
    expect(refused.status).toBe(401);
    said.push(await refused.text());
  }
  const scrape = async (): Promise<string> => {
    const shown = await fetch(metrics, { headers: { Authorization: `Bearer ${ADMIN_TOKEN}` } });
    expect(shown.status).toBe(200);
    return shown.text();
  };
  // Some of it is looked at once a second.
  const last = 'aether_tokens_refused_total{reason="malformed"} 1\n';
  await expect.poll(scrape).toContain(last);
  const text = await scrape();
  // It happened, all of it.
  for (const line of [
    'aether_tokens_refused_total{reason="replayed"} 1',
    'aether_tokens_refused_total{reason="expired"} 1',
    'aether_tokens_refused_total{reason="signature"} 2',
    'aether_tokens_refused_total{reason="claims"} 1',
    'aether_tokens_refused_total{reason="malformed"} 1',
    'aether_handshakes_refused_total{reason="token_in_url"} 2',
    "aether_resumes_foreign_total 1",
    "aether_resumes_refused_total 2",
    "aether_admin_refused_total 2",
  ])
    expect(text.split("\n")).toContain(line);
  said.push(text);
  await server.stop();
  await sink.flush();

  for (const guest of guests) {
    said.push(guest.raw.closeReason, guest.raw.head, guest.session, guest.goodbye?.message ?? "");
    for (const { message } of guest.errors) said.push(message);
    guest.raw.cut();
  }
  // The store, and in folders below it the journal.
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) said.push(readFileSync(join(entry.parentPath, entry.name), "latin1"));
  }
  const everything = said.join("\n");
  expect(everything).toContain("A token was refused");
  expect(everything).toContain("ada");
  const leaks = secrets.flatMap(spellings).filter((spelling) => everything.includes(spelling));
  expect(leaks).toEqual([]);
});
