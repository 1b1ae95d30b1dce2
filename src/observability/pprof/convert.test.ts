import type { HeapProfiler, Profiler } from "node:inspector";

import { Profile } from "pprof-format";
import { expect, test } from "vitest";

import { cpuToPprof, heapToPprof } from "./convert.ts";

const taken = { atMs: 1_700_000_000_000, ms: 30_000, interval: 1000 };

function frame(functionName: string, url = "", lineNumber = 0) {
  return { functionName, scriptId: url === "" ? "0" : "7", url, lineNumber, columnNumber: 0 };
}

/** Stacks, leaf first, with their values; and the functions by name. */
function read(bytes: Uint8Array) {
  const profile = Profile.decode(bytes);
  const text = (at: number | bigint): string => profile.stringTable.strings[Number(at)] ?? "";
  const names = new Map(profile.function.map(({ id, name }) => [id, text(name)]));
  const places = new Map(profile.location.map(({ id, line }) => [id, line[0]?.functionId ?? 0]));
  const samples = profile.sample.map(({ locationId, value }) => ({
    stack: locationId.map((id) => names.get(places.get(id) ?? 0)),
    value: value.map(Number),
  }));
  const types = profile.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`);
  return { profile, samples, types, text };
}

const PROFILE: Profiler.Profile = {
  nodes: [
    { id: 1, callFrame: frame("(root)"), children: [2, 3, 5] },
    { id: 2, callFrame: frame("(idle)") },
    { id: 3, callFrame: frame("onTick", "file:///srv/a%20b/tick.js", 11), children: [4] },
    { id: 4, callFrame: frame("assembly/aoi/look", "wasm://wasm/00027866") },
    { id: 5, callFrame: frame("", "node:internal/timers", 3), children: [6] },
    { id: 6, callFrame: frame("onTick", "file:///srv/a%20b/tick.js", 11) },
  ],
  startTime: 0,
  endTime: 9000,
  samples: [2, 3, 4, 4, 2, 6],
  timeDeltas: [500, 1000, 2000, 1500, 700, 900],
};

test("a CPU profile: stacks with what they lasted, without the time in which nothing ran", () => {
  const { profile, samples, types, text } = read(cpuToPprof(PROFILE, taken));
  expect(types).toEqual(["samples/count", "cpu/nanoseconds"]);
  expect(samples).toEqual([
    { stack: ["onTick"], value: [1, 2_000_000] },
    { stack: ["assembly/aoi/look", "onTick"], value: [2, 2_200_000] },
    // The last one lasts as long as one is meant to.
    { stack: ["onTick", "(anonymous)"], value: [1, 1_000_000] },
  ]);
  expect(text(profile.defaultSampleType)).toBe("cpu");
  expect(Number(profile.period)).toBe(1_000_000);
  expect(BigInt(profile.timeNanos)).toBe(1_700_000_000_000_000_000n);
  expect(Number(profile.durationNanos)).toBe(30_000_000_000);
});

test("a function is written down once, with its file and its line", () => {
  const { profile, text } = read(cpuToPprof(PROFILE, taken));
  const functions = profile.function.map(({ name, filename, startLine }) => [
    ...[text(name), text(filename), Number(startLine)],
  ]);
  expect(functions).toEqual([
    ["onTick", "/srv/a b/tick.js", 12],
    ["assembly/aoi/look", "wasm://wasm/00027866", 1],
    ["(anonymous)", "node:internal/timers", 4],
  ]);
});

test("a clock that goes back counts for nothing, and an empty profile is one", () => {
  const back = { ...PROFILE, samples: [3, 3], timeDeltas: [100, -50] };
  expect(read(cpuToPprof(back, taken)).samples).toEqual([
    { stack: ["onTick"], value: [2, 1_000_000] },
  ]);
  const empty = { nodes: PROFILE.nodes.slice(0, 1), startTime: 0, endTime: 0 };
  expect(read(cpuToPprof(empty, taken)).samples).toEqual([]);
});

test("a heap profile: bytes by stack", () => {
  type Node = HeapProfiler.SamplingHeapProfileNode;
  const node = (name: string, selfSize: number, children: Node[]): Node => ({
    ...{ callFrame: frame(name), selfSize, id: 1, children },
  });
  const head = node("(root)", 0, [
    node("outer", 0, [node("inner", 4096, [])]),
    node("flat", 8, []),
  ]);
  const { types, samples, text, profile } = read(
    heapToPprof({ head }, { ...taken, interval: 16_384 }, "inuse_space"),
  );
  expect(types).toEqual(["inuse_space/bytes"]);
  expect(samples).toEqual([
    { stack: ["inner", "outer"], value: [4096] },
    { stack: ["flat"], value: [8] },
  ]);
  expect(Number(profile.period)).toBe(16_384);
  expect(text(profile.periodType?.unit ?? 0)).toBe("bytes");
});
