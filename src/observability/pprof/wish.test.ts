import { expect, test } from "vitest";

import { readWish } from "./wish.ts";

const wish = (kind: "cpu" | "heap" | "allocs", query: string) =>
  readWish(kind, new URLSearchParams(query));

test.each([
  ["cpu", "", { kind: "cpu", format: "pprof", seconds: 30 }],
  ["cpu", "seconds=1&format=cpuprofile", { kind: "cpu", format: "v8", seconds: 1 }],
  ["cpu", "seconds=60&debug=0", { kind: "cpu", format: "pprof", seconds: 60 }],
  ["heap", "format=pprof", { kind: "heap", format: "pprof", seconds: 10 }],
  ["allocs", "format=heapprofile&seconds=5", { kind: "allocs", format: "v8", seconds: 5 }],
] as const)("%s ?%s", (kind, query, wanted) => {
  expect(wish(kind, query)).toEqual(wanted);
});

test.each([
  ["cpu", "seconds=0", 'seconds is "0": write a whole number from 1 to 60.\n'],
  ["cpu", "seconds=61", 'seconds is "61": write a whole number from 1 to 60.\n'],
  ["heap", "seconds=1.5", 'seconds is "1.5": write a whole number from 1 to 60.\n'],
  ["heap", "seconds=", 'seconds is "": write a whole number from 1 to 60.\n'],
  ["heap", "seconds=1e1", 'seconds is "1e1": write a whole number from 1 to 60.\n'],
  ["heap", "seconds=1&seconds=2", "seconds is given twice: give it once.\n"],
  ["cpu", "format=heapprofile", 'format is "heapprofile": write pprof or cpuprofile.\n'],
  ["heap", "format=heapsnapshot", 'format is "heapsnapshot": write pprof or heapprofile.\n'],
  ["cpu", "debug=1", 'debug is "1": leave it out, this page has no text form.\n'],
  ["cpu", "gc=1", '"gc" is no parameter of this page: it takes seconds, format, debug.\n'],
  [
    "cpu",
    "%1b[2J%0a=1",
    '"\\u001b[2J\\n" is no parameter of this page: it takes seconds, format, debug.\n',
  ],
] as const)("%s ?%s is refused", (kind, query, sentence) => {
  expect(wish(kind, query)).toBe(sentence);
});
