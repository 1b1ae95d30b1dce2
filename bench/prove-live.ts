// npm run prove -- live: what open live pages cost the tick, and what a frame costs a page. Both
// are measured by those who pay: the tick's own phase, the page's own clock.
import { writeFileSync } from "node:fs";
import { optionsOf, wordsOf } from "./command.ts";
import { buildStale, KERNEL, PROTO } from "./fresh.ts";
import { FRAME_MS_MAX, judge, SHARE_MAX } from "./live/judge.ts";
import { play } from "./live/stage.ts";
import type { Setting } from "./live/stage.ts";
import { loadAtStart, thisMachine } from "./machine.ts";
import { ROUNDS, whole } from "./options.ts";
import { EXIT_CODES, EXIT_USAGE } from "./verdict.ts";

const ENTITIES = { min: 10, max: 60_000 };
const BOTS = { min: 1, max: 1000 };
/** The server lets in eight. */
const PAGES = { min: 1, max: 8 };
const SECONDS = { min: 1, max: 600 };

type Wanted = Omit<Setting, "say"> & { readonly json: string | null };

/** @returns the code to end with */
export async function proveLive(argv: readonly string[]): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove live: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  const say = (line: string): void => console.log(line);
  buildStale([KERNEL, PROTO], say);
  const load = loadAtStart(say);
  const played = await play({ ...wanted, say });
  const { complaints, entities, frameBytes, frameMs, rounds, told } = played;
  const { faults, share, verdict } = judge(rounds, frameMs);
  say(
    `${wanted.pages} pages, a frame of ${Math.round(frameBytes)} bytes with ${entities} ` +
      `entities; ` +
      `the clients they look at were told of ${told.join(", ")}`,
  );
  say(`pages take ${(share * 100).toFixed(2)} % of a tick (at most ${SHARE_MAX * 100} %)`);
  if (frameMs === null) say("no browser: the page's own frames were not measured");
  else say(`the page's script takes ${frameMs} ms a frame, 95 of 100 (at most ${FRAME_MS_MAX})`);
  const wrong = [...faults, ...complaints.map((each) => `the page complains: ${each}`)];
  for (const fault of wrong) say(`  WRONG: ${fault}`);
  const ended = wrong.length > 0 ? "wrong" : verdict;
  say(`live: ${ended}`);
  if (wanted.json !== null) {
    const proof = { machine: thisMachine(), load, verdict: ended, share, ...played };
    writeFileSync(wanted.json, `${JSON.stringify(proof, null, 2)}\n`);
  }
  return EXIT_CODES[ended];
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const values = optionsOf("prove", argv, {
    entities: { type: "string", default: "3000" },
    bots: { type: "string", default: "300" },
    pages: { type: "string", default: "5" },
    seconds: { type: "string", default: "8" },
    rounds: { type: "string", default: "3" },
    json: { type: "string" },
  });
  const entities = whole("entities", values.entities, ENTITIES);
  return {
    entities,
    bots: whole("bots", values.bots, { ...BOTS, max: Math.min(BOTS.max, entities) }),
    pages: whole("pages", values.pages, PAGES),
    seconds: whole("seconds", values.seconds, SECONDS),
    rounds: whole("rounds", values.rounds, ROUNDS),
    json: values.json ?? null,
  };
}
