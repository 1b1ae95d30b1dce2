// One load, and all servers under it: checked first, then measured in turn.
import { SEND_PERIOD_MS } from "../../src/swarm/units.ts";
import {
  AETHER,
  bare,
  type Load,
  measure,
  type Measured,
  neighboursOf,
  TRIES,
} from "../contender.ts";
import type { ServerContest, ServerName, ServerRound, ServerStanding } from "./results.ts";
import { type Check, isPunctual, standingOf, type Trial } from "./standing.ts";

/** Defaults of the server, which are enough up to here. */
const MAX_ENTITIES = 1000;
const MAX_CONNECTIONS = 2000;
/** The check: each view is compared with the rules every so many ticks, and for so long. */
const CHECK_SAMPLE_TICKS = 8;
const CHECK_SECONDS = 5;

interface Server {
  readonly name: ServerName;
  readonly program: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whether there are rules by which it shows its clients the world. */
  readonly hasRules: boolean;
}

export interface ContestOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly progress: (line: string) => void;
}

export async function playContest(bots: number, options: ContestOptions): Promise<ServerContest> {
  const neighbours = neighboursOf(bots);
  const maxEntities = Math.max(MAX_ENTITIES, bots);
  const servers = serversFor(bots, maxEntities, neighbours);
  const checks = new Map<ServerName, Check>();
  for (const server of servers) checks.set(server.name, await check(server, bots, options));
  const right = servers.filter(({ name }) => checks.get(name)?.faults.length === 0);
  const trials = await measureInTurn(right, bots, options);

  const trialsOf = (name: ServerName): Trial[] => trials.get(name) ?? [];
  const standing = (name: ServerName, control: readonly ServerRound[] | null): ServerStanding =>
    standingOf(name, checks.get(name) ?? UNCHECKED, trialsOf(name), control);
  const bareOne = standing("bare", null);
  const control = bareOne.status === "measured" ? bareOne.rounds : [];
  const contenders = [standing("wasm", control), standing("js", control), bareOne];
  return { bots, neighbours, maxEntities, contenders };
}

const UNCHECKED: Check = { faults: [], comparedViews: null };

function serversFor(bots: number, maxEntities: number, neighbours: number): readonly Server[] {
  const aether = (kernel: "wasm" | "js"): Server => ({
    name: kernel,
    program: AETHER,
    env: {
      // Thinned updates would make it look faster than it is.
      AETHER_ENGINE_TICK_BUDGET: "1",
      AETHER_ENGINE_KERNEL: kernel,
      AETHER_ENGINE_MAX_ENTITIES: String(maxEntities),
      AETHER_GATEWAY_MAX_CONNECTIONS: String(Math.max(MAX_CONNECTIONS, bots)),
    },
    hasRules: true,
  });
  const control = { name: "bare", program: bare(neighbours), env: {}, hasRules: false } as const;
  return [aether("wasm"), aether("js"), control];
}

/** Everything that clients are shown, compared with the rules; no time of it is used. */
async function check(server: Server, bots: number, options: ContestOptions): Promise<Check> {
  const { name, program, env, hasRules } = server;
  // What each measurement finds anyway, frames and their order, is all there is to the transport.
  if (!hasRules) return UNCHECKED;
  const load = { bots, seconds: CHECK_SECONDS, sampleTicks: CHECK_SAMPLE_TICKS };
  const { figures } = await measure(program, load, env);
  const comparedViews = figures.oracle?.views ?? 0;
  // A check that looked at nothing has found nothing out.
  const faults = comparedViews > 0 ? figures.faults : [...figures.faults, "no view was compared"];
  const said = faults.length === 0 ? `${comparedViews} views are right` : faults.join("; ");
  options.progress(`${name.padEnd(4)} checked: ${said}`);
  return { faults, comparedViews };
}

/** Who comes first changes from round to round. */
async function measureInTurn(
  servers: readonly Server[],
  bots: number,
  { rounds, seconds, progress }: ContestOptions,
): Promise<ReadonlyMap<ServerName, Trial[]>> {
  const trials = new Map<ServerName, Trial[]>(servers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const first = round % Math.max(1, servers.length);
    for (const server of [...servers.slice(first), ...servers.slice(0, first)]) {
      const trial = await tryPunctually(server, { bots, seconds }, round);
      trials.get(server.name)?.push(trial);
      progress(`${server.name.padEnd(4)} ${lineOf(trial, rounds)}`);
    }
  }
  return trials;
}

/** Measures until the load was punctual, or a fault says that more would be in vain. */
async function tryPunctually(server: Server, load: Load, round: number): Promise<Trial> {
  const once = async (): Promise<Trial> =>
    trialOf(round, await measure(server.program, load, server.env));
  let trial = await once();
  for (let n = 1; n < TRIES && !isPunctual(trial) && trial.faults.length === 0; n++)
    trial = await once();
  return trial;
}

function trialOf(round: number, { figures, steadyCpuMsPerSecond }: Measured): Trial {
  const { neighbourMs, tickRateMean, server, bytesPerClientPerSecond, sendLatenessMs } = figures;
  return {
    round,
    p50: neighbourMs.p50,
    p99: neighbourMs.p99,
    tickRate: tickRateMean,
    cpuMsPerTick: steadyCpuMsPerSecond / tickRateMean,
    rssMib: server?.rssMib ?? NaN,
    bytesPerClient: bytesPerClientPerSecond,
    latenessMs: sendLatenessMs.p99,
    playedShare: Math.min(1, figures.counts.intents / intentsDue(figures)),
    faults: figures.faults,
  };
}

/** A walker sends one at every turn. */
function intentsDue({ agents, measuredSeconds }: Measured["figures"]): number {
  return (agents * measuredSeconds * 1000) / SEND_PERIOD_MS;
}

function lineOf(trial: Trial, rounds: number): string {
  const { round, p50, p99, tickRate, cpuMsPerTick, rssMib, bytesPerClient, faults } = trial;
  const { latenessMs, playedShare } = trial;
  if (faults.length > 0) return `round ${round + 1}/${rounds} WRONG: ${faults.join("; ")}`;
  return (
    `round ${round + 1}/${rounds} to a neighbour p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} ms, ` +
    `${tickRate.toFixed(2)} Hz, CPU ${cpuMsPerTick.toFixed(2)} ms a tick, ` +
    `RSS ${rssMib.toFixed(0)} MiB, ${(bytesPerClient / 1000).toFixed(1)} kB/s a client` +
    (isPunctual(trial) ? "" : `; the load was late: ${latenessMs.toFixed(1)} ms`) +
    (playedShare === 1 ? "" : `, ${(playedShare * 100).toFixed(1)} % of it sent`)
  );
}
