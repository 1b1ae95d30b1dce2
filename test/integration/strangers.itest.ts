// What strangers leave behind in the store, through the built server: tokens that are used up, and
// the history of those who come and go. With both databases.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { Session } from "../../src/client/session.ts";
import { openWorldStore } from "../../src/persistence/open.ts";
import { flightOf, joined } from "../store-bench.ts";
import { secretMint } from "../token-mint.ts";
import { PrivatePostgres } from "./postgres.ts";
import { ServerProcess } from "./server-process.ts";

const SECRET = "hunter2-".repeat(4);

const postgres = new PrivatePostgres();
const folder = mkdtempSync(join(tmpdir(), "aether-strangers-"));
let files = 0;
const servers: ServerProcess[] = [];

beforeAll(() => postgres.start());
afterEach(async () => {
  for (const server of servers.splice(0)) await server.destroy();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await postgres.stop();
});

async function start(url: string, env: Readonly<Record<string, string>>) {
  const server = new ServerProcess({ env: { AETHER_PERSISTENCE_URL: url, ...env } });
  servers.push(server);
  return { server, ...(await server.listening()) };
}

/** What becomes of a client: its entity, or the code that its connection ended with. */
function enter(url: string, token: string, resumeToken?: Uint8Array) {
  return new Promise<{ entity: number; code: number; resumeToken: Uint8Array }>((resolve) => {
    const told = (client: Session, code: number): void =>
      resolve({ entity: client.entityId, code, resumeToken: client.resumeToken });
    new Session({
      url,
      token,
      spawn: {},
      ...(resumeToken === undefined ? {} : { resumeToken }),
      handlers: { spawned: (client) => told(client, 0), closed: told },
    }).connect();
  });
}

async function valueOf(metrics: string, name: string): Promise<number> {
  const text = await (await fetch(metrics)).text();
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}

const stores: readonly (readonly [name: string, fresh: () => Promise<string>])[] = [
  ["SQLite", () => Promise.resolve(`sqlite:${join(folder, `${++files}.db`)}`)],
  ["PostgreSQL", () => postgres.database()],
];

describe.each(stores)("%s", (_, fresh) => {
  test("H42 a token that opened a session opens no other after the server was killed", async () => {
    const database = await fresh();
    // Who would have waited for a slow store for more than half a second is told when the journal
    // has it: that must outlive the server too.
    const journal = { AETHER_JOURNAL_DIR: mkdtempSync(join(folder, "journal-")) };
    const env = { AETHER_AUTH_MODE: "jwt", AETHER_AUTH_SECRET: SECRET, ...journal };
    const mint = secretMint(SECRET);
    const exp = Math.floor(Date.now() / 1000) + 600;
    const once = await mint.token({ exp, jti: "1" });

    const first = await start(database, env);
    const guest = await enter(first.url, once);
    expect(guest.entity).toBeGreaterThan(0);
    first.server.signal("SIGKILL");
    expect(await first.server.ended()).toBe("SIGKILL");

    const { metrics, url } = await start(database, env);
    expect((await enter(url, once)).code).toBe(4401);
    const replayed = () => valueOf(metrics, 'aether_tokens_refused_total{reason="replayed"}');
    // Counted at once, shown within a second.
    await expect.poll(replayed).toBe(1);
    expect((await enter(url, await mint.token({ exp, jti: "2" }))).entity).toBeGreaterThan(0);
    // The session that it opened may go on with it.
    expect((await enter(url, once, guest.resumeToken)).entity).toBe(guest.entity);
  });

  test("H13 a history that is too long is cut at the start, counted and said", async () => {
    const database = await fresh();
    const store = await openWorldStore(database, { world: "main", poolSize: 2 });
    await store.claim("a test");
    const counters = { received: 0, sent: 0, corrections: 0 };
    for (let tick = 1; tick <= 4; tick++) {
      const facts = Array.from({ length: 250 }, (__, i) => {
        const [session, entity] = [`s${tick}-${i}`, i + 1];
        const end = { what: "ended", session, entity, reason: "left", counters } as const;
        return [joined(session, entity, tick, 2 * i), { ...end, tick, index: 2 * i + 1 }];
      });
      await store.flush(flightOf(tick, facts.flat()));
    }
    await store.close();
    const { server, metrics } = await start(database, { AETHER_PERSISTENCE_HISTORY_ROWS: "1000" });
    // 2,000 rows in four flights: those of two go, and their 500 sessions with them.
    expect(await server.logged("History was deleted before its time")).toMatchObject({
      level: "warn",
      rows: 1500,
      historyRows: 1000,
    });
    await expect.poll(() => valueOf(metrics, "aether_history_cut_total")).toBe(1500);
  });
});
