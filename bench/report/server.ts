// Table and figure of the server end to end (bench/results/server.json).
import type {
  Range,
  ServerContest,
  ServerMeasured,
  ServerName,
  ServerResults,
  ServerStanding,
} from "../server/results.ts";
import { plotLines } from "./lines.ts";
import { plain, type Row, table } from "./markdown.ts";
import { count, quantity, times } from "./numbers.ts";
import type { Figure } from "./svg.ts";

/** How each is shown, in this order. */
const SERVERS: readonly { name: ServerName; title: string; colour: string }[] = [
  { name: "wasm", title: "wasm", colour: "simd" },
  { name: "js", title: "js", colour: "twin" },
  { name: "bare", title: "bare transport", colour: "native" },
];
const HEAD: Row = [
  "clients",
  "server",
  "p50, ms",
  "p99, ms",
  "ticks, Hz",
  "CPU a tick, ms (range)",
  "by the bare transport's",
  "RSS, MiB",
  "kB/s a client",
  "rounds",
];

function isMeasured(standing: ServerStanding): standing is ServerMeasured {
  return standing.status === "measured";
}

const titleOf = (name: ServerName): string =>
  SERVERS.find((server) => server.name === name)?.title ?? name;

export function serverTable({ contests, options }: ServerResults): string {
  const rows = contests.flatMap((contest) => contest.contenders.map((c) => rowOf(contest, c)));
  const { rounds, seconds, quick } = options;
  const how = `${rounds} rounds of ${seconds} s${quick ? ", --quick" : ""}; medians of the rounds.`;
  const remarks = contests.flatMap(remarksOn).map((remark) => `- ${plain(remark)}`);
  return [how, table(HEAD, rows, [1]), remarks.join("\n")].filter((t) => t !== "").join("\n\n");
}

function rowOf({ bots }: ServerContest, standing: ServerStanding): Row {
  const head = [count(bots), titleOf(standing.name)];
  if (!isMeasured(standing)) return [...head, standing.status, ...HEAD.slice(3).map(() => "")];
  const { p50, p99, tickRate, cpuMsPerTick: cpu, ratio, rssMib, bytesPerClient } = standing;
  const range = ({ median, min, max }: Range, show: (value: number) => string): string =>
    standing.rounds.length === 1 ? show(median) : `${show(median)} (${show(min)} to ${show(max)})`;
  return [
    ...head,
    p50 === null ? "-" : quantity(p50.median),
    p99 === null ? "-" : quantity(p99.median),
    tickRate.median.toFixed(1),
    range(cpu, quantity),
    ratio === null ? "" : range(ratio, times),
    count(rssMib.median),
    quantity(bytesPerClient.median / 1000),
    count(standing.rounds.length),
  ];
}

/** What the row of a contender cannot say. */
function remarksOn({ bots, contenders }: ServerContest): string[] {
  return contenders.flatMap((standing) => {
    const who = `${count(bots)} clients, ${titleOf(standing.name)}`;
    if (!isMeasured(standing)) return [`${who}: ${standing.status}: ${standing.why}`];
    if (standing.p99 !== null) return [];
    const best = Math.min(...standing.rounds.map(({ latenessMs }) => latenessMs));
    return [`${who}: no latency, for the load itself was ${quantity(best)} ms late (p99) at best`];
  });
}

/** CPU a tick over the number of clients. Null where no two loads were measured. */
export function serverFigure({ contests }: ServerResults): Figure | null {
  const lines = SERVERS.map(({ name, title, colour }) => ({
    name: title,
    colour,
    points: contests
      .toSorted((a, b) => a.bots - b.bots)
      .flatMap(({ bots, contenders }) =>
        contenders
          .filter(isMeasured)
          .filter((standing) => standing.name === name)
          .map((standing) => ({ x: bots, y: standing.cpuMsPerTick.median })),
      ),
  })).filter(({ points }) => points.length > 0);
  if (!lines.some(({ points }) => points.length > 1)) return null;
  return plotLines({
    title: "The server end to end: CPU of a tick over the number of clients",
    description:
      "CPU that the server spends on a tick of 25 ms, over the number of clients, both " +
      "logarithmic, with either kernel and beside the bare transport; lower is better.",
    xTitle: "clients, each with an entity that moves in every tick",
    yTitle: "ms of CPU a tick, median",
    panels: [{ title: "2,000 x 2,000 units, 40 Hz", lines }],
  });
}
