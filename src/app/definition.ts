// What a world of one's own is made of: kinds of entities, components, systems, hooks. Plain data
// and functions; runtime.ts runs it.
import type { FieldKind } from "../components/component.ts";
import type { EndReason } from "../engine/facts.ts";
import type { AppWorld } from "./app-world.ts";
import { BASIS, fed } from "./fingerprint.ts";
import type { Hearing } from "./hearing.ts";
import { STATE_MAX } from "./state.ts";

/** Where a component lies, and what it is: what `defineComponent` made, whatever its fields are. */
export interface Placed {
  readonly start: number;
  readonly end: number;
  readonly shape: string;
  readonly fields: Readonly<Record<string, FieldKind>>;
}

/** A kind of entities. */
export interface Kind {
  /** 0 to 65,535; clients name it in Spawn, and are told it of whom they see. */
  readonly id: number;
  /** World units a tick; `engine.max_speed` unless told, which is also the most. */
  readonly maxSpeed?: number;
  /** How far a player of this kind sees, world units; `engine.aoi_radius` likewise. */
  readonly aoiRadius?: number;
  /**
   * false: the server's own. No client may ask for it; a join hook may still give it. true unless
   * told.
   */
  readonly players?: boolean;
}

/** Code that runs before a step, on the state after the last one. */
export interface System<State> {
  /** Names it in the log and in metrics: letters, digits, "-" and "_". */
  readonly name: string;
  /** Runs in each so manieth tick; 1 unless told. */
  readonly everyTicks?: number;
  /**
   * What a run may take, ms, with what it took to hear messages since the last one; 2 unless told.
   * Whoever takes more sits out as many runs.
   */
  readonly budgetMs?: number;
  /** Clients' messages that it hears: `onMessage(Shout, …)`. Others are refused. */
  readonly messages?: readonly Hearing<State>[];
  /** Left out: it only hears. */
  run?(world: AppWorld<State>): void;
}

/** Somebody who wants to enter. */
export interface JoinRequest {
  readonly session: string;
  /** "" where nobody is asked who he is. */
  readonly account: string;
  /** What the client calls itself; text of a stranger, at most 64 characters. */
  readonly client: string;
  readonly kind: Kind;
  /** Where he would be put, world units. */
  readonly x: number;
  readonly y: number;
}

/** What becomes of it; what is left out stays as it was asked for. */
export interface JoinAnswer {
  /** A sentence for the client: it is not let in. */
  readonly refuse?: string;
  /** One of the definition's; another lets nobody in. */
  readonly kind?: Kind;
  readonly x?: number;
  readonly y?: number;
  /** At most 64 characters; what the client calls itself unless told. */
  readonly name?: string;
}

/** An event that was emitted, and is in the store's outbox for good. */
export interface Committed {
  readonly stream: string;
  readonly type: string;
}

/** Called in the tick, before the systems. One that throws loses what it did. */
export interface Hooks<State> {
  /** Nothing, or `{}`: let in as it asked. One that throws lets nobody in. */
  join?(request: JoinRequest, world: AppWorld<State>): JoinAnswer | undefined;
  /** A player's entity is in the world; also of each who was there when the server started. */
  enter?(entity: number, world: AppWorld<State>): void;
  /** A player's session is over. Its entity is there for this tick, unless it was "removed". */
  leave?(entity: number, reason: EndReason, world: AppWorld<State>): void;
  /**
   * A player's intent, world units, before the kernel judges it.
   * @returns false: it does not move by it, and its client is told where it is
   */
  intent?(entity: number, dx: number, dy: number, world: AppWorld<State>): boolean;
  committed?(event: Committed, world: AppWorld<State>): void;
}

/** Called when a timer is over that was started with its name. */
export type TimerCall<State> = (value: number, world: AppWorld<State>) => void;

