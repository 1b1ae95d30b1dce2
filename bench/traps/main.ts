// What it costs to be ready for a trap of the kernel, and what a trap costs: `npm run bench:traps`.
// The copy of each good step is timed by itself, and steps with and without it in turn; then steps
// in which one intent of all is poison, from the trap to the frames of everybody else.
import { INTENT_COUNT, INTENT_WORDS } from "../../build/twin/layout.js";
import type { Trap } from "../../src/engine/rescue.ts";
import { Rescue } from "../../src/engine/rescue.ts";
import { World } from "../../src/engine/world.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { randomOf, rules } from "../../test/kernel/scenario.ts";
import { loadAtStart, thisMachine } from "../machine.ts";
import { median, quantile } from "../statistic.ts";

/** Entities, and half the width of the world in units: sparse, and crowded. */
const CASES = [
  [300, 1000],
  [300, 200],
  [1000, 1000],
  [1000, 400],
  [10_000, 3200],
  [10_000, 1600],
] as const;
const WARM_UP_TICKS = 150;
const TICKS = 300;
const POISONED_TICKS = 12;
const POISON = 4242;
const PLAIN = { kind: 1, maxSpeed: 1280, aoiRadius: 6400, layer: 0, bank: -1, sequence: 0 };

/** Throws at the end of a step that is asked to move somebody by POISON. */
function trapping(kernel: Kernel): Kernel {
  const { intents, world } = kernel.views;
  return {
    ...kernel,
    step() {
      const end = (world[INTENT_COUNT] ?? 0) * INTENT_WORDS;
      const isPoisoned = intents.subarray(0, end).includes(POISON);
      kernel.step();
      if (isPoisoned) throw new Error("planted");
    },
  };
}

class Crowd {
  readonly world: World;
  readonly traps: Trap[] = [];
  readonly rescue: Rescue;
  readonly #random = randomOf(3);
  readonly #count: number;
  #sequence = 0;

  constructor(count: number, half: number, isRescued: boolean) {
    this.#count = count;
    const open = (engine: "wasm" | "js"): Kernel => trapping(openKernel(engine));
    const onTrap = (trap: Trap): unknown => this.traps.push(trap);
    this.rescue = new Rescue({ open, windowTicks: 0, onTrap });
    const asked = rules(half, { maxEntities: count, maxVisible: 800, index: "auto" });
    this.world = new World(open("wasm"), asked, undefined, isRescued ? this.rescue : undefined);
    const seen = { observer: true, visible: true };
    const place = (): number => this.#any(half * 256);
    for (let i = 0; i < count; i++) this.world.join({ ...PLAIN, ...seen, x: place(), y: place() });
    this.world.step();
  }

  /** @returns what the step took, us */
  tick(isPoisoned = false): number {
    this.#sequence++;
    const poisoned = isPoisoned ? Math.floor(this.#random() * this.#count) : -1;
    for (let row = 0; row < this.#count; row++) {
      const dx = row === poisoned ? POISON : this.#any(900);
      this.world.intent(this.world.handle(row), this.#sequence, dx, this.#any(900));
    }
    const start = performance.now();
    this.world.step();
    return (performance.now() - start) * 1000;
  }

  /** @returns what the copy of a step takes, us */
  copy(): number {
    const start = performance.now();
    this.rescue.keep();
    return (performance.now() - start) * 1000;
  }

  #any(reach: number): number {
    return Math.floor((this.#random() * 2 - 1) * reach);
  }
}

function measure(count: number, half: number): Record<string, number | string> {
  const ready = new Crowd(count, half, true);
  const plain = new Crowd(count, half, false);
  for (let t = 0; t < WARM_UP_TICKS; t++) for (const crowd of [ready, plain]) crowd.tick();
  const [copies, withCopy, without]: [number[], number[], number[]] = [[], [], []];
  for (let t = 0; t < TICKS; t++) {
    without.push(plain.tick());
    withCopy.push(ready.tick());
    copies.push(ready.copy());
  }
  const poisoned = Array.from({ length: POISONED_TICKS }, () => ready.tick(true) / 1000);
  const reruns = ready.traps.map((trap) => trap.reruns);
  return {
    entities: count,
    "world, units": half * 2,
    "copy, us": median(copies).toFixed(1),
    "copy p99, us": quantile(copies, 0.99).toFixed(1),
    "step, us": median(without).toFixed(0),
    "step and copy, us": median(withCopy).toFixed(0),
    "of a tick of 25 ms": `${(median(copies) / 250).toFixed(2)} %`,
    "poison found after, ms": median(poisoned).toFixed(1),
    "runs of it": median(reruns),
  };
}

const { cpu, cores, node } = thisMachine();
console.log(`${cpu}, ${cores} cores, Node ${node}`);
loadAtStart((line) => console.log(line));
console.table(CASES.map(([count, half]) => measure(count, half)));
