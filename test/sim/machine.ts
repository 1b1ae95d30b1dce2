// The process that a simulated server runs in: its clock, timers, randomness, log and admin door.
// It can be held up at any moment, as by a garbage collection or a busy neighbour, and killed.
import type { Recorder } from "../../src/engine/recorder.ts";
import type { Transport } from "../../src/gateway/transport.ts";
import type { Parts } from "../../src/main.ts";
import { openKernel } from "../../src/kernel/open.ts";
import type { Answer } from "../../src/observability/health.ts";
import type { Log } from "../../src/observability/log.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";
import type { Traps } from "./traps.ts";
import { violated } from "./violation.ts";

/** Node's timers fire on a grid of their own: up to a millisecond early or late. */
const TIMER_EARLY_MS = 0.9;
const TIMER_LATE_MS = 1.3;
/** What one turn of the event loop takes. */
const TURN_MIN_MS = 0.05;
const TURN_MAX_MS = 0.4;

/** Faults of which the log may speak, because the simulator makes them. */
const EXPECTED = /^The (persistence worker was lost; another is started|kernel trapped; .*)$/;
const TAKEN_OVER = "The world runs on the js kernel now";

/** Of the simulated servers: it need not be one that nobody can turn round. */
export function tokenHash(token: Uint8Array): string {
  return Buffer.from(token).toString("hex");
}

export class Machine {
  /** Lines logged, by level. */
  readonly lines = new Map<string, number>();
  /** Time in which it was held up, ms. */
  pausedMs = 0;
  /** What its public port answers to a plain GET. */
  answer: (path: string) => Answer | null = () => null;
  readonly traps: Traps | null;
  readonly #schedule: Schedule;
  readonly #random: Random;
  readonly #turned: () => void;
  #isAlive = true;
  /** Where its clock stands when it is ahead of the schedule: it has been at work until then. */
  #localNow = 0;
  #pauseMs = 0;

  /**
   * @param turned is called after each turn of its event loop that a timer began
   * @param traps of its kernels; null: they are sound
   */
  constructor(schedule: Schedule, random: Random, turned: () => void, traps: Traps | null) {
    this.traps = traps;
    this.#schedule = schedule;
    this.#random = random;
    this.#turned = turned;
  }

  /** Time in which it was held up that its clock shows already, ms. */
  get lostMs(): number {
    return this.pausedMs - this.#pauseMs;
  }

  /** What its clock shows, ms. */
  get clock(): number {
    return Math.max(this.#localNow, this.#schedule.now);
  }

  /** Until when it is at work, virtual ms. */
  busyUntil(): number {
    return this.#localNow;
  }

  /** Holds it up where it next looks at the clock: between two ticks or in the midst of one. */
  pause(ms: number): void {
    this.#pauseMs += ms;
    this.pausedMs += ms;
  }

  /** Nothing of it runs from now on. */
  kill(): void {
    this.#isAlive = false;
  }

  /** Something from another thread arrives in its event loop. */
  deliver(call: () => void): void {
    this.#run(this.#timer(0), () => {
      call();
      // It may have been waited for.
      this.#schedule.hasWoken = true;
    });
  }

  /** The parts of a server in this process. */
  parts(
    transport: () => Transport,
    recorder: Recorder,
    startWorker: Parts["startWorker"] | null,
    journal: Parts["journal"],
  ): Parts {
    return {
      now: () => this.#now(),
      after: (ms, call) => this.#run(this.#timer(ms), call),
      random: this.#random.fork().unit,
      sleep: (ms) =>
        new Promise((resolve) => {
          this.#run(this.#timer(ms), () => this.#schedule.wake(resolve));
        }),
      log: this.#log(),
      logLines: { dropped: 0, suppressed: 0 },
      admin: ({ port }) => ({
        listen: () => Promise.resolve(port),
        close: () => Promise.resolve(),
        pages: { send: () => undefined, end: () => undefined },
      }),
      pageFiles: new Map(),
      startRuntime: () => ({ stop: () => undefined }),
      build: { version: "simulated", node: "simulated" },
      adminToken: () => "",
      certificateEndsMs: () => 0,
      verifier: null,
      openKernel: (engine) => this.traps?.plant(openKernel(engine)) ?? openKernel(engine),
      quarantine: (_name, bytes) => this.traps?.judge(bytes),
      transport: (answer) => {
        this.answer = answer;
        return transport();
      },
      recorder,
      journal,
      wallNow: () => this.#now(),
      owner: "a simulated process",
      tokens: this.#tokens(),
      startWorker:
        startWorker ?? (() => violated("a simulated server was told to keep what it cannot")),
    };
  }

  /** Tokens are drawn like everything else, so that a run can be repeated. */
  #tokens(): Parts["tokens"] {
    const random = this.#random.fork();
    return {
      make: () => Uint8Array.from({ length: 32 }, () => random.below(256)),
      hash: tokenHash,
    };
  }

  #now(): number {
    this.#localNow = Math.max(this.#localNow, this.#schedule.now) + this.#pauseMs;
    this.#pauseMs = 0;
    return this.#localNow;
  }

  #timer(ms: number): number {
    const from = Math.max(this.#localNow, this.#schedule.now);
    if (ms === 0) return from + this.#random.between(TURN_MIN_MS, TURN_MAX_MS);
    return from + ms + this.#random.between(-TIMER_EARLY_MS, TIMER_LATE_MS);
  }

  #run(at: number, call: () => void): void {
    this.#schedule.at(at, () => {
      if (!this.#isAlive) return;
      if (this.#localNow > this.#schedule.now) {
        this.#run(this.#localNow, call);
        return;
      }
      call();
      this.#turned();
    });
  }

  #log(): Log {
    const count =
      (level: string) =>
      (fields: object, message: string): void => {
        this.lines.set(level, (this.lines.get(level) ?? 0) + 1);
        if (EXPECTED.test(message) || message === TAKEN_OVER) return;
        if (level === "error" || level === "fatal") {
          violated(`the server logged a fault: ${message} ${JSON.stringify(fields)}`);
        }
      };
    const log: Log = {
      trace: count("trace"),
      debug: count("debug"),
      info: count("info"),
      warn: count("warn"),
      error: count("error"),
      fatal: count("fatal"),
      child: () => log,
    };
    return log;
  }
}
