// The live page with real sockets and the real gateway: its files, what pages are told, what they
// may change, and what becomes of those that do not read. Who is let in: admin-page.test.ts.
import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FEED_PORT_PATH, NOBODY, PAGES_MAX } from "../src/feed/format.ts";
import type { PageFiles } from "../src/feed/page-file.ts";
import { Inspector } from "../src/inspector/inspector.ts";
import { openKernel } from "../src/kernel/open.ts";
import { PHASES } from "../src/observability/catalogue/tick.ts";
import { History } from "../src/page/history.ts";
import { FeedHouse } from "./feed-house.ts";
import { House, TICK_MS } from "./house.ts";
import { until } from "./until.ts";
import { Visitor } from "./visitor.ts";

const FILES: PageFiles = new Map([["/", { type: "text/html", bytes: Buffer.from("<p>page</p>") }]]);
const EVERY = 100 / TICK_MS;

let house: House;
let feed: FeedHouse;
let inspector: Inspector;
const visitors: Visitor[] = [];
const changes: string[] = [];

beforeEach(async () => {
  house = await House.start({ uws: { page: { files: FILES, feedPort: () => 4711 } } });
  feed = await FeedHouse.start(() => inspector, house.world.rules);
  inspector = new Inspector({
    world: house.world,
    gateway: house.gateway,
    now: () => house.now,
    tickMs: TICK_MS,
    board: feed.board,
    pages: () => feed.pages,
    hello: () => ({
      ...{ tickMs: TICK_MS, budgetMs: 15, minX: -1000, minY: -1000, maxX: 1000, maxY: 1000 },
      ...{ aoiRadius: 200, maxEntities: 100, windowBytes: 16_384, phases: PHASES },
      ...{ playPort: house.port, playsOverTls: false, kinds: [], components: [] },
    }),
    load: () => ({ thinning: 2, skipped: 3 }),
    openKernel: (engine) => openKernel(engine),
    onKernel: (engine, tick) => changes.push(`${engine} ${tick}`),
  });
});

afterEach(() => {
  expect(house.faults).toEqual([]);
  for (const visitor of visitors.splice(0)) visitor.socket.terminate();
  changes.length = 0;
  feed.stop();
  house.stop();
});

async function visit(): Promise<Visitor> {
  const visitor = await Visitor.open(feed.port);
  visitors.push(visitor);
  return visitor;
}

/** Ticks of the house, and what tick.ts does for pages around each. */
async function turn(ticks = EVERY): Promise<void> {
  for (let i = 0; i < ticks; i++) {
    inspector.beforeTick();
    await house.turn();
    const { now } = house;
    inspector.afterTick(now, now + 1, now + 3, now + 6, now + 10, now + 15);
    feed.look();
  }
}

describe("the page itself", () => {
  const ask = (headers: Readonly<Record<string, string>> = {}, path = "/", method = "GET") =>
    fetch(`http://127.0.0.1:${house.port}${path}`, { headers, method });

  test("is served with headers that let nothing else in", async () => {
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("<p>page</p>");
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self' ws://127.0.0.1:* wss://127.0.0.1:*;");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe-inline");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    const head = await ask({}, "/", "HEAD");
    expect(head.headers.get("content-length")).toBe(String("<p>page</p>".length));
    expect((await ask({}, "/page/other.js")).status).toBe(404);
    expect(await (await ask({}, FEED_PORT_PATH)).text()).toBe("4711");
  });

  test.each([
    ["x-forwarded-for", "203.0.113.9"],
    ["x-real-ip", "203.0.113.9"],
    ["forwarded", "for=203.0.113.9"],
    ["via", "1.1 proxy"],
  ])("H47 is not for whoever comes through a proxy that says %s", async (name, value) => {
    expect((await ask({ [name]: value })).status).toBe(403);
    expect((await ask({ [name]: value }, FEED_PORT_PATH)).status).toBe(403);
  });

  test.each(["example.org", "localhost.example.org", "127.0.0.1.example.org"])(
    'H40 H47 is not for a name that was pointed here: "%s"',
    async (host) => {
      const status = await new Promise((resolve) => {
        const to = { host: "127.0.0.1", port: house.port, headers: { host } };
        request(to, ({ statusCode }) => resolve(statusCode)).end();
      });
      expect(status).toBe(403);
    },
  );
});

