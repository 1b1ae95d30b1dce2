// npm run pictures: the README's pictures of the live page, made by the browser of the tests from
// a server with 300 bots. Takes half a minute; the build must be there. Whatever the page complains
// of ends it with 1.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { BrowserContextOptions, Page } from "playwright-core";
import { Browsing } from "./browser.ts";
import { ServerProcess } from "./server-process.ts";

const FOLDER = new URL("../../docs/images/", import.meta.url);
const BOTS = 300;
/** Until the plots have something to show, ms. */
const SETTLE_MS = 12_000;

/** Not so far that nobody is left in sight, ms. */
const STEER_MS = 600;

interface Scene {
  readonly name: string;
  readonly options: BrowserContextOptions;
  /** What a visitor does before the picture is taken. */
  readonly act: (page: Page) => Promise<void>;
}

async function join(page: Page): Promise<void> {
  await page.click("#join");
  await page.waitForSelector("#me-card:not([hidden])");
}

/** Over a slow line, so that prediction and the server's word lie apart. */
async function steerFarAway(page: Page): Promise<void> {
  await join(page);
  await page.fill("#latency", "200");
  await page.waitForTimeout(SETTLE_MS);
  await page.focus("#map");
  await page.keyboard.down("d");
  await page.waitForTimeout(STEER_MS);
}

const SCENES: readonly Scene[] = [
  {
    name: "live-dark",
    options: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
    act: steerFarAway,
  },
  {
    name: "live-light",
    options: { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
    act: (page) => page.waitForTimeout(SETTLE_MS),
  },
  {
    name: "live-phone",
    options: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
    async act(page) {
      await page.tap("#join");
      await page.waitForTimeout(SETTLE_MS);
    },
  },
];

const server = new ServerProcess({
  argv: ["--bots", String(BOTS)],
  env: { AETHER_PERSISTENCE_URL: "none" },
});
const browsing = await Browsing.start();
try {
  const { http } = await server.listening();
  for (const { name, options, act } of SCENES) {
    const page = await browsing.open(http, options);
    while ((await page.innerText("#fact-entities")) !== String(BOTS))
      await page.waitForTimeout(100);
    await act(page);
    const file = fileURLToPath(new URL(`${name}.png`, FOLDER));
    const picture = await page.screenshot();
    writeFileSync(file, picture);
    console.log(`${file}: ${String(Math.round(picture.length / 1024))} KB`);
    // A page that is closed leaves its entity to wait for it, and the next visitor would count it.
    if (await page.isVisible("#leave")) await page.click("#leave");
    await page.waitForSelector("#join");
    await page.context().close();
  }
  for (const complaint of browsing.complaints) console.error(`the page complains: ${complaint}`);
  if (browsing.complaints.length > 0) process.exitCode = 1;
} finally {
  await browsing.stop();
  await server.destroy();
}
