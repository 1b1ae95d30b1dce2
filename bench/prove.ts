// npm run prove -- NAME [options]: latency, kernel, durability, slow, crowd, fuzz, capacity,
// metrics, live, soak, replay, journal, recovery, traces, walkers
// Times are judged against a control that alternates with them in the same run.
import { begin, refuse } from "./command.ts";

const USAGE = `npm run prove -- kernel [--quick] [--cases NAMES] [--rounds R] [--baseline FILE]
                        [--write-baseline] [--json FILE]
Has the kernel become slower? Its time by that of plain JavaScript, beside the stored baseline's.
  --quick            one case, 3 rounds: shows that it works, and decides nothing
  --cases NAMES      uniform-100,uniform-1000,uniform-10000-k100: all unless told
  --rounds R         windows of each contender; 30 unless told, fewer than 10 decide nothing
  --baseline FILE    bench/baseline.json unless told
  --write-baseline   writes it, of all cases with 30 rounds at least
  --json FILE        where the measurements go

npm run prove -- latency [--bots N] [--seconds S] [--rounds R] [--json FILE]
Does the server show a movement to a neighbour as soon as the bare transport does? Linux only.
  --bots N      300 unless told
  --seconds S   of each measurement; 15 unless told
  --rounds R    of both servers; 3 unless told
  --json FILE   where the measurements go

npm run prove -- durability [--seconds S] [--bots N] [--only CASES] [--seed N] [--json FILE]
Is anything lost or doubled while PostgreSQL or Redis is stopped, frozen, filled or cut off? Needs
both programs.
  --seconds S    of each case; 60 unless told, below 30 it is inconclusive at best
  --bots N       100 unless told
  --only CASES   separated by commas; all unless told
  --seed N       1 unless told
  --json FILE    where the findings go

npm run prove -- recovery [--kills N] [--bots N] [--seed N] [--json FILE]
Server, relay and database killed at random moments: is anything lost or doubled, is the world what
its journal says, and does it tick again within 2 s? Needs PostgreSQL and Redis.
  --kills N     100 unless told
  --bots N      300 unless told
  --seed N      1 unless told
  --json FILE   where the findings go

npm run prove -- slow [--clients N] [--others N] [--entities N] [--stalls LIST] [--turns N]
                      [--slow-close S] [--seed N] [--json FILE]
Does a client that stops reading come back to a true view, or hear why not, at what cost? The
control is the same server without a window of acknowledgements. Linux only.
  --clients N      that stop reading; 50 unless told
  --others N       that never do; 20 unless told
  --entities N     in the world, all moving; 1500 unless told
  --stalls LIST    for how long, s, one after the other; 20,60 unless told
  --turns N        short stalls, each beside as long without one; 10 unless told
  --slow-close S   gateway.slow_close_ms, in seconds; 30 unless told
  --seed N         1 unless told
  --json FILE      where the measurements go

npm run prove -- crowd [--crowds LIST] [--frames N] [--seed N] [--json FILE]
Everybody in one spot: is every frame small enough, every position fresh enough, nobody forgotten?
  --crowds LIST   clients x frames a tick; 300x1,1000x1,1000x4 unless told
  --frames N      of each crowd, at least; 100000 unless told
  --seed N        1 unless told
  --json FILE     where the findings go

npm run prove -- fuzz [--frames N] [--socket-frames N] [--seed N] [--json FILE]
Does any frame break the server, or change the world without being a legal intent?
  --frames N          in the process, beside a control world; 1000000 unless told
  --socket-frames N   over real sockets; 10000 unless told
  --seed N            1 unless told
  --json FILE         where the findings go

npm run prove -- capacity [--bots LIST] [--seconds S] [--rounds R] [--json FILE]
How many clients does one core serve, beside the bare transport sending as much? Linux only; about
7 minutes.
  --bots LIST   300,600,1000,1500 unless told
  --seconds S   of each measurement; 15 unless told
  --rounds R    of both servers; 2 unless told
  --json FILE   where the measurements go

npm run prove -- live [--entities N] [--bots N] [--pages N] [--seconds S] [--rounds R] [--json FILE]
What do open live pages cost the tick, and what does a frame cost the page? The latter where there
is a Chromium.
  --entities N   in the world, all moving, the bots' own included; 3000 unless told
  --bots N       clients that play; 300 unless told
  --pages N      that are open; 5 unless told
  --seconds S    of each measurement; 8 unless told
  --rounds R     without pages and with them; 3 unless told
  --json FILE    where the measurements go

npm run prove -- metrics [--clients LIST] [--rounds R] [--json FILE]
What does it cost a tick to write its numbers down? Recordings in a tick, times what each takes.
  --clients LIST   300,1000 unless told
  --rounds R       windows timed of each kind; 30 unless told
  --json FILE      where the measurements go

npm run prove -- soak [--minutes M] [--bots N] [--seed N] [--json FILE]
Does a server that clients join and leave all the time need more memory or descriptors with time?
Not on Windows.
  --minutes M   30 unless told; in a few the slope of the heap is too uncertain for a verdict
  --bots N      300 unless told; something happens to each every 3.5 s on the mean
  --seed N      1 unless told
  --json FILE   where all points go

npm run prove -- replay [--seconds S] [--bots N] [--seed N] [--dir DIR] [--json FILE]
Does recorded play come out bit for bit the same on both engines, at 20 times real time?
  --seconds S   of play; 3600 unless told
  --bots N      300 unless told
  --seed N      1 unless told
  --dir DIR     where the journal is left, for aether replay; unless told it is removed
  --json FILE   where the finding goes

npm run prove -- journal [--clients LIST] [--ticks N] [--json FILE]
What does the flight recorder cost a tick? Two servers alike, with and without it, tick in turn.
  --clients LIST   300,1000 unless told; all walk, and send 20 messages a second
  --ticks N        of each server; 4000 unless told
  --json FILE      where the measurements go

npm run prove -- walkers [--bots N] [--seconds S] [--rounds R] [--json FILE]
Does an application with 5,000 walkers that avoid each other (examples/crowd) keep its ticks?
  --bots N      that walk among them and see them; 20 unless told
  --seconds S   of each round; 20 unless told
  --rounds R    3 unless told
  --json FILE   where the measurements go

npm run prove -- traces [--only SCENES] [--seconds S] [--data FOLDER] [--json FILE]
Recorded movement on a server with PostgreSQL, Redis and a scrape a second: is all that people are
shown true and soon enough, and in how much memory? Needs the three programs; Linux only.
  --only SCENES   crowd,football; both unless told
  --seconds S     of each scene; one lap of it unless told, 79 and 360
  --data FOLDER   where the recordings lie; AETHER_TRACES unless told, else ../shared/data
  --json FILE     where the measurements go

Ends with 0 where the goal is met, 1 where it is missed or an output is wrong, 2 where the
measurement does not tell, 78 where it was called wrongly.
`;

