// An application lived through again beside a journal: it is handed what reached it then, and must
// issue the commands that were recorded.
import { COMMAND_WORDS, INTENT_WORDS } from "#layout";
import type { Arrival } from "../engine/arrival.ts";
import { OP_NOTE } from "../engine/note.ts";
import type { World } from "../engine/world.ts";
import type { App } from "./definition.ts";
import type { AppRecord } from "./inputs.ts";
import { AppRuntime } from "./runtime.ts";

/** A tick's input, as it was recorded. */
export interface RecordedTick {
  readonly tick: number;
  readonly commands: Int32Array;
  readonly commandCount: number;
  readonly intents: Int32Array;
  readonly intentCount: number;
}

const WHOLE_BANK = -1;
/** What is said where nothing is. */
const SILENT = [0, 0, 0] as const;

export class AppReplay {
  /** Ticks in which it did the same. */
  checked = 0;
  /** Ticks before its server's beginning, behind a gap or a trap: what it knew is not known. */
  unchecked = 0;
  /** Where it first did something else, a sentence; null: nowhere. */
  fault: string | null = null;
  readonly #app: App;
  #world: World | null = null;
  #tickMs = 0;
  #runtime: AppRuntime | null = null;
  #note: AppRecord | null = null;
  /** What it kept in the tick under way, where that has changed. */
  #kept: string | null = null;

  constructor(app: App) {
    this.#app = app;
  }

  /** The journal begins, or goes on elsewhere. */
  begin(world: World, tickMs: number): void {
    this.#world = world;
    this.#tickMs = tickMs;
    this.#runtime = null;
    this.#note = null;
  }

  /** What reached it in the tick that follows. */
  note(note: object): void {
    this.#note = note as AppRecord;
    const { begin } = this.#note;
    if (begin !== undefined) this.#runtime = this.#start(begin);
  }

  /** Before the tick is stepped. */
  before(record: RecordedTick): void {
    const note = this.#note;
    this.#note = null;
    const mark = markIn(record);
    if (mark < 0 || this.fault !== null) return;
    // Some were left out since the kernel trapped with them: what it was shown is not recorded.
    if (record.commands[mark * COMMAND_WORDS + 3] !== record.intentCount) this.#runtime = null;
    if (this.#runtime === null || this.#world === null) {
      this.unchecked++;
      if (note?.kept !== undefined) this.#world?.kept.set(new TextEncoder().encode(note.kept));
      return;
    }
    this.fault = this.#repeat(this.#runtime, this.#world, note, record, mark);
    if (this.fault === null) this.checked++;
  }

  #start(begin: NonNullable<AppRecord["begin"]>): AppRuntime | null {
    const world = this.#world;
    if (world === null) return null;
    const { componentLayout, name } = this.#app;
    if (begin.app !== name || begin.layout !== componentLayout) {
      this.fault ??= `the journal is of the application ${begin.app}, and with other components`;
      return null;
    }
    let serial = 0;
    const runtime = new AppRuntime(this.#app, {
      ...{ world, tickMs: this.#tickMs, now: () => 0 },
      ledger: {
        isBehind: false,
        hasRoom: () => true,
        note: () => ++serial,
        isDurable: () => false,
      },
      journal: null,
      log: () => undefined,
      correct: () => undefined,
      post: () => null,
    });
    runtime.begin();
    return runtime;
  }

  /** @returns what is otherwise; null: nothing */
  #repeat(
    runtime: AppRuntime,
    world: World,
    note: AppRecord | null,
    record: RecordedTick,
    mark: number,
  ): string | null {
    const before = world.commandCount;
    // Tickets are places in the queue: it begins where it began then.
    for (let i = before; i < mark; i++) world.mark(0);
    depositIntents(world, note, record);
    const skipped = record.commands[mark * COMMAND_WORDS + 2] ?? 0;
    const enter = (arrival: Arrival): void => enterWorld(world, arrival);
    this.#kept = runtime.repeat(note, skipped, enter);
    const fault = this.#compare(runtime, world, note, record, mark);
    world.takeBack(before, 0);
    return fault === null ? null : `tick ${record.tick}: ${fault}`;
  }

  #compare(
    runtime: AppRuntime,
    world: World,
    note: AppRecord | null,
    record: RecordedTick,
    mark: number,
  ): string | null {
    const { commands } = world.kernel.views;
    const [own, then] = [world.commandCount - mark - 1, record.commandCount - mark - 1];
    if (own !== then) return `it issues ${own} commands, where ${then} are recorded`;
    for (let nth = 1; nth <= own; nth++)
      if (!isSame(commands, record.commands, mark + nth))
        return `its command ${nth} of ${own} is not the one that is recorded`;
    const stopped = JSON.stringify(note?.stopped ?? []);
    if (JSON.stringify(runtime.stoppedNow) !== stopped) return "it stops other intents";
    const saying = differenceOf(runtime.saidNow, note?.said);
    if (saying !== null) return saying;
    return this.#kept === (note?.kept ?? null) ? null : "its state is not the one that is recorded";
  }
}

/** Whether a command is the recorded one; one that the kernel trapped with was left out: zeros. */
function isSame(own: Int32Array, then: Int32Array, place: number): boolean {
  const at = place * COMMAND_WORDS;
  const isLeftOut = then[at] === 0;
  for (let i = at; i < at + COMMAND_WORDS && !isLeftOut; i++) if (own[i] !== then[i]) return false;
  return true;
}

/** @returns how what it said is not what it said then; null: it is the same */
function differenceOf(now: AppRecord["said"], then: AppRecord["said"]): string | null {
  const [events, messages, fingerprint] = now ?? SILENT;
  const [eventsThen, messagesThen, fingerprintThen] = then ?? SILENT;
  if (events !== eventsThen) return `it emits ${events} events, where ${eventsThen} are recorded`;
  if (messages !== messagesThen)
    return `it sends ${messages} messages, where ${messagesThen} are recorded`;
  if (fingerprint === fingerprintThen) return null;
  return "the events that it emits, or the messages that it sends, are not those recorded";
}

function markIn({ commands, commandCount }: RecordedTick): number {
  for (let i = 0; i < commandCount; i++) if (commands[i * COMMAND_WORDS] === OP_NOTE) return i;
  return -1;
}

/** As they were before it stopped some. */
function depositIntents(world: World, note: AppRecord | null, record: RecordedTick): void {
  const { intents, intentCount } = record;
  const stopped = new Map((note?.stopped ?? []).map(([at, dx, dy]) => [at, { dx, dy }]));
  for (let i = 0; i < intentCount; i++) {
    const at = i * INTENT_WORDS;
    const { dx, dy } = stopped.get(i) ?? { dx: intents[at + 2]!, dy: intents[at + 3]! };
    world.intent(intents[at]!, intents[at + 1]!, dx, dy);
  }
}

/** As the gateway does it. */
function enterWorld(world: World, { kind, x, y, maxSpeed, aoiRadius }: Arrival): void {
  world.join({
    ...{ kind, x, y, maxSpeed, aoiRadius, layer: 0, bank: WHOLE_BANK, sequence: 0 },
    ...{ observer: true, visible: true },
  });
}
