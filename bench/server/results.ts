// What `npm run bench:server` writes: bench/results/server.json, from which the documents are made.
import type { Machine } from "../results.ts";

/** The server with either kernel, and the transport that does nothing but send. */
export type ServerName = "wasm" | "js" | "bare";

export interface ServerResults {
  /** Tells these results from others in the same folder. */
  readonly format: "server";
  /** When the run began, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  /** Load average before the run began, one minute's; results from before it was kept have none. */
  readonly loadAverage?: number;
  readonly options: ServerOptions;
  readonly contests: readonly ServerContest[];
}

export interface ServerOptions {
  readonly quick: boolean;
  /** Measurements of each contender. */
  readonly rounds: number;
  /** Of a measurement, once all bots are there. */
  readonly seconds: number;
}

/** All contenders under the same load. */
export interface ServerContest {
  readonly bots: number;
  /** Clients that the bare transport shows each client: as many as Aether shows, in the mean. */
  readonly neighbours: number;
  /** `engine.max_entities` of both servers: part of their memory is laid out by it. */
  readonly maxEntities: number;
  readonly contenders: readonly ServerStanding[];
}

export type ServerStanding = ServerMeasured | ServerExcluded;

export interface ServerMeasured {
  readonly status: "measured";
  readonly name: ServerName;
  /** Views compared with the rules before any time was taken; null: there are no rules. */
  readonly comparedViews: number | null;
  /**
   * From an intent to the client of a neighbour that sees it, the tick's own wait included, ms: of
   * the rounds whose load was punctual; null where none was.
   */
  readonly p50: Range | null;
  readonly p99: Range | null;
  /** As the clients saw it, Hz; 40 is wanted. */
  readonly tickRate: Range;
  /** Of the server, while all bots were there and moved, ms. */
  readonly cpuMsPerTick: Range;
  /** Resident at the end of the run, MiB. */
  readonly rssMib: Range;
  /** That a client is sent a second, WebSocket headers included. */
  readonly bytesPerClient: Range;
  /** CPU a tick by the bare transport's of the same round; null for that one itself. */
  readonly ratio: Range | null;
  /** The rounds whose load was played in full, in order. */
  readonly rounds: readonly ServerRound[];
}

/** Over the rounds. */
export interface Range {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One measurement; units as above. */
export interface ServerRound {
  /** From 0. */
  readonly round: number;
  readonly p50: number;
  readonly p99: number;
  readonly tickRate: number;
  readonly cpuMsPerTick: number;
  readonly rssMib: number;
  readonly bytesPerClient: number;
  /** How late the load was sent, p99, ms. */
  readonly latenessMs: number;
  /** Of the intents that were due, those that were sent; 1 = all. */
  readonly playedShare: number;
}

/** Without figures: it showed its clients something wrong, or it could not be measured here. */
export interface ServerExcluded {
  readonly status: "wrong" | "left out";
  readonly name: ServerName;
  /** A sentence. */
  readonly why: string;
}
