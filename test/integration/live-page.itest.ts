// The live page in a real browser, against the real server as a process: what it shows is what the
// server has, what is done on it happens there, and its console stays empty.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { dialWebSocket } from "../../src/client/dial-websocket.ts";
import { Session } from "../../src/client/session.ts";
import { Camera } from "../../src/page/camera.ts";
import { until } from "../until.ts";
import { Visitor } from "../visitor.ts";
import { Browsing, COUNT_CALLS, findBrowser, NO_BROWSER } from "./browser.ts";
import { colourOf, isNear, Picture } from "./picture.ts";
import type { Colour } from "./picture.ts";
import { freePort } from "./ports.ts";
import { ServerProcess } from "./server-process.ts";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let browsing: Browsing;
const servers: ServerProcess[] = [];
const visitors: Visitor[] = [];
const sessions: Session[] = [];

beforeAll(async () => {
  if (findBrowser() !== undefined) browsing = await Browsing.start();
});
afterAll(async () => {
  if (findBrowser() !== undefined) await browsing.stop();
});
beforeEach((context) => context.skip(findBrowser() === undefined, NO_BROWSER));
afterEach(async () => {
  if (findBrowser() !== undefined) await browsing.leave();
  for (const visitor of visitors.splice(0)) visitor.socket.terminate();
  for (const session of sessions.splice(0)) session.close();
  for (const server of servers.splice(0)) await server.destroy();
});

const GROUND = "getComputedStyle(document.body).backgroundColor";
/** The value of one of the page's colours. */
function colourNamed(name: string): string {
  return `(() => {
    const probe = document.createElement("i");
    document.body.append(probe);
    probe.style.color = "var(--${name})";
    return getComputedStyle(probe).color;
  })()`;
}

interface Stage {
  readonly server: ServerProcess;
  readonly http: string;
  /** Of the feed. */
  readonly port: number;
}

