// What the commands say about themselves; `aether swarm --help` is src/swarm/options.ts.

export const HELP = `aether, a real-time spatial engine

  aether serve [--config FILE] [--bots N]   run the server; --app FILE with an application of yours
  aether relay [--config FILE]              publish the outbox's events, without a server
  aether outbox list [--limit N]            what the outbox holds, and events that were given up
  aether outbox retry|drop --key KEY…|--all put events that were given up back, or delete them
  aether doctor [--config FILE] [--json]    what this machine lacks for a server with these settings
  aether plan [--neighbours K] [--json]     how many clients it carries, measured in 20 s
  aether replay DIR|FILE [--diff] [--json]  live through a journal again, compare every state hash
  aether capsule DIR [--from T] [--until T] cut a piece out of a journal, with the settings
  aether swarm …                            run bots against a server; aether swarm --help
  aether COMMAND --help                     more about one of them
  aether --help                             this text
  aether --version                          the version

serve, relay, outbox, doctor, plan, capsule
  --config FILE, -config FILE   settings; without it ./config.yaml when it is there, else defaults
  --bots N                      serve: also starts N bots that walk about, and stops them with it
  --app FILE                    serve: an application, a .ts or .js file (docs/extending.md)

Any setting can come from the environment: AETHER_ENGINE_MAX_SPEED=7.5 (see config.yaml).
Exit codes: 0 stopped as asked, 70 a fault of our own, 75 another process runs this world,
78 wrong configuration or command line, or a store that cannot be used. Of doctor, replay
and swarm 1: what they looked at is not as it should be. Of plan 1: nothing could be told.
`;

const SERVE = `aether serve [--config FILE] [--bots N] [--app FILE]

Runs the server until SIGTERM or Ctrl-C, which every client is told of; then it ends with 0.

  --config FILE   settings; without it ./config.yaml when it is there, else defaults
  --bots N        also starts N bots that walk about, and stops them with it
  --app FILE      an application: a module whose default export is what createWorld made. A .ts
                  file needs a Node.js that strips types (22.18 or newer); otherwise name a .js.
                  The settings that it asks for win over the file, the environment over both.
                  docs/extending.md tells how to write one; examples/ has three
`;

const RELAY = `aether relay [--config FILE]

Publishes the outbox's events to outbox.sink, without a server: for outbox.relay external. Several
may run; one works, and another takes over when it ends. SIGTERM ends it after the batch under way,
with 0.

  --config FILE   the server's settings; without it ./config.yaml when it is there, else defaults
`;

const OUTBOX = `aether outbox list [--limit N]
aether outbox retry --key KEY… | --all
aether outbox drop --key KEY… | --all

What waits to be published, and events that were given up; works while the server runs. retry puts
those that were given up back, behind everything of their stream; drop deletes them for good.

  --config FILE   the server's settings; without it ./config.yaml when it is there, else defaults
  --limit N       list: dead events shown, 100 unless told
  --key KEY       retry, drop: of a dead event, as list shows it; may stand several times
  --all           retry, drop: all dead events

Ends with 78 where the outbox cannot be reached, or the database has no such world. It makes nothing
that is not there.
`;

const DOCTOR = `aether doctor [--config FILE] [--json]

Looks at this machine with the server's settings, and says in a line each what is well, what is odd
and what would keep a server from starting, with the remedy: settings, Node.js, cores, timers,
memory, limits, ports, disk, database, Redis, clock, tokens, certificate. It makes no table and
changes no setting; a small file is written where a SQLite world lies, and taken away again.

  --config FILE   the server's settings; without it ./config.yaml when it is there, else defaults
  --json          the same as one JSON object

Ends with 0 where nothing fails, 1 where something does, 78 where the command line is wrong.
`;

const PLAN = `aether plan [--neighbours K] [--frames F] [--mbit M] [--seconds S] [--config FILE]
            [--json]

Tells how many clients this machine carries, in about 20 s: starts a server with these settings on
free ports and with a world of its own, lets two crowds play on it, one after the other, and draws
the line from what they cost. Nothing else should run meanwhile.

  --neighbours K  how many others a client is shown, 10 unless told: 300 in the default world
  --frames F      of 512 bytes that a client is sent in a tick at most; gateway.frames_per_tick
                  unless told
  --mbit M        what the line takes, Mbit/s; unless told no limit of it is known
  --seconds S     how long the larger crowd is measured, 5 unless told
  --config FILE   the server's settings; without it ./config.yaml when it is there, else defaults
  --json          all figures as one JSON object

Ends with 0, with 1 where nothing can be told, with 78 where settings or command line are wrong.
`;

const REPLAY = `aether replay DIR|FILE [--kernel wasm|js] [--until TICK] [--app FILE] [--diff]
              [--json]

Lives through a journal (a folder of segments) or a capsule again, faster than it happened, and
compares every state hash and every checkpoint. Where one differs it names the tick and, as far as
it can be known, the row, and shows both states. May be run beside a server.

  --kernel K    wasm or js; wasm unless told. Where it differs, the other one is asked as well
  --until TICK  the last tick; all unless told
  --app FILE    the application as well: it must issue the commands that are recorded
  --diff        both kernels side by side; shows up to 50 rows that differ
  --json        the same as one JSON object

Ends with 0 where all is equal (a torn tail, as a crash leaves it, is said), 1 where something
differs or is damaged, 78 where the command line is wrong or nothing can be read.
`;

const CAPSULE = `aether capsule DIR [--from TICK] [--until TICK] [--out FILE] [--config FILE]
aether capsule FILE.json [--out FILE]

Cuts a piece out of the journal of a server, running or dead: the state after one tick, the input
and state hash of those that follow, and the settings without their secrets, as one file that
aether replay plays. Sessions, tokens and facts stay behind. Of a file that the server kept of a
trapped kernel it makes a capsule as well, which plays that step.

  --from TICK    begins after this tick; after the last checkpoint unless told
  --until TICK   the last tick; the last one there is unless told
  --out FILE     not there yet; ticks-FIRST-LAST.capsule in this folder unless told
  --config FILE  the server's settings; without it ./config.yaml when it is there, else defaults

Ends with 0, with 78 where the command line is wrong or the journal has no such ticks.
`;

const HELPS: Readonly<Record<string, string>> = {
  serve: SERVE,
  relay: RELAY,
  outbox: OUTBOX,
  doctor: DOCTOR,
  plan: PLAN,
  replay: REPLAY,
  capsule: CAPSULE,
};

/** @returns the text of a command that was asked for it; null where it was not */
export function helpOf(command: string, argv: readonly string[]): string | null {
  if (!argv.includes("--help") && !argv.includes("-h")) return null;
  return HELPS[command] ?? null;
}
