// npm run prove -- fuzz: frames that nobody honest sends, by the million through the gateway beside
// a control world that gets only what is legal, and some over real sockets.
import { writeFileSync } from "node:fs";
import { optionsOf, wordsOf } from "./command.ts";
import { buildStale, DIST, KERNEL, PROTO } from "./fresh.ts";
import { playBulk } from "./fuzz/bulk.ts";
import type { BulkFinding } from "./fuzz/bulk.ts";
import { growthOf } from "./fuzz/memory.ts";
import { playSockets } from "./fuzz/sockets.ts";
import type { SocketsFinding } from "./fuzz/sockets.ts";
import { thisMachine } from "./machine.ts";
import { whole } from "./options.ts";
import { EXIT_CODES, EXIT_USAGE, type Verdict } from "./verdict.ts";

const FRAMES = { min: 0, max: 1_000_000_000 };
const SEEDS = { min: 0, max: 4_294_967_295 };
const MIB = 2 ** 20;
/** What memory may grow by over half of a million frames, MiB: objects, and resident. */
const HEAP_GROWTH_MAX_MIB = 1;
const RESIDENT_GROWTH_MAX_MIB = 4;
/** Of the server that sockets lead to, from a quarter of the frames to the end. */
const GROWTH_MAX_MIB = 32;
/** With fewer frames than this memory is not judged: it is still being taken. */
const FRAMES_JUDGED = 200_000;
const SOCKET_FRAMES_JUDGED = 10_000;

interface Wanted {
  readonly frames: number;
  readonly socketFrames: number;
  readonly seed: number;
  readonly json: string | null;
}

/** @returns the code to end with */
export async function proveFuzz(argv: readonly string[]): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove fuzz: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  buildStale([KERNEL, PROTO, DIST], (line) => console.log(line));
  const { frames, socketFrames, seed, json } = wanted;
  const bulk = playBulk({ frames, seed });
  console.log(bulkLine(bulk));
  const sockets = await playSockets(socketFrames, seed);
  console.log(socketsLine(sockets));
  const faults = [...bulk.faults, ...sockets.faults];
  for (const fault of faults) console.log(`WRONG: ${fault}`);
  const verdict = verdictOf(faults, bulk, sockets);
  console.log(`fuzz, seed ${seed}: ${verdict}`);
  if (json !== null) {
    const proof = { machine: thisMachine(), seed, verdict, bulk, sockets };
    writeFileSync(json, `${JSON.stringify(proof, null, 2)}\n`);
  }
  return EXIT_CODES[verdict];
}

function verdictOf(
  faults: readonly string[],
  { frames, memory }: BulkFinding,
  sockets: SocketsFinding,
): Verdict {
  if (faults.length > 0) return "wrong";
  const isJudged = frames >= FRAMES_JUDGED;
  const grown = growthOf(memory);
  const hasGrown =
    (isJudged && !(grown.heap / MIB <= HEAP_GROWTH_MAX_MIB)) ||
    (isJudged && !(grown.resident / MIB <= RESIDENT_GROWTH_MAX_MIB)) ||
    (sockets.frames >= SOCKET_FRAMES_JUDGED &&
      sockets.memoryMib[1] - sockets.memoryMib[0] > GROWTH_MAX_MIB);
  return hasGrown ? "missed" : "met";
}

function bulkLine({ frames, malformed, legal, app, closes, ticks, memory }: BulkFinding): string {
  const { heap, resident } = growthOf(memory);
  const inMib = memory.map((look) => (look.resident / MIB).toFixed(0));
  const closed = Object.entries(closes).map(([code, count]) => `${count} with ${code}`);
  return (
    `${frames} frames in ${ticks} ticks, ${malformed} no message, ${legal} legal intents, ` +
    `${app} messages to the application; closed ` +
    `${closed.join(", ")}; the world's state is the control's in every tick; ` +
    `over half of the frames memory grew by ${(heap / MIB).toFixed(2)} MiB of objects and ` +
    `${(resident / MIB).toFixed(1)} MiB resident, which was ${inMib.join(" ")} MiB`
  );
}

function socketsLine(finding: SocketsFinding): string {
  const { frames, broken, connections, malformed, memoryMib } = finding;
  const [early, late] = memoryMib.map((mib) => mib.toFixed(1));
  return (
    `${frames} frames over ${connections} connections, ${broken} with broken framing; the server ` +
    `counted ${malformed} that are no message and ${finding.serverFaults} faults of its own; ` +
    `memory ${early} MiB after a quarter, ${late} MiB at the end`
  );
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const values = optionsOf("prove", argv, {
    frames: { type: "string", default: "1000000" },
    "socket-frames": { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  });
  return {
    frames: whole("frames", values.frames, FRAMES),
    socketFrames: whole("socket-frames", values["socket-frames"], FRAMES),
    seed: whole("seed", values.seed, SEEDS),
    json: values.json ?? null,
  };
}
