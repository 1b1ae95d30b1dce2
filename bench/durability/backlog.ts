// Many events wait in the outbox: how fast the server's own relay drains them, and whether its
// ticks feel it.
import { eventsKey } from "../../src/persistence/sinks/redis.ts";
import type { Verdict } from "../verdict.ts";
import { sleep, until } from "../waiting.ts";
import { type Case, found, isWhole } from "./finding.ts";
import { judgeLateness } from "./lateness.ts";
import { tickCost } from "./metrics.ts";
import { phase } from "./outage.ts";
import { Stage, WORLD } from "./stage.ts";

const EVENTS = 100_000;
const FEW_EVENTS = 10_000;
const STREAMS = 100;
const RATE_MIN = 5000;
/** Half of the control, s. */
const CONTROL = { whole: 10, short: 2 };
/** Until everything is compiled and warm, s. */
const WARM_UP = { whole: 15, short: 2 };

const FILL = `
  INSERT INTO outbox (world, key, stream, type, tick, payload)
  SELECT $1, 'backlog:' || n, 'entity:' || n % $3, 'told', n, json_build_object('nth', n)::text
  FROM generate_series(1, $2::integer) AS n`;

export const backlog: Case = (setting) =>
  Stage.with(setting, {}, async (stage) => {
    const wanted = isWhole(setting) ? EVENTS : FEW_EVENTS;
    const controlS = isWhole(setting) ? CONTROL.whole : CONTROL.short;
    const server = await stage.serve();
    await stage.crowd(server, { churns: false, isWitness: false });
    const witness = await stage.crowd(server, { churns: false, isWitness: true });
    await stage.settle();
    await sleep(isWhole(setting) ? WARM_UP.whole : WARM_UP.short);
    const before = await phase(server, witness, controlS);

    const reader = stage.reader();
    const key = eventsKey(WORLD);
    const there = await reader.xlen(key);
    await stage.query(FILL, [WORLD, wanted, STREAMS]);
    const metrics = await server.metrics();
    await witness.take();
    const drainS = await until("the backlog to be drained", async () => {
      return (await reader.xlen(key)) >= there + wanted;
    });
    const arrivals = await witness.take();
    const cost = tickCost(metrics, await server.metrics());
    setting.say(`drained in ${drainS.toFixed(2)} s`);

    await stage.settle();
    const after = await phase(server, witness, controlS);
    const skippedControl = before.cost.skipped + after.cost.skipped;
    const faults = await faultsOf(stage, there, wanted);
    const late = judgeLateness([before.arrivals, after.arrivals], arrivals);
    const eventsPerS = wanted / drainS;
    const verdicts: Verdict[] = [
      late.verdict,
      cost.skipped <= skippedControl ? "met" : "missed",
      eventsPerS >= RATE_MIN ? "met" : "missed",
    ];
    const figures = {
      events: wanted,
      drainS,
      eventsPerS,
      latenessControlMs: late.controlMs,
      latenessDrainMs: late.outageMs,
      latenessRatio: late.ratio,
      controlSpread: late.spread,
      latestControlMs: late.controlMaxMs,
      latestDrainMs: late.outageMaxMs,
      tickControlMs: (before.cost.meanMs + after.cost.meanMs) / 2,
      tickDrainMs: cost.meanMs,
      skippedControl,
      skippedDrain: cost.skipped,
    };
    return found(faults, verdicts, figures, [`lateness: ${late.verdict}`]);
  });

/** Each of them came, and those of one stream in order. */
async function faultsOf(stage: Stage, from: number, wanted: number): Promise<string[]> {
  const entries = await stage.reader().xrange(eventsKey(WORLD), "-", "+");
  const last = new Map<string, number>();
  const keys = new Set<string>();
  let disorder = 0;
  for (const [, fields] of entries.slice(from)) {
    const at = (name: string): string => fields[fields.indexOf(name) + 1] ?? "";
    if (!at("key").startsWith("backlog:") || keys.has(at("key"))) continue;
    keys.add(at("key"));
    const nth = Number(at("tick"));
    if (nth < (last.get(at("stream")) ?? 0)) disorder++;
    last.set(at("stream"), nth);
  }
  return [
    ...(keys.size === wanted ? [] : [`${wanted - keys.size} of ${wanted} events did not come`]),
    ...(disorder === 0 ? [] : [`${disorder} events came out of their stream's order`]),
  ];
}
