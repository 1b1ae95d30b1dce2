// The tick's end of persistence. Facts are noted here; at a tick's boundary a flight takes them and
// the world's image to the worker, at most one at a time: what comes meanwhile goes with the next.
// Nothing here waits, and a worker that is lost is replaced; facts are let go of only once durable.
import { FLUSH_EDGES } from "../numbers/edges.ts";
import { Histogram } from "../numbers/histogram.ts";
import { WorldOwned } from "./claim.ts";
import type { Fact, MarkedFact } from "./contract.ts";
import type { Imaged, KeeperOptions, KeeperParts } from "./keeper-parts.ts";
import type { KeeperStatus } from "./keeper-status.ts";
import type { FromWorker, Opened, WorkerNumbers } from "./messages.ts";
import type { PresenceEntry } from "./presence/presence.ts";
import type { WorkerPort } from "./port.ts";
import { Roster } from "./roster.ts";

/** Nobody waits longer than this for a flight that does not land, ms. */
const PATIENCE_MS = 500;
/** Between flights of an empty world without news, ms; its owner must still be seen to live. */
const IDLE_MS = 1000;
/** Before a lost worker is replaced, ms: at first, and when replacing it has failed many times. */
const RESPAWN_MS = 250;
const RESPAWN_MAX_MS = 8000;
/** How long the last flight and the worker's end may take, ms. */
const CLOSE_LIMIT_MS = 4000;
const RETRY_AFTER_MS = 1000;

export class Keeper {
  readonly retryAfterMs = RETRY_AFTER_MS;
  /** What landed flights took, seconds. */
  readonly flights = new Histogram(FLUSH_EDGES);
  readonly #options: KeeperOptions;
  readonly #parts: KeeperParts;
  #worker: WorkerPort | null = null;
  #image: ArrayBuffer | null;
  #epoch: number | null = null;
  #store = "";
  /** Noted and not durable, in order; the first `#inAir` are under way. */
  #facts: MarkedFact[] = [];
  #inAir = 0;
  #flightTick = -1;
  /** Tick of the flight that left last. */
  #departedTick = -1;
  #flightSince = 0;
  #noted = 0;
  #durable = 0;
  #tick = 0;
  #index = 0;
  #isUrgent = false;
  #durableTick = 0;
  #landedAt = 0;
  #landedTick = -1;
  #departedAt = -Infinity;
  #beatAt = -Infinity;
  #flights = 0;
  #flightMs = 0;
  #imageBytes = 0;
  #workersLost = 0;
  #lostInRow = 0;
  /** When the worker was lost that has no successor yet; Infinity: none was. */
  #lostAt = Infinity;
  #numbers: WorkerNumbers | null = null;
  #opened: ((message: Opened | Error) => void) | null = null;
  #closed: (() => void) | null = null;
  #isOver = false;
  #isFenced = false;
  readonly #present = new Roster();

  constructor(options: KeeperOptions, parts: KeeperParts) {
    this.#options = options;
    this.#parts = parts;
    this.#image = new ArrayBuffer(options.imageBytesMax);
  }

  /** Claims the world. Rejects with an Error in words, WorldOwned where another process runs it. */
  async open(): Promise<Opened> {
    const answer = await new Promise<Opened | Error>((resolve) => {
      this.#opened = resolve;
      this.#start();
    });
    if (answer instanceof Error) throw answer;
    this.#epoch = answer.epoch;
    this.#store = answer.store;
    this.#durableTick = answer.tick;
    this.#landedAt = this.#parts.now();
    const since = this.#parts.wallNow();
    for (const { session, entity } of answer.sessions) {
      this.#tellPresent({ session, entity, state: "suspended", since });
    }
    return answer;
  }

  // ---------------------------------------------------------------- facts

  hasRoom(facts: number): boolean {
    return this.#facts.length + this.#present.sureFacts + facts <= this.#options.factsMax;
  }

