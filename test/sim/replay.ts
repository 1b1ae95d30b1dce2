// The world lived through a second time from its recorded input, on the other engine and in plain
// objects: the state hash must be the same each tick, and so must every row.
import * as layout from "#layout";
import { OP_NOTE } from "../../src/engine/note.ts";
import type { Recorder } from "../../src/engine/recorder.ts";
import type { WorldRules } from "../../src/engine/rules.ts";
import type { World } from "../../src/engine/world.ts";
import { adoptImage } from "../../src/kernel/image.ts";
import type { Engine, Kernel } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import type { Intent } from "../kernel/model.ts";
import { Model } from "../kernel/model.ts";
import { must, violated } from "./violation.ts";

const { COMMAND_WORDS, INTENT_WORDS } = layout;
/** Operation of a command that the kernel trapped with. */
const LEFT_OUT = 0;
/** The hash is made anew from the state this often, in ticks. */
const REHASH_TICKS = 64;

/** Who else wants to know of a step. */
export interface Steps {
  input(intents: Int32Array, count: number): void;
  output(): void;
}

export class Replay implements Recorder {
  readonly model: Model;
  readonly #shadow: Kernel;
  readonly #steps: Steps;
  #commands = new Int32Array(0);
  #intents: Intent[] = [];
  #count = 0;
  /** Commands and intents of a step that has not come to its end. */
  #isUnderWay = false;
  /** The step trapped, and was run again with what is told second. */
  #isSecond = false;

  /** @param engine of the server; the replay takes the other */
  constructor(engine: Engine, rules: WorldRules, steps: Steps) {
    this.model = new Model(rules);
    this.#shadow = openKernel(engine === "wasm" ? "js" : "wasm");
    this.#steps = steps;
  }

