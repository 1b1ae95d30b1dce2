// Runs an application in the tick: hands over what has come, asks about joins, looks at intents,
// runs systems. Each piece of its code stands alone: what one does before it throws is taken back,
// and the tick goes on.
import * as layout from "#layout";
import type { Arrival, Player } from "../engine/arrival.ts";
import type { EndReason } from "../engine/facts.ts";
import type { World } from "../engine/world.ts";
import { MESSAGE_MALFORMED, MESSAGE_TAKEN, MESSAGE_UNKNOWN } from "../messages/verdict.ts";
import type { MessageVerdict } from "../messages/verdict.ts";
import { AppWorld } from "./app-world.ts";
import { Calls, isPending } from "./calls.ts";
import { BUDGET_MS, kindIn } from "./definition.ts";
import type { App, JoinAnswer } from "./definition.ts";
import { Fingerprint } from "./fingerprint.ts";
import type { AppRecord, Asked, Input, MessageInput } from "./inputs.ts";
import { Mail } from "./mail.ts";
import type { Post } from "./mail.ts";
import { Outbox } from "./outbox.ts";
import type { FactLedger } from "./outbox.ts";
import { Randomness } from "./randomness.ts";
import { StateKeeper } from "./state.ts";
import { Systems } from "./systems.ts";
import type { Heard, Running } from "./systems.ts";
import { Timers } from "./timers.ts";
import { Unit } from "./unit.ts";

const { INTENT_WORDS, UNIT, SIGHT_UNIT } = layout;
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
  /** Brings messages to clients; null: nobody does. */
  post(): Post | null;
}

/** A message of a client that is to be heard. */
interface Letter {
  readonly heard: Heard;
  readonly message: unknown;
  readonly input: MessageInput;
}

export class AppRuntime {
  readonly world: AppWorld;
  readonly outbox: Outbox;
  /** What is called for joins, leaves, intents, commits and timers; and bringing messages away. */
  readonly hooks = new Unit("hooks", BUDGET_MS);
  /** Intents that were stopped. */
  stoppedCount = 0;
  readonly #app: App;
  readonly #parts: AppRuntimeParts;
  readonly #calls: Calls;
  readonly #systems: Systems;
  readonly #mail = new Mail();
  readonly #fingerprint = new Fingerprint();
  readonly #timers: Timers;
  readonly #state: StateKeeper<unknown>;
  readonly #names = new Map<number, string>();
  readonly #encoder = new TextEncoder();
  /** Since the last tick: who entered, what clients said, who left. */
  #entered: Input[] = [];
  #letters: Letter[] = [];
  #left: Input[] = [];
  /** Of this tick, for the journal. */
  #inputs: Input[] = [];
  #stopped: AppRecord["stopped"][number][] = [];
  #said: AppRecord["said"];
  #hasBegun = false;
  /** Bits of systems that sit this tick out. */
  #skipped = 0;

  constructor(app: App, parts: AppRuntimeParts) {
    const { world, tickMs } = parts;
    this.#app = app;
    this.#parts = parts;
    const randomness = new Randomness(world.rules.seed);
    this.#timers = new Timers(Object.keys(app.timers ?? {}));
    this.#state = new StateKeeper(app.state, this.#timers);
    this.outbox = new Outbox(parts.ledger);
    const shared = {
      ...{ world, randomness, timers: this.#timers, state: this.#state },
      ...{ outbox: this.outbox, mail: this.#mail },
    };
    this.#calls = new Calls({ ...shared, now: () => parts.now() });
    this.#systems = new Systems(app, { world, calls: this.#calls, log: parts.log });
    this.world = new AppWorld({
      ...shared,
      tickMs,
      names: this.#names,
      kindOf: app.kindOf,
      calls: this.#calls,
    });
  }

  /** In their order. */
  get systems(): readonly Running[] {
    return this.#systems.all;
  }

  /** The world that it runs on has been restored, or is new: goes on from what was kept with it. */
  begin(): void {
    this.#state.restore(this.#parts.world.kept);
    this.#systems.begin(this.#parts.world.tick - 1);
  }

  // ---------------------------------------------------------------- from the gateway

  entered(player: Player): void {
    this.#entered.push(["enter", player]);
  }

  left(entity: number, _session: string, reason: EndReason): void {
    this.#left.push(["leave", entity, reason]);
  }

  onAppMessage(handle: number, type: number, bytes: Uint8Array, request: number): MessageVerdict {
    const heard = this.#systems.heard(type);
    if (heard === undefined) return MESSAGE_UNKNOWN;
    const message = heard.hearing.message.decode(bytes);
    if (message === null) return MESSAGE_MALFORMED;
    const { buffer, byteOffset, length } = bytes;
    const text = Buffer.from(buffer, byteOffset, length).toString("base64");
    this.#letters.push({ heard, message, input: ["message", handle, type, request, text] });
    return MESSAGE_TAKEN;
  }

  /** Its part of a tick begins. */
  beginTick(): void {
    const count = this.outbox.countDurable();
    if (count > 0) this.#left.push(["committed", count]);
    this.#open(this.#systems.chooseSkipped());
    const [entered, letters, left] = [this.#entered, this.#letters, this.#left];
    this.#entered = [];
    this.#letters = [];
    this.#left = [];
    // Who says something and leaves is heard.
    for (const input of entered) this.#hear(input);
    for (const letter of letters) this.#read(letter);
    for (const input of left) this.#hear(input);
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
    this.#systems.run(this.#skipped, this.world);
    const kept = this.#close();
    const record = this.#record(kept);
    if (record !== null) this.#parts.journal?.app(record);
    this.#inputs = [];
    this.#stopped = [];
    this.#flush(this.#parts.post());
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
    this.#systems.run(this.#skipped, this.world);
    const kept = this.#close();
    this.#inputs = [];
    this.#flush(null);
    return kept;
  }

  /** Intents that it stopped in the tick that was repeated, and what it said in it. */
  get stoppedNow(): AppRecord["stopped"] {
    return this.#stopped;
  }
  get saidNow(): AppRecord["said"] {
    return this.#said;
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
      case "message":
        this.#hearAgain(input);
        break;
      default:
    }
  }

  #read({ heard, message, input }: Letter): void {
    this.#inputs.push(input);
    const [, entity, , request] = input;
    this.#systems.hear(heard, message, entity, this.world, request);
  }

  #hearAgain([, entity, type, request, text]: MessageInput): void {
    const heard = this.#systems.heard(type);
    const message = heard?.hearing.message.decode(Buffer.from(text, "base64")) ?? null;
    if (heard !== undefined && message !== null)
      this.#systems.hear(heard, message, entity, this.world, request);
  }