  /** As of the worker's last word, about a second ago. */
  get isBehind(): boolean {
    return (this.#numbers?.outbox.waiting ?? 0) >= this.#options.eventsMax;
  }

  note(fact: Fact): number {
    const tick = this.#parts.tick();
    if (tick !== this.#tick) this.#index = 0;
    this.#tick = tick;
    return this.#keep({ ...fact, tick, index: this.#index++ });
  }

  /**
   * Takes over what a server before this one noted and brought to no store.
   * @param facts with their marks, and the epochs of those who noted them
   */
  takeOver(facts: readonly MarkedFact[]): void {
    for (const fact of facts) this.#keep(fact);
  }

  #keep(fact: MarkedFact): number {
    this.#facts.push(fact);
    this.#parts.journal?.note(fact);
    if (fact.what === "joined" || fact.what === "resumed" || fact.what === "emitted") {
      this.#isUrgent = true;
    }
    this.#notePresence(fact);
    return ++this.#noted;
  }

  /** Whether a fact is in the store. */
  isDurable(serial: number): boolean {
    return serial <= this.#durable;
  }

  isSettled(serial: number): boolean {
    if (serial <= this.#durable) return true;
    return this.isAway && (this.#parts.journal?.isSettled(serial) ?? true);
  }

  /** Whether flights do not land, for longer than anybody is to wait. */
  get isAway(): boolean {
    const since = this.#flightTick >= 0 ? this.#flightSince : this.#lostAt;
    return this.#parts.now() - since > PATIENCE_MS;
  }

  // ---------------------------------------------------------------- ticks

  /** Call after each tick, when its facts have been noted. */
  afterTick(world: Imaged): void {
    const now = this.#parts.now();
    if (this.#isDue(world, now)) this.#depart(world, now);
    if (now - this.#beatAt >= this.#options.heartbeatMs) {
      this.#beatAt = now;
      this.#worker?.post({ type: "beat" }, []);
    }
  }

  #isDue(world: Imaged, now: number): boolean {
    if (this.#flightTick >= 0 || this.#image === null || this.#epoch === null) return false;
    if (this.#lostAt !== Infinity) return false;
    if (this.#isUrgent) return true;
    const isIdle = world.isEmpty && this.#facts.length === 0;
    const since = now - this.#departedAt;
    return since >= (isIdle ? Math.max(IDLE_MS, this.#options.flushMs) : this.#options.flushMs);
  }

  #depart(world: Imaged, now: number): void {
    const image = this.#image;
    if (image === null || this.#worker === null) return;
    const imageBytes = world.writeImage(new Uint8Array(image));
    // Ended without another tick, a world brings its last facts as of one: the store takes none of
    // a tick that it has.
    const tick = world.tick > this.#departedTick ? world.tick : this.#departedTick + 1;
    this.#departedTick = tick;
    this.#imageBytes = imageBytes;
    this.#inAir = this.#facts.length;
    this.#flightTick = tick;
    this.#flightSince = now;
    this.#departedAt = now;
    this.#isUrgent = false;
    this.#image = null;
    const facts = this.#facts.slice();
    this.#worker.post({ type: "flight", tick, image, imageBytes, facts }, [image]);
  }

  #land(tick: number, ms: number): void {
    if (tick !== this.#flightTick) return;
    this.#durable += this.#inAir;
    this.#facts.splice(0, this.#inAir);
    this.#inAir = 0;
    this.#flightTick = -1;
    this.#durableTick = tick;
    this.#landedTick = tick;
    this.#landedAt = this.#parts.now();
    this.#flights++;
    this.#flightMs += ms;
    this.flights.observe(ms / 1000);
  }

  // ---------------------------------------------------------------- presence

  #notePresence(fact: Fact): void {
    if (fact.what === "ended") {
      this.#present.remove(fact.session);
      this.#worker?.post({ type: "absent", session: fact.session }, []);
    } else if (fact.what === "joined" || fact.what === "resumed" || fact.what === "suspended") {
      const state = fact.what === "suspended" ? "suspended" : "playing";
      const { session, entity } = fact;
      this.#tellPresent({ session, entity, state, since: this.#parts.wallNow() });
    }
  }

  #tellPresent(entry: PresenceEntry): void {
    this.#present.put(entry);
    this.#worker?.post({ type: "present", entry }, []);
  }

  // ---------------------------------------------------------------- the worker

  #start(): void {
    const { url, world, poolSize, presence, outbox, logLevel } = this.#options;
    const { retentionDays, historyRows } = this.#options;
    const kept = { url, world, poolSize, retentionDays, historyRows };
    const { owner } = this.#parts;
    const epoch = this.#epoch;
    const worker = this.#parts.startWorker(
      { ...kept, presence, outbox, logLevel, owner, epoch },
      (message) => {
        if (worker === this.#worker) this.#hear(message);
      },
      (error) => {
        if (worker === this.#worker) this.#lose(error);
      },
    );
    this.#worker = worker;
    for (const entry of this.#present) worker.post({ type: "present", entry }, []);
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case "opened":
        if (this.#opened === null) this.#resume(message);
        else this.#answer(message);
        break;
      case "refused":
        this.#refused(refusal(message.sentence, message.isOwned));
        break;
      case "landed":
        this.#image = message.image;
        this.#land(message.tick, message.ms);
        break;
      case "fenced":
        this.#fence();
        break;
      case "numbers":
        this.#numbers = message.numbers;
        break;
      case "log":
        this.#parts.log(message.level, message.fields, message.message);
        break;
      case "closed":
        this.#closed?.();
    }
  }

  /** At the start it is the answer. Later nobody can be asked for a remedy: the world goes on. */
  #refused(error: Error): void {
    if (this.#opened !== null) this.#answer(error);
    else if (error instanceof WorldOwned) this.#fence();
    else {
      void this.#worker?.end();
      this.#lose(error);
    }
  }

  #fence(): void {
    this.#isOver = true;
    this.#isFenced = true;
    this.#parts.onFenced();
  }

  #answer(answer: Opened | Error): void {
    this.#opened?.(answer);
    this.#opened = null;
  }

  /** A new worker took over from a lost one: what became of the flight stands in the store. */
  #resume({ tick }: Opened): void {
    this.#lostInRow = 0;
    this.#lostAt = Infinity;
    // Otherwise it did not land, and goes again with the next.
    if (this.#flightTick >= 0 && tick >= this.#flightTick) this.#land(this.#flightTick, 0);
    this.#flightTick = -1;
    this.#inAir = 0;
    this.#isUrgent = true;
    this.#image ??= new ArrayBuffer(this.#options.imageBytesMax);
  }

  #lose(error: Error): void {
    this.#worker = null;
    this.#workersLost++;
    if (this.#opened !== null) {
      this.#answer(error);
      return;
    }
    this.#closed?.();
    if (this.#isOver) return;
    this.#parts.log("error", { error }, "The persistence worker was lost; another is started");
    this.#lostAt = Math.min(this.#lostAt, this.#parts.now());
    const pause = Math.min(RESPAWN_MAX_MS, RESPAWN_MS * 2 ** this.#lostInRow++);
    this.#parts.after(pause, () => {
      if (!this.#isOver) this.#start();
    });
  }

  // ---------------------------------------------------------------- the end

  /**
   * Takes the world's last state to the store.
   * @returns facts that did not become durable; 0 where another process has the world, and with it
   * the sessions that they are about
   */
  async close(world: Imaged): Promise<number> {
    const until = this.#parts.now() + CLOSE_LIMIT_MS;
    while (this.#flightTick >= 0 && !this.#isOver && this.#parts.now() < until) await this.#pause();
    if (this.#flightTick < 0 && !this.#isOver) {
      this.#depart(world, this.#parts.now());
      while (this.#flightTick >= 0 && this.#parts.now() < until) await this.#pause();
    }
    this.#isOver = true;
    const closed = new Promise<void>((resolve) => {
      this.#closed = resolve;
      this.#parts.after(Math.max(1, until - this.#parts.now()), resolve);
    });
    const worker = this.#worker;
    if (worker !== null) {
      worker.post({ type: "close" }, []);
      await closed;
      await worker.end();
    }
    return this.#isFenced ? 0 : this.#facts.length;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.after(5, resolve);
    });
  }

  /** Ticks of the flight that landed last, and of the one that left last; -1: none has. */
  get landedTick(): number {
    return this.#landedTick;
  }
  get departedTick(): number {
    return this.#departedTick;
  }

  get status(): KeeperStatus {
    return {
      store: this.#store,
      durableTick: this.#durableTick,
      durableAgeMs: this.#parts.now() - this.#landedAt,
      isAway: this.isAway,
      waiting: this.#facts.length,
      factsMax: this.#options.factsMax,
      flights: this.#flights,
      flightMs: this.#flightMs,
      imageBytes: this.#imageBytes,
      workersLost: this.#workersLost,
      numbers: this.#numbers,
    };
  }
}

function refusal(sentence: string, isOwned: boolean): Error {
  return isOwned ? new WorldOwned(sentence) : new Error(sentence);
}