describe("pages", () => {
  test("so many, and the next is told why not", async () => {
    for (let i = 0; i < PAGES_MAX; i++) await visit();
    const late = await visit();
    await until(() => late.closed !== null, "the page was closed");
    expect(late.closed?.code).toBe(1013);
    expect(late.closed?.reason).toContain("8 pages are open");
    expect([inspector.pages, inspector.refused]).toEqual([PAGES_MAX, 1]);
    visitors[0]?.socket.close();
    await until(() => inspector.pages === PAGES_MAX - 1, "a page has gone");
    expect((await visit()).hello).not.toBeNull();
  });
});

describe("what a page is told", () => {
  test("the world, ten times a second", async () => {
    await house.join(10, 20);
    await house.join(-500.5, 900);
    const visitor = await visit();
    expect(visitor.hello).toMatchObject({ playPort: house.port, phases: PHASES });
    await turn(EVERY * 5);
    await visitor.saw(5);
    expect(visitor.frames).toHaveLength(5);
    const { scene, focus } = visitor.last;
    expect(focus).toBeNull();
    expect(scene).toMatchObject({ engine: "wasm", tick: house.world.tick, live: 2, playing: 2 });
    expect(scene).toMatchObject({ thinning: 2, skipped: 3, connections: 2, pages: 1 });
    expect([scene.hashLow, scene.hashHigh]).toEqual([house.world.hashLow, house.world.hashHigh]);
    expect(scene.sentBytes).toBe(house.gateway.counters.sentBytes);
    const { minX, maxX, minY, maxY } = house.world.rules;
    scene.rows.forEach((row, i) => {
      const x = minX + ((scene.xs[i] ?? 0) / 65_535) * (maxX - minX);
      const y = minY + ((scene.ys[i] ?? 0) / 65_535) * (maxY - minY);
      expect(Math.abs(x - house.world.posX(row))).toBeLessThan((maxX - minX) / 65_535);
      expect(Math.abs(y - house.world.posY(row))).toBeLessThan((maxY - minY) / 65_535);
    });
    // The phases of the tick before it; the last is our own, on a clock that stands.
    expect([...scene.ticks.subarray(-6)]).toEqual([1, 2, 3, 4, 5, -15]);
    expect(scene.ticks).toHaveLength(EVERY * PHASES.length);
    expect(visitor.last.roster.entries.map((entry) => entry.session)).toEqual(
      house.guests.map((guest) => guest.session),
    );
  });

  test("of the entity that it chose, exactly what its client was told", async () => {
    const me = await house.join(0, 0);
    for (let i = 0; i < 9; i++) await house.join(i * 30, 0);
    const visitor = await visit();
    visitor.say({ type: "choose", row: me.entity & 0xffff });
    await visitor.heard();
    await turn();
    await visitor.saw(1);
    const { focus } = visitor.last;
    expect(focus).toMatchObject({ entity: me.entity, x: 0, y: 0, enterRadius: 200 });
    expect(focus?.leaveRadius).toBe(220);
    const shown = [...me.replica.ids.subarray(0, me.replica.size)].map((id) => id & 0xffff);
    expect(shown.length).toBe(7);
    expect([...(focus?.told ?? [])].sort()).toEqual(shown.sort());
    expect(focus?.client).toMatchObject({ session: me.session, isWindowClosed: false });
    visitor.say({ type: "choose", row: NOBODY });
    await visitor.heard();
    await turn();
    await visitor.saw(2);
    expect(visitor.last.focus).toBeNull();
    expect(house.gateway.sight.tracer.isOn).toBe(false);
  });

  test("where the time of that client's intents goes", async () => {
    const me = await house.join(0, 0);
    const visitor = await visit();
    visitor.say({ type: "choose", row: me.entity & 0xffff });
    await visitor.heard();
    me.move(1, 0);
    const { sequence } = me;
    await turn();
    await visitor.saw(1);
    const last = visitor.last.focus?.client?.last;
    // The house's clock stands between ticks: all that passes is the wait for the first of them.
    expect(last).toMatchObject({ sequence, wait: TICK_MS, tick: 0, send: 0, acknowledgement: 0 });
    expect(visitor.last.focus?.client?.worst?.sequence).toBe(sequence);
  });

  test("nobody any more, when the entity is gone", async () => {
    const me = await house.join(0, 0);
    const visitor = await visit();
    visitor.say({ type: "choose", row: me.entity & 0xffff });
    await visitor.heard();
    me.leave();
    await until(() => house.gateway.connections === 0, "the client has left");
    house.guests.length = 0;
    await turn(EVERY);
    await visitor.saw(1);
    expect(visitor.last.focus).toBeNull();
    expect(visitor.last.scene.live).toBe(0);
  });

  test("sessions go round, and a round has each of them once", async () => {
    for (let i = 0; i < 70; i++) await house.join(i * 10, 0);
    const visitor = await visit();
    await turn(EVERY * 3);
    await visitor.saw(3);
    const [first, second, third] = visitor.frames.map((frame) => frame.roster);
    expect([first?.round, second?.round, third?.round]).toEqual([1, 1, 2]);
    const slots = [...(first?.entries ?? []), ...(second?.entries ?? [])].map(({ slot }) => slot);
    expect(new Set(slots).size).toBe(70);
    expect(slots).toHaveLength(70);
  });
});

