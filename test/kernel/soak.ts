// npm run soak -- [--steps N] [--seed S]: random kernel steps over all scenarios, WASM, twin and
// brute force compared on every tick. Prints the failing seed; `--seed` takes it again.
import { parseArgs } from "node:util";
import { SCENARIOS } from "./scenario.ts";
import { Steps } from "./steps.ts";

const CHUNK = 2000;

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
  },
});
const total = Number(values.steps);
let seed = Number(values.seed);
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
