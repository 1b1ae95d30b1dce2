// The live page on the admin address, in a real browser: it asks for the token first, and finds the
// players' address where that has gone to.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { FEED_PATH } from "../../src/feed/format.ts";
import { Browsing, findBrowser, NO_BROWSER } from "./browser.ts";
import { freePort } from "./ports.ts";
import { ServerProcess } from "./server-process.ts";

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
  await expect.poll(() => page.isVisible("#token-form")).toBe(true);
  expect(await linkText()).toBe("asks for its token");
  await show(page, "neither this");
  await expect.poll(linkText).toBe("not its token");
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
  await expect.poll(linkText).toBe("live");
  await tellOfIt();

  await page.click("#join");
  await expect.poll(() => page.innerText("#me-state")).toMatch(/^session /);
  expect(await linkText()).toBe("live");
  await page.reload();
  await expect.poll(linkText).toBe("live");
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

test("the server comes back on another port, and its player goes on there", async (context) => {
  context.skip(findBrowser() === undefined, NO_BROWSER);
  const folder = mkdtempSync(join(tmpdir(), "aether-moved-"));
  const browsing = await Browsing.start();
  const env = {
    AETHER_PERSISTENCE_URL: `sqlite:${join(folder, "world.db")}`,
    AETHER_OBSERVABILITY_ADMIN_ADDR: `127.0.0.1:${await freePort()}`,
  };
  const ports = [await freePort(), await freePort()];
  const start = (port = 0): ServerProcess =>
    new ServerProcess({ env: { ...env, AETHER_GATEWAY_BIND_ADDR: `127.0.0.1:${port}` } });
  let server = start(ports[0]);
  try {
    const { metrics } = await server.listening();
    const page = await browsing.open(metrics.replace("/metrics", "/"));
    const textOf = (id: string): Promise<string> => page.innerText(`#${id}`);
    await page.click("#join");
    await expect.poll(() => textOf("me-state")).toMatch(/^session /);
    const [session, entity] = [await textOf("me-state"), await textOf("me-entity")];
    server.signal("SIGTERM");
    expect(await server.ended()).toBe(0);
    server = start(ports[1]);
    expect((await server.listening()).url).toContain(`:${ports[1]}`);
    await expect.poll(() => textOf("link-text")).toBe("live");
    await expect.poll(() => textOf("me-state")).toBe(session);
    expect(await textOf("me-entity")).toBe(entity);
  } finally {
    await browsing.stop();
    await server.destroy();
    rmSync(folder, { recursive: true });
  }
});