describe("what a page makes of it", () => {
  test("the plots go on with a server that has started anew", async () => {
    const visitor = await visit();
    const { hello } = visitor;
    if (hello === null) throw new Error("nobody was greeted");
    await turn(2 * EVERY);
    await visitor.saw(2);
    const history = new History();
    history.begin(hello);
    // As the plots do: once, when the first server has greeted.
    const lines = [history.times, ...history.phases, history.worst];
    history.add(visitor.last.scene, null, 1);
    expect(lines.map((line) => line.length)).toEqual(lines.map(() => 1));
    const before = lines.map((line) => line.at(-1));
    history.begin(hello);
    expect(lines.map((line) => line.length)).toEqual(lines.map(() => 0));
    history.add(visitor.last.scene, null, 1);
    expect(lines.map((line) => line.at(-1))).toEqual(before);
    expect(before.slice(1).every((ms) => typeof ms === "number")).toBe(true);
  });
});

describe("what a page may do", () => {
  test("H85 change the kernel: nobody can tell, and the state hash goes on", async () => {
    const me = await house.join(0, 0);
    const still = await House.start();
    await still.join(0, 0);
    const visitor = await visit();
    for (let k = 0; k < 4; k++) {
      visitor.say({ type: "kernel", engine: k % 2 === 0 ? "js" : "wasm" });
      await visitor.heard();
      for (const each of [me, still.guests[0]]) each?.move(1, 0.5);
      await turn(24);
      await still.turn(24);
      expect(house.hash).toBe(still.hash);
      expect(house.world.kernel.engine).toBe(k % 2 === 0 ? "js" : "wasm");
    }
    still.stop();
    expect(inspector.kernelChanges).toBe(4);
    expect(changes.map((change) => change.split(" ")[0])).toEqual(["js", "wasm", "js", "wasm"]);
    expect(visitor.last.scene.engine).toBe("wasm");
    expect(me.replicaFaults).toBe(0);
  });

  test("not twice within half a second", async () => {
    const visitor = await visit();
    for (const engine of ["js", "wasm", "js", "wasm"] as const) {
      visitor.say({ type: "kernel", engine });
      await visitor.heard();
      await turn(1);
    }
    expect(inspector.kernelChanges).toBe(1);
  });

  test("let the server push somebody, who is corrected within a round trip", async () => {
    const me = await house.join(0, 0);
    const visitor = await visit();
    visitor.say({ type: "push", row: me.entity & 0xffff, dx: 40, dy: -10.5 });
    await visitor.heard();
    await turn(1);
    expect([me.selfX, me.selfY]).toEqual([40 * 256, -10.5 * 256]);
    visitor.say({ type: "push", row: 77, dx: 1, dy: 1 });
    visitor.say({ type: "push", row: NOBODY, dx: 1, dy: 1 });
    await visitor.heard();
    await turn(1);
    expect(house.world.liveCount).toBe(1);
  });

  test("H31 nothing else: it is closed, and the others stay", async () => {
    const [bad, good] = [await visit(), await visit()];
    bad.socket.send(Buffer.from([99]));
    await until(() => bad.closed !== null, "the page was closed");
    expect(bad.closed).toEqual({ code: 1008, reason: "That is no command." });
    await turn();
    await good.saw(1);
    expect(inspector.pages).toBe(1);
  });

  test("H20 not more than so much at once", async () => {
    const visitor = await visit();
    for (let i = 0; i < 17; i++) visitor.say({ type: "choose", row: NOBODY });
    await until(() => visitor.closed !== null, "the page was closed");
    expect(visitor.closed).toEqual({ code: 1008, reason: "Too many commands at once." });
  });
});

