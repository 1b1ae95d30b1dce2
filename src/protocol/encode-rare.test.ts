import { expect, test } from "vitest";
import { encodeError, encodeGoodbye, encodePace, encodeWelcome } from "./encode-rare.ts";
import { aether } from "./schema.ts";
import { MAX_FRAME } from "./version.ts";

const decode = (bytes: Uint8Array) => aether.ServerMessage.decode(bytes);

const WELCOME = {
  session: "s-1",
  resumeToken: Uint8Array.of(1, 2, 3),
  entityId: 0x10007,
  kind: 2,
  x: 384,
  y: -512,
  sequence: 12,
  tick: 400,
  tickMs: 25,
  minX: -256000,
  minY: -256001,
  maxX: 256002,
  maxY: 256003,
  maxSpeed: 1280,
  moveBurstTicks: 16,
  aoiRadius: 6400,
  leaveRadius: 7040,
  maxVisible: 1024,
  windowTicks: 40,
  appReceived: 12,
  componentBytes: 0,
  rules: Uint8Array.of(9),
  enteredTick: 397,
};

test("a welcome carries every field, and the constants of the protocol", () => {
  const { welcome } = decode(encodeWelcome(WELCOME));
  expect(welcome).toMatchObject({
    protocol_version: 1,
    session: "s-1",
    entity_id: 0x10007,
    kind: 2,
    x: 384,
    y: -512,
    sequence: 12,
    tick: 400,
    tick_ms: 25,
    min_x: -256000,
    min_y: -256001,
    max_x: 256002,
    max_y: 256003,
    units_per_position: 256,
    units_per_sight: 32,
    max_speed: 1280,
    move_burst_ticks: 16,
    aoi_radius: 6400,
    leave_radius: 7040,
    max_visible: 1024,
    window_ticks: 40,
    entered_tick: 397,
    app_received: 12,
  });
  expect([...(welcome?.resume_token ?? [])]).toEqual([1, 2, 3]);
  expect([...(welcome?.rules ?? [])]).toEqual([9]);
});

test("what does not fit one frame is refused in words", () => {
  const big = new Uint8Array(MAX_FRAME);
  const words = /a message of \d+ bytes .* at most 512/;
  expect(() => encodeWelcome({ ...WELCOME, rules: big })).toThrow(words);
});

test("error, goodbye and pace carry their fields", () => {
  expect(decode(encodeError(2, "no", 7, 100)).error).toMatchObject({
    code: 2,
    message: "no",
    sequence: 7,
    retry_after_ms: 100,
  });
  expect(decode(encodeGoodbye(1012, "bye", 1500)).goodbye).toMatchObject({
    code: 1012,
    message: "bye",
    retry_after_ms: 1500,
  });
  expect(decode(encodePace(50)).pace?.tick_ms).toBe(50);
});

test("a long sentence is cut at a whole character so that the frame fits", () => {
  for (const character of ["x", "ä", "字", "🙂"]) {
    const frame = encodeError(0xffffffff, character.repeat(600), 2 ** 52, 0xffffffff);
    expect(frame.length).toBeLessThanOrEqual(MAX_FRAME);
    expect(frame.length).toBeGreaterThan(MAX_FRAME - 40);
    const message = decode(frame).error?.message ?? "";
    expect(message).toBe(character.repeat(message.length / character.length));
  }
});

test("half a surrogate pair in a sentence does not spoil the frame", () => {
  expect(decode(encodeGoodbye(1000, "a\ud83d b")).goodbye?.message).toBe("a\ufffd b");
});