export interface AppOptions<State> {
  /** Names it in the log and in the journal: letters, digits, "-" and "_". */
  readonly name: string;
  /** Told to observers, and of a client the same definitions. */
  readonly components?: Readonly<Record<string, Placed>>;
  /** The server's own: defined behind (`after`) those that are told. */
  readonly privateComponents?: Readonly<Record<string, Placed>>;
  /** One of id 0, at the world's speed and radius, where left out. */
  readonly kinds?: Readonly<Record<string, Kind>>;
  /** At most 16; they run in this order. */
  readonly systems?: readonly System<State>[];
  readonly hooks?: Hooks<State>;
  /** By their names: letters, digits, "-" and "_", at most 32. */
  readonly timers?: Readonly<Record<string, TimerCall<State>>>;
  /** What `world.state` is at first: JSON of at most 4,096 bytes, kept with the world. */
  readonly state?: State;
  /**
   * Settings that it is made for, by their dotted names, such as "engine.max_entities". They win
   * over config.yaml, and the environment wins over them.
   */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** How definitions are known that come from another copy of this package. */
const BRAND: unique symbol = Symbol.for("aether.app");

/** A world of one's own, checked. */
export interface App<State = unknown> extends AppOptions<State> {
  readonly [BRAND]: true;
  /** The kinds, by id. */
  readonly kindOf: ReadonlyMap<number, Kind>;
  /** Of an entity's bytes those that are told. */
  readonly componentBytes: number;
  /** Names the components' layout, u32, never 0. */
  readonly componentLayout: number;
}

export const SYSTEMS_MAX = 16;
export const BUDGET_MS = 2;
const KIND_MAX = 65_535;
const NAME = /^[\w-]{1,32}$/;
const PLAIN: Kind = { id: 0 };

/** A system, with the types of the state it works on. */
export function defineSystem<State = unknown>(system: System<State>): System<State> {
  return system;
}

/** @throws Error in words for what no server could run */
export function checkedApp<State>(options: AppOptions<State>): App<State> {
  const { name, components = {}, privateComponents = {}, systems = [] } = options;
  must(NAME.test(name), `the application's name is ${quote(name)}`, NAME_EXPECTS);
  const kinds = Object.values(options.kinds ?? { plain: PLAIN });
  const kindOf = new Map(kinds.map((kind) => [kind.id, kind]));
  must(kinds.length > 0, "the application has no kinds", "name one, or leave `kinds` out");
  must(kindOf.size === kinds.length, "two kinds have the same id", "give each its own");
  for (const { id } of kinds)
    must(
      Number.isInteger(id) && id >= 0 && id <= KIND_MAX,
      `a kind has the id ${id}`,
      `write a whole number from 0 to ${KIND_MAX}`,
    );
  must(
    systems.length <= SYSTEMS_MAX,
    `there are ${systems.length} systems`,
    `at most ${SYSTEMS_MAX} run: put some together`,
  );
  const names = systems.map((system) => system.name);
  for (const system of systems) checkSystem(system);
  must(new Set(names).size === names.length, "two systems have the same name", "name them apart");
  checkMessages(systems);
  for (const timer of Object.keys(options.timers ?? {}))
    must(NAME.test(timer), `a timer's name is ${quote(timer)}`, NAME_EXPECTS);
  checkState(options.state);
  for (const [what, holder, key] of codeOf(options))
    must(
      !isAsync(holder, key),
      `${what} is async`,
      "write it without: what runs in a tick cannot wait",
    );
  const told = Math.max(0, ...Object.values(components).map(({ end }) => end));
  const componentLayout = layoutOf(components, privateComponents);
  return { ...options, [BRAND]: true, kindOf, componentBytes: told, componentLayout };
}

/**
 * A kind as the definition has it, by its id: what it may do is what was checked there.
 * @throws RangeError for one that the definition has not
 */
export function kindIn(kindOf: ReadonlyMap<number, Kind>, { id }: Kind): Kind {
  const kind = kindOf.get(id);
  if (kind !== undefined) return kind;
  const known = [...kindOf.keys()].join(", ");
  throw new RangeError(`there is no kind ${id}, but ${known}: name it in the world's kinds.`);
}

/** Whether a module's export is what createWorld made, of this or another copy of the package. */
export function isApp(value: unknown): value is App {
  return typeof value === "object" && value !== null && BRAND in value;
}

const NAME_EXPECTS = 'write 1 to 32 letters, digits, "-" or "_"';

/** Where its code lies, and what it is called. */
function codeOf<State>({
  systems = [],
  hooks = {},
  timers = {},
}: AppOptions<State>): [what: string, holder: object, key: string][] {
  const code: [what: string, holder: object, key: string][] = [];
  for (const system of systems) {
    const what = `the system ${system.name}`;
    code.push([what, system, "run"]);
    for (const hearing of system.messages ?? [])
      code.push([`what hears ${hearing.message.name} in ${what}`, hearing, "hear"]);
  }
  for (const name of Object.keys(hooks)) code.push([`the hook ${name}`, hooks, name]);
  for (const name of Object.keys(timers)) code.push([`the timer ${name}`, timers, name]);
  return code;
}

function isAsync(holder: object, key: string): boolean {
  const code: unknown = Reflect.get(holder, key);
  return code instanceof Function && code.constructor.name === "AsyncFunction";
}

function checkSystem<State>({ name, everyTicks = 1, budgetMs = BUDGET_MS }: System<State>): void {
  must(NAME.test(name), `a system's name is ${quote(name)}`, NAME_EXPECTS);
  must(
    Number.isInteger(everyTicks) && everyTicks >= 1,
    `the system ${name} runs every ${everyTicks} ticks`,
    "write a whole number from 1 on",
  );
  must(budgetMs > 0, `the system ${name} has a budget of ${budgetMs} ms`, "write more than 0");
}

/** @throws Error in words for what is no JSON, or more of it than is kept */
function checkState(state: unknown): void {
  if (state === undefined) return;
  const text = jsonOf(state);
  must(text !== undefined, "world.state is at first no JSON", "write plain data");
  const { length } = new TextEncoder().encode(text);
  must(
    length <= STATE_MAX,
    `world.state has at first ${length} bytes of JSON`,
    `at most ${STATE_MAX} are kept: leave out what the code can say itself`,
  );
}

/** undefined: there is none, as of functions, of a bigint, or of what holds itself. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** @throws Error in words where two would hear the same message */
function checkMessages<State>(systems: readonly System<State>[]): void {
  const heard = new Map<number, string>();
  for (const { name, messages = [] } of systems)
    for (const { message } of messages) {
      const { type } = message;
      const other = heard.get(type);
      const both = `the messages ${other ?? ""} and ${message.name} have the type ${type}`;
      must(
        other === undefined,
        both,
        `let one system hear it (${name} does), or number them apart`,
      );
      heard.set(type, message.name);
    }
}

/**
 * A number that another layout hardly has, of names, kinds of fields and places.
 * @throws Error in words where two components share bytes
 */
function layoutOf(
  told: Readonly<Record<string, Placed>>,
  own: Readonly<Record<string, Placed>>,
): number {
  const all = [...Object.entries(told), ...Object.entries(own)];
  all.sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  for (const [i, [name, { start }]] of all.entries()) {
    const [before, previous] = all[i - 1] ?? ["", { end: 0 }];
    must(
      start >= previous.end,
      `the components ${before} and ${name} share bytes`,
      "define one behind the other: defineComponent({ … }, Other)",
    );
  }
  const edge = Math.max(0, ...Object.values(told).map(({ end }) => end));
  for (const [name, { start }] of Object.entries(own))
    must(
      start >= edge,
      `the private component ${name} lies before one that is told`,
      "define it last",
    );
  let hash = BASIS;
  for (const letter of `${edge} ${all.map(([name, { shape }]) => `${name} ${shape}`).join(" ")}`)
    hash = fed(hash, letter.codePointAt(0) ?? 0);
  return hash >>> 0 || 1;
}

function must(holds: boolean, fault: string, remedy: string): void {
  if (!holds) throw new Error(`${fault}: ${remedy}.`);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
