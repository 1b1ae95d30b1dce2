// One run: a server, its clients and their troubles, from start to drain, drawn from a seed. The
// same seed lives through the same run, to the last event.
import { Claims } from "./claims.ts";
import { figuresOf } from "./figures.ts";
import { Hostile, TRADES } from "./hostile.ts";
import { House } from "./house.ts";
import type { Plant } from "./house.ts";
import { Network } from "./network.ts";
import type { Plan, Restart } from "./plan.ts";
import { planOf } from "./plan.ts";
import { Random } from "./random.ts";
import { Schedule } from "./schedule.ts";
import { Scribe } from "./scribe.ts";
import { Store } from "./store.ts";
import { Thief } from "./thief.ts";
import { Traps } from "./traps.ts";
import { must, Violation } from "./violation.ts";
import { Walker } from "./walker.ts";

export interface SimulationOptions {
  readonly seed: number;
  /** Simulated time with faults; recovery and drain come on top. */
  readonly minutes: number;
  /** Honest clients; the plan's own number when absent. */
  readonly clients?: number;
  readonly plant?: Plant;
  /**
   * In place of the plan's restarts, so many lives of the server are killed right after a write, of
   * the store or of the journal: the first one after its first write, and so on to WRITES_MAX.
   */
  readonly crashes?: number;
  /** Called about once a simulated second. */
  readonly onProgress?: (simulation: Simulation) => void;
}

export interface Outcome {
  /** Null: every invariant held. */
  readonly failure: string | null;
  /** Tick of the server at the end, or at the failure; and the virtual time, ms. */
  readonly tick: number;
  readonly nowMs: number;
  /** Events that ran, and the final state hash: equal for equal runs. */
  readonly events: number;
  readonly hash: string;
  readonly figures: Readonly<Record<string, number>>;
}

/**
 * Its journal, the traps of its kernels and the copies of its store draw from streams of their own,
 * so that a seed has the same plan with them.
 */
const JOURNAL_SEED = 0x10a41;
const TRAPS_SEED = 0x7ab5;
const COPIES_SEED = 0xc0b1e5;
/** Chances that the kernels of a run trap, and that a restart finds an older copy of its store. */
const TRAPS_CHANCE = 0.5;
const REWIND_CHANCE = 0.2;
/** Clients arrive within this time, ms. */
const ARRIVAL_MS = 2000;
/** Within this time after the last fault every view must be proven, ms. */
const RECOVERY_MS = 1000;
/** And within this, once nobody moves, be complete and true. */
const REST_MS = 1000;
/** A server is down this long at most, ms. */
const DOWN_MS = 1500;
/** Writes of a life that is killed after one, at most; and how long it is waited for, ms. */
const WRITES_MAX = 30;
const WRITES_MS = 5000;
/** What a drain may take beside gateway.drain_ms and the time it was held up. */
const DRAIN_MARGIN_MS = 400;
/** And for a store that is away. */
const CLOSE_LIMIT_MS = 4000;
/** A server that waits for no store starts within this time, ms; outages come on top. */
const START_LIMIT_MS = 8000;
/** Beside persistence.flush_ms, until what was noted is durable, ms. */
const FLUSH_MARGIN_MS = 200;