/** @returns the code to end with */
type Proof = (argv: readonly string[]) => Promise<number>;

/** Loaded when asked for: a proof needs nothing of what the other one measures. */
const PROOFS: Readonly<Record<string, () => Promise<Proof>>> = {
  latency: async () => (await import("./prove-latency.ts")).proveLatency,
  kernel: async () => (await import("./prove-kernel.ts")).proveKernel,
  slow: async () => (await import("./prove-slow.ts")).proveSlow,
  crowd: async () => (await import("./prove-crowd.ts")).proveCrowd,
  fuzz: async () => (await import("./prove-fuzz.ts")).proveFuzz,
  capacity: async () => (await import("./prove-capacity.ts")).proveCapacity,
  live: async () => (await import("./prove-live.ts")).proveLive,
  metrics: async () => (await import("./prove-metrics.ts")).proveMetrics,
  replay: async () => (await import("./prove-replay.ts")).proveReplay,
  journal: async () => (await import("./prove-journal.ts")).proveJournal,
  soak: async () => (await import("./prove-soak.ts")).proveSoak,
  traces: async () => (await import("./prove-traces.ts")).proveTraces,
  walkers: async () => (await import("./prove-walkers.ts")).proveWalkers,
  durability: async () => (await import("./prove-durability.ts")).proveDurability,
  recovery: async () => (await import("./prove-recovery.ts")).proveRecovery,
};

const [name = "", ...argv] = process.argv.slice(2);
begin(USAGE, process.argv.slice(2));
const load = Object.hasOwn(PROOFS, name) ? PROOFS[name] : undefined;
if (load === undefined) {
  const names = Object.keys(PROOFS).join(" or ");
  refuse("prove", new Error(`name what to prove, ${names}: npm run prove -- --help tells more`));
}
const prove = await load();
process.exit(await prove(argv));
