// An application on a world of its own, without a server: its settings, its runtime and the step,
// recorded, so that it can be lived through again.
import { Reel, Tape } from "../bench/replay/tape.ts";
import { rulesWith } from "../src/application.ts";
import type { App } from "../src/app/definition.ts";
import { AppReplay } from "../src/app/replay.ts";
import { AppRuntime } from "../src/app/runtime.ts";
import { describeFaults } from "../src/config/faults.ts";
import { loadConfig } from "../src/config/load.ts";
import { World } from "../src/engine/world.ts";
import type { Fact } from "../src/engine/facts.ts";
import { ENGINES } from "../src/kernel/kernel.ts";
import { openKernel } from "../src/kernel/open.ts";
import { play } from "../src/journal/play.ts";
import type { Played } from "../src/journal/play.ts";

const NOWHERE = "/nonexistent";
const TICK_MS = 25;

export class AppStage {
  readonly world: World;
  readonly runtime: AppRuntime;
  /** What it has emitted. */
  readonly facts: Fact[] = [];
  /** Whether the store takes any more. */
  hasRoom = true;
  /** What it threw and what was said of it. */
  readonly said: string[] = [];
  readonly #app: App;
  readonly #tape: Tape;
  readonly #reel = new Reel();

  constructor(app: App) {
    this.#app = app;
    const loaded = loadConfig({ cwd: NOWHERE, env: {}, application: app });
    if (!loaded.ok) throw new Error(describeFaults(loaded.faults));
    const rules = rulesWith(loaded.config, app);
    this.#tape = new Tape({ rules, tickMs: TICK_MS, open: (name) => this.#reel.open(name) });
    this.world = new World(openKernel("wasm"), rules, this.#tape);
    this.runtime = new AppRuntime(app, {
      ...{ world: this.world, tickMs: TICK_MS, now: () => 0 },
      ledger: {
        isBehind: false,
        hasRoom: () => this.hasRoom,
        note: (fact) => this.facts.push(fact),
        isDurable: () => true,
      },
      journal: { app: (record) => this.#tape.app({ ...record }) },
      log: (_level, _fields, message) => this.said.push(message),
      correct: () => undefined,
      post: () => null,
    });
    this.world.step();
    // As a server does it: what is recorded begins with a world that has its rules.
    this.#tape.checkpoint(this.world);
    this.runtime.begin();
  }

  tick(ticks = 1): void {
    for (let i = 0; i < ticks; i++) {
      this.runtime.beginTick();
      this.runtime.beforeStep();
      this.world.step();
    }
  }

  /** All of it again, on both engines, with the application beside it. */
  replay(): { readonly played: Played; readonly witness: AppReplay } {
    this.#tape.end();
    const witness = new AppReplay(this.#app);
    const players = ENGINES.map((name) => ({ name, open: () => openKernel(name) }));
    // The first one is of a world that had no rules yet.
    const segments = this.#reel.segments.slice(1);
    return { played: play({ segments, players, witness }), witness };
  }
}
