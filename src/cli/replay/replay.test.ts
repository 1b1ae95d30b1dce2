// `aether replay` and `aether capsule` as they are called, on the journal of a small world.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LIVE_COUNT, OP_LEAVE, POS_X } from "#layout";
import { Reel, Tape } from "../../../bench/replay/tape.ts";
import { randomOf, rules } from "../../../test/kernel/scenario.ts";
import { StepInput } from "../../engine/step-input.ts";
import { World } from "../../engine/world.ts";
import { trapCapsule } from "../../journal/trapped.ts";
import { openKernel } from "../../kernel/open.ts";

const PROGRAM = fileURLToPath(new URL("../aether.ts", import.meta.url));
const RULES = rules(100);
const ROW = 4;
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aether-replay-"));
  write("sound", -1);
  write("disturbed", 57);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A world of 20 that walk for 90 ticks, in segments of 30. @param at after which a bit flips */
function write(name: string, at: number): void {
  mkdirSync(join(folder, name));
  const reel = new Reel();
  const tape = new Tape({ rules: RULES, tickMs: 25, open: (file) => reel.open(file) });
  const world = new World(openKernel("wasm"), RULES, tape);
  const random = randomOf(9);
  const place = (): number => Math.round((random() - 0.5) * 20_000);
  const spec = { kind: 1, layer: 0, observer: true, visible: true, bank: -1, sequence: 0 };
  const { aoiRadius, maxSpeed } = RULES;
  for (let t = 1; t <= 90; t++) {
    if (t <= 20) world.join({ ...spec, maxSpeed, aoiRadius, x: place(), y: place() });
    for (const handle of world.liveHandles()) world.intent(handle, t, t % 40, -7);
    world.step();
    if (t === at) world.kernel.views.bytes[POS_X + ROW * 4]! ^= 16;
    if (t === 45) tape.mark({ what: "kernel", engine: "js" });
    if (t % 30 === 0 && t < 90) tape.checkpoint(world);
  }
  tape.end();
  for (const segment of reel.segments) {
    const source = segment.open();
    const bytes = new Uint8Array(source.size);
    source.read(bytes, 0);
    writeFileSync(join(folder, name, segment.name), bytes);
  }
}

function aether(...argv: string[]): { code: number | null; out: string; err: string } {
  const options = { cwd: folder, env: { PATH: process.env["PATH"] } };
  const done = spawnSync(process.execPath, [PROGRAM, ...argv], options);
  return { code: done.status, out: done.stdout.toString(), err: done.stderr.toString() };
}

test("a folder with the folder of one world in it will do as well", () => {
  mkdirSync(join(folder, "above"));
  const path = join(folder, "sound");
  cpSync(path, join(folder, "above", "main"), { recursive: true });
  expect(aether("replay", "above").out).toMatch(/^90 ticks replayed/m);
});

describe("a journal that is sound", () => {
  test.each([["--kernel", "wasm"], ["--kernel=js"], ["--diff"]])("is equal: %s %s", (...argv) => {
    const { code, out, err } = aether("replay", "sound", ...argv);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^World "recorded", 3 segments, recorded by Aether 0\.1\.0\.\n90 ticks/);
    expect(out).toMatch(/After tick 45: kernel \{"engine":"js"\}\.\n/);
    expect(out).toMatch(
      /times real time\.\n[^]*Every state hash is equal; the last is [0-9a-f]{16}/,
    );
  });

  test("up to a tick, as JSON", () => {
    const { code, out } = aether("replay", "sound", "--until", "50", "--json");
    const told: unknown = JSON.parse(out);
    expect(code).toBe(0);
    expect(told).toMatchObject({
      ...{ verdict: "equal", kernels: ["wasm"], segments: 2, ticks: 50, first: 1, last: 50 },
      ...{ marks: [{ tick: 45, what: "kernel" }], troubles: [], difference: null },
    });
  });

  test("a byte that changed is damage, named by file and byte; what is before it is equal", () => {
    const path = join(folder, "sound", "000000000030-1.aej");
    const bytes = readFileSync(path);
    const at = bytes.length - 400;
    writeFileSync(path, bytes.with(at, bytes[at]! ^ 1));
    const { code, out } = aether("replay", "sound");
    writeFileSync(path, bytes);
    expect(code).toBe(1);
    expect(out).toMatch(
      /000000000030-1\.aej is damaged at byte \d+: it has a record whose checksum/,
    );
    expect(out).toMatch(/The world went on|are in no segment/i);
  });

  test("a torn tail is said, and is no fault", () => {
    const path = join(folder, "sound", "000000000060-1.aej");
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 20));
    const { code, out } = aether("replay", "sound");
    writeFileSync(path, bytes);
    expect(code).toBe(0);
    expect(out).toMatch(/torn tail, as after a crash at byte \d+: it has .* up to tick 89\./);
  });
});

describe("a planted change of one bit in the server's memory", () => {
  test("is located to tick, row and column, and both states are shown", () => {
    const { code, out } = aether("replay", "disturbed");
    expect(code).toBe(1);
    expect(out).toMatch(/^TICK 58 DIFFERS \(000000000030-1\.aej, byte \d+\):$/m);
    expect(out).toMatch(/is that of the same state with x of row 4 as -?\d+, where it is/);
    expect(out).toMatch(/^1 row differs after tick 60\.$/m);
    expect(out).toMatch(/^ {4}x {10,}.* <- differs$/m);
  });

  test("likewise as JSON, on both kernels side by side", () => {
    const { code, out } = aether("replay", "disturbed", "--diff", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      verdict: "differs",
      difference: {
        ...{ tick: 58, segment: "000000000030-1.aej", isCheckpoint: false },
        explanation: { row: ROW, column: "x" },
        located: { tick: 60, left: "journal", difference: { rowCount: 1, rows: [{ row: ROW }] } },
      },
    });
  });
});