  #runTimers(): void {
    for (const [name, , value] of this.#timers.takeDue(this.#parts.world.tick))
      this.#call(`timer ${name}`, () => this.#app.timers?.[name]?.(value, this.world));
  }

  #judge(arrival: Arrival): string {
    const { kindOf } = this.#app;
    if (!(kindOf.get(arrival.kind)?.players ?? kindOf.has(arrival.kind))) {
      const known = [...kindOf.values()].filter(({ players = true }) => players);
      const ids = known.map(({ id }) => id).join(", ");
      return `kind is ${arrival.kind}; this world has ${ids === "" ? "none for players" : ids}.`;
    }
    let refusal = "";
    const isDone = this.#call("join", () => {
      const answer = this.#ask(arrival);
      refusal = this.#answer(arrival, answer ?? {});
      return answer;
    });
    return isDone ? refusal : FAILED;
  }

  #ask({ session, account, name, kind, x, y }: Arrival): JoinAnswer | undefined {
    const asked = kindIn(this.#app.kindOf, { id: kind });
    const request = { session, account, client: name, kind: asked, x: x / UNIT, y: y / UNIT };
    return this.#app.hooks?.join?.(request, this.world);
  }

  #answer(arrival: Arrival, answer: JoinAnswer): string {
    const { rules } = this.#parts.world;
    const { x, y } = arrival;
    if (answer.refuse !== undefined) return answer.refuse === "" ? "No." : answer.refuse;
    const kind = kindIn(this.#app.kindOf, answer.kind ?? { id: arrival.kind });
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

  /** One that throws lets it pass; one that would answer later does not. */
  #allows(entity: number, dx: number, dy: number): boolean {
    let isAllowed = true;
    this.#call("intent", () => {
      const answer = this.#app.hooks?.intent?.(entity, dx, dy, this.world);
      isAllowed = answer !== false && !isPending(answer);
      return answer;
    });
    return isAllowed;
  }

  // ---------------------------------------------------------------- the tick

  #open(skipped: number): void {
    this.#skipped = skipped;
    this.#calls.beginTick();
    this.#parts.world.mark(skipped);
  }

  /** Calls a hook. @returns whether it came to its end */
  #call(name: string, call: () => unknown): boolean {
    const error = this.#calls.call(this.hooks, name, call);
    if (error === null) return true;
    const fields = { hook: name, throws: this.hooks.throws, error };
    this.#parts.log("error", fields, `The hook ${name} threw: its commands of this tick are lost`);
    return false;
  }

  /** @returns what is kept with the world from now on; null: the same as before */
  #close(): string | null {
    this.#said = this.#whatWasSaid();
    const kept = this.#state.changed();
    if (kept !== null) this.#parts.world.kept.set(this.#encoder.encode(kept));
    return kept;
  }

  #whatWasSaid(): AppRecord["said"] {
    const [events, messages] = [this.outbox.stagedCount, this.#mail.count];
    if (events + messages === 0) return undefined;
    const fingerprint = this.#fingerprint;
    fingerprint.begin();
    this.outbox.mark(fingerprint);
    this.#mail.mark(fingerprint);
    return [events, messages, fingerprint.value];
  }

  #flush(post: Post | null): void {
    this.outbox.flush();
    if (this.#mail.count === 0) return;
    const began = this.#parts.now();
    this.#mail.flush(post);
    this.hooks.ms += this.#parts.now() - began;
  }

  #record(kept: string | null): AppRecord | null {
    const begin = this.#hasBegun
      ? null
      : { app: this.#app.name, layout: this.#app.componentLayout };
    this.#hasBegun = true;
    const refused = this.outbox.refusedAt;
    const isEmpty = this.#inputs.length + this.#stopped.length + refused.length === 0;
    const said = this.#said;
    if (begin === null && kept === null && said === undefined && isEmpty) return null;
    return {
      tick: this.#parts.world.tick,
      ...(begin === null ? {} : { begin }),
      inputs: this.#inputs,
      stopped: this.#stopped,
      ...(refused.length === 0 ? {} : { refused }),
      ...(said === undefined ? {} : { said }),
      ...(kept === null ? {} : { kept }),
    };
  }
}

/** World units, or where it was asked for; kept within the world. */
function placed(wanted: number | undefined, asked: number, min: number, max: number): number {
  const at = wanted === undefined || !Number.isFinite(wanted) ? asked : Math.round(wanted * UNIT);
  return Math.min(max, Math.max(min, at));
}
