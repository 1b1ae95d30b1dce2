// Everybody in one spot, on the real gateway and kernel: no frame too large, nobody waits longer
// than promised for a neighbour's position, nobody who entered or left is forgotten, and a view in
// which anything is missing says so.
import { addToDigest } from "../../src/protocol/digest.ts";
import { RandomStream } from "../../src/swarm/random.ts";
import { SimulatedServer } from "../simulated/server.ts";
import { FrameTally, Onlooker } from "./onlooker.ts";

export interface CrowdWish {
  readonly clients: number;
  readonly framesPerTick: number;
  /** So many frames are looked at, at least. */
  readonly frames: number;
  readonly seed: number;
}

export interface CrowdFinding {
  readonly clients: number;
  readonly framesPerTick: number;
  /** What was not as promised. */
  readonly faults: readonly string[];
  readonly frames: number;
  readonly largestBytes: number;
  /** Of one client in one tick. */
  readonly mostBytes: number;
  readonly ticks: number;
  /** Ticks until everybody was shown everybody, after the last one came. */
  readonly filledTicks: number;
  /** The oldest position ever shown while all moved, and how old one may be, ticks. */
  readonly oldestTicks: number;
  readonly boundTicks: number;
  /** Newcomers and leavers while all moved, and how long the last of all clients waited for one. */
  readonly cameAndWent: number;
  readonly waitedTicks: number;
  readonly waitBoundTicks: number;
  /** Ticks until all views were whole once nobody moved. */
  readonly calmedTicks: number;
  /** Views compared with the world, and those of them that said that something is missing. */
  readonly compared: number;
  readonly incomplete: number;
}

const UNIT = 256;
const FRAME_MAX = 512;
/** The longest header before a frame's records, and what a field of them begins with. */
const FRAME_HEAD = 29 + 3;
const RECORD = 6;
/** An Entity that enters, at most. */
const ENTITY_MAX = 28 + 2;
/** Of those that do not all fit, so many of the nearest are told in every tick. */
const NEAREST = 10;
/** All stand so near to each other, world units. */
const SPOT = 15;
const STEP = 1;
const JOINS_PER_TICK = 40;
const CHURN_TICKS = 60;
const CHURN_EVERY = 3;
/** Waiting longer than this is for ever. */
const PATIENCE_TICKS = 2000;
const FAULTS_MAX = 10;

export function playCrowd(wish: CrowdWish): CrowdFinding {
  return new Crowd(wish).play();
}

/** Ticks in which each of `visible` is told anew: design of docs/architecture.md, "Told sets". */
export function boundOf(visible: number, framesPerTick: number): number {
  const room = framesPerTick * Math.floor((FRAME_MAX - FRAME_HEAD) / RECORD);
  const nearest = Math.min(NEAREST, room >> 1);
  return visible <= room ? 1 : Math.ceil((visible - nearest) / (room - nearest)) + 1;
}

/** Ticks in which all of `visible` enter one view: they share the room with positions. */
function waitBoundOf(visible: number, framesPerTick: number): number {
  const room = framesPerTick * (FRAME_MAX - FRAME_HEAD);
  return Math.ceil(visible / Math.floor(room / 2 / ENTITY_MAX)) + 1;
}

class Crowd {
  readonly #wish: CrowdWish;
  readonly #house: SimulatedServer;
  readonly #random: RandomStream;
  readonly #tally = new FrameTally();
  readonly #faults: string[] = [];
  #all: Onlooker[] = [];
  /** By entity: the tick since which it is in the world. */
  readonly #since = new Map<number, number>();
  #waited = 0;
  #compared = 0;
  #incomplete = 0;
  #mostBytes = 0;

