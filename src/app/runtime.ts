// Runs an application in the tick: hands over what has come, asks about joins, looks at intents,
// runs systems. Each piece of its code stands alone: what one does before it throws is taken back,
// and the tick goes on.
import * as layout from "#layout";
import type { Arrival, Player } from "../engine/arrival.ts";
import type { EndReason } from "../engine/facts.ts";
import type { World } from "../engine/world.ts";
import { AppWorld } from "./app-world.ts";
import { BUDGET_MS } from "./definition.ts";
import type { App, System } from "./definition.ts";
import type { AppRecord, Asked, Input } from "./inputs.ts";
import { Outbox } from "./outbox.ts";
import type { FactLedger } from "./outbox.ts";
import { Randomness, streamOf } from "./randomness.ts";
import { StateKeeper } from "./state.ts";
import { Timers } from "./timers.ts";
import { Unit } from "./unit.ts";

const { INTENT_WORDS, UNIT, SIGHT_UNIT } = layout;
/** A system that throws so often runs no more. */
const THROWS_MAX = 3;
/** Runs that a system sits out at most for one that took too long. */
const SKIPS_MAX = 40;
const NAME_MAX = 64;
const FAILED = "The application failed to judge it; try again later.";

export interface AppRuntimeParts {
  readonly world: World;
  readonly tickMs: number;
  /** Monotonic ms. */
  now(): number;
  readonly ledger: FactLedger;
  /** Keeps what a replay with the application needs; null: nobody does. */
  readonly journal: { app(record: AppRecord): void } | null;
  readonly log: (level: "warn" | "error", fields: object, message: string) => void;
  /** An intent of this entity was stopped: its client must be told where it is. */
  correct(entity: number): void;
}

interface Running {
  readonly system: System<unknown>;
  readonly unit: Unit;
  readonly stream: number;
}

export class AppRuntime {
  readonly world: AppWorld;
  readonly outbox: Outbox;
  readonly systems: readonly Running[];
  /** What is called for joins, leaves, intents, commits and timers. */
  readonly hooks = new Unit("hooks", BUDGET_MS);
  /** Intents that were stopped. */
  stoppedCount = 0;
  readonly #app: App;
  readonly #parts: AppRuntimeParts;
  readonly #randomness: Randomness;
  readonly #timers: Timers;
  readonly #state: StateKeeper<unknown>;
  readonly #names = new Map<number, string>();
  readonly #encoder = new TextEncoder();
  /** Since the last tick, and those of this tick for the journal. */
  #waiting: Input[] = [];
  #inputs: Input[] = [];
  #stopped: AppRecord["stopped"][number][] = [];
  #hasBegun = false;
  /** Bits of systems that sit this tick out. */
  #skipped = 0;
  #lastTick = -1;
  /** Calls of hooks in this tick. */
  #calls = 0;