export class Simulation {
  readonly plan: Plan;
  readonly schedule: Schedule;
  readonly network: Network;
  readonly walkers: readonly Walker[];
  readonly hostiles: readonly (Hostile | Thief)[];
  readonly claims = new Claims();
  /** Null: nothing outlives a server. */
  readonly store: Store | null;
  /** Null where there is no store. */
  readonly scribe: Scribe | null;
  /** Null: its kernels are sound. */
  readonly traps: Traps | null;
  house: House;
  readonly #options: SimulationOptions;
  readonly #random: Random;
  readonly #houses: House[] = [];
  #progressAt = 0;
  #isCalm = false;
  readonly #copies: Random;
  /** When the present server began to tick, ms. */
  #startedAt = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const random = new Random(options.seed);
    this.#random = random;
    this.plan = planOf(random.fork(), options.clients);
    const schedule = new Schedule(random.fork());
    this.schedule = schedule;
    this.network = new Network(schedule, random.fork(), this.plan.faults);
    const { store: faults } = this.plan;
    this.store = faults === null ? null : new Store(schedule, random.fork(), faults);
    if (this.store !== null) options.plant?.vault?.(this.store.vault);
    this.scribe = this.store && new Scribe(new Random(options.seed ^ JOURNAL_SEED));
    this.#copies = new Random(options.seed ^ COPIES_SEED);
    const traps = new Random(options.seed ^ TRAPS_SEED);
    this.traps = traps.chance(TRAPS_CHANCE) ? new Traps(traps.below(2 ** 31)) : null;
    this.house = this.#build();
    const { claims, network } = this;
    this.walkers = Array.from({ length: this.plan.honest }, () => {
      const applied = (walker: Walker, tick: number): void => this.#applied(walker, tick);
      const parts = { schedule, network, random: random.fork(), home: this.plan.home, applied };
      return new Walker(parts);
    });
    this.hostiles = Array.from({ length: this.plan.hostile }, (_, i) => {
      const trade = TRADES[i % (TRADES.length + 1)];
      if (trade === undefined) {
        return new Thief({ schedule, network, random: random.fork(), used: claims.used });
      }
      return new Hostile(trade, { schedule, network, random: random.fork() });
    });
  }

  async run(): Promise<Outcome> {
    let failure: string | null = null;
    try {
      await this.#live();
    } catch (error) {
      failure = describe(error);
    }
    const { schedule, house } = this;
    return {
      failure,
      tick: house.server.world.tick,
      nowMs: schedule.now,
      events: schedule.count,
      hash: house.hash,
      figures: figuresOf(this, this.#houses),
    };
  }

  // ------------------------------------------------------------------ the course of a run

  async #live(): Promise<void> {
    const { minutes } = this.#options;
    const { restarts } = this.plan;
    const end = minutes * 60_000;
    await this.#start();
    this.#arrive();
    this.#trouble();
    this.store?.backUp();
    this.store?.trouble(() => {
      const { tenant } = this.house;
      return tenant?.isOpen === true ? tenant.worker : null;
    });
    const { crashes } = this.#options;
    if (crashes !== undefined) await this.#crash(crashes);
    else {
      for (const [i, restart] of restarts.entries()) {
        const share = (i + this.#random.between(0.3, 0.7)) / restarts.length;
        await this.#until(() => false, end * share);
        await this.#restart(restart);
      }
    }
    await this.#until(() => false, end);
    await this.#recover();
    await this.#drain();
  }

  async #start(): Promise<void> {
    const state = { isReached: false };
    const starting = this.house.start().then(() => {
      state.isReached = true;
    });
    // Where it fails, nobody would wait for it any more.
    starting.catch(() => {
      state.isReached = true;
    });
    await this.#until(() => state.isReached, this.schedule.now + START_LIMIT_MS);
    must(state.isReached, () => `the server did not start within ${START_LIMIT_MS} ms`);
    await starting;
    this.#startedAt = this.schedule.now;
  }

  async #restart(restart: Restart): Promise<void> {
    const isRewound = this.#copies.chance(REWIND_CHANCE);
    if (restart === "drain") await this.#drain();
    // What is in the store alone would be gone with it: the journal must have arrived.
    else this.house.kill(isRewound);
    if (isRewound) this.store?.rewind(Math.max(this.#startedAt, this.scribe?.wholeSince ?? 0));
    await this.#for(this.#random.unit() * DOWN_MS);
    this.house = this.#build();
    await this.#start();
    if (this.store !== null) this.store.isQuiet = false;
  }

  async #crash(times: number): Promise<void> {
    const writes = (): number => (this.store?.vault.commits ?? 0) + (this.scribe?.turns ?? 0);
    for (let i = 0; i < times; i++) {
      const last = writes() + 1 + (i % WRITES_MAX);
      await this.#until(() => writes() >= last, this.schedule.now + WRITES_MS);
      await this.#restart("kill");
    }
  }

  #arrive(): void {
    for (const client of [...this.walkers, ...this.hostiles]) {
      this.schedule.after(this.#random.unit() * ARRIVAL_MS, () => client.start());
    }
  }

  /** Holds the server's process up now and then. */
  #trouble(): void {
    const { pauses, pauseMaxMs } = this.plan;
    if (pauses === 0) return;
    this.schedule.after(this.#random.wait(pauses), () => {
      if (this.#isCalm) return;
      this.house.machine.pause(this.#random.unit() * pauseMaxMs);
      this.#trouble();
    });
  }

  /** Faults end; then everything must be well again, soon. */
  async #recover(): Promise<void> {
    const { house, network, walkers } = this;
    this.#isCalm = true;
    this.traps?.disarm();
    for (const hostile of this.hostiles) hostile.stop();
    network.calm();
    this.store?.calm();
    for (const walker of walkers) walker.settle();
    const { now } = this.schedule;
    const noted = house.tenant?.noted.length ?? 0;
    await this.#until(() => walkers.every((walker) => walker.isProven), now + RECOVERY_MS);
    const wrong = walkers.filter((walker) => !walker.isProven);
    must(wrong.length === 0, () => {
      const states = wrong.map((walker) => walker.client.state).join(", ");
      return `a second after the last fault ${wrong.length} views are not proven (${states})`;
    });
    for (const walker of walkers) walker.stand();
    await this.#for(REST_MS);
    for (const walker of walkers) this.#mustBeWhole(walker);
    this.#mustBeDurable(noted);
    must(house.isReady, () => "the server is well and says that it is not ready");
  }

  /** @param noted facts when faults ended */
  #mustBeDurable(noted: number): void {
    const { keeper } = this.house.server;
    const { tenant } = this.house;
    if (keeper === null || tenant === null) return;
    const { isAway, durableAgeMs } = keeper.status;
    const limit = this.plan.config.persistence.flush_ms + FLUSH_MARGIN_MS;
    const late = noted - (tenant.noted.length - tenant.missing);
    must(late <= 0, () => `${late} facts from before the last fault are not durable`);
    must(!isAway && durableAgeMs <= limit, () => `nothing was made durable for ${durableAgeMs} ms`);
  }

  #mustBeWhole(walker: Walker): void {
    const { link, client } = walker;
    const witness = link === null ? undefined : this.house.judge.witnessOf(link);
    const { max_visible } = this.plan.config.engine;
    const isCapped = client.replica.size >= max_visible;
    must(
      witness !== undefined && (witness.isComplete || isCapped),
      () => `entity ${client.entityId} is not shown everything though nobody moves`,
    );
  }

  async #drain(): Promise<void> {
    const { house, schedule } = this;
    const { machine } = house;
    const storeMs = this.store === null ? 0 : CLOSE_LIMIT_MS;
    const { drain_ms } = this.plan.config.gateway;
    const limit = drain_ms + storeMs + DRAIN_MARGIN_MS - machine.pausedMs;
    if (this.store !== null) this.store.isQuiet = true;
    const start = schedule.now;
    const end = { isReached: false };
    const stopping = house.stop().then(() => {
      end.isReached = true;
    });
    const late = (): boolean => schedule.now - start > limit + machine.pausedMs;
    await this.#until(() => end.isReached || late(), Infinity);
    must(end.isReached, () => `the server did not stop within ${limit + machine.pausedMs} ms`);
    await stopping;
    house.mustBeOver();
  }

  // ------------------------------------------------------------------ time

  async #for(ms: number): Promise<void> {
    await this.#until(() => false, this.schedule.now + ms);
  }

  /** Lets time go by. @param end virtual ms */
  async #until(isDone: () => boolean, end: number): Promise<void> {
    const { schedule } = this;
    await turn();
    const deadline = { isReached: false };
    if (end !== Infinity) {
      schedule.at(end, () => {
        deadline.isReached = true;
      });
    }
    while (!deadline.isReached && !isDone()) {
      schedule.step();
      if (schedule.hasWoken) {
        schedule.hasWoken = false;
        await turn();
      }
      if (schedule.now >= this.#progressAt) {
        this.#progressAt = schedule.now + 1000;
        this.#options.onProgress?.(this);
        await turn();
      }
    }
  }

  // ------------------------------------------------------------------ parts

  #build(): House {
    const { schedule, network } = this;
    const { config, maxBackpressure } = this.plan;
    const house = new House({
      schedule,
      network,
      random: this.#random.fork(),
      config,
      maxBackpressure,
      plant: this.#options.plant ?? {},
      claims: this.claims,
      store: this.store,
      scribe: this.scribe,
      traps: this.traps,
      app: null,
    });
    this.#houses.push(house);
    return house;
  }

  /** What still arrives after the server has closed a connection is judged no more. */
  #applied(walker: Walker, tick: number): void {
    if (walker.link === null) return;
    this.house.judge.witnessOf(walker.link)?.applied(walker.client.replica, tick);
  }
}

/** One turn of the real event loop: everything that awaits a resolved promise runs. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function describe(error: unknown): string {
  if (error instanceof Violation) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
