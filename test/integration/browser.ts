// A real browser, Debian's Chromium, for tests of pages. What a page says on its console, throws,
// fails to load or is forbidden by its policy is kept: a test that looks at a page looks at that
// too.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

/** Why tests are skipped without one. */
export const NO_BROWSER = "chromium is not installed (Debian: chromium)";
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** @returns the program, undefined when there is none */
export function findBrowser(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

export class Browsing {
  /** Whatever was wrong on any page. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<Browsing> {
    const executablePath = findBrowser();
    if (executablePath === undefined) throw new Error(NO_BROWSER);
    return new Browsing(await chromium.launch({ executablePath }));
  }

  /** A page of a visitor of its own. */
  async open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme: "dark",
      ...options,
    });
    const page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(error.stack ?? error.message));
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      this.complaints.push(`not loaded: ${request.url()} ${why}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400) this.complaints.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(url);
    return page;
  }

  /** Ends all visits, and begins with the next without complaints. */
  async leave(): Promise<void> {
    for (const context of this.#browser.contexts()) await context.close();
    this.complaints.length = 0;
  }

  stop(): Promise<void> {
    return this.#browser.close();
  }
}

/** Counts the calls of the module's functions, at its own door. */
export const COUNT_CALLS = `
  globalThis.calls = 0;
  const load = WebAssembly.instantiateStreaming.bind(WebAssembly);
  const counted = (value) => (...numbers) => {
    globalThis.calls++;
    return value(...numbers);
  };
  WebAssembly.instantiateStreaming = async (source) => {
    const { instance } = await load(source);
    const exports = Object.entries(instance.exports).map(([name, value]) => [
      name,
      typeof value === "function" ? counted(value) : value,
    ]);
    return { instance: { exports: Object.fromEntries(exports) } };
  };
`;