describe("capsules", () => {
  test("from the last checkpoint, with the settings, and played again", () => {
    const env = { PATH: process.env["PATH"], AETHER_PERSISTENCE_URL: "postgres://u:hunter2@h/d" };
    const options = { cwd: folder, env };
    const done = spawnSync(process.execPath, [PROGRAM, "capsule", "sound"], options);
    expect(done.stderr.toString()).toBe("");
    expect(done.stdout.toString()).toMatch(
      /^ticks-61-90\.capsule: 30 ticks, 61 to 90, \d+ bytes\.\n$/,
    );
    const bytes = readFileSync(join(folder, "ticks-61-90.capsule"));
    expect(bytes.includes('"max_speed"')).toBe(true);
    expect(bytes.includes("hunter2")).toBe(false);
    const { code, out } = aether("replay", "ticks-61-90.capsule", "--diff");
    expect(code).toBe(0);
    expect(out).toMatch(/30 ticks replayed on wasm and js, 61 to 90/);
  });

  test("of any range, also in the midst of segments; a fault in it is in the capsule too", () => {
    const range = ["--from", "40", "--until", "70", "--out", "middle.capsule"];
    expect(aether("capsule", "sound", ...range)).toMatchObject({ code: 0, err: "" });
    expect(aether("replay", "middle.capsule").out).toMatch(/30 ticks replayed on wasm, 41 to 70/);
    // Never in place of another file.
    const again = aether("capsule", "sound", ...range);
    expect(again.code).toBe(78);
    expect(again.err).toMatch(/middle\.capsule cannot be written: EEXIST/);

    const bad = ["--from", "50", "--until", "59", "--out", "bad.capsule"];
    expect(aether("capsule", "disturbed", ...bad).code).toBe(0);
    const { code, out } = aether("replay", "bad.capsule");
    expect(code).toBe(1);
    expect(out).toMatch(/^TICK 58 DIFFERS[^]*with x of row 4/m);
  });

  test("behind a tick that differs there is none: no state is known", () => {
    const { code, err } = aether("capsule", "disturbed", "--from", "59");
    expect(code).toBe(78);
    expect(err).toMatch(/tick 58 differs, so that no state behind it is known: see aether replay/);
  });
});

test.each([
  [["replay"], /not told which journal/],
  [["replay", "nowhere"], /nowhere cannot be read: ENOENT/],
  [["replay", "."], /holds no journal, or several: name the folder/],
  [["replay", "sound", "--kernel", "c"], /--kernel is "c": write wasm or js\./],
  [["replay", "sound", "--kernel", "js", "--diff"], /leave --kernel out/],
  [["replay", "sound", "--until", "x"], /--until is "x": write a tick/],
  [["replay", "sound/../../x"], /cannot be read/],
  [["capsule", "--from", "3"], /not told which journal/],
  [["capsule", "sound", "--from", "99"], /no tick in that range/],
])("%j is refused in words", (argv, words) => {
  const { code, err, out } = aether(...argv);
  expect({ code, out }).toEqual({ code: 78, out: "" });
  expect(err).toMatch(words);
});

test("a file that is no journal is refused", () => {
  writeFileSync(join(folder, "noise"), "no journal at all");
  const { code, err } = aether("replay", "noise");
  expect(code).toBe(78);
  expect(err).toMatch(/^aether replay: noise has .*\.\n$/);
});

describe("the capsule of a step that a kernel trapped in", () => {
  function write(change: (image: Uint8Array) => void = () => undefined): void {
    const world = new World(openKernel("js"), RULES);
    world.step();
    const out = new Uint8Array(world.imageBytesMax);
    const image = out.subarray(0, world.writeImage(out));
    change(image);
    const commands = Int32Array.of(OP_LEAVE, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const input = new StepInput(commands, Int32Array.of(65536, 1, 2, 3));
    const poisons = [input.poison(0, true)];
    const engines = { engine: "wasm", engineNow: "js" } as const;
    const trap = { tick: 2, ...engines, error: new Error("no"), remedy: "input" as const };
    const what = { ...trap, reruns: 5, input, poisons, image, hashLow: 1, hashHigh: 2 };
    const origin = { world: "w", version: "0.1.0", rules: RULES, tickMs: 25, createdMs: 0 };
    writeFileSync(join(folder, "trap.capsule"), trapCapsule(what, origin, { gateway: {} }));
  }

  test("is played: its one step, and what is known of it", () => {
    write();
    const { code, out } = aether("replay", "trap.capsule", "--diff");
    expect(code).toBe(0);
    expect(out).toMatch(/^1 ticks replayed on wasm and js, 2 to 2/m);
    expect(out).toMatch(/^After tick 1: capsule \{"trap":\{"tick":2,"engine":"wasm"/m);
    expect(out).not.toMatch(/poisons|gateway/);
    expect(aether("replay", "trap.capsule", "--json").out).toMatch(/"poisons": \[/);
  });

  test("with an image that cannot be gone on from it is said, not thrown", () => {
    // One entity more than there is.
    write((image) => (image[32 + LIVE_COUNT * 4]! ^= 1));
    const { code, err } = aether("replay", "trap.capsule");
    expect(code).toBe(78);
    expect(err).toMatch(/^aether replay: the journal cannot be gone through: the stored world/);
  });
});

test("replay --help says what it does", () => {
  expect(aether("replay", "--help").out).toMatch(/^aether replay DIR\|FILE \[--kernel wasm\|js\]/);
});