describe("a page that does not read", () => {
  test("H29 misses frames, which are counted, and goes on when it reads again", async () => {
    const visitor = await visit();
    visitor.socket.pause();
    // Loopback swallows megabytes before anything waits in the server.
    for (let i = 0; i < 40_000 && inspector.framesDropped === 0; i++) await turn(EVERY);
    expect(inspector.framesDropped).toBe(1);
    const sent = inspector.framesSent;
    visitor.socket.resume();
    await visitor.saw(sent);
    await turn(EVERY);
    await visitor.saw(sent + 1);
    expect(visitor.last.scene.tick).toBe(house.world.tick);
  });

  test("H29 is closed when it goes on for ten seconds", async () => {
    const visitor = await visit();
    visitor.socket.pause();
    for (let i = 0; i < 40_000 && inspector.framesDropped <= 100; i++) await turn(EVERY);
    expect(inspector.framesDropped).toBe(101);
    visitor.socket.resume();
    await until(() => visitor.closed !== null, "the page was closed");
    expect(visitor.closed).toEqual({ code: 1013, reason: "This page reads too slowly." });
    expect(inspector.pages).toBe(0);
  });

  test("H29 a thread that is busy is left no further frame, and no tick waits for it", async () => {
    const visitor = await visit();
    await turn(EVERY);
    await visitor.saw(1);
    feed.isBusy = true;
    await turn(EVERY * 4);
    feed.isBusy = false;
    expect([inspector.framesSent, inspector.framesDropped]).toEqual([1, 3]);
    await turn(EVERY);
    await visitor.saw(3);
    // What passed meanwhile is told: ticks are left out when there are more than 32.
    expect(visitor.last.scene.ticks).toHaveLength(EVERY * 4 * PHASES.length);
    expect(visitor.last.scene.tick).toBe(house.world.tick);
  });

  test("a frame that is ready before its greeting has come is not for that page", async () => {
    feed.mail = [];
    const early = new Visitor(feed.port);
    visitors.push(early);
    await until(() => feed.mail?.length === 1, "the page was let in");
    await turn();
    await turn();
    feed.deliver();
    await until(() => early.hello !== null, "the page was greeted");
    await turn();
    await early.saw(1);
    expect(early.last.scene.tick).toBe(house.world.tick);
    expect(early.frames).toHaveLength(1);
  });

  test("with the thread all pages are gone, and its frame is nobody's", async () => {
    const me = await house.join(0, 0);
    const visitor = await visit();
    visitor.say({ type: "choose", row: me.entity & 0xffff });
    await visitor.heard();
    feed.board.fill();
    feed.pages.lose();
    expect([inspector.pages, feed.board.isFree]).toEqual([0, true]);
    expect(house.gateway.sight.tracer.isOn).toBe(false);
  });
});

test("nothing is done while nobody watches", async () => {
  await house.join(0, 0);
  const visitor = await visit();
  visitor.socket.close();
  await until(() => inspector.pages === 0, "the page has gone");
  await turn(EVERY * 2);
  expect([inspector.framesSent, inspector.spentMs]).toEqual([0, 0]);
  expect(house.gateway.sight.tracer.isOn).toBe(false);
});

test("where there is no page, its path is nobody's", async () => {
  const bare = await House.start();
  expect((await fetch(`http://127.0.0.1:${bare.port}/`)).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${bare.port}${FEED_PORT_PATH}`)).status).toBe(404);
  bare.stop();
});