  constructor(app: App, parts: AppRuntimeParts) {
    const { world, tickMs } = parts;
    this.#app = app;
    this.#parts = parts;
    this.#randomness = new Randomness(world.rules.seed);
    this.#timers = new Timers(Object.keys(app.timers ?? {}));
    this.#state = new StateKeeper(app.state, this.#timers);
    this.outbox = new Outbox(parts.ledger);
    this.systems = (app.systems ?? []).map((system) => ({
      system,
      unit: new Unit(system.name, system.budgetMs ?? BUDGET_MS),
      stream: streamOf(system.name),
    }));
    this.world = new AppWorld({
      ...{ world, tickMs, randomness: this.#randomness, timers: this.#timers },
      ...{ outbox: this.outbox, state: this.#state, names: this.#names },
    });
  }

  /** The world that it runs on has been restored, or is new: goes on from what was kept with it. */
  begin(): void {
    this.#state.restore(this.#parts.world.kept);
    this.#lastTick = this.#parts.world.tick - 1;
  }

  // ---------------------------------------------------------------- from the gateway

  entered(player: Player): void {
    this.#waiting.push(["enter", player]);
  }

  left(entity: number, _session: string, reason: EndReason): void {
    this.#waiting.push(["leave", entity, reason]);
  }

  /** Its part of a tick begins. */
  beginTick(): void {
    const count = this.outbox.countDurable();
    if (count > 0) this.#waiting.push(["committed", count]);
    this.#open(this.#chooseSkipped());
    const inputs = this.#waiting;
    this.#waiting = [];
    for (const input of inputs) this.#hear(input);
    this.#runTimers();
  }

  join(arrival: Arrival): string {
    const { session, account, name, kind, x, y } = arrival;
    this.#inputs.push(["join", { session, account, name, kind, x, y }]);
    return this.#judge(arrival);
  }

  /** Everything has been deposited: looks at intents, then runs the systems. */
  beforeStep(): void {
    this.#look();
    this.#runSystems();
    const kept = this.#close();
    const record = this.#record(kept);
    if (record !== null) this.#parts.journal?.app(record);
    this.#inputs = [];
    this.#stopped = [];
    this.outbox.flush();
  }

  // ---------------------------------------------------------------- a tick lived through again

  /**
   * Does what it did in a tick, with what reached it then.
   * @param record null: nothing did
   * @param skipped bits of systems that sat it out
   * @param enter puts whoever was let in into the world
   * @returns what is kept with the world from now on; null: the same as before
   */
  repeat(
    record: AppRecord | null,
    skipped: number,
    enter: (arrival: Arrival) => void,
  ): string | null {
    this.#stopped = [];
    this.outbox.refuseAgain(record?.refused ?? []);
    this.#open(skipped);
    const inputs = record?.inputs ?? [];
    for (const input of inputs) if (input[0] !== "join") this.#hear(input);
    this.#runTimers();
    for (const input of inputs) if (input[0] === "join") this.#joinAgain(input[1], enter);
    this.#look();
    this.#runSystems();
    this.#inputs = [];
    this.outbox.flush();
    return this.#close();
  }

  /** Intents that it stopped in the tick that was repeated. */
  get stoppedNow(): AppRecord["stopped"] {
    return this.#stopped;
  }

  #joinAgain(asked: Asked, enter: (arrival: Arrival) => void): void {
    const { maxSpeed, aoiRadius } = this.#parts.world.rules;
    const arrival = { ...asked, maxSpeed, aoiRadius };
    if (this.#judge(arrival) === "") enter(arrival);
  }

  // ---------------------------------------------------------------- inputs

  #hear(input: Input): void {
    this.#inputs.push(input);
    const hooks = this.#app.hooks ?? {};
    switch (input[0]) {
      case "enter": {
        const { entity, name } = input[1];
        this.#names.set(entity, name);
        this.#call("enter", () => hooks.enter?.(entity, this.world));
        break;
      }
      case "leave": {
        const [, entity, reason] = input;
        this.#call("leave", () => hooks.leave?.(entity, reason, this.world));
        this.#names.delete(entity);
        break;
      }
      case "committed":
        for (const event of this.outbox.takeCommitted(input[1]))
          this.#call("committed", () => hooks.committed?.(event, this.world));
        break;
      default:
    }
  }

  #runTimers(): void {
    for (const [name, , value] of this.#timers.takeDue(this.#parts.world.tick))
      this.#call(`timer ${name}`, () => this.#app.timers?.[name]?.(value, this.world));
  }

  #judge(arrival: Arrival): string {
    const asked = this.#app.kindOf.get(arrival.kind);
    if (asked === undefined) {
      const known = [...this.#app.kindOf.keys()].join(", ");
      return `kind is ${arrival.kind}; this world has ${known}.`;
    }
    let refusal = FAILED;
    this.#call("join", () => {
      refusal = this.#answer(arrival);
    });
    return refusal;
  }

  #answer(arrival: Arrival): string {
    const { rules } = this.#parts.world;
    const { session, account, name, x, y } = arrival;
    const asked = this.#app.kindOf.get(arrival.kind) ?? { id: arrival.kind };
    const request = { session, account, client: name, kind: asked, x: x / UNIT, y: y / UNIT };
    const answer = this.#app.hooks?.join?.(request, this.world) ?? {};
    if (answer.refuse !== undefined) return answer.refuse === "" ? "No." : answer.refuse;
    const kind = answer.kind ?? asked;
    arrival.kind = kind.id;
    arrival.maxSpeed =
      kind.maxSpeed === undefined ? rules.maxSpeed : Math.round(kind.maxSpeed * UNIT);
    arrival.aoiRadius =
      kind.aoiRadius === undefined ? rules.aoiRadius : Math.round(kind.aoiRadius * SIGHT_UNIT);
    arrival.x = placed(answer.x, x, rules.minX, rules.maxX);
    arrival.y = placed(answer.y, y, rules.minY, rules.maxY);
    if (answer.name !== undefined) arrival.name = answer.name.slice(0, NAME_MAX);
    return "";
  }

  // ---------------------------------------------------------------- intents

  #look(): void {
    const { hooks } = this.#app;
    if (hooks?.intent === undefined) return;
    const { world } = this.#parts;
    const { intents } = world.kernel.views;
    const count = world.intentCount;
    for (let i = 0; i < count; i++) {
      const at = i * INTENT_WORDS;
      const entity = (intents[at] ?? 0) >>> 0;
      const [dx, dy] = [intents[at + 2] ?? 0, intents[at + 3] ?? 0];
      if (this.#allows(entity, dx / UNIT, dy / UNIT)) continue;
      // Its sequence counts, and nothing else of it.
      intents[at + 2] = 0;
      intents[at + 3] = 0;
      this.stoppedCount++;
      this.#stopped.push([i, dx, dy]);
      this.#parts.correct(entity);
    }
  }

  /** One that throws lets it pass. */
  #allows(entity: number, dx: number, dy: number): boolean {
    const answers: (boolean | undefined)[] = [];
    this.#call("intent", () => {
      answers.push(this.#app.hooks?.intent?.(entity, dx, dy, this.world));
    });
    return answers[0] !== false;
  }

  // ---------------------------------------------------------------- systems

  #open(skipped: number): void {
    this.#skipped = skipped;
    this.#calls = 0;
    this.#parts.world.mark(skipped);
  }

  #isDue({ system, unit }: Running): boolean {
    const { everyTicks = 1 } = system;
    const { tick } = this.#parts.world;
    const isTurn = Math.floor(tick / everyTicks) > Math.floor(this.#lastTick / everyTicks);
    return isTurn && !unit.isDisabled;
  }

  #chooseSkipped(): number {
    let bits = 0;
    for (const [i, running] of this.systems.entries()) {
      if (running.unit.sitsOut === 0 || !this.#isDue(running)) continue;
      running.unit.sitsOut--;
      running.unit.skips++;
      bits |= 1 << i;
    }
    return bits;
  }

  #runSystems(): void {
    for (const [i, running] of this.systems.entries()) {
      if (!this.#isDue(running) || (this.#skipped & (1 << i)) !== 0) continue;
      this.#runSystem(running);
    }
    this.#lastTick = this.#parts.world.tick;
  }

  #runSystem({ system, unit, stream }: Running): void {
    const began = this.#parts.now();
    const error = this.#guarded(unit, stream, 0, () => system.run(this.world));
    const ms = this.#parts.now() - began;
    unit.ms += ms;
    const { log } = this.#parts;
    if (error !== null) {
      unit.isDisabled = unit.throws >= THROWS_MAX;
      const fields = { system: unit.name, throws: unit.throws, error };
      log("error", fields, `The system ${unit.name} threw: its commands of this tick are lost`);
      if (unit.isDisabled)
        log(
          "error",
          { system: unit.name },
          `The system ${unit.name} runs no more: it threw too often`,
        );
    }
    if (ms <= unit.budgetMs) return;
    unit.overruns++;
    unit.sitsOut = Math.min(SKIPS_MAX, Math.floor(ms / unit.budgetMs));
    const fields = { system: unit.name, ms, budgetMs: unit.budgetMs, sitsOut: unit.sitsOut };
    log("warn", fields, `The system ${unit.name} took longer than its budget and sits out`);
  }

  // ---------------------------------------------------------------- isolation

  /** Calls a hook. */
  #call(name: string, call: () => void): void {
    const began = this.#parts.now();
    const error = this.#guarded(this.hooks, streamOf(name), ++this.#calls, call);
    this.hooks.ms += this.#parts.now() - began;
    if (error === null) return;
    const fields = { hook: name, throws: this.hooks.throws, error };
    this.#parts.log("error", fields, `The hook ${name} threw: its commands of this tick are lost`);
  }

  /** @returns what it threw; null: nothing */
  #guarded(unit: Unit, stream: number, nth: number, call: () => void): unknown {
    const { world } = this.#parts;
    const [commands, events] = [world.commandCount, this.outbox.stagedCount];
    const timers = this.#timers.all.length;
    this.#randomness.begin(stream, world.tick, nth);
    unit.runs++;
    try {
      call();
      this.#state.end();
      return null;
    } catch (error) {
      unit.throws++;
      world.takeBack(commands);
      this.outbox.takeBack(events);
      this.#timers.takeBack(timers);
      this.#state.undo();
      return error ?? new Error("it threw nothing");
    }
  }

  // ---------------------------------------------------------------- the tick's end

  /** @returns what is kept with the world from now on; null: the same as before */
  #close(): string | null {
    const kept = this.#state.changed();
    if (kept !== null) this.#parts.world.kept.set(this.#encoder.encode(kept));
    return kept;
  }

  #record(kept: string | null): AppRecord | null {
    const begin = this.#hasBegun
      ? null
      : { app: this.#app.name, layout: this.#app.componentLayout };
    this.#hasBegun = true;
    const refused = this.outbox.refusedAt;
    const isEmpty = this.#inputs.length + this.#stopped.length + refused.length === 0;
    if (begin === null && kept === null && isEmpty) return null;
    return {
      tick: this.#parts.world.tick,
      ...(begin === null ? {} : { begin }),
      inputs: this.#inputs,
      stopped: this.#stopped,
      ...(refused.length === 0 ? {} : { refused }),
      ...(kept === null ? {} : { kept }),
    };
  }
}

/** World units, or where it was asked for; kept within the world. */
function placed(wanted: number | undefined, asked: number, min: number, max: number): number {
  const at = wanted === undefined || !Number.isFinite(wanted) ? asked : Math.round(wanted * UNIT);
  return Math.min(max, Math.max(min, at));
}