async function start(
  argv: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Stage> {
  const server = new ServerProcess({ argv, env: { AETHER_PERSISTENCE_URL: "none", ...env } });
  servers.push(server);
  const { http, metrics } = await server.listening();
  return { server, http, port: Number(new URL(metrics).port) };
}

/** A second pair of eyes on the server, beside the page. */
async function watch(port: number): Promise<Visitor> {
  const visitor = await Visitor.open(port);
  visitors.push(visitor);
  return visitor;
}

function open(...args: Parameters<Browsing["open"]>): Promise<Page> {
  return browsing.open(...args);
}

const textOf = (page: Page, id: string): Promise<string> => page.innerText(`#${id}`);

/** What a script of the page's finds: here nothing of a browser has types. */
function ask<T>(page: Page, expression: string): Promise<T> {
  return page.evaluate(expression);
}

/** Joins by the page's own button. @returns the row of its entity */
async function enter(page: Page): Promise<number> {
  await page.click("#join");
  await expect.poll(() => textOf(page, "me-state")).toMatch(/^session /);
  return Number(await textOf(page, "me-entity"));
}

/** Where the server has an entity, world units. */
async function placeOf(eyes: Visitor, row: number): Promise<{ x: number; y: number }> {
  eyes.say({ type: "choose", row });
  await eyes.heard();
  const frames = eyes.frames.length;
  // One may be under way, and until the choice has arrived they are about another.
  const found = () =>
    eyes.frames.slice(frames + 1).find(({ focus }) => ((focus?.entity ?? NaN) & 0xffff) === row);
  await until(() => found() !== undefined, `somebody in row ${row}`);
  const { x, y } = found()?.focus ?? { x: NaN, y: NaN };
  return { x: x / 256, y: y / 256 };
}

test("join, steer, see others: what the page shows is what the server has", async () => {
  const { http, port } = await start(["--bots", "40"]);
  const page = await open(http);
  const eyes = await watch(port);
  await expect.poll(() => textOf(page, "link-text")).toBe("live");
  await expect.poll(() => textOf(page, "fact-entities")).toBe("40");
  const row = await enter(page);
  await expect.poll(() => textOf(page, "fact-clients")).toBe("41");
  const before = await placeOf(eyes, row);
  await page.keyboard.down("d");
  await expect.poll(async () => (await placeOf(eyes, row)).x - before.x).toBeGreaterThan(40);
  await page.keyboard.up("d");
  // At rest, the prediction is what the server has.
  await expect.poll(() => textOf(page, "me-ahead")).toBe("0.0 units, 0 moves");
  const after = await placeOf(eyes, row);
  expect((await placeOf(eyes, row)).x).toBe(after.x);
  expect(after.y).toBe(before.y);
  expect(await textOf(page, "me-corrections")).toBe("0");
  await page.keyboard.down("ArrowUp");
  await expect.poll(async () => (await placeOf(eyes, row)).y).toBeLessThan(after.y - 20);
  await page.keyboard.up("ArrowUp");
  // It is chosen, and its told set is told.
  await expect.poll(() => textOf(page, "focus-name")).toContain(`entity ${row}`);
  await expect
    .poll(async () => {
      await placeOf(eyes, row);
      return `${eyes.last.focus?.toldCount ?? -1} entities` === (await textOf(page, "focus-told"));
    })
    .toBe(true);
  await expect.poll(() => textOf(page, "fall-total")).toMatch(/^\d+ ms$/);
  await page.click("#leave");
  await expect.poll(() => page.isVisible("#join")).toBe(true);
  await expect.poll(() => textOf(page, "fact-entities")).toBe("40");
  expect(browsing.complaints).toEqual([]);
});

test("a correction: the server puts me elsewhere, and the page follows", async () => {
  const { http, port } = await start();
  const page = await open(http);
  const eyes = await watch(port);
  const row = await enter(page);
  const before = await placeOf(eyes, row);
  await page.keyboard.press("p");
  await expect.poll(() => textOf(page, "me-corrections")).toBe("1");
  const after = await placeOf(eyes, row);
  // Rounded to 1/256 on both axes.
  expect(Math.hypot(after.x - before.x, after.y - before.y)).toBeCloseTo(40, 1);
  await expect.poll(() => textOf(page, "me-ahead")).toBe("0.0 units, 0 moves");
  expect(browsing.complaints).toEqual([]);
});

test.each(["wasm", "js"] as const)(
  "over a bad line, prediction by %s is the server's to the bit: no correction",
  async (engine) => {
    const { http, port } = await start();
    const page = await browsing.open("about:blank");
    // Which rule is asked is seen where it is asked: at the module's own door.
    await page.addInitScript(COUNT_CALLS);
    await page.goto(http);
    const eyes = await watch(port);
    const row = await enter(page);
    const callsOf = (): Promise<number> => ask(page, "globalThis.calls");
    await page.check(`input[name="motion"][value="${engine}"]`, { force: true });
    const calls = await callsOf();
    for (const [id, value] of [
      ["latency", "200"],
      ["jitter", "100"],
    ] as const) {
      await page.fill(`#${id}`, value);
    }
    const before = await placeOf(eyes, row);
    await page.focus("#map");
    await page.keyboard.down("s");
    // Ahead of the server's word by what is under way.
    await expect.poll(async () => parseFloat(await textOf(page, "me-ahead"))).toBeGreaterThan(15);
    await page.click("#stall");
    await page.focus("#map");
    await page.keyboard.down("s");
    await expect.poll(async () => (await placeOf(eyes, row)).y).toBeGreaterThan(before.y + 60);
    await page.keyboard.up("s");
    await expect.poll(() => textOf(page, "me-ahead")).toBe("0.0 units, 0 moves");
    expect(await textOf(page, "me-corrections")).toBe("0");
    const made = (await callsOf()) - calls;
    // Once for each of the moves at least, of which none is longer than 5.
    if (engine === "wasm") expect(made).toBeGreaterThanOrEqual(60 / 5);
    else expect(made).toBe(0);
    expect(browsing.complaints).toEqual([]);
  },
);

test("the kernel changes under everybody's feet, and nobody is moved", async () => {
  const { http, port, server } = await start(["--bots", "30"]);
  const page = await open(http);
  const eyes = await watch(port);
  const row = await enter(page);
  await expect.poll(() => textOf(page, "fact-entities")).toBe("31");
  const began = eyes.frames.length;
  const before = await placeOf(eyes, row);
  for (const engine of ["js", "wasm"] as const) {
    await page.check(`input[name="kernel"][value="${engine}"]`, { force: true });
    await server.logged(`The world runs on the ${engine} kernel after tick `);
    await expect.poll(() => eyes.last.scene.engine).toBe(engine);
    await expect.poll(() => page.isChecked(`input[name="kernel"][value="${engine}"]`)).toBe(true);
    expect(await placeOf(eyes, row)).toEqual(before);
    // Two changes lie at least half a second apart.
    await eyes.saw(eyes.frames.length + 8);
  }
  expect(eyes.frames.slice(began).every(({ scene }) => scene.live === 31)).toBe(true);
  expect(await textOf(page, "me-corrections")).toBe("0");
  expect(browsing.complaints).toEqual([]);
});

test("the server starts anew, and the page goes on with the same entity", async () => {
  const folder = mkdtempSync(join(tmpdir(), "aether-page-"));
  try {
    const store = { AETHER_PERSISTENCE_URL: `sqlite:${folder}/world.db` };
    const address = { AETHER_GATEWAY_BIND_ADDR: `127.0.0.1:${await freePort()}` };
    const first = await start([], { ...store, ...address });
    const page = await open(first.http);
    const row = await enter(page);
    const session = await textOf(page, "me-state");
    await page.keyboard.down("d");
    await expect.poll(async () => parseFloat(await textOf(page, "me-ahead"))).toBeGreaterThan(0);
    await page.keyboard.up("d");
    first.server.signal("SIGTERM");
    expect(await first.server.ended()).toBe(0);
    await expect.poll(() => textOf(page, "link-text")).toBe("offline");
    await expect.poll(() => textOf(page, "notice")).toContain("This is how the world was.");
    await expect.poll(() => textOf(page, "me-hint")).toMatch(/tries again in \d+\.\d s/);
    const second = await start([], { ...store, ...address });
    await expect.poll(() => textOf(page, "link-text")).toBe("live");
    await expect.poll(() => textOf(page, "me-state")).toBe(session);
    await expect.poll(() => page.isVisible("#notice")).toBe(false);
    expect(Number(await textOf(page, "me-entity"))).toBe(row);
    const eyes = await watch(second.port);
    const before = await placeOf(eyes, row);
    await page.focus("#map");
    await page.keyboard.down("a");
    await expect.poll(async () => (await placeOf(eyes, row)).x).toBeLessThan(before.x - 10);
    await page.keyboard.up("a");
    // While there is no server a browser says so on the console; nothing else may be there.
    expect(browsing.complaints.filter((each) => !/WebSocket|ERR_CONNECTION/.test(each))).toEqual(
      [],
    );
  } finally {
    for (const server of servers.splice(0)) await server.destroy();
    rmSync(folder, { recursive: true });
  }
});

test("the page is loaded anew, and goes on with the same entity; left, it stays out", async () => {
  const { http } = await start(["--bots", "10"]);
  const page = await open(http);
  const row = await enter(page);
  const session = await textOf(page, "me-state");
  await page.reload();
  await expect.poll(() => textOf(page, "me-state")).toBe(session);
  expect(Number(await textOf(page, "me-entity"))).toBe(row);
  await expect.poll(() => textOf(page, "fact-entities")).toBe("11");
  await page.click("#leave");
  await expect.poll(() => page.isVisible("#join")).toBe(true);
  await page.reload();
  await expect.poll(() => textOf(page, "fact-entities")).toBe("10");
  await expect.poll(() => page.isVisible("#join")).toBe(true);
  expect(browsing.complaints).toEqual([]);
});

describe("on a phone", () => {
  test("nothing sticks out, and a finger on the stick steers", async () => {
    const { http, port } = await start(["--bots", "10"]);
    const page = await open(http, PHONE);
    const eyes = await watch(port);
    await page.tap("#join");
    await expect.poll(() => textOf(page, "me-state")).toMatch(/^session /);
    const row = Number(await textOf(page, "me-entity"));
    const width = await ask<number>(page, "document.documentElement.scrollWidth");
    expect(width).toBe(PHONE.viewport.width);
    const before = await placeOf(eyes, row);
    const box = await page.locator("#stick").boundingBox();
    if (box === null) throw new Error("there is no stick");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const touch = await page.context().newCDPSession(page);
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
    await touch.send("Input.dispatchTouchEvent", {
      type: "touchMove",
      touchPoints: [{ x: x - 60, y }],
    });
    await expect.poll(async () => (await placeOf(eyes, row)).x).toBeLessThan(before.x - 20);
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await expect.poll(() => textOf(page, "me-ahead")).toBe("0.0 units, 0 moves");
    const at = await placeOf(eyes, row);
    expect(await placeOf(eyes, row)).toEqual(at);
    expect(browsing.complaints).toEqual([]);
  });
});

test("by keyboard alone: tab to the button, join, help, theme", async () => {
  const { http } = await start();
  const page = await open(http);
  await expect.poll(() => textOf(page, "link-text")).toBe("live");
  const focused = (): Promise<string> => ask(page, "document.activeElement.id");
  for (let i = 0; i < 20 && (await focused()) !== "join"; i++) await page.keyboard.press("Tab");
  expect(await focused()).toBe("join");
  await page.keyboard.press("Enter");
  await expect.poll(() => textOf(page, "me-state")).toMatch(/^session /);
  await expect.poll(focused).toBe("map");
  await page.keyboard.press("?");
  expect(await page.isVisible("#help")).toBe(true);
  await page.keyboard.press("Escape");
  expect(await page.isVisible("#help")).toBe(false);
  const ground = async (of: Page): Promise<Colour> => colourOf(await ask<string>(of, GROUND));
  const dark = await ground(page);
  await page.keyboard.press("t");
  const light = await ground(page);
  expect(Math.max(...dark)).toBeLessThan(60);
  expect(Math.min(...light)).toBeGreaterThan(200);
  await page.reload();
  expect(await ground(page)).toEqual(light);
  const system = await open(http, { colorScheme: "light" });
  expect(await ground(system)).toEqual(light);
  await expect.poll(() => textOf(page, "me-state")).toMatch(/^session /);
  await page.keyboard.press("j");
  await expect.poll(() => page.isVisible("#join")).toBe(true);
  await page.keyboard.press("j");
  await expect.poll(() => page.isVisible("#me-card")).toBe(true);
  await expect.poll(() => textOf(page, "me-state")).toMatch(/^session /);
  expect(browsing.complaints).toEqual([]);
});

test("the picture: every entity is where the server has it, and nobody else is there", async () => {
  const { http, port } = await start();
  const url = http.replace("http", "ws");
  const places = Array.from({ length: 24 }, (_, i) => ({
    x: -900 + (i % 6) * 340,
    y: -830 + Math.floor(i / 6) * 420,
  }));
  await Promise.all(
    places.map((spawn) => {
      const joined = Promise.withResolvers<undefined>();
      const handlers = { spawned: () => joined.resolve(undefined) };
      const session = new Session({ url, spawn, dial: dialWebSocket, handlers });
      sessions.push(session);
      session.connect();
      return joined.promise;
    }),
  );
  const page = await open(http);
  const eyes = await watch(port);
  await expect.poll(() => textOf(page, "fact-entities")).toBe("24");
  // Chosen is one in the corner: the others are of the colour of nobody's business.
  await page.keyboard.press("l");
  await expect.poll(() => textOf(page, "focus-name")).not.toBe("nobody");
  await eyes.saw(eyes.frames.length + 5);
  const box = await page.locator("#map").boundingBox();
  if (box === null) throw new Error("there is no map");
  const picture = new Picture(await page.locator("#map").screenshot());
  const camera = new Camera();
  [camera.width, camera.height] = [box.width, box.height];
  camera.setBounds(eyes.hello ?? { minX: 0, minY: 0, maxX: 1, maxY: 1 });
  camera.advance(1);
  const entity = colourOf(await ask(page, colourNamed("entity")));
  const told = colourOf(await ask(page, colourNamed("told")));
  const { scene } = eyes.last;
  const chosen = Number((/entity (\d+)/.exec(await textOf(page, "focus-name")) ?? [])[1]);
  expect(scene.rows).toHaveLength(places.length);
  let plain = 0;
  scene.rows.forEach((row, i) => {
    const x = camera.screenX(-1000 + ((scene.xs[i] ?? 0) / 65_535) * 2000);
    const y = camera.screenY(-1000 + ((scene.ys[i] ?? 0) / 65_535) * 2000);
    const colour = picture.at(x, y);
    const isThere = isNear(colour, entity) || isNear(colour, told);
    // What lies on the map (buttons, legend, the invitation) covers some of the corners.
    const isCovered = y > box.height - 190 || y < 60;
    if (!isCovered) expect(isThere, `entity ${row} at ${x}, ${y}: ${colour.join()}`).toBe(true);
    if (!isCovered && row !== chosen) plain++;
  });
  expect(plain).toBeGreaterThanOrEqual(10);
  // Nothing of that colour anywhere else: each takes 3 by 3 points, at most 4 by 4 when smoothed.
  const seen = picture.count(entity, 0, 60, picture.width, picture.height - 250);
  expect(seen).toBeGreaterThanOrEqual(plain * 4);
  expect(seen).toBeLessThanOrEqual((plain + 1) * 16);
  expect(browsing.complaints).toEqual([]);
});