  constructor(wish: CrowdWish) {
    this.#wish = wish;
    this.#random = new RandomStream(wish.seed);
    this.#house = new SimulatedServer({
      AETHER_ENGINE_MAX_ENTITIES: String(wish.clients + CHURN_TICKS),
      AETHER_ENGINE_CLIENT_SPAWN: "always",
      AETHER_GATEWAY_JOINS_PER_SECOND: "100000",
      AETHER_GATEWAY_FRAMES_PER_TICK: String(wish.framesPerTick),
      AETHER_SESSION_GRACE_MS: "0",
    });
  }

  play(): CrowdFinding {
    const { clients, framesPerTick, frames } = this.#wish;
    while (this.#all.length < clients) {
      for (let i = 0; i < JOINS_PER_TICK && this.#all.length < clients; i++) this.#join();
      this.#tick(true);
    }
    const filledTicks = this.#until(true, () => this.#all.every(seesAll(clients - 1)));
    const boundTicks = boundOf(clients - 1, framesPerTick);
    let oldestTicks = 0;
    for (let tick = 0; tick < boundTicks * 2 || this.#tally.frames < frames; tick++) {
      this.#tick(true);
      // Not the first lap's: who entered in it was told by its entry.
      if (tick >= boundTicks) oldestTicks = Math.max(oldestTicks, this.#oldest());
    }
    if (oldestTicks > boundTicks)
      this.#fault(`a position was ${oldestTicks} ticks old, ${boundTicks} are promised`);
    const cameAndWent = this.#churn();
    const waitBoundTicks = waitBoundOf(clients - 1, framesPerTick);
    if (this.#waited > waitBoundTicks)
      this.#fault(`somebody was not shown for ${this.#waited} ticks, at most ${waitBoundTicks}`);
    const isWhole = (one: Onlooker): boolean => !one.isIncomplete;
    const calmedTicks = this.#until(false, () => this.#all.every(isWhole));
    this.#compareAll();
    if (this.#all.some((one) => one.isIncomplete)) this.#fault("a view is not whole at the end");
    if (this.#tally.largest > FRAME_MAX) this.#fault(`a frame of ${this.#tally.largest} bytes`);
    if (this.#tally.faults > 0)
      this.#fault(`${this.#tally.faults} records contradict what was shown`);
    return {
      clients,
      framesPerTick,
      faults: this.#faults,
      frames: this.#tally.frames,
      largestBytes: this.#tally.largest,
      mostBytes: this.#mostBytes,
      ticks: this.#house.server.world.tick,
      filledTicks,
      oldestTicks,
      boundTicks,
      cameAndWent,
      waitedTicks: this.#waited,
      waitBoundTicks,
      calmedTicks,
      compared: this.#compared,
      incomplete: this.#incomplete,
    };
  }

  /** Some leave and others come, in every third tick, while all move. @returns how many */
  #churn(): number {
    const before = this.#all.length;
    let count = 0;
    for (let tick = 0; tick < CHURN_TICKS; tick++) {
      if (tick % CHURN_EVERY === 0) {
        const at = Math.floor(this.#random.next() * this.#all.length);
        const [leaver] = this.#all.splice(at, 1);
        leaver?.leave();
        this.#since.delete(leaver?.entity ?? 0);
        this.#join();
        count += 2;
      }
      this.#tick(true);
      this.#compareAll();
    }
    // The last ones too are seen by all in the end.
    this.#until(
      true,
      () => this.#all.every(seesAll(before - 1)),
      () => this.#compareAll(),
    );
    return count;
  }

  #join(): void {
    const one = new Onlooker(this.#house.transport, this.#tally);
    if (!one.join(this.#place(), this.#place())) throw new Error("the server takes nobody");
    this.#all.push(one);
  }

  #tick(moves: boolean): void {
    if (moves)
      for (const one of this.#all) if (one.entity !== 0) one.move(this.#step(), this.#step());
    if (!moves) for (const one of this.#all) one.move(0, 0);
    this.#house.tick();
    const { tick } = this.#house.server.world;
    for (const one of this.#all) {
      if (one.isGone) this.#fault("a client was closed");
      if (one.entity !== 0 && !this.#since.has(one.entity)) this.#since.set(one.entity, tick);
      this.#mostBytes = Math.max(this.#mostBytes, one.bytes);
    }
  }

  /** @returns ticks until it was so */
  #until(moves: boolean, isSo: () => boolean, each: () => void = () => undefined): number {
    let ticks = 0;
    while (!isSo()) {
      if (ticks++ > PATIENCE_TICKS) throw new Error(`waited in vain for ${PATIENCE_TICKS} ticks`);
      this.#tick(moves);
      each();
    }
    return ticks;
  }

  /** All of them moved in every tick, so the age of what is shown is that of its last record. */
  #oldest(): number {
    const { tick } = this.#house.server.world;
    let oldest = 0;
    for (const { replica } of this.#all)
      for (let row = 0; row < replica.size; row++)
        oldest = Math.max(oldest, tick - (replica.updatedTick[row] ?? 0));
    return oldest;
  }

  /**
   * Every view beside the world as it is. A whole one is the world but for the client itself; any
   * shows only who lives, and says when somebody or something is missing.
   */
  #compareAll(): void {
    const { world } = this.#house.server;
    let ids = 0;
    let places = 0;
    const live = [...this.#since.keys()];
    const at = (id: number): [number, number] => {
      const row = id & 0xffff;
      return [world.posX(row) >> 3, world.posY(row) >> 3];
    };
    for (const id of live) {
      ids = addToDigest(ids, id, 0, 0);
      places = addToDigest(places, id, ...at(id));
    }
    for (const one of this.#all) {
      if (one.entity === 0) continue;
      this.#compared++;
      if (one.isIncomplete) this.#incomplete++;
      const { replica, entity } = one;
      const allIds = (ids - addToDigest(0, entity, 0, 0)) >>> 0;
      const allPlaces = (places - addToDigest(0, entity, ...at(entity))) >>> 0;
      const hasAll = replica.digest(false) === allIds;
      const isTrue = hasAll && replica.digest(true) === allPlaces;
      if (!isTrue && !one.isIncomplete)
        this.#fault(`client ${entity} is shown a wrong view that says it is whole`);
      if (!hasAll) this.#findMissing(one);
    }
  }

  #findMissing({ replica, entity }: Onlooker): void {
    const { tick } = this.#house.server.world;
    const own = this.#since.get(entity) ?? tick;
    const shown = new Set<number>();
    for (let row = 0; row < replica.size; row++) {
      const id = replica.ids[row] ?? 0;
      shown.add(id);
      if (!this.#since.has(id)) this.#fault(`client ${entity} is shown ${id}, who has left`);
    }
    for (const [id, since] of this.#since)
      if (id !== entity && !shown.has(id))
        this.#waited = Math.max(this.#waited, tick - Math.max(since, own));
  }

  #fault(what: string): void {
    if (this.#faults.length < FAULTS_MAX)
      this.#faults.push(`tick ${this.#house.server.world.tick}: ${what}`);
  }

  #place(): number {
    return (this.#random.next() * 2 - 1) * SPOT;
  }
  #step(): number {
    return Math.round((this.#random.next() * 2 - 1) * STEP * UNIT) / UNIT;
  }
}

function seesAll(count: number): (one: Onlooker) => boolean {
  return ({ replica }) => replica.size === count;
}
