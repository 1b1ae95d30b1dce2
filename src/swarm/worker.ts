// A worker process: a share of the bots. It is forked by the run, and ends when the run says so or
// goes away.
import { Fleet } from "./fleet.ts";
import { BATCH_MS, type FromWorker, type Setup, type ToWorker } from "./messages.ts";
import { SocketPool } from "./socket.ts";
import { openMovement } from "./sources.ts";
import { WitnessLog } from "./witness-log.ts";

/** How often the wheel is looked at. */
const LOOK_MS = 1;
/** Bots that have not left by then are left behind. */
const END_MAX_MS = 5000;

const now = (): number => performance.now();
let fleet: Fleet | null = null;

// A terminal's Ctrl-C goes to all processes: the run hears it, and tells us.
process.on("SIGINT", () => undefined).on("SIGTERM", () => undefined);
process.on("disconnect", () => process.exit(0));
process.on("message", (message: ToWorker) => {
  try {
    if (message.kind === "setup") start(message);
    else if (message.kind === "begin") begin(message.epochMs, message.warmUpMs);
    else end();
  } catch (error) {
    tell({ kind: "failed", sentence: error instanceof Error ? error.message : String(error) });
  }
});

function start(setup: Setup): void {
  const movement = openMovement(setup.source, setup.rules);
  const all = Array.from({ length: movement.agents }, (_, agent) => agent);
  const pool = new SocketPool();
  fleet = new Fleet({
    url: setup.url,
    rules: setup.rules,
    movement,
    dial: pool.dial,
    now,
    log: setup.sampleTicks > 0 ? new WitnessLog() : null,
    sampleTicks: setup.sampleTicks,
    corrupt: setup.corrupt,
    agents: all.filter((agent) => agent % setup.workers === setup.worker),
  });
  fleet.gather();
  pool.afterRead = () => fleet?.advance();
  run(fleet);
}

function begin(epochMs: number, warmUpMs: number): void {
  const ms = epochMs - performance.timeOrigin;
  fleet?.begin(ms);
  setTimeout(() => fleet?.warmedUp(), ms + warmUpMs - now());
}

function run(running: Fleet): void {
  let batchMs = now() + BATCH_MS;
  const look = (): void => {
    const isLate = running.advance();
    if (now() >= batchMs) {
      batchMs = now() + BATCH_MS;
      report(running);
    }
    // What is late goes on as soon as the sockets have been read.
    if (isLate) setImmediate(look);
    else timer.refresh();
  };
  const timer = setTimeout(look, LOOK_MS);
}

function end(): void {
  if (fleet === null) return;
  const ending = fleet;
  const untilMs = now() + END_MAX_MS;
  ending.end();
  const timer = setInterval(() => {
    if (!ending.areAway && now() < untilMs) return;
    clearInterval(timer);
    report(ending);
    const { user, system } = process.cpuUsage();
    tell({ kind: "done", tally: ending.tally((user + system) / 1000) });
  }, BATCH_MS);
}

function report(running: Fleet): void {
  tell({
    kind: "batch",
    playing: running.playing,
    areGathered: running.areGathered,
    counts: running.counts,
    ...running.testify(),
  });
}

function tell(message: FromWorker): void {
  process.send?.(message);
}
