// Server, relay and database killed at random moments, under clients that come and go. After each
// death of the server the world must be, to the hash, what its journal's last whole tick says; in
// the end nothing that a client was told may be lost or doubled.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RandomStream } from "../../src/swarm/random.ts";
import { compareBooks } from "../durability/books.ts";
import type { Crowd } from "../durability/crowd.ts";
import { type Finding, found } from "../durability/finding.ts";
import { type Served, Stage, WORLD } from "../durability/stage.ts";
import { sleep, until } from "../waiting.ts";
import { beginningOf, endOf } from "./journal-end.ts";
import { RelayProcess } from "./relay-process.ts";

export interface KillSetting {
  readonly kills: number;
  readonly bots: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** What dies: with every twenty deaths each so often, in an order of its own. */
const DEATHS = [
  { what: "server", times: 10 },
  { what: "serverWithoutDatabase", times: 4 },
  { what: "relay", times: 3 },
  { what: "database", times: 3 },
] as const;
type Death = (typeof DEATHS)[number]["what"];

/** From its start until it ticks again, s. */
const BACK_MAX_S = 2;
/** Between two deaths, s. */
const BETWEEN_S = { min: 0.2, max: 1.5 };
/** A database is away for so long, s: beyond 0.5 clients are told without it. */
const AWAY_S = { min: 0.1, max: 1.2 };
const GRACE_MS = 4000;
/** Sessions whose clients never come back wait in the world: their grace begins anew each time. */
const ENTITIES = 8000;

export async function killOften(setting: KillSetting): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), "aether-recovery-"));
  const { bots, seed, say } = setting;
  try {
    const stageSetting = { seconds: 0, bots, seed, say };
    return await Stage.with(stageSetting, { graceMs: GRACE_MS }, async (stage) => {
      const relay = new RelayProcess(stage);
      try {
        return await new Killing(setting, stage, relay, folder).run();
      } finally {
        await relay.close();
      }
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Killing {
  readonly #setting: KillSetting;
  readonly #stage: Stage;
  readonly #relay: RelayProcess;
  readonly #folder: string;
  readonly #random: RandomStream;
  readonly #faults: string[] = [];
  readonly #backS: number[] = [];
  readonly #killed = { server: 0, serverWithoutDatabase: 0, relay: 0, database: 0 };
  /** Deaths of these twenty that are still to come. */
  #left: Death[] = [];
  #fromJournal = 0;
  #storeAhead = 0;
  #rerun = 0;
  #facts = 0;

  constructor(setting: KillSetting, stage: Stage, relay: RelayProcess, folder: string) {
    this.#setting = setting;
    this.#stage = stage;
    this.#relay = relay;
    this.#folder = folder;
    this.#random = new RandomStream(setting.seed);
  }

  async run(): Promise<Finding> {
    const stage = this.#stage;
    const { kills, say } = this.#setting;
    let server = await this.#serve();
    this.#relay.start();
    const crowd = await stage.crowd(server, { churns: true, isWitness: false });
    for (let kill = 1; kill <= kills; kill++) {
      await sleep(this.#between(BETWEEN_S));
      server = await this.#kill(server, crowd);
      if (kill % 10 === 0) say(`${kill} of ${kills}`);
    }
    await sleep(1);
    const report = await crowd.stop();
    await sleep(GRACE_MS / 1000);
    await until("the world to be empty", async () => {
      return (await server.metrics()).get("aether_entity_count") === 0;
    });
    await stage.settle();
    const books = await compareBooks(stage, [report]);
    return this.#conclude(books);
  }

  async #kill(server: Served, crowd: Crowd): Promise<Served> {
    const { postgres } = this.#stage;
    const what = this.#draw();
    this.#killed[what]++;
    if (what === "relay") {
      await this.#relay.kill();
      this.#relay.start();
      return server;
    }
    const isAway = what !== "server";
    if (isAway) {
      await postgres.kill();
      await sleep(this.#between(AWAY_S));
    }
    if (what !== "database") await this.#end(server);
    if (isAway) await postgres.restart();
    if (what === "database") return server;
    const next = await this.#restart();
    await crowd.aim(next.url);
    return next;
  }

  #draw(): Death {
    if (this.#left.length === 0) {
      this.#left = DEATHS.flatMap(({ times, what }) => Array<Death>(times).fill(what));
    }
    const at = Math.floor(this.#random.next() * this.#left.length);
    return this.#left.splice(at, 1)[0]!;
  }

  async #end({ process }: Served): Promise<void> {
    process.signal("SIGKILL");
    await process.ended();
  }

  async #restart(): Promise<Served> {
    const place = join(this.#folder, WORLD);
    const end = endOf(place);
    const began = performance.now();
    const server = await this.#serve();
    await until("the first tick", async () => {
      return ((await server.metrics()).get("aether_tick_duration_seconds_count") ?? 0) > 0;
    });
    this.#backS.push((performance.now() - began) / 1000);
    const beginning = beginningOf(place);
    const metrics = await server.metrics();
    this.#rerun += metrics.get("aether_recovered_ticks") ?? 0;
    this.#facts += metrics.get("aether_recovered_facts") ?? 0;
    if (end === null || beginning === null) {
      this.#faults.push("there is no journal where a server was killed");
    } else if (beginning.storeTick > end.tick) {
      // A flight landed whose tick was not yet written: the store knows more.
      this.#storeAhead++;
      if (beginning.tick !== beginning.storeTick) {
        this.#faults.push(
          `the store had tick ${beginning.storeTick}, it began at ${beginning.tick}`,
        );
      }
    } else {
      this.#fromJournal++;
      if (beginning.tick !== end.tick || beginning.hash !== end.hash) {
        const [is, should] = [beginning, end].map(({ tick, hash }) => `tick ${tick} (${hash})`);
        this.#faults.push(`it began at ${is ?? ""}, the journal ended at ${should ?? ""}`);
      }
    }
    return server;
  }

  #serve(): Promise<Served> {
    return this.#stage.serve({
      AETHER_JOURNAL_DIR: this.#folder,
      AETHER_OUTBOX_RELAY: "external",
      AETHER_ENGINE_MAX_ENTITIES: String(ENTITIES),
    });
  }

  #conclude(books: Awaited<ReturnType<typeof compareBooks>>): Finding {
    const back = this.#backS.toSorted((a, b) => a - b);
    const [median = 0, worst = 0] = [back[back.length >> 1], back.at(-1)];
    const late = back.filter((seconds) => seconds > BACK_MAX_S).length;
    const figures = {
      ...{ kills: this.#setting.kills, ...this.#killed },
      ...{ fromJournal: this.#fromJournal, storeAhead: this.#storeAhead },
      ...{ ticksLivedAgain: this.#rerun, factsNotedAgain: this.#facts },
      ...{ backMedianS: median, backWorstS: worst },
      ...books.figures,
    };
    const remarks = late > 0 ? [`${late} times it ticked later than after ${BACK_MAX_S} s`] : [];
    const faults = [...this.#faults, ...books.faults];
    return found(faults, late > 0 ? ["missed"] : [], figures, remarks);
  }

  #between({ min, max }: { readonly min: number; readonly max: number }): number {
    return min + this.#random.next() * (max - min);
  }
}
