// The example `tag`, played in the live page by a real browser: what the page says of the
// application's own is what the server has, and who is it changes when it does there.
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { fileURLToPath } from "node:url";
import { Tag } from "../../examples/tag/tag.ts";
import { AetherClient } from "../../src/client/client.ts";
import { Camera } from "../../src/page/camera.ts";
import { Visitor } from "../visitor.ts";
import { Browsing, findBrowser, NO_BROWSER } from "./browser.ts";
import { colourOf, Picture } from "./picture.ts";
import { ServerProcess } from "./server-process.ts";

const TAG = fileURLToPath(new URL("../../examples/tag/tag.ts", import.meta.url));
const PATIENCE = { timeout: 40_000, interval: 50 };
const FIELD = 40;

let browsing: Browsing;
let server: ServerProcess;
let eyes: Visitor;
let other: AetherClient | null = null;

beforeAll(async () => {
  if (findBrowser() !== undefined) browsing = await Browsing.start();
});
afterAll(async () => {
  if (findBrowser() !== undefined) await browsing.stop();
});
beforeEach((context) => context.skip(findBrowser() === undefined, NO_BROWSER));
afterEach(async () => {
  if (findBrowser() !== undefined) await browsing.leave();
  other?.close();
  eyes.socket.terminate();
  await server.destroy();
});

const textOf = (page: Page, id: string): Promise<string> => page.innerText(`#${id}`);

/** Rows of those who are it, by what the feed has of them. */
function itRows(): number[] {
  const { componentBytes, components, rows } = eyes.last.scene;
  const isIt = (place: number): boolean => Tag.get(components, place * componentBytes, "isIt");
  return Array.from(rows).filter((_, place) => isIt(place));
}

/** Where a row is, world units. */
function placeOf(row: number): { x: number; y: number } {
  const { rows, xs, ys } = eyes.last.scene;
  const place = rows.indexOf(row);
  const unit = (share = 0): number => (share / 65_535) * 2 * FIELD - FIELD;
  return { x: unit(xs[place]), y: unit(ys[place]) };
}

test("tag is played in the page: I am it, I am caught up with, I am not it any more", async () => {
  server = new ServerProcess({ argv: ["--app", TAG], env: { AETHER_PERSISTENCE_URL: "none" } });
  const { http, metrics, url } = await server.listening();
  const page = await browsing.open(http);
  eyes = await Visitor.open(Number(new URL(metrics).port));
  await expect.poll(() => textOf(page, "show-way"), PATIENCE).toBe("Shows: tag.isIt");
  await expect.poll(() => textOf(page, "legend-flag-name"), PATIENCE).toBe("tag.isIt");
  await page.click("#join");
  await expect.poll(() => textOf(page, "me-own"), PATIENCE).toBe("isIt yes, score 0");
  const own = Number(await textOf(page, "me-entity"));
  expect(itRows()).toEqual([own]);

  // It has counted to forty, and runs.
  const before = placeOf(own);
  const [key, way] = before.x > 0 ? ["a", -1] : ["d", 1];
  await page.focus("#map");
  await page.keyboard.down(key);
  await expect.poll(() => (placeOf(own).x - before.x) * way, PATIENCE).toBeGreaterThan(5);
  await page.keyboard.up(key);

  // Somebody walks into its arms.
  const runner = new AetherClient({ url });
  other = runner;
  runner.on("tick", () => {
    const goal = placeOf(own);
    runner.steer((goal.x - runner.self.x) * 4, (goal.y - runner.self.y) * 4);
  });
  runner.connect();
  await expect.poll(() => itRows(), PATIENCE).toEqual([runner.self.id & 0xffff]);
  await expect.poll(() => textOf(page, "me-own"), PATIENCE).toMatch(/^isIt no, score \d+$/);
  runner.leave();
  await expect.poll(() => textOf(page, "me-own"), PATIENCE).toMatch(/^isIt yes, score \d+$/);
  expect(browsing.complaints).toEqual([]);
});

test("who is it has a ring on the map, which another way of showing takes away", async () => {
  const argv = ["--app", TAG, "--bots", "6"];
  server = new ServerProcess({ argv, env: { AETHER_PERSISTENCE_URL: "none" } });
  const { http, metrics } = await server.listening();
  const page = await browsing.open(http);
  eyes = await Visitor.open(Number(new URL(metrics).port));
  await expect.poll(() => itRows().length, PATIENCE).toBe(1);
  await expect.poll(() => textOf(page, "fact-entities"), PATIENCE).toBe("6");
  await page.click("#zoom-world");
  // The legend lies over the map and has that colour as well.
  await page.click("#legend summary");
  const mark = colourOf(
    await page.evaluate<string>(`(() => {
      const probe = document.createElement("i");
      document.body.append(probe);
      probe.style.color = "var(--mark)";
      return getComputedStyle(probe).color;
    })()`),
  );
  const box = await page.locator("#map").boundingBox();
  if (box === null) throw new Error("there is no map");
  const camera = new Camera();
  [camera.width, camera.height] = [box.width, box.height];
  camera.setBounds({ minX: -FIELD, minY: -FIELD, maxX: FIELD, maxY: FIELD });
  camera.advance(1);
  /** Points of the ring's colour: near to who is it, and on the whole map. */
  const ringed = async (): Promise<[near: number, all: number]> => {
    const picture = new Picture(await page.locator("#map").screenshot());
    const { x, y } = placeOf(itRows()[0] ?? 0);
    const reach = 90;
    const [left, top] = [camera.screenX(x) - reach, camera.screenY(y) - reach];
    const within = (v: number, most: number): number => Math.max(0, Math.min(most, Math.round(v)));
    const [x0, y0] = [within(left, picture.width), within(top, picture.height)];
    const [x1, y1] = [
      within(left + 2 * reach, picture.width),
      within(top + 2 * reach, picture.height),
    ];
    return [
      picture.count(mark, x0, y0, x1 - x0, y1 - y0),
      picture.count(mark, 0, 0, picture.width, picture.height),
    ];
  };
  // It runs about while the picture is taken, and may be caught: so it is looked for until so.
  await expect
    .poll(async () => {
      const [near, all] = await ringed();
      return near > 40 && near === all;
    }, PATIENCE)
    .toBe(true);
  await page.keyboard.press("c");
  expect(await textOf(page, "show-way")).toBe("Shows: plain");
  await expect.poll(async () => (await ringed())[1], PATIENCE).toBe(0);
  await page.keyboard.press("c");
  expect(await textOf(page, "show-way")).toBe("Shows: tag.isIt");
  expect(browsing.complaints).toEqual([]);
});
