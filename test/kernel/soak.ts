// npm run soak: random kernel steps over all scenarios, WASM, twin and brute force compared on
// every tick. Prints the failing seed; `--seed` takes it again.
import { optionsOf, wantedBy } from "../../bench/command.ts";
import { whole } from "../../bench/options.ts";

const USAGE = `npm run soak -- [--steps N] [--seed S]
Random steps of the kernel over all scenarios; WebAssembly, its twin in JavaScript and brute force
are compared on every tick.
  --steps N   how many; 1000000 unless told
  --seed S    of the first scenarios, to take again what failed; 1 unless told
Ends with 0 where all are alike, 1 where one differs (it prints the seed), 78 where it was called
wrongly or nothing is built.
`;
const CHUNK = 2000;
// no step would find no difference
const STEPS = { min: 1, max: 2 ** 40 };
const SEEDS = { min: 0, max: 2 ** 32 - 1 };

/** @throws Error in words */
function wantedOf(argv: readonly string[]): { total: number; first: number } {
  const values = optionsOf("soak", argv, {
    steps: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
  });
  return {
    total: whole("steps", values.steps, STEPS),
    first: whole("seed", values.seed, SEEDS),
  };
}

const { total, first } = wantedBy("soak", USAGE, wantedOf);
// Not before: it imports what is built.
await import("../../bench/built.ts");
const { SCENARIOS } = await import("./scenario.ts");
const { Steps } = await import("./steps.ts");

let seed = first;
let done = 0;
let looks = 0;
const started = process.hrtime.bigint();
while (done < total) {
  for (const scenario of SCENARIOS) {
    const steps = new Steps(scenario, seed);
    const ticks = Math.min(CHUNK, total - done);
    try {
      for (let t = 0; t < ticks; t++) steps.tick();
    } catch (error) {
      console.error(`\n"${scenario.name}", --seed ${String(seed)}: ${String(error)}`);
      process.exit(1);
    }
    done += ticks;
    looks += steps.looks;
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const line = `${String(done)} of ${String(total)} steps, ${seconds.toFixed(0)} s`;
    if (process.stdout.isTTY) process.stdout.write(`\r${line}`);
    else if (done % (CHUNK * 25) === 0) console.log(line);
    if (done >= total) break;
  }
  seed++;
}
console.log(`\n${String(done)} steps, ${String(looks)} looks: 0 differences`);
