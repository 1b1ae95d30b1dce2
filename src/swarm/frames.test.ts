import { describe, expect, test } from "vitest";
import {
  FrameReader,
  HEADER_MAX,
  OP_BINARY,
  OP_CLOSE,
  OP_PING,
  PAYLOAD_MAX,
  writeHeader,
} from "./frames.ts";

/** A server's frame: not masked. */
function serverFrame(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const head = length < 126 ? [length] : [126, length >> 8, length & 0xff];
  return Uint8Array.from([0x80 | opcode, ...head, ...payload]);
}

function readAll(chunks: Uint8Array[]) {
  const frames: { opcode: number; payload: number[] }[] = [];
  const reader = new FrameReader(
    { frame: (opcode, payload) => frames.push({ opcode, payload: [...payload] }) },
    (bytes, start, length) => bytes.subarray(start, start + length),
  );
  const ok = chunks.every((chunk) => reader.read(chunk, chunk.length));
  return { frames, ok };
}

const payloads = [0, 1, 125, 126, 127, 512, 4000].map((length) =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff),
);
const stream = Uint8Array.from(
  payloads.flatMap((payload, i) => [...serverFrame(i % 2 === 0 ? OP_BINARY : OP_PING, payload)]),
);

describe("FrameReader", () => {
  test.each([1, 2, 3, 5, 128, 129, 1000, stream.length])("takes pieces of %i bytes", (size) => {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.slice(at, at + size));
    const { frames, ok } = readAll(chunks);
    expect(ok).toBe(true);
    expect(frames).toEqual(
      payloads.map((payload, i) => ({
        opcode: i % 2 === 0 ? OP_BINARY : OP_PING,
        payload: [...payload],
      })),
    );
  });

  test.each([
    ["a fragment", [0x02, 1, 0]],
    ["a reserved bit", [0xc2, 1, 0]],
    ["a mask", [0x82, 0x81, 0, 0, 0, 0, 0]],
    ["a length of 64 bits", [0x82, 127, 0, 0, 0, 0, 0, 0, 0, 1, 0]],
    ["a payload above the limit", [0x82, 126, (PAYLOAD_MAX + 1) >> 8, (PAYLOAD_MAX + 1) & 0xff]],
  ])("refuses %s", (_, bytes) => {
    expect(readAll([Uint8Array.from(bytes)])).toEqual({ frames: [], ok: false });
  });

  test("gives nothing more once it is stopped", () => {
    const seen: number[] = [];
    const reader = new FrameReader(
      {
        frame: (opcode) => {
          seen.push(opcode);
          reader.stop();
        },
      },
      (bytes, start, length) => bytes.subarray(start, start + length),
    );
    const two = [
      serverFrame(OP_CLOSE, new Uint8Array(2)),
      serverFrame(OP_BINARY, new Uint8Array(1)),
    ];
    const bytes = Uint8Array.from(two.flatMap((frame) => [...frame]));
    expect(reader.read(bytes, bytes.length)).toBe(true);
    expect(seen).toEqual([OP_CLOSE]);
  });
});

describe("writeHeader", () => {
  test.each([
    [0, [0x82, 0x80, 0, 0, 0, 0]],
    [125, [0x82, 0xfd, 0, 0, 0, 0]],
    [126, [0x82, 0xfe, 0, 126, 0, 0, 0, 0]],
    [4096, [0x82, 0xfe, 16, 0, 0, 0, 0, 0]],
  ])("of %i bytes: masked with zero", (size, expected) => {
    const out = new Uint8Array(HEADER_MAX).fill(0xff);
    const length = writeHeader(out, OP_BINARY, size);
    expect([...out.subarray(0, length)]).toEqual(expected);
  });
});
