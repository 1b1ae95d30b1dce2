// A process of bots, apart from the server and from who measures, so that neither waits for them.
import { RandomStream } from "../../src/swarm/random.ts";
import { SocketPool } from "../../src/swarm/socket.ts";
import { answerBy } from "../ask.ts";
import { Bot, Ledger } from "./bot.ts";
import type { CrowdOrder, CrowdReport, CrowdWish } from "./crowd.ts";

const STEP_MS = 50;
const LOOK_MS = 10;
const PATIENCE_MS = 30_000;
const MIDDLE = { x: 0, y: 0 };

class Crowd {
  readonly #wish: CrowdWish;
  readonly #ledger = new Ledger();
  readonly #bots: Bot[];
  #arrivals: number[] = [];
  #holds = false;

  constructor(wish: CrowdWish) {
    this.#wish = wish;
    const random = new RandomStream(wish.seed);
    const pool = new SocketPool();
    const onTick = (tick: number): void => {
      this.#arrivals.push(performance.now() - tick * wish.tickMs);
    };
    const plan = wish.isWitness
      ? { churns: false, at: MIDDLE, onTick }
      : { churns: wish.churns, at: null, onTick: null };
    this.#bots = Array.from({ length: wish.bots }, () => {
      return new Bot(wish.url, plan, random, this.#ledger, pool);
    });
    const timer = setInterval(() => {
      const now = performance.now();
      for (const bot of this.#bots) bot.step(now, this.#holds);
    }, STEP_MS);
    timer.unref();
  }

  hold(holds: boolean): void {
    this.#holds = holds;
  }

  aim(url: string): void {
    for (const bot of this.#bots) bot.url = url;
  }

  take(): Float64Array {
    const arrivals = Float64Array.from(this.#arrivals);
    this.#arrivals = [];
    return arrivals;
  }

  async join(): Promise<void> {
    await waitFor(() => this.#bots.every((bot) => bot.isPlaying), "all bots to play");
  }

  async stop(): Promise<CrowdReport> {
    for (const bot of this.#bots) bot.stop();
    await waitFor(() => this.#bots.every((bot) => bot.isGone), "all bots to leave");
    return this.report();
  }

  report(): CrowdReport {
    const { told, faults, closes, resumed, left, vanished, unavailable } = this.#ledger;
    const lists = { told: [...told], closes: [...closes], faults };
    return { bots: this.#wish.bots, ...lists, resumed, left, vanished, unavailable };
  }
}

async function waitFor(isSo: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

let crowd: Crowd | null = null;

answerBy(async (message) => {
  const order = message as CrowdOrder;
  if (order.do === "open") {
    crowd = new Crowd(order.wish);
    // Of many, some are always away: all are there once, before anything happens to one.
    crowd.hold(true);
    await crowd.join();
    crowd.hold(false);
    return null;
  }
  if (crowd === null) throw new Error("there is no crowd yet");
  switch (order.do) {
    case "join":
      return crowd.join();
    case "aim":
      crowd.aim(order.url);
      return null;
    case "hold":
      crowd.hold(order.holds);
      return null;
    case "take":
      return crowd.take();
    case "report":
      return crowd.report();
    case "stop":
      return crowd.stop();
  }
});
// Whoever measures has ended, however it did.
process.on("disconnect", () => process.exit());
