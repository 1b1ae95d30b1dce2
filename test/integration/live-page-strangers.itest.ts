// The live page shows what strangers call themselves: as text, whatever it says. And it is there on
// the other loopback address.
import { createServer } from "node:net";

import { afterEach, expect, test } from "vitest";

import { AetherClient } from "../../src/client/client.ts";
import { Browsing, findBrowser, NO_BROWSER } from "./browser.ts";
import { ServerProcess } from "./server-process.ts";

/** As long as a name may be. */
const NAME = '</td><img src=x onerror="document.title=1"><script>alert(1)';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

test("H40 a name that is markup is text in the list, and nothing runs", async (context) => {
  context.skip(findBrowser() === undefined, NO_BROWSER);
  const server = new ServerProcess({ env: { AETHER_PERSISTENCE_URL: "none" } });
  endings.push(() => server.destroy());
  const { http, url } = await server.listening();
  const stranger = new AetherClient({ url, name: NAME });
  endings.push(() => stranger.close());
  stranger.connect();
  const browsing = await Browsing.start();
  endings.push(() => browsing.stop());
  const page = await browsing.open(http);
  const title = await page.title();
  await expect.poll(() => page.textContent("#sessions")).toContain(NAME);
  // Chosen by itself, since it is the only one.
  await expect.poll(() => page.innerText("#focus-name")).toContain("entity 0");
  expect(await page.locator("#sessions img, #sessions script, aside script").count()).toBe(0);
  expect(await page.title()).toBe(title);
  expect(browsing.complaints).toEqual([]);
});

/** Whether this machine has ::1. */
function hasLoopback6(): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(0, "::1", () => probe.close(() => resolve(true)));
  });
}

test("on [::1] it lives and plays as on 127.0.0.1", async (context) => {
  context.skip(findBrowser() === undefined, NO_BROWSER);
  context.skip(!(await hasLoopback6()), "there is no ::1 on this machine");
  const server = new ServerProcess({
    env: {
      AETHER_PERSISTENCE_URL: "none",
      AETHER_GATEWAY_BIND_ADDR: "[::1]:0",
      AETHER_OBSERVABILITY_ADMIN_ADDR: "[::1]:0",
    },
  });
  endings.push(() => server.destroy());
  const { http } = await server.listening();
  const browsing = await Browsing.start();
  endings.push(() => browsing.stop());
  const page = await browsing.open(http);
  await expect.poll(() => page.innerText("#link-text")).toBe("live");
  await page.click("#join");
  await expect.poll(() => page.innerText("#me-state")).toMatch(/^session /);
  expect(browsing.complaints).toEqual([]);
});
