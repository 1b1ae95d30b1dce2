// A server whose world is full: what `aether serve` runs, and entities that nobody plays, all of
// which move in every tick. Its parent orders it to open, and it ends with its parent.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { realParts } from "../../src/cli/parts.ts";
import { describeFaults } from "../../src/config/faults.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import type { Recorder } from "../../src/engine/recorder.ts";
import { createServer } from "../../src/main.ts";
import { createLog } from "../../src/observability/log.ts";
import { RandomStream } from "../../src/swarm/random.ts";
import { answerBy } from "../ask.ts";

export interface WorldWish {
  readonly env: Readonly<Record<string, string>>;
  /** Entities that nobody plays. */
  readonly movers: number;
  /** They stand so far from the middle at most, world units; seeded. */
  readonly half: number;
  readonly seed: number;
  /** False: clients may leave everything unacknowledged, which no setting allows. */
  readonly hasWindow: boolean;
}

export interface WorldOpened {
  readonly port: number;
  readonly metrics: string;
}

export type WorldOrder =
  { readonly do: "open"; readonly wish: WorldWish } | { readonly do: "memory" };

const UNIT = 256;
const STDOUT = 1;
/** Beyond all that is sent in the longest run. */
const NO_WINDOW_TICKS = 20_000;
const NO_WINDOW_BYTES = 2 ** 31;

async function open({ env, movers, half, seed, hasWindow }: WorldWish): Promise<WorldOpened> {
  const folder = mkdtempSync(join(tmpdir(), "aether-world-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const loaded = loadConfig({ cwd: folder, env });
  if (!loaded.ok) throw new Error(describeFaults(loaded.faults));
  const config = hasWindow ? loaded.config : withoutWindow(loaded.config);
  const sink = createLog({ level: "error", fd: STDOUT });

  const recorder: Recorder = {
    input: () => undefined,
    // The step is over: what is deposited now is the next one's.
    output: (tick) => {
      crowd ??= tickets.map((ticket) => server.world.joined(ticket));
      for (const [i, handle] of crowd.entries()) {
        const step = ((tick + i) & 1) === 0 ? UNIT : -UNIT;
        server.world.intent(handle, tick, step, 0);
      }
    },
  };
  const server = createServer(config, { ...realParts(config, sink), recorder });
  const random = new RandomStream(seed);
  const place = (): number => Math.round((random.next() * 2 - 1) * half * UNIT);
  const { maxSpeed, aoiRadius } = server.world.rules;
  const tickets = Array.from({ length: movers }, () => {
    const at = { kind: 1, x: place(), y: place() };
    const own = { maxSpeed, aoiRadius, layer: 0, bank: -1, sequence: 0 };
    return server.world.join({ ...at, ...own, visible: true, observer: false });
  });
  let crowd: number[] | null = null;

  const { port, adminPort } = await server.start();
  return { port, metrics: `http://127.0.0.1:${adminPort}/metrics` };
}

function withoutWindow(config: Config): Config {
  const gateway = {
    ...config.gateway,
    window_ticks: NO_WINDOW_TICKS,
    window_bytes: NO_WINDOW_BYTES,
  };
  return { ...config, gateway };
}

/** @returns resident memory without garbage, bytes */
function memory(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  return process.memoryUsage.rss();
}

answerBy(async (order) => {
  const asked = order as WorldOrder;
  return asked.do === "memory" ? memory() : open(asked.wish);
});
