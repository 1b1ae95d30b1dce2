// The systems of an application in the tick: whose turn it is, who sits out since he took too long,
// who runs no more since he threw too often, and who hears which message.
import type { World } from "../engine/world.ts";
import type { AppWorld } from "./app-world.ts";
import type { Calls } from "./calls.ts";
import { BUDGET_MS } from "./definition.ts";
import type { App, System } from "./definition.ts";
import type { Hearing } from "./hearing.ts";
import { NoRoom } from "./no-room.ts";
import { streamOf } from "./randomness.ts";
import { Unit } from "./unit.ts";

/** A system whose run has thrown so often runs no more. */
const THROWS_MAX = 3;
/** Runs that a system sits out at most for one that took too long. */
const SKIPS_MAX = 40;

export interface SystemsParts {
  readonly world: World;
  readonly calls: Calls;
  readonly log: (level: "warn" | "error", fields: object, message: string) => void;
}

export interface Running {
  readonly system: System<unknown>;
  readonly unit: Unit;
  readonly stream: number;
}

/** Who hears a message, and with what. */
export interface Heard {
  readonly hearing: Hearing;
  readonly unit: Unit;
}

export class Systems {
  /** In their order. */
  readonly all: readonly Running[];
  readonly #parts: SystemsParts;
  /** By the type of the message. */
  readonly #heard = new Map<number, Heard>();
  #lastTick = -1;

  constructor({ systems = [] }: App, parts: SystemsParts) {
    this.#parts = parts;
    this.all = systems.map((system) => ({
      system,
      unit: new Unit(system.name, system.budgetMs ?? BUDGET_MS),
      stream: streamOf(system.name),
    }));
    for (const { system, unit } of this.all)
      for (const hearing of system.messages ?? [])
        this.#heard.set(hearing.message.type, { hearing, unit });
  }

  /** @param lastTick the last one that they had their turn in */
  begin(lastTick: number): void {
    this.#lastTick = lastTick;
  }

  /** Who hears a message of this type; undefined: nobody does. */
  heard(type: number): Heard | undefined {
    return this.#heard.get(type);
  }

  /**
   * Hands a message over. A system hears while it sits out, and after its run has thrown too often:
   * messages are not lost by that, and no client's message ends a system.
   */
  hear({ hearing, unit }: Heard, message: unknown, from: number, on: AppWorld, request: number) {
    const { name } = hearing.message;
    const call = (): void => hearing.hear(message, from, on, request);
    const error = this.#parts.calls.call(unit, `message ${name}`, call);
    if (error === null) return;
    const fields = { system: unit.name, from, throws: unit.throws, error };
    const words = `The system ${unit.name} threw over a message ${name}: what it did is lost`;
    this.#parts.log("error", fields, words);
  }

  /** Those whose turn it is and who sit it out. @returns a bit for each */
  chooseSkipped(): number {
    let bits = 0;
    for (const [i, running] of this.all.entries()) {
      const { unit } = running;
      if (unit.sitsOut === 0 || !this.#isDue(running)) continue;
      unit.sitsOut--;
      unit.skips++;
      bits |= 1 << i;
    }
    return bits;
  }

  /** @param skipped bits of those who sit this tick out */
  run(skipped: number, on: AppWorld): void {
    for (const [i, running] of this.all.entries())
      if (this.#isDue(running) && (skipped & (1 << i)) === 0) this.#run(running, on);
    this.#lastTick = this.#parts.world.tick;
  }

  #isDue({ system, unit }: Running): boolean {
    const { everyTicks = 1 } = system;
    const { tick } = this.#parts.world;
    const isTurn = Math.floor(tick / everyTicks) > Math.floor(this.#lastTick / everyTicks);
    return isTurn && system.run !== undefined && !unit.isDisabled;
  }

  #run({ system, unit, stream }: Running, on: AppWorld): void {
    const error = this.#parts.calls.run(unit, stream, () => system.run?.(on));
    if (error !== null) this.#strike(unit, error);
    const ms = unit.runMs;
    if (ms <= unit.budgetMs) return;
    unit.overruns++;
    unit.sitsOut = Math.min(SKIPS_MAX, Math.floor(ms / unit.budgetMs));
    const fields = { system: unit.name, ms, budgetMs: unit.budgetMs, sitsOut: unit.sitsOut };
    const words = `The system ${unit.name} took longer than its budget and sits out`;
    this.#parts.log("warn", fields, words);
  }

  #strike(unit: Unit, error: unknown): void {
    const { log } = this.#parts;
    const { name } = unit;
    if (!(error instanceof NoRoom)) unit.strikes++;
    unit.isDisabled = unit.strikes >= THROWS_MAX;
    const fields = { system: name, throws: unit.throws, error };
    log("error", fields, `The system ${name} threw: its commands of this tick are lost`);
    if (!unit.isDisabled) return;
    log("error", { system: name }, `The system ${name} runs no more: it threw too often`);
  }
}
