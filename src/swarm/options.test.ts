import { expect, test } from "vitest";
import { parseOptions, USAGE, UsageError } from "./options.ts";

test("the defaults", () => {
  expect(parseOptions(["--bots", "5"])).toEqual({
    url: "ws://127.0.0.1:8080",
    source: { kind: "walk", bots: 5, seed: 1 },
    workers: 1,
    seconds: null,
    sampleTicks: 8,
    serverPid: null,
    corrupt: false,
    jsonFile: null,
  });
});

test("a trace and all the rest", () => {
  const argv =
    "--trace a.csv --preset p --presets q.json --url ws://[::1]:9 --workers 2 --seconds 3";
  const more = "--sample 0 --pid 77 --corrupt --json out.json";
  expect(parseOptions(`${argv} ${more}`.split(" "))).toEqual({
    url: "ws://[::1]:9",
    source: { kind: "trace", file: "a.csv", preset: "p", presetsFile: "q.json" },
    workers: 2,
    seconds: 3,
    sampleTicks: 0,
    serverPid: 77,
    corrupt: true,
    jsonFile: "out.json",
  });
});

test("the usage says what a worker carries, and every exit code", () => {
  expect(USAGE).toMatch(/--workers N .*900 to 1,000 bots\n.*use 2 above that/);
  for (const code of [0, 1, 3, 78])
    expect(USAGE).toMatch(new RegExp(`Exit codes:[^]*\\b${code}\\b`));
});

test("--help is no run", () => {
  expect(parseOptions(["--help"])).toBeNull();
});

test.each([
  ["", /--bots N or --trace FILE/],
  ["--bots 0", /--bots is 0; it must be a whole number from 1 to 65535/],
  ["--bots 1e3", /--bots is 1e3/],
  ["--bots 5 --trace a.csv", /leave out --bots/],
  ["--bots 5 --preset p", /belong to --trace/],
  ["--bots 5 --url http://x", /--url is http:\/\/x/],
  ["--bots 5 --workers 65", /--workers is 65/],
  ["--bots 5 --speed 3", /--speed/],
])("%j is refused in words", (line, sentence) => {
  const argv = line.split(" ").filter((word) => word !== "");
  expect(() => parseOptions(argv)).toThrow(sentence);
  expect(() => parseOptions(argv)).toThrow(UsageError);
});
