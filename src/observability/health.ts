// Is the process alive, and should it get traffic? Plain text, one named line a check, readable
// by a person with curl and by a load balancer through the status alone.
import type { TickNumbers } from "./ticks.ts";

/** An HTTP answer of plain text. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One thing that must be well for the server to be ready. */
export interface Check {
  readonly name: string;
  /** Must not throw. `words` says the state, good or bad. */
  readonly state: () => { readonly ok: boolean; readonly words: string };
}

/** Ready while ticks come: the last one ended at most `limitMs` ago. */
export function tickCheck(ticks: TickNumbers, now: () => number, limitMs: number): Check {
  return {
    name: "tick",
    state() {
      if (ticks.lastTickMs < 0) return { ok: false, words: "no tick has run yet" };
      const ageMs = Math.round(now() - ticks.lastTickMs);
      return { ok: ageMs <= limitMs, words: `the last tick ended ${ageMs} ms ago` };
    },
  };
}

/** Ready while the server takes new sessions. */
export function drainCheck(isDraining: () => boolean): Check {
  return {
    name: "sessions",
    state() {
      const draining = isDraining();
      return { ok: !draining, words: draining ? "draining, no new ones" : "open to new ones" };
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
 * Always well: a world without its store goes on. The words say whether it is degraded, and how old
 * the last durable tick is.
 * @param state null: nothing is stored
 */
export function storeCheck(state: () => StoreState | null): Check {
  return {
    name: "store",
    state() {
      const now = state();
      if (now === null) return { ok: true, words: "none, nothing outlives this process" };
      const { store, isAway, durableTick, durableAgeMs, waiting } = now;
      const age = Math.round(durableAgeMs);
      const durable = `tick ${durableTick} is durable since ${age} ms, ${waiting} facts wait`;
      return { ok: true, words: `${isAway ? "degraded, away" : "in time"}: ${store}; ${durable}` };
    },
  };
}

/** What is asked of the parts that work beside the store. */
export interface BesideState {
  readonly outbox: { readonly waiting: number; readonly dead: number; readonly isAway: boolean };
  readonly presence: { readonly entries: number; readonly isAway: boolean };
}

/**
 * Always well, as the store. Why something is away stands in the log, and not here: strangers read
 * this, and a reason names hosts.
 * @param state null: nothing is known of them
 */
export function besideChecks(state: () => BesideState | null): Check[] {
  const check = (name: string, words: (now: BesideState) => string): Check => ({
    name,
    state() {
      const now = state();
      return { ok: true, words: now === null ? "not heard of yet" : words(now) };
    },
  });
  const how = (isAway: boolean): string => (isAway ? "degraded, away" : "in time");
  return [
    check("outbox", ({ outbox: { waiting, dead, isAway } }) => {
      return `${how(isAway)}; ${waiting} events wait, ${dead} were given up`;
    }),
    check("presence", ({ presence: { entries, isAway } }) => {
      return `${how(isAway)}; ${entries} sessions`;
    }),
  ];
}

/** What the public port says about itself. */
export class Health {
  readonly #checks: readonly Check[];
  readonly #adminUrl: () => string;

  /** @param adminUrl where metrics are, asked at each answer since a free port is known late. */
  constructor(checks: readonly Check[], adminUrl: () => string) {
    this.#checks = checks;
    this.#adminUrl = adminUrl;
  }

  /** @returns 200 when every check is well, otherwise 503; each check's state either way. */
  ready(): Answer {
    const states = this.#checks.map((check) => ({ name: check.name, ...check.state() }));
    const ready = states.every((state) => state.ok);
    const lines = states.map(({ name, ok, words }) => `${name}: ${ok ? "ok" : "not ok"}, ${words}`);
    const first = ready ? "ready" : "not ready";
    return { status: ready ? 200 : 503, body: `${[first, ...lines].join("\n")}\n` };
  }

  /** Answers GET `path` on the public port; null when the path is none of ours. */
  publicAnswer(path: string): Answer | null {
    if (path === "/healthz") return { status: 200, body: "alive\n" };
    if (path === "/readyz") return this.ready();
    if (path !== "/metrics" && path !== "/debug" && !path.startsWith("/debug/")) return null;
    const where = `${this.#adminUrl()}${path === "/metrics" ? path : ""}`;
    return { status: 404, body: `Not on this port; the admin server is at ${where}\n` };
  }
}
