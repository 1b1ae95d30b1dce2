// The same frames over real sockets into the real server process, some of them with broken framing
// too; a neighbour who plays on must notice nothing.
import { Session } from "../../src/client/session.ts";
import { encodeHello, encodeSpawn } from "../../src/protocol/client-encode.ts";
import { SocketPool } from "../../src/swarm/socket.ts";
import { memoryOf } from "../../src/swarm/memory.ts";
import { ServerProcess } from "../../test/integration/server-process.ts";
import { buildFrame, RawSocket } from "../../test/raw-socket.ts";
import { readMetrics } from "../durability/metrics.ts";
import { sleep, until } from "../waiting.ts";
import { FuzzFrames, UNRATED } from "./frames.ts";

export interface SocketsFinding {
  readonly frames: number;
  /** Frames of which bytes of the WebSocket header were changed too. */
  readonly broken: number;
  readonly connections: number;
  /** Faults of its own that the server logged or closed for, and messages that were none. */
  readonly serverFaults: number;
  readonly malformed: number;
  /** Resident memory of the server, after a quarter of the frames and at the end, MiB. */
  readonly memoryMib: readonly [number, number];
  readonly faults: readonly string[];
}

const CONNECTIONS = 16;
/** Per connection between two pauses: below what a tick takes of one. */
const BURST = 8;
const PAUSE_SECONDS = 0.03;
/** One of so many frames has its WebSocket header changed. */
const BROKEN_EVERY = 10;
const STEP_MS = 25;
const HEADER_BYTES = 6;

export async function playSockets(frames: number, seed: number): Promise<SocketsFinding> {
  const server = new ServerProcess({
    env: {
      ...UNRATED,
      AETHER_PERSISTENCE_URL: "none",
      AETHER_SESSION_GRACE_MS: "0",
    },
  });
  try {
    return await fuzz(server, frames, seed);
  } finally {
    await server.destroy();
  }
}

async function fuzz(server: ServerProcess, frames: number, seed: number): Promise<SocketsFinding> {
  const { url, metrics } = await server.listening();
  const port = Number(new URL(url).port);
  const made = new FuzzFrames(seed);
  const { random } = made;
  const memoryMib = (): number => memoryOf(server.pid)?.nowMib ?? NaN;
  const witness = await enter(url);
  const sockets: RawSocket[] = [];
  let [sent, broken, connections, early] = [0, 0, 0, NaN];
  while (sent < frames) {
    for (let i = 0; i < CONNECTIONS; i++) {
      if (sockets[i]?.ended === false && sockets[i]?.closeCode === 0) continue;
      sockets[i]?.cut();
      const raw = await RawSocket.open(port);
      sockets[i] = raw;
      connections++;
      if (random(2) === 0) raw.frame(encodeHello({ client: "fuzz" }));
      if (random(2) === 0) raw.frame(encodeSpawn(1, random(50), random(50)));
    }
    for (const raw of sockets)
      for (let k = 0; k < BURST; k++) {
        const bytes = made.frame(65536 + random(CONNECTIONS), sent, 1);
        const isBroken = random(BROKEN_EVERY) === 0;
        const frame = buildFrame(bytes);
        if (isBroken) frame[random(Math.min(frame.length, HEADER_BYTES))] = random(256);
        raw.write(frame);
        sent++;
        if (isBroken) broken++;
      }
    await sleep(PAUSE_SECONDS);
    if (Number.isNaN(early) && sent * 4 >= frames) early = memoryMib();
  }
  for (const raw of sockets) raw.cut();
  const faults = await witness.leave();
  const told = await readMetrics(metrics);
  const caught = server.log.filter(({ level }) => level === "error" || level === "fatal");
  const ended = told.get('aether_closes_total{code="INTERNAL"}') ?? 0;
  const serverFaults = Math.max(caught.length, ended);
  if (serverFaults > 0)
    faults.push(`the server met ${serverFaults} faults of its own: ${server.lines.at(-1) ?? ""}`);
  return {
    frames: sent,
    broken,
    connections,
    serverFaults,
    malformed: told.get('aether_errors_total{code="BAD_FRAME"}') ?? 0,
    memoryMib: [early, memoryMib()],
    faults,
  };
}

/** The neighbour: it walks until it leaves, and then tells what was wrong. */
async function enter(url: string): Promise<{ leave: () => Promise<string[]> }> {
  const pool = new SocketPool();
  const client = new Session({
    url,
    name: "witness",
    dial: (address, events) => pool.dial(address, events, null),
  });
  client.connect();
  await until("the neighbour to play", () => Promise.resolve(client.state === "joined"));
  const timer = setInterval(() => client.move(0.5, 0.25), STEP_MS);
  return {
    leave: async () => {
      const { counters } = client;
      const before = counters.digestsOk;
      client.probe();
      const isTold = (): boolean => counters.digestsOk + counters.digestsBad > before;
      await until("a digest", () => Promise.resolve(isTold() || client.state !== "joined"));
      clearInterval(timer);
      const faults: string[] = [];
      if (client.state !== "joined") faults.push("the neighbour was closed");
      if (counters.digestsBad > 0) faults.push("the neighbour's view was wrong");
      if (counters.protocolFaults > 0) faults.push("the neighbour was sent what is no message");
      if (counters.corrections > 0) faults.push("the neighbour was corrected");
      client.leave();
      return faults;
    },
  };
}
