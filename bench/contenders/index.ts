// The one list of contenders: by name, what each is, which jobs it does, and how it is opened.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Job, Kind } from "../results.ts";
import type { Timed } from "./contender.ts";
import type { Build } from "./engine.ts";
import { installedVersion, LIBRARIES } from "./libraries.ts";
import { Local } from "./local.ts";
import { MapGrid } from "./map-grid.ts";
import { SetDiff } from "./set-diff.ts";

export interface Entry {
  readonly name: string;
  readonly kind: Kind;
  readonly jobs: readonly Job[];
  /** Of a library; null where the repository's own code is measured, or it is not installed. */
  readonly version: string | null;
  /** What must be known to read its times in a job, a sentence; null = nothing. */
  readonly note: (job: Job) => string | null;
  /** What is missing to open it here, a sentence with the remedy; null = nothing. */
  readonly missing: () => string | null;
  readonly make: (job: Job) => Promise<Timed>;
}

/** The one that all others are compared with. */
export const ENGINE = "wasm-simd";

const BUILDS: readonly Build[] = ["wasm-simd", "wasm-scalar", "js"];
const BOTH: readonly Job[] = ["tick", "sets"];
const NOT_INSTALLED = "not installed: npm ci --prefix bench";
/** What `npm run build` makes; until it has, nothing of Aether can be imported. */
const BUILT = ["kernel.wasm", "kernel.scalar.wasm", "twin/kernel.js", "proto/aether.js"].map(
  (name) => fileURLToPath(new URL(`../../build/${name}`, import.meta.url)),
);
const NATIVE = fileURLToPath(new URL("../../build/native/kernel", import.meta.url));

const withFrames = (job: Job): string | null =>
  job === "sets"
    ? "it keeps a state hash as well, and writes who entered and left into frames"
    : null;

const engines = BUILDS.map((build): Entry => ({
  name: build,
  kind: "engine",
  jobs: BOTH,
  version: null,
  note: withFrames,
  missing: () => (BUILT.every((file) => existsSync(file)) ? null : "not built: npm run build"),
  make: async (job) => {
    const { Engine } = await import("./engine.ts");
    return new Local(new Engine(build, job), job);
  },
}));

const native: Entry = {
  name: "native",
  kind: "native",
  jobs: BOTH,
  version: null,
  note: withFrames,
  missing: () => (existsSync(NATIVE) ? null : "not built: npm run bench:build (it needs gcc)"),
  make: async (job) => {
    const { Native } = await import("./native.ts");
    return new Native(job);
  },
};

const jsGrid: Entry = {
  name: "js-grid",
  kind: "tuned",
  jobs: BOTH,
  version: null,
  note: () => null,
  missing: () => null,
  make: async (job) => {
    const module = await import("./js-grid.ts");
    return new Local(module.jsGrid(job), job);
  },
};

const jsPairs: Entry = {
  ...jsGrid,
  name: "js-pairs",
  note: () =>
    "it is right only where all radii are equal, everybody is seen by everybody and everybody " +
    "looks in every tick; and fast only where few leap",
  make: async (job) => {
    const module = await import("./js-pairs.ts");
    return new Local(module.jsPairs(job), job);
  },
};

const mapGrid: Entry = {
  name: "map-grid",
  kind: "peer",
  jobs: ["sets"],
  version: null,
  note: () => null,
  missing: () => null,
  make: (job) => {
    const diff = new SetDiff((_n, _min, _max, reach) => new MapGrid(reach));
    return Promise.resolve(new Local(diff, job));
  },
};

const libraries = LIBRARIES.map((library): Entry => ({
  name: library.name,
  kind: "peer",
  jobs: ["sets"],
  version: installedVersion(library),
  note: () => null,
  missing: () => (installedVersion(library) === null ? NOT_INSTALLED : null),
  make: async (job) => new Local(new SetDiff(await library.load()), job),
}));

export const CONTENDERS: readonly Entry[] = [
  ...engines,
  native,
  jsGrid,
  jsPairs,
  mapGrid,
  ...libraries,
];

/** @throws Error when nobody is called so */
export function entryOf(name: string): Entry {
  const entry = CONTENDERS.find((each) => each.name === name);
  if (entry === undefined) {
    const names = CONTENDERS.map((each) => each.name).join(", ");
    throw new Error(`no contender is called ${name}; there are ${names}`);
  }
  return entry;
}
