// A world with an opening's entities in it: all of them join in its first step, and what its
// clients were told of since is read here, from its memory and its frames.
import * as layout from "../../build/twin/layout.js";
import type { Recorder } from "../../src/engine/recorder.ts";
import { leaveRadiusOf } from "../../src/engine/rules.ts";
import { World } from "../../src/engine/world.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { aether } from "../../src/protocol/schema.ts";
import type { Opening } from "./contender.ts";
import { Mirror } from "./mirror.ts";
import { joinOf, rulesOf } from "./rules.ts";

export class Population {
  readonly world: World;
  /** By row, as the opening numbers them: handles, and the other way round. */
  readonly #handles: number[];
  readonly #rowOf: ReadonlyMap<number, number>;
  readonly #mirrors: readonly Mirror[];
  #enteredBefore = 0;
  #leftBefore = 0;
  #sentBefore = 0;

  constructor(kernel: Kernel, opening: Opening, recorder?: Recorder) {
    const world = new World(kernel, rulesOf(opening, "auto"), recorder);
    const { rules } = world;
    const leave = leaveRadiusOf(rules.aoiRadius, rules);
    if (leave !== opening.leave) throw new Error("another leave radius is asked for");
    const tickets = Array.from({ length: opening.n }, (_, row) => world.join(joinOf(opening, row)));
    world.step();
    this.world = world;
    this.#handles = tickets.map((ticket) => world.joined(ticket));
    this.#rowOf = new Map(this.#handles.map((handle, row) => [handle & layout.NONE, row]));
    this.#mirrors = this.#handles.map(() => new Mirror());
    this.follow();
  }

  /** The name in the world of the opening's row. */
  handle(row: number): number {
    return this.#handles[row]!;
  }

  /** Call before a tick: entered, left and updates are what came since. */
  noteTotals(): void {
    this.#enteredBefore = this.world.total(layout.ENTERED_TOTAL);
    this.#leftBefore = this.world.total(layout.LEFT_TOTAL);
    this.#sentBefore = this.world.total(layout.SENT_TOTAL);
  }
  get entered(): number {
    return this.world.total(layout.ENTERED_TOTAL) - this.#enteredBefore;
  }
  get left(): number {
    return this.world.total(layout.LEFT_TOTAL) - this.#leftBefore;
  }
  get updates(): number {
    return this.world.total(layout.SENT_TOTAL) - this.#sentBefore;
  }

  /** The rows that an observer is told of, ascending. */
  told(row: number): Int32Array {
    const count = this.world.listTold(this.#kernelRow(row));
    const rows = Int32Array.from({ length: count }, (_, i) => this.#ours(this.world.told(i)));
    return rows.sort();
  }

  /** Reads the last tick's frames as its clients would. */
  follow(): void {
    const { world } = this;
    this.#mirrors.forEach((mirror, row) => {
      const own = this.#kernelRow(row);
      if ((world.viewFlags(own) & layout.FLAG_RESET) !== 0) mirror.clear();
      for (let part = 0; part < world.frameCount(own); part++) {
        const start = world.frameStart(own, part);
        this.#take(mirror, world.memory.subarray(start, world.frameEnd(own, part)));
      }
    });
  }

  /**
   * What an observer's client shows by all frames followed: row, x, y of each, ascending by row.
   */
  shown(row: number): Int32Array {
    return this.#mirrors[row]!.shown();
  }

  #take(mirror: Mirror, body: Uint8Array): void {
    const { left, entered, moved } = aether.AoiUpdate.decode(body);
    const halves = (bytes: Uint8Array): Uint16Array => new Uint16Array(bytes.slice().buffer);
    for (const row of halves(left)) mirror.leave(this.#ours(row));
    for (const { alias, x, y } of entered) mirror.enter(this.#ours(alias ?? 0), x ?? 0, y ?? 0);
    const records = halves(moved);
    for (let i = 0; i < records.length; i += 3)
      mirror.move(this.#ours(records[i]!), records[i + 1]!, records[i + 2]!);
  }

  #ours(kernelRow: number): number {
    const row = this.#rowOf.get(kernelRow);
    if (row === undefined) throw new Error(`nobody is row ${kernelRow} of the kernel`);
    return row;
  }

  #kernelRow(row: number): number {
    return this.#handles[row]! & layout.NONE;
  }
}
