// From what two crowds cost to how many clients a machine carries. Pure: the figures come from
// measure.ts, the words from words.ts.

/** What a crowd of clients cost, mean over the time in which all were there and moved. */
export interface Step {
  readonly clients: number;
  /** Entities that a client was shown, mean. */
  readonly neighbours: number;
  /** Processor time of the thread that ticks, all its work, ms a tick. */
  readonly cpuMs: number;
  /** What a tick itself took, ms. */
  readonly tickMs: number;
  /** Ticks a second. */
  readonly tickRate: number;
  /** To each client, bytes and messages a second, without headers. */
  readonly bytes: number;
  readonly messages: number;
  /** Memory of the server, bytes. */
  readonly rss: number;
  /** Intents that came, of those that such a crowd sends: 1 = all. */
  readonly played: number;
  /** From sending to a neighbour's view, and how late the load sent, 99th percentiles, ms. */
  readonly neighbourMs: number;
  readonly latenessMs: number;
}

export interface Limits {
  readonly tickMs: number;
  /** engine.tick_budget */
  readonly tickBudget: number;
  /** What the line takes, Mbit/s; null: not known. */
  readonly mbit: number | null;
  /** Memory that is available to a server, bytes. */
  readonly memory: number;
  /** Open files that a process may have. */
  readonly descriptors: number;
}

export type BoundName = "core" | "tick_budget" | "network" | "memory" | "descriptors";

/** What ends growth, and at how many clients. */
export interface Bound {
  readonly name: BoundName;
  readonly clients: number;
}

export interface Estimate {
  readonly clients: number;
  readonly boundBy: BoundName;
  /** All of them, the narrowest first. */
  readonly bounds: readonly Bound[];
  /** With so many clients, headers included, Mbit/s. */
  readonly mbitOut: number;
  /** cpuMs = fixed + perClient * clients, from both crowds; ms. */
  readonly cpu: Line;
  readonly tick: Line;
}

/** Straight through both crowds; more clients share wake-ups, so the truth lies below it. */
export interface Line {
  readonly fixed: number;
  readonly perClient: number;
}

/**
 * Of a tick, so much processor time leaves room for collections, for a late timer, and for what
 * else runs on the machine. With more, ticks begin to come late.
 */
export const CORE_SHARE = 0.8;
/** Ethernet, IP, TCP with time stamps and WebSocket, bytes a message. */
const HEADER_BYTES = 70;
/** Others need some of a line: acknowledgements, retries, what people do beside it. */
const NETWORK_SHARE = 0.8;
const MEMORY_SHARE = 0.8;
/** A server's own descriptors, beside one for each client. */
const OWN_DESCRIPTORS = 128;
const BITS_PER_MBIT = 1_000_000;

/** @param small, @param large crowds, the second at least twice the first */
export function estimate(small: Step, large: Step, limits: Limits): Estimate {
  const cpu = lineThrough(small, large, ({ cpuMs }) => cpuMs);
  const tick = lineThrough(small, large, ({ tickMs }) => tickMs);
  const memory = lineThrough(small, large, ({ rss }) => rss);
  const { tickMs, tickBudget, mbit, descriptors } = limits;
  const bounds: Bound[] = [
    { name: "core", clients: clientsAt(cpu, CORE_SHARE * tickMs) },
    { name: "tick_budget", clients: clientsAt(tick, tickBudget * tickMs) },
    { name: "memory", clients: clientsAt(memory, MEMORY_SHARE * limits.memory) },
    { name: "descriptors", clients: descriptors - OWN_DESCRIPTORS },
  ];
  if (mbit !== null) {
    bounds.push({ name: "network", clients: (NETWORK_SHARE * mbit) / mbitOf(large, 1) });
  }
  const sorted = bounds
    .map(({ name, clients }) => ({ name, clients: Math.max(0, Math.floor(clients)) }))
    .sort((a, b) => a.clients - b.clients);
  const [narrowest = { name: "core" as const, clients: 0 }] = sorted;
  return {
    clients: narrowest.clients,
    boundBy: narrowest.name,
    bounds: sorted,
    mbitOut: mbitOf(large, narrowest.clients),
    cpu,
    tick,
  };
}

function lineThrough(small: Step, large: Step, of: (step: Step) => number): Line {
  const rise = of(large) - of(small);
  const perClient = Math.max(0, rise / (large.clients - small.clients));
  return { fixed: of(large) - perClient * large.clients, perClient };
}

/** Clients at which the line reaches `value`; Infinity where it never does. */
function clientsAt({ fixed, perClient }: Line, value: number): number {
  return perClient === 0 ? Infinity : (value - fixed) / perClient;
}

function mbitOf({ bytes, messages }: Step, clients: number): number {
  return (clients * (bytes + messages * HEADER_BYTES) * 8) / BITS_PER_MBIT;
}

/**
 * The side of a square in which each of `clients` spread evenly has `neighbours` within `radius`.
 * Two points of a unit square are within x of each other with the probability pi x^2 - 8/3 x^3 +
 * x^4 / 2, for x up to 1 (Philip, "The probability distribution of the distance between two random
 * points in a box", 2007): those at the border have fewer.
 */
export function sideFor(clients: number, neighbours: number, radius: number): number {
  const share = neighbours / (clients - 1);
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const x = (low + high) / 2;
    if (Math.PI * x ** 2 - (8 / 3) * x ** 3 + x ** 4 / 2 < share) low = x;
    else high = x;
  }
  return radius / low;
}
