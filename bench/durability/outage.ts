// PostgreSQL or Redis away for a while, under clients that come and go: ticks go on as before,
// nothing is lost or doubled, and it heals by itself.
import { listPresence } from "../../src/persistence/presence/reader.ts";
import type { Verdict } from "../verdict.ts";
import { sleep, until } from "../waiting.ts";
import { compareBooks } from "./books.ts";
import type { Crowd } from "./crowd.ts";
import { type Case, type Finding, found } from "./finding.ts";
import { judgeLateness } from "./lateness.ts";
import { type TickCost, tickCost } from "./metrics.ts";
import { GRACE_MS, type Served, Stage, TTL_MS, WORLD } from "./stage.ts";

/** Until everything is compiled and warm: as long as a half of the control, at most so many s. */
const WARM_UP_MAX = 15;

export interface Outage {
  begin(stage: Stage): Promise<void> | void;
  end(stage: Stage): Promise<void> | void;
  /** Resolves when it is healed; s since `end`. */
  healed(stage: Stage, server: Served): Promise<number>;
  /** What it must be healed within, s. */
  readonly healMax: number;
}

/** Flights land again, and nothing waits. H62's figure. */
const DURABLE = { healed: untilDurable, healMax: 2 };
/** Everybody is in presence again, and nobody else. */
const PRESENT = { healed: untilPresent, healMax: TTL_MS / 1000 };

export const POSTGRES_STOP: Outage = {
  begin: ({ postgres }) => postgres.kill(),
  end: ({ postgres }) => postgres.restart(),
  ...DURABLE,
};
export const POSTGRES_FREEZE: Outage = {
  begin: ({ postgres }) => postgres.freeze(),
  end: ({ postgres }) => postgres.thaw(),
  ...DURABLE,
};
export const REDIS_STOP: Outage = {
  begin: ({ redis }) => redis.kill(),
  end: ({ redis }) => redis.restart(),
  ...PRESENT,
};
export const REDIS_FREEZE: Outage = {
  begin: ({ redis }) => redis.freeze(),
  end: ({ redis }) => redis.thaw(),
  ...PRESENT,
};

/** Half of the control, the outage, the other half: the whole control is as long as the outage. */
export function outageCase(outage: Outage): Case {
  return (setting) =>
    Stage.with(setting, {}, async (stage) => {
      const { seconds, say } = setting;
      const server = await stage.serve();
      const bots = await stage.crowd(server, { churns: true, isWitness: false });
      const witness = await stage.crowd(server, { churns: false, isWitness: true });
      await sleep(Math.min(WARM_UP_MAX, seconds / 2));
      const before = await phase(server, witness, seconds / 2);
      say("the outage begins");
      await outage.begin(stage);
      const during = await phase(server, witness, seconds);
      await bots.hold(true);
      await outage.end(stage);
      const healedS = await outage.healed(stage, server);
      say(`healed after ${healedS.toFixed(2)} s`);
      await bots.hold(false);
      await stage.settle();
      const after = await phase(server, witness, seconds / 2);

      const reports = [await bots.stop(), await witness.stop()];
      await sleep(GRACE_MS / 1000);
      await until("the world to be empty", async () => {
        return (await server.metrics()).get("aether_entity_count") === 0;
      });
      await stage.settle();
      const books = await compareBooks(stage, reports);
      return conclude([before, during, after], healedS, outage.healMax, books);
    });
}

interface Phase {
  readonly arrivals: Float64Array;
  readonly cost: TickCost;
}

/** Ticks for so long, seen by a client and by the server itself. */
export async function phase(server: Served, witness: Crowd, seconds: number): Promise<Phase> {
  const before = await server.metrics();
  await witness.take();
  await sleep(seconds);
  const arrivals = await witness.take();
  return { arrivals, cost: tickCost(before, await server.metrics()) };
}

function conclude(
  [before, during, after]: readonly [Phase, Phase, Phase],
  healedS: number,
  healMaxS: number,
  books: Awaited<ReturnType<typeof compareBooks>>,
): Finding {
  const late = judgeLateness([before.arrivals, after.arrivals], during.arrivals);
  const controlSkipped = before.cost.skipped + after.cost.skipped;
  const remarks = [
    `lateness: ${late.verdict}`,
    ...(during.cost.skipped > controlSkipped
      ? ["more ticks were skipped than in the control"]
      : []),
    ...(healedS > healMaxS ? [`healed later than ${healMaxS} s`] : []),
  ];
  const verdicts: Verdict[] = [late.verdict];
  if (during.cost.skipped > controlSkipped) verdicts.push("missed");
  if (healedS > healMaxS) verdicts.push("missed");
  const figures = {
    latenessControlMs: late.controlMs,
    latenessOutageMs: late.outageMs,
    latenessRatio: late.ratio,
    controlSpread: late.spread,
    latestControlMs: late.controlMaxMs,
    latestOutageMs: late.outageMaxMs,
    tickControlMs: (before.cost.meanMs + after.cost.meanMs) / 2,
    tickOutageMs: during.cost.meanMs,
    tickP99ControlMs: Math.max(before.cost.p99Ms, after.cost.p99Ms),
    tickP99OutageMs: during.cost.p99Ms,
    skippedControl: controlSkipped,
    skippedOutage: during.cost.skipped,
    healedS,
    ...books.figures,
  };
  return found(books.faults, verdicts, figures, remarks);
}

async function untilDurable(_stage: Stage, server: Served): Promise<number> {
  const landed = async (): Promise<number> =>
    (await server.metrics()).get("aether_flushes_total") ?? 0;
  const before = await landed();
  return until("a flight to land", async () => {
    const metrics = await server.metrics();
    const flushes = metrics.get("aether_flushes_total") ?? 0;
    return flushes > before && metrics.get("aether_facts_waiting") === 0;
  });
}

async function untilPresent(stage: Stage): Promise<number> {
  const reader = stage.reader();
  return until("presence to be whole", async () => {
    const rows = await stage.query("SELECT session FROM sessions WHERE state <> 'ended'");
    const present = await listPresence(reader, WORLD).catch(() => []);
    const names = new Set(present.map((entry) => entry.session));
    return rows.length === names.size && rows.every((row) => names.has(String(row["session"])));
  });
}
