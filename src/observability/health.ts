// Is the process alive, and should it get traffic? JSON, one named check each, for people with curl
// and for programs; a load balancer needs the status alone.
import type { MemoryWatch } from "./memory.ts";
import type { TickNumbers } from "./ticks.ts";

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
}

/** How one thing is: `failing` alone makes the server not ready. */
export interface CheckState {
  readonly status: "ok" | "degraded" | "failing";
  /** The state in words, good or bad. Strangers read it: no host, no name, no reason. */
  readonly message: string;
}

/** One thing that is looked at. */
export interface Check {
  readonly name: string;
  /** Must not throw. */
  readonly state: () => CheckState;
}

export interface TickLimits {
  /** How long ago the last tick may have ended, ms. */
  readonly ageMs: number;
  /** What ticks may take, of a hundred in a second all but one, ms. */
  readonly p99Ms: number;
}

/** Ready while ticks come, and leave room for more. */
export function tickCheck(ticks: TickNumbers, now: () => number, limits: TickLimits): Check {
  return {
    name: "tick",
    state() {
      if (ticks.lastTickMs < 0) return { status: "failing", message: "no tick has run yet" };
      const ageMs = Math.round(now() - ticks.lastTickMs);
      const p99Ms = ticks.recentP99() * 1000;
      const isWell = ageMs <= limits.ageMs && p99Ms <= limits.p99Ms;
      const budget = `${p99Ms.toFixed(1)} of ${limits.p99Ms.toFixed(1)} ms`;
      const message = `the last tick ended ${ageMs} ms ago; p99 of the last second ${budget}`;
      return { status: isWell ? "ok" : "failing", message };
    },
  };
}

/** Ready while the server takes new sessions. */
export function drainCheck(isDraining: () => boolean): Check {
  return {
    name: "sessions",
    state() {
      return isDraining()
        ? { status: "failing", message: "draining, no new ones" }
        : { status: "ok", message: "open to new ones" };
    },
  };
}

/** Ready while the heap has room for new sessions. */
export function memoryCheck(memory: MemoryWatch): Check {
  return {
    name: "memory",
    state() {
      return memory.isShedding
        ? { status: "failing", message: `${memory.words}, joins are refused` }
        : { status: "ok", message: memory.words };
    },
  };
}

/** What is asked of what saves steps. */
export interface KernelState {
  readonly traps: number;
  readonly hasTakenOver: boolean;
}

/** Never failing: the world goes on, and is the same on either engine. */
export function kernelCheck(engine: () => string, state: KernelState): Check {
  return {
    name: "kernel",
    state() {
      const { hasTakenOver, traps } = state;
      const message = `${engine()}, ${traps} traps since the start`;
      return hasTakenOver
        ? { status: "degraded", message: `${message}: the twin took over` }
        : { status: "ok", message };
    },
  };
}

/** What is asked of persistence. */
export interface StoreState {
  readonly store: string;
  readonly isAway: boolean;
  readonly durableTick: number;
  readonly durableAgeMs: number;
  readonly waiting: number;
}

/**
 * Never failing: a world without its store goes on. The words say how old the last durable tick is.
 * @param state null: nothing is stored
 */
export function storeCheck(state: () => StoreState | null): Check {
  return {
    name: "database",
    state() {
      const now = state();
      if (now === null) return { status: "ok", message: "none, nothing outlives this process" };
      const { store, isAway, durableTick, durableAgeMs, waiting } = now;
      const age = Math.round(durableAgeMs);
      const durable = `tick ${durableTick} is durable since ${age} ms, ${waiting} facts wait`;
      if (isAway) return { status: "degraded", message: `away: ${store}; ${durable}` };
      return { status: "ok", message: `${store}; ${durable}` };
    },
  };
}

/** What is asked of the journal. */
export interface JournalState {
  readonly syncedTick: number;
  readonly syncedAgeMs: number;
  readonly lostTicks: number;
  /** null: ticks reach its disk. */
  readonly fault: string | null;
}

/** Never failing: without it a crash forgets more, and nothing else. */
export function journalCheck(state: () => JournalState): Check {
  return {
    name: "journal",
    state() {
      const { fault, lostTicks, syncedAgeMs, syncedTick } = state();
      const age = Math.round(syncedAgeMs);
      const words = `tick ${syncedTick} is on the disk since ${age} ms, ${lostTicks} ticks missing`;
      if (fault === null) return { status: "ok", message: words };
      return { status: "degraded", message: `not written: a crash forgets more; ${words}` };
    },
  };
}

/** What is asked of the parts that work beside the store. */
export interface BesideState {
  readonly outbox: { readonly waiting: number; readonly dead: number; readonly isAway: boolean };
  readonly presence: { readonly entries: number; readonly isAway: boolean };
}

/**
 * Never failing, as the store.
 * @param hasRedis whether a Redis is named at all
 * @param state null: nothing is known of them
 */
export function besideChecks(hasRedis: boolean, state: () => BesideState | null): Check[] {
  const check = (name: string, say: (now: BesideState) => CheckState): Check => ({
    name,
    state() {
      const now = state();
      return now === null ? { status: "ok", message: "not heard of yet" } : say(now);
    },
  });
  const how = (isAway: boolean, message: string): CheckState =>
    isAway ? { status: "degraded", message: `away; ${message}` } : { status: "ok", message };
  return [
    check("outbox", ({ outbox: { waiting, dead, isAway } }) =>
      how(isAway, `${waiting} events wait, ${dead} were given up`),
    ),
    check("redis", ({ presence: { entries, isAway } }) =>
      hasRedis
        ? how(isAway, `presence shows ${entries} sessions`)
        : { status: "ok", message: `none, presence of ${entries} sessions is kept in the process` },
    ),
  ];
}

const JSON_TYPE = "application/json";

/** What the public port says about itself. */
export class Health {
  readonly #checks: readonly Check[];
  readonly #adminUrl: () => string;

  /**
   * @param adminUrl where metrics are, asked at each answer since a free port is known late; "":
   *   those who ask may be strangers, and are told the setting's name alone
   */
  constructor(checks: readonly Check[], adminUrl: () => string) {
    this.#checks = checks;
    this.#adminUrl = adminUrl;
  }

  get isReady(): boolean {
    return this.#checks.every((check) => check.state().status !== "failing");
  }

  /** @returns 200 when no check fails, otherwise 503; each check's state either way. */
  ready(): Answer {
    const states = this.#checks.map(({ name, state }) => [name, state()] as const);
    const isReady = states.every(([, { status }]) => status !== "failing");
    const status = isReady ? "ready" : "not ready";
    return json(isReady ? 200 : 503, { status, checks: Object.fromEntries(states) });
  }

  /** Answers GET `path` on the public port; null when the path is none of ours. */
  publicAnswer(path: string): Answer | null {
    if (path === "/healthz") return json(200, { status: "alive" });
    if (path === "/readyz") return this.ready();
    if (path !== "/metrics" && path !== "/debug" && !path.startsWith("/debug/")) return null;
    const url = this.#adminUrl();
    const where =
      url === ""
        ? "where observability.admin_addr says"
        : `at ${url}${path === "/metrics" ? path : ""}`;
    return { status: 404, body: `Not on this port; the admin server is ${where}\n` };
  }
}

function json(status: number, body: object): Answer {
  return { status, body: `${JSON.stringify(body, null, 2)}\n`, contentType: JSON_TYPE };
}
