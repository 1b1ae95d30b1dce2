// The connection is cut at COMMIT, again and again: before it reaches the server, or before the
// answer reaches the client, who cannot tell one from the other.
import { StoreFault } from "../../src/persistence/contract.ts";
import type { Flight, MarkedFact, WorldStore } from "../../src/persistence/contract.ts";
import { openWorldStore } from "../../src/persistence/open.ts";
import { RandomStream } from "../../src/swarm/random.ts";
import { type Direction, FaultProxy } from "../../test/integration/fault-proxy.ts";
import { PrivatePostgres } from "../../test/integration/postgres.ts";
import { sleep } from "../waiting.ts";
import { type Case, found, isWhole, type Setting } from "./finding.ts";

const CUTS = 200;
const FEW_CUTS = 20;
const WORLD = "cut";
const IMAGE_BYTES = 1024;
const STREAMS = ["a", "b"];
const PATIENCE_S = 20;
const AGAIN_S = 0.02;
/** What PostgreSQL ends its answer to a transaction with: Z, 5, and I for idle. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

export const commitCut: Case = async (setting) => {
  const postgres = new PrivatePostgres();
  try {
    await postgres.start();
    const proxy = new FaultProxy(postgres.port, setting.seed);
    await proxy.start();
    try {
      return await cutOften(setting, postgres, proxy);
    } finally {
      await proxy.stop();
    }
  } finally {
    await postgres.stop();
  }
};

async function cutOften(setting: Setting, postgres: PrivatePostgres, proxy: FaultProxy) {
  const random = new RandomStream(setting.seed);
  const cuts = isWhole(setting) ? CUTS : FEW_CUTS;
  const store = await openWorldStore(proxy.before(postgres.url), { world: WORLD, poolSize: 2 });
  try {
    const epoch = await store.claim("prove durability");
    await bring(store, flightOf(0));
    const cutAt: Record<Direction, number> = { "to server": 0, "to client": 0 };
    let unnoticed = 0;
    for (let tick = 1; tick <= cuts; tick++) {
      const place: Direction = random.next() < 0.5 ? "to server" : "to client";
      proxy.cutOn((piece, way) => way === place && (way === "to server" || piece.includes(READY)));
      const before = proxy.cuts;
      if ((await bring(store, flightOf(tick))) === 0 || proxy.cuts !== before + 1) unnoticed++;
      cutAt[place]++;
    }
    const rows = await postgres.query(postgres.url, "SELECT key FROM outbox ORDER BY id");
    const keys = rows.map((row) => String(row["key"]));
    const expected = Array.from({ length: cuts + 1 }, (_, tick) =>
      STREAMS.map((_stream, i) => `${WORLD}:${epoch}:${tick}:${2 * i}`),
    ).flat();
    const lost = expected.filter((key) => !keys.includes(key)).length;
    const doubled = keys.length - new Set(keys).size;
    const faults = [
      ...(keys.join() === expected.join()
        ? []
        : [`${lost} lost, ${doubled} doubled, or in disorder`]),
      ...(unnoticed > 0 ? [`${unnoticed} cuts were not noticed`] : []),
    ];
    const before = cutAt["to server"];
    const after = cutAt["to client"];
    return found(faults, [], { cuts, cutBefore: before, cutAfter: after, lost, doubled });
  } finally {
    await store.close();
  }
}

/** Flushes until it is done, as the server's worker does. @returns how often it failed */
async function bring(store: WorldStore, flight: Flight): Promise<number> {
  const deadline = performance.now() + PATIENCE_S * 1000;
  for (let failures = 0; ; failures++) {
    try {
      if (!(await store.flush(flight))) throw new Error("the world was taken by another");
      return failures;
    } catch (error) {
      if (!(error instanceof StoreFault) || performance.now() > deadline) throw error;
      await sleep(AGAIN_S);
    }
  }
}

function flightOf(tick: number): Flight {
  const image = new Uint8Array(IMAGE_BYTES).fill(tick);
  const facts = STREAMS.map((stream, index): MarkedFact => {
    return { what: "emitted", stream, type: "told", payload: "{}", tick, index };
  });
  return { tick, image, facts };
}
