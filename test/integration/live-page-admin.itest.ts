// The live page on the admin address, in a real browser: it asks for the token first.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { FEED_PATH } from "../../src/feed/format.ts";
import { Browsing, findBrowser, NO_BROWSER } from "./browser.ts";
import { ServerProcess } from "./server-process.ts";

/** Nothing waits so long when all is well. */
const PATIENCE = { timeout: 20_000, interval: 50 };
const TOKEN = "a-token-of-the-tests-0123456789-abcdef";

async function show(page: Page, token: string): Promise<void> {
  await page.fill("#token", token);
  await page.press("#token", "Enter");
}

async function play(browsing: Browsing, server: ServerProcess): Promise<void> {
  const { http, metrics } = await server.listening();
  expect((await fetch(http)).status).toBe(404);
  const page = await browsing.open(metrics.replace("/metrics", "/"));
  const linkText = (): Promise<string> => page.innerText("#link-text");
  await expect.poll(() => page.isVisible("#token-form"), PATIENCE).toBe(true);
  expect(await linkText()).toBe("asks for its token");
  await show(page, "neither this");
  await expect.poll(linkText, PATIENCE).toBe("not its token");
  expect(await page.isVisible("#token-form")).toBe(true);

  // What becomes of a wrong token is heard only when the right one has been shown.
  const refused = Promise.withResolvers<() => Promise<void>>();
  await page.routeWebSocket(`**${FEED_PATH}`, (line) => {
    line.connectToServer().onClose((code, reason = "") => {
      refused.resolve(() => line.close({ ...(code !== undefined && { code }), reason }));
    });
  });
  await show(page, "not the token");
  const tellOfIt = await refused.promise;
  await show(page, TOKEN);
  await expect.poll(linkText, PATIENCE).toBe("live");
  await tellOfIt();

  await page.click("#join");
  await expect.poll(() => page.innerText("#me-state"), PATIENCE).toMatch(/^session /);
  expect(await linkText()).toBe("live");
  await page.reload();
  await expect.poll(linkText, PATIENCE).toBe("live");
  expect(page.url()).not.toContain(TOKEN);
  expect(browsing.complaints).toEqual([]);
}

test("H47 it asks for the token, takes the right one after a wrong, and plays", async (context) => {
  context.skip(findBrowser() === undefined, NO_BROWSER);
  const browsing = await Browsing.start();
  const server = new ServerProcess({
    env: {
      AETHER_PERSISTENCE_URL: "none",
      AETHER_OBSERVABILITY_ADMIN_TOKEN: TOKEN,
      AETHER_OBSERVABILITY_LIVE_PAGE: "admin",
    },
  });
  try {
    await play(browsing, server);
  } finally {
    await browsing.stop();
    await server.destroy();
  }
});