  /** Goes on from where a restored world stands. @param image what it was restored from */
  adopt(image: Uint8Array, world: World): void {
    const { model } = this;
    const { views } = world.kernel;
    adoptImage(this.#shadow, world.rules, image);
    const bankTicks = new Int32Array(views.bytes.buffer, layout.BANK_TICK, layout.ROWS);
    model.tick = world.tick;
    for (const id of world.liveHandles()) {
      const row = id % 65536;
      const flags = views.flags[row] ?? 0;
      model.join(id, {
        kind: world.kind(row),
        x: world.posX(row),
        y: world.posY(row),
        maxSpeed: views.maxSpeed[row] ?? 0,
        aoiRadius: views.aoiRadius[row] ?? 0,
        layer: views.bytes[layout.LAYER + row] ?? 0,
        observer: (flags & layout.OBSERVER) !== 0,
        visible: (flags & layout.VISIBLE) !== 0,
        bank: world.bank(row),
        sequence: world.sequence(row),
      });
      const body = model.bodies.get(id);
      if (body === undefined) continue;
      body.bankTick = bankTicks[row] ?? 0;
      body.components.set(componentsOf(world, row));
    }
  }

  input(
    commands: Int32Array,
    commandCount: number,
    intents: Int32Array,
    intentCount: number,
  ): void {
    const { views } = this.#shadow;
    this.#commands = commands.slice(0, commandCount * COMMAND_WORDS);
    views.commands.set(this.#commands);
    views.intents.set(intents.subarray(0, intentCount * INTENT_WORDS));
    views.world[layout.COMMAND_COUNT] = commandCount;
    views.world[layout.INTENT_COUNT] = intentCount;
    this.#isSecond = this.#isUnderWay;
    this.#isUnderWay = true;
    this.#intents = [];
    for (let at = 0; at < intentCount * INTENT_WORDS; at += INTENT_WORDS) {
      this.#intents.push({
        id: (intents[at] ?? 0) >>> 0,
        sequence: intents[at + 1] ?? 0,
        dx: intents[at + 2] ?? 0,
        dy: intents[at + 3] ?? 0,
      });
    }
    // What reached the world is told first, and what took effect of it second.
    if (!this.#isSecond) this.#steps.input(intents, intentCount);
  }

  output(tick: number, hashLow: number, hashHigh: number): void {
    const { views } = this.#shadow;
    this.#isUnderWay = false;
    // Nobody looks: views are output, and no part of the state.
    views.lookAt.fill(0, 0, views.world[layout.ROW_END] ?? 0);
    this.#shadow.step();
    const low = views.world[layout.HASH_LOW];
    const high = views.world[layout.HASH_HIGH];
    must(views.world[layout.TICK] === tick, () => `the replay is at another tick than ${tick}`);
    must(
      low === hashLow && high === hashHigh,
      () => `the state hash is not that of the replay on the ${this.#shadow.engine} engine`,
    );
    this.#count++;
    this.#steps.output();
  }

  /** Takes the last step into the model and compares. Call after the tick. @throws Violation */
  compare(world: World): void {
    this.#relive(world);
    const { model } = this;
    must(model.tick === world.tick, () => `the world is at tick ${world.tick}, not ${model.tick}`);
    must(
      model.bodies.size === world.liveCount,
      () => `${world.liveCount} rows are live, ${model.bodies.size} should be`,
    );
    for (const body of model.bodies.values()) {
      const { id } = body;
      const row = id % 65536;
      if (!world.isLive(id)) violated(`entity ${id} is dead and should live`);
      const same =
        world.posX(row) === body.x &&
        world.posY(row) === body.y &&
        world.sequence(row) === body.sequence &&
        world.bank(row) === body.bank;
      must(same, () => `entity ${id} is not where, or what, the rules of movement make it`);
      const isWritten = componentsOf(world, row).every((byte, i) => byte === body.components[i]);
      must(isWritten, () => `entity ${id} has other components than were written`);
    }
    must(world.kernel.indexIsSound() === 1, () => "the index does not hold exactly the live rows");
    if (this.#count % REHASH_TICKS === 0) this.#rehash(world);
  }

  #rehash(world: World): void {
    const { hashLow, hashHigh } = world;
    world.kernel.rehashState();
    must(
      world.hashLow === hashLow && world.hashHigh === hashHigh,
      () => "the state hash kept is not the one made anew",
    );
  }

  #relive(world: World): void {
    const { model } = this;
    model.tick++;
    const commands = this.#commands;
    for (let at = 0, ticket = 0; at < commands.length; at += COMMAND_WORDS, ticket++) {
      this.#command(commands.subarray(at, at + COMMAND_WORDS), world.joined(ticket));
    }
    model.move(this.#intents);
    model.look();
  }

  #command(words: Int32Array, joined: number): void {
    const { model } = this;
    const [op = 0, handle = 0, kind = 0, x = 0, y = 0, maxSpeed = 0, aoiRadius = 0] = words;
    const [flags = 0, bank = 0, sequence = 0] = words.subarray(7);
    const id = handle >>> 0;
    switch (op) {
      case layout.OP_CONFIG:
      case layout.OP_BUDGET: // of what is told, not of what is
      case OP_NOTE: // of the history, not of the world; behind it are an application's
        break;
      case LEFT_OUT:
        must(this.#isSecond, () => "a command was left out of a step that did not trap");
        break;
      case layout.OP_SKIP:
        model.tick += kind;
        break;
      case layout.OP_LEAVE:
        model.bodies.delete(id);
        break;
      case layout.OP_TELEPORT:
        model.teleport(id, kind, x);
        break;
      case layout.OP_STEER:
        model.steer(id, kind, x);
        break;
      case layout.OP_TRAITS:
        model.setTraits(id, kind, x);
        break;
      case layout.OP_COMPONENT:
        model.write(id, bytesOf(words, 2), bytesOf(words, 2 + layout.COMPONENTS));
        break;
      case layout.OP_JOIN:
        if (joined === 0) break;
        model.join(joined, {
          kind,
          x,
          y,
          maxSpeed,
          aoiRadius,
          layer: flags & 255,
          observer: ((flags >> 8) & layout.OBSERVER) !== 0,
          visible: ((flags >> 8) & layout.VISIBLE) !== 0,
          bank,
          sequence,
        });
        break;
      default:
        violated(`the gateway gave the world operation ${op}, which it never should`);
    }
  }
}

/** A row's own of its application. */
function componentsOf({ kernel }: World, row: number): Uint8Array {
  const { component } = kernel.views;
  const from = component.subarray(row * layout.COMPONENTS, (row + 1) * layout.COMPONENTS);
  return bytesOf(from, 0);
}

/** Words as the bytes that they are, little-endian. */
function bytesOf(words: Int32Array, at: number): Uint8Array {
  const part = words.slice(at, at + layout.COMPONENTS);
  return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
}
