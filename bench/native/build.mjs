// `node bench/native/build.mjs`: the kernel in C, into build/native. Without gcc one sentence.
import { flagsOf } from "../../assembly/into-place.mjs";
import { buildNative, whyNotHere } from "./build.ts";
import { BUILT } from "./program.ts";

flagsOf("bench/native/build.mjs", []);
const why = whyNotHere();
if (why !== null) {
  process.stdout.write(`Native kernel: not built, as ${why}.\n`);
} else {
  try {
    buildNative(BUILT);
    process.stdout.write("Native kernel: built, build/native/kernel and sets.\n");
  } catch (error) {
    process.stderr.write(`Native kernel: not built: ${error.message}\n`);
    process.exitCode = 1;
  }
}
