// One session, one name: in the log from its first line to its last, in what its client is told, in
// the rows of the database and in the events. A search for it tells the whole story.
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { realParts } from "../src/cli/parts.ts";
import { configSchema } from "../src/config/schema.ts";
import { createServer } from "../src/main.ts";
import { createLog } from "../src/observability/log.ts";
import { Guest } from "./guest.ts";
import { until } from "./until.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aether-names-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("from its first connection to its rows, a session that comes back has one name", async () => {
  const logFile = join(folder, "log");
  const database = join(folder, "aether.db");
  const sink = createLog({ level: "debug", fd: openSync(logFile, "w") });
  const config = configSchema.parse({
    gateway: { bind_addr: "127.0.0.1:0", drain_ms: 200 },
    persistence: { url: `sqlite:${database}` },
    outbox: { sink: "log" },
    observability: { admin_addr: "127.0.0.1:0", log_level: "debug" },
  });
  const server = createServer(config, realParts(config, sink));
  const { port } = await server.start();
  const enter = async (greet: (guest: Guest) => void): Promise<Guest> => {
    const guest = await Guest.connect(port, {}, {});
    greet(guest);
    await until(() => guest.entity > 0, "an entity");
    return guest;
  };
  const first = await enter((guest) => {
    guest.hello(1, "first");
    guest.spawn(0, 0);
  });
  const { entity, session, token } = first;
  first.raw.cut();
  await until(() => server.gateway.connections === 0, "the end of the connection");
  const second = await enter((guest) => guest.resume(new Uint8Array(token)));
  expect(second.session).toBe(session);
  // Another one, whose story must not be mixed with it.
  const other = await enter((guest) => {
    guest.hello(1, "other");
    guest.spawn(5, 5);
  });
  await server.stop();
  await sink.flush();
  for (const guest of [second, other]) guest.raw.cut();

  const lines = readFileSync(logFile, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const story = lines.filter((line) => line["session"] === session);
  expect(story.map((line) => line["message"])).toEqual([
    "A client joined",
    "Its entity is in the world",
    "The client is gone",
    "A client resumed its session",
    "The client is gone",
  ]);
  // The first connection's name is the session's; the second one's is said beside it.
  expect(String(story[3]?.["connection"])).not.toBe(session);
  expect(story[1]).toMatchObject({ entityId: entity });
  const events = lines.filter((line) => line["stream"] === `session:${session}`);
  expect(events.map((line) => line["type"])).toContain("session.opened");

  const rows = new DatabaseSync(database);
  const ofSession = "WHERE world = 'main' AND session = ?";
  expect({ ...rows.prepare(`SELECT entity FROM sessions ${ofSession}`).get(session) }).toEqual({
    entity,
  });
  const history = rows.prepare(`SELECT what, code FROM session_history ${ofSession} ORDER BY id`);
  expect(history.all(session).map((row) => row["what"])).toEqual([
    "connect",
    "disconnect",
    "resume",
    "disconnect",
  ]);
  const both = rows.prepare("SELECT session FROM sessions ORDER BY session").all();
  expect(both.map((row) => row["session"])).toEqual([session, other.session].sort());
  rows.close();
});
