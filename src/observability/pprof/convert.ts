// V8's profiles as pprof's (github.com/google/pprof, proto/profile.proto), which `go tool pprof`
// and most stores of profiles read. Stacks become samples; functions keep their names, those of the
// WebAssembly kernel included.
import type { HeapProfiler, Profiler, Runtime } from "node:inspector";
import { fileURLToPath } from "node:url";

import { Profile, StringTable } from "pprof-format";
import type { FunctionInput, LocationInput, SampleInput } from "pprof-format";

/** When and how a profile was taken. */
export interface Taken {
  /** Unix ms. */
  readonly atMs: number;
  /** How long it took. */
  readonly ms: number;
  /** Between two samples: microseconds of a CPU profile, bytes of a heap profile. */
  readonly interval: number;
}

/** Of a thread that waits for work; pprof shows what the processor did. */
const IDLE = "(idle)";
const NS_PER_US = 1000;
const NS_PER_MS = 1_000_000;

/**
 * The CPU profile of a thread. Two values a sample: how often its stack was seen, and for how long,
 * in nanoseconds of the wall clock. Time in which the thread waited is left out; "(program)" is
 * time in no function of JavaScript or WebAssembly, such as the event loop's own.
 */
export function cpuToPprof(profile: Profiler.Profile, taken: Taken): Uint8Array {
  const { nodes, samples = [], timeDeltas = [] } = profile;
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const parents = new Map<number, number>();
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id);

  const seen = new Map<number, { count: number; us: number }>();
  for (const [i, id] of samples.entries()) {
    const sum = seen.get(id) ?? { count: 0, us: 0 };
    sum.count++;
    // A stack lasts from when it was seen until the next look; V8 dates a look by the last one.
    sum.us += Math.max(0, timeDeltas[i + 1] ?? taken.interval);
    seen.set(id, sum);
  }
  const book = new Book();
  for (const [id, { count, us }] of seen) {
    if (frames.get(id)?.functionName === IDLE) continue;
    const stack: number[] = [];
    for (let at = id; ;) {
      const [frame, parent] = [frames.get(at), parents.get(at)];
      // The root has no parent, and is no function.
      if (frame === undefined || parent === undefined) break;
      stack.push(book.locate(frame));
      at = parent;
    }
    book.samples.push({ locationId: stack, value: [count, us * NS_PER_US] });
  }
  const types = [["samples", "count"] as const, ["cpu", "nanoseconds"] as const];
  return book.encode(types, taken.interval * NS_PER_US, taken);
}

/**
 * What was allocated while the profile was taken, in bytes: an estimate from samples, scaled by V8.
 * @param type what it is of: inuse_space, what is still in use; alloc_space, all of it
 */
export function heapToPprof(
  profile: HeapProfiler.SamplingHeapProfile,
  taken: Taken,
  type: "inuse_space" | "alloc_space",
): Uint8Array {
  const book = new Book();
  const visit = (node: HeapProfiler.SamplingHeapProfileNode, above: readonly number[]): void => {
    for (const child of node.children) {
      const stack = [book.locate(child.callFrame), ...above];
      if (child.selfSize > 0) book.samples.push({ locationId: stack, value: [child.selfSize] });
      visit(child, stack);
    }
  };
  visit(profile.head, []);
  return book.encode([[type, "bytes"]], taken.interval, taken);
}

type SampleType = readonly [type: string, unit: string];

/** The tables of a profile that is being written: each text, function and place once. */
class Book {
  readonly samples: SampleInput[] = [];
  readonly #texts = new StringTable();
  readonly #functions: FunctionInput[] = [];
  readonly #locations: LocationInput[] = [];
  readonly #ids = new Map<string, number>();

  /** @returns the id of the frame's location, of which each function has one */
  locate({ functionName, scriptId, url, lineNumber, columnNumber }: Runtime.CallFrame): number {
    const key = `${scriptId}:${lineNumber}:${columnNumber}:${functionName}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size + 1;
    const name = this.#texts.dedup(functionName === "" ? "(anonymous)" : functionName);
    const filename = this.#texts.dedup(fileOf(url));
    // V8 counts lines from 0.
    const line = lineNumber + 1;
    this.#functions.push({ id, name, systemName: name, filename, startLine: line });
    this.#locations.push({ id, mappingId: 1, line: [{ functionId: id, line }] });
    this.#ids.set(key, id);
    return id;
  }

  /** @param types of the samples' values; the last is what `period` counts, and shown first */
  encode(types: readonly SampleType[], period: number, { atMs, ms }: Taken): Uint8Array {
    const texts = this.#texts;
    const sampleType = types.map(([type, unit]) => {
      return { type: texts.dedup(type), unit: texts.dedup(unit) };
    });
    const shown = sampleType.at(-1) ?? { type: 0, unit: 0 };
    return new Profile({
      sampleType,
      defaultSampleType: shown.type,
      periodType: shown,
      period,
      sample: this.samples,
      mapping: [{ id: 1, filename: texts.dedup("aether"), hasFunctions: true }],
      location: this.#locations,
      function: this.#functions,
      stringTable: texts,
      timeNanos: BigInt(Math.round(atMs)) * BigInt(NS_PER_MS),
      durationNanos: Math.round(ms * NS_PER_MS),
    }).encode();
  }
}

/** A file as people write it; anything else, such as a WebAssembly module, as V8 names it. */
function fileOf(url: string): string {
  return url.startsWith("file:///") ? fileURLToPath(url) : url;
}
