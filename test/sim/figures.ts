// What a run has gone through, in numbers: none of its promises may be an empty one.
import type { Counters } from "../../src/gateway/counters.ts";
import type { Refusal } from "../../src/protocol/codes.ts";
import { ERRORS } from "../../src/protocol/codes.ts";
import type { House } from "./house.ts";
import type { Simulation } from "./simulation.ts";

/** @param houses all lives of its server */
export function figuresOf(
  simulation: Simulation,
  houses: readonly House[],
): Record<string, number> {
  const { claims, network, scribe, store, traps, walkers } = simulation;
  const sum = (of: (house: House) => number): number =>
    houses.reduce((total, house) => total + of(house), 0);
  const counted = (of: (counters: Counters) => number): number =>
    sum((house) => of(house.server.gateway.counters));
  const refused = ({ code }: Refusal): number => counted(({ errors }) => errors[code] ?? 0);
  return {
    ticks: sum((house) => house.judge.ticks),
    skipped: sum((house) => house.server.numbers.skipped),
    thinned: sum((house) => house.server.numbers.thinned),
    views: sum((house) => house.judge.looks),
    extraParts: sum((house) => house.judge.partsBeforeLast),
    applied: walkers.reduce((total, walker) => total + walker.ticks, 0),
    digests: walkers.reduce((total, walker) => total + walker.client.counters.digestsOk, 0),
    intents: sum((house) => house.judge.ledger.count),
    births: sum((house) => house.judge.births),
    corrections: counted((c) => c.corrections),
    windowsClosed: counted((c) => c.windowsClosed),
    merges: counted((c) => c.merges),
    slowClosed: counted((c) => c.slowClosed),
    resets: counted((c) => c.resets),
    sendsDropped: counted((c) => c.sendsDropped),
    floods: counted((c) => c.floods + c.floodDrops),
    malformed: counted((c) => c.malformed),
    badSequence: refused(ERRORS.BAD_SEQUENCE),
    badIntent: refused(ERRORS.BAD_INTENT),
    notOwner: refused(ERRORS.NOT_OWNER),
    resumed: claims.resumed,
    resumedAfterRestart: claims.resumedAfterRestart,
    answersLost: claims.answersLost,
    keptByRestarts: claims.kept,
    restarts: houses.length - 1,
    expired: sum((house) => house.judge.graces.expired),
    facts: store?.vault.facts.length ?? 0,
    commits: store?.vault.commits ?? 0,
    recoveries: scribe?.recoveries ?? 0,
    writesCutOff: scribe?.cutOff ?? 0,
    rewinds: store?.rewinds ?? 0,
    outages: store?.outages ?? 0,
    workersKilled: store?.deaths ?? 0,
    tokensRefused: counted((c) => c.resumesRefused),
    tokensReused: counted((c) => c.tokensReused),
    noHello: refused(ERRORS.NO_HELLO),
    stalls: network.stalls,
    delays: network.delays,
    cuts: network.cuts,
    traps: traps?.played ?? 0,
    leftOut: traps?.leftOut ?? 0,
  };
}
