// The command line of the swarm.
import { parseArgs } from "node:util";

/** Where the bots' movement comes from. */
export type Source =
  | { readonly kind: "walk" | "crowd"; readonly bots: number; readonly seed: number }
  | {
      readonly kind: "trace";
      readonly file: string;
      readonly preset: string | null;
      readonly presetsFile: string | null;
    };

export interface SwarmOptions {
  readonly url: string;
  readonly source: Source;
  readonly workers: number;
  /** How long is measured once all are there; null = one lap of the trace, else 30. */
  readonly seconds: number | null;
  /** Each bot's view goes to the oracle every so many ticks; 0 = never. */
  readonly sampleTicks: number;
  readonly serverPid: number | null;
  readonly corrupt: boolean;
  readonly jsonFile: string | null;
}

export const USAGE = `aether swarm: clients that move, measure, and check all that they are shown

  aether swarm --bots N                  N random walkers
  aether swarm --bots N --crowd          a seeded crowd that gathers and wanders
  aether swarm --trace FILE              recorded movement: t_ms,entity_id,x,y (CSV, gzip or not)
  aether swarm crowd --bots N            a living crowd: no checks, no figures, until SIGTERM or
                                         until its standard input ends

  --url URL          ws://127.0.0.1:8080
  --preset NAME      how the trace is laid into the world: a name in the presets file, or a file
  --presets FILE     default: presets.json beside the trace
  --seed N           1; of walkers and crowd
  --seconds N        30, or one lap of the trace; counted from when all are there
  --workers N        1; processes that the bots are spread over. One carries 900 to 1,000 bots
                     at 40 Hz on a core of its own: use 2 above that
  --sample K         8; each bot's view is checked every K ticks, 0 = never
  --pid PID          the server's process, for its memory
  --json FILE        all figures, with machine and versions
  --corrupt          flips one record of one view: the run must find it, and fail
  --help

Exit codes: 0 all is true; 1 a difference, an Error message, a lost client, an oversize frame,
views incomplete for too long or too few compared; with --corrupt 1 if the flipped record was found
and 3 if it was not; 78 a wrong option.`;

/** Wrong options: a sentence for whoever typed them. */
export class UsageError extends Error {}

const SECONDS_MAX = 86_400;
const BOTS_MAX = 65_535;
const WORKERS_MAX = 64;
const SAMPLE_MAX = 10_000;
const SEED_MAX = 2 ** 32 - 1;

/** @returns what is asked for; null for --help. Throws UsageError. */
export function parseOptions(argv: readonly string[]): SwarmOptions | null {
  const values = parseValues(argv);
  if (values.help === true) return null;
  const seconds = values.seconds;
  return {
    url: parseUrl(values.url ?? "ws://127.0.0.1:8080"),
    source: parseSource(values),
    workers: whole("workers", values.workers ?? "1", 1, WORKERS_MAX),
    seconds: seconds === undefined ? null : whole("seconds", seconds, 1, SECONDS_MAX),
    sampleTicks: whole("sample", values.sample ?? "8", 0, SAMPLE_MAX),
    serverPid: values.pid === undefined ? null : whole("pid", values.pid, 1, 2 ** 22),
    corrupt: values.corrupt ?? false,
    jsonFile: values.json ?? null,
  };
}

function parseSource(values: Values): Source {
  const { trace, bots } = values;
  if (trace !== undefined) {
    if (bots !== undefined || values.crowd === true)
      throw new UsageError("--trace brings its own agents: leave out --bots and --crowd");
    return {
      kind: "trace",
      file: trace,
      preset: values.preset ?? null,
      presetsFile: values.presets ?? null,
    };
  }
  if (values.preset !== undefined || values.presets !== undefined)
    throw new UsageError("--preset and --presets belong to --trace FILE");
  if (bots === undefined) throw new UsageError("say who shall come: --bots N or --trace FILE");
  return {
    kind: values.crowd === true ? "crowd" : "walk",
    bots: whole("bots", bots, 1, BOTS_MAX),
    seed: whole("seed", values.seed ?? "1", 0, SEED_MAX),
  };
}

type Values = ReturnType<typeof parseValues>;

function parseValues(argv: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        url: text,
        bots: text,
        crowd: flag,
        seed: text,
        trace: text,
        preset: text,
        presets: text,
        seconds: text,
        workers: text,
        sample: text,
        pid: text,
        json: text,
        corrupt: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parseUrl(text: string): string {
  if (!URL.canParse(text) || new URL(text).protocol !== "ws:")
    throw new UsageError(`--url is ${text}; it must be ws://HOST:PORT`);
  return text;
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max))
    throw new UsageError(`--${name} is ${text}; it must be a whole number from ${min} to ${max}`);
  return value;
}
