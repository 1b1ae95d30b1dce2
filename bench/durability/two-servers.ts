// Two servers for one world: the first is frozen until the second has taken over, then it goes on,
// and must find out before it has written anything.
import { EXITS } from "../../src/protocol/codes.ts";
import { eventsKey } from "../../src/persistence/sinks/redis.ts";
import { sleep, until } from "../waiting.ts";
import { compareBooks } from "./books.ts";
import { type Case, found, type Setting } from "./finding.ts";
import { Stage, WORLD } from "./stage.ts";

/** More do not show more: everybody plays on. */
const BOTS_MAX = 50;
/** Longer than the second needs to take over: everybody must be waited for. */
const TAKEOVER_GRACE_MS = 15_000;
const RESTART = 1012;
const DISCONNECTS = "SELECT count(*) FROM session_history WHERE what = 'disconnect'";

export const twoServers: Case = (setting) => {
  const few: Setting = { ...setting, bots: Math.min(setting.bots, BOTS_MAX) };
  return Stage.with(few, { graceMs: TAKEOVER_GRACE_MS }, async (stage) => {
    const { say, bots: count } = few;
    const first = await stage.serve();
    const bots = await stage.crowd(first, { churns: false, isWitness: false });
    await sleep(1);
    const epoch = await stage.count("SELECT epoch FROM world");
    first.process.signal("SIGSTOP");
    const began = performance.now();
    const second = await stage.serve();
    const takenOverS = (performance.now() - began) / 1000;
    say(`the second took over after ${takenOverS.toFixed(2)} s`);

    // The second writes down who waits for a client: after that such rows are the stale one's.
    await until("the second to know all sessions", async () => {
      return (await stage.count(DISCONNECTS)) >= count;
    });
    const before = await writtenBy(stage, epoch);
    await bots.aim(second.url);
    first.process.signal("SIGCONT");
    const code = await first.process.ended();
    const written = await writtenBy(stage, epoch);
    const staleRows = written.filter((row) => !before.includes(row)).length;
    await bots.join();

    const told = await bots.report();
    const closes = new Map(told.closes);
    const sentAway = closes.get(RESTART) ?? 0;
    const codes = told.closes.map(([code, times]) => `${times} x ${code}`).join(", ");
    const faults = [
      ...(code === EXITS.FENCED.code ? [] : [`the stale server ended with ${code}`]),
      ...(staleRows === 0 ? [] : [`the stale server wrote ${staleRows} rows`]),
      ...(told.resumed === count ? [] : [`${told.resumed} of ${count} clients came back`]),
    ];
    const report = await bots.stop();
    await until("the world to be empty", async () => {
      return (await second.metrics()).get("aether_entity_count") === 0;
    });
    await stage.settle();
    const books = await compareBooks(stage, [report]);
    const exitCode = Number(code);
    const figures = { takenOverS, staleRows, exitCode, sentAway, cameBack: told.resumed };
    const all = { ...figures, ...books.figures };
    const isTold = sentAway === count;
    const remarks = isTold ? [] : [`closes, which should be 1012: ${codes}`];
    return found([...faults, ...books.faults], [isTold ? "met" : "missed"], all, remarks);
  });
};

/**
 * What an epoch has written, a word a row: its events, wherever they are, its snapshots, and what
 * only a server that loses its clients writes.
 */
async function writtenBy(stage: Stage, epoch: number): Promise<string[]> {
  const prefix = `${WORLD}:${epoch}:`;
  const waiting = await stage.query("SELECT key FROM outbox");
  const published = await stage.reader().xrange(eventsKey(WORLD), "-", "+");
  const keys = [
    ...waiting.map((row) => String(row["key"])),
    ...published.map(([, fields]) => fields[fields.indexOf("key") + 1] ?? ""),
  ];
  const snapshots = await stage.query(
    "SELECT 'snapshot ' || slot || ' ' || tick AS word FROM snapshots WHERE epoch = $1",
    [epoch],
  );
  const history = await stage.query(
    "SELECT what || ' ' || id AS word FROM session_history WHERE what IN ('disconnect', 'end')",
  );
  const words = [...snapshots, ...history].map((row) => String(row["word"]));
  return [...new Set([...keys.filter((key) => key.startsWith(prefix)), ...words])];
}
