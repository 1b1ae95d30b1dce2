// npm run prove -- traces: recorded movement on the server as it is run in production, with a
// PostgreSQL, a Redis and a Prometheus that scrapes it every second: is what people are shown true
// and soon enough, and in how much memory? Linux only.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { optionsOf, wordsOf } from "./command.ts";
import { buildStale, DIST, KERNEL, PROTO } from "./fresh.ts";
import { loadAtStart, thisMachine } from "./machine.ts";
import { whole } from "./options.ts";
import { judge, P99_MAX_MS, RSS_AIM_MIB, RSS_MAX_MIB, type Scene } from "./traces/judge.ts";
import { missingPrograms, play, type Recording } from "./traces/stage.ts";
import { EXIT_USAGE } from "./verdict.ts";

/** Where the recordings lie unless AETHER_TRACES names another folder: beside the repository. */
const BESIDE = fileURLToPath(new URL("../../shared/data", import.meta.url));
const SCENES = [
  { name: "crowd", file: "crowd_madras.csv.gz", preset: "madras_pp4" },
  { name: "football", file: "soccer_tracab.csv.gz", preset: "soccer_x13_over" },
] as const;
/** In fewer the scrapes' first and last second weigh too much. */
const SECONDS = { min: 10, max: 3600 };

interface Wanted {
  readonly recordings: readonly Recording[];
  readonly json: string | null;
}

/** @returns the code to end with */
export async function proveTraces(argv: readonly string[]): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove traces: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  const loadAverage = loadAtStart((line) => console.log(line));
  buildStale([KERNEL, PROTO, DIST], (line) => console.log(line));
  const scenes: Scene[] = [];
  for (const recording of wanted.recordings) {
    const scene = await play(recording, (line) => console.log(`  ${line}`));
    for (const line of linesOf(scene)) console.log(line);
    scenes.push(scene);
  }
  const judgement = judge(scenes);
  for (const words of judgement.faults) console.log(`WRONG: ${words}`);
  for (const words of judgement.missed) console.log(`missed: ${words}`);
  for (const words of judgement.unclear) console.log(`unclear: ${words}`);
  const goal = `p99 below ${P99_MAX_MS} ms, below ${RSS_MAX_MIB} MiB`;
  console.log(`traces: ${judgement.verdict} (${goal}; our own aim is ${RSS_AIM_MIB} MiB)`);
  if (wanted.json !== null) {
    const proof = { machine: thisMachine(), loadAverage, judgement, scenes };
    writeFileSync(wanted.json, `${JSON.stringify(proof, null, 2)}\n`);
  }
  return judgement.exitCode;
}

function linesOf(scene: Scene): string[] {
  const { name, seconds, playing, p50Ms, p99Ms, sendLatenessMs, tickRateMin, tickP99Ms } = scene;
  const { views, bytesPerSecond, rssMib, scrapes, flushes, beats, events } = scene;
  const { latestMs, pauseMs } = scene;
  return [
    `${name}: ${playing} clients, ${seconds} s: p50 ${p50Ms.toFixed(1)} ms, ` +
      `p99 ${p99Ms.toFixed(1)} ms to a neighbour (load late by ${sendLatenessMs.toFixed(1)} ms), ` +
      `${tickRateMin.toFixed(2)} Hz at least, ticks p99 within ${tickP99Ms} ms, ` +
      `${(bytesPerSecond / 1000).toFixed(1)} kB/s each, ${rssMib.toFixed(0)} MiB at most`,
    `${name}: ticks at most ${latestMs} ms late, collections of garbage of at most ${pauseMs} ms`,
    `${name}: ${views} views compared, ${scene.faults.length} faults; ${scrapes} scrapes, ` +
      `${flushes} flushes, ${beats} beats of presence, ${events} events`,
  ];
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const values = optionsOf("prove", argv, {
    only: { type: "string", default: SCENES.map(({ name }) => name).join(",") },
    seconds: { type: "string" },
    data: { type: "string", default: process.env["AETHER_TRACES"] ?? BESIDE },
    json: { type: "string" },
  });
  if (process.platform !== "linux") throw new Error("the server's memory is read from /proc");
  const { data } = values;
  const seconds = values.seconds === undefined ? null : whole("seconds", values.seconds, SECONDS);
  const recordings = values.only.split(",").map((name) => {
    const scene = SCENES.find((each) => each.name === name);
    const names = SCENES.map((each) => each.name).join(", ");
    if (scene === undefined) throw new Error(`--only has ${name}; there are ${names}`);
    const file = join(data, scene.file);
    if (!existsSync(file)) throw new Error(`${file} is not there: name its folder with --data`);
    return { ...scene, file, seconds };
  });
  const missing = missingPrograms();
  if (missing.length > 0) throw new Error(missing.join("; "));
  return { recordings, json: values.json ?? null };
}
