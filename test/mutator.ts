// Frames that no honest encoder writes: golden ones, changed by a mutator that knows how protobuf
// is laid out. From a seed, so that each can be made again.
import { GOLDEN_FRAMES } from "../proto/golden.ts";
import { MAX_FRAME } from "../src/protocol/version.ts";

/** A whole number from 0 to below. */
export type Random = (below: number) => number;

/** mulberry32 (Tommy Ettinger, public domain). */
export function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

export const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;

/** Fields as an attacker would write them: any number, any wire type, lengths that lie. */
function inventField(random: Random, depth: number): number[] {
  const tag = (random(18) << 3) | random(8);
  const head = tag < 128 ? [tag] : [(tag & 127) | 128, tag >> 7];
  const noise = () => Array.from({ length: random(6) }, () => random(256));
  switch (tag & 7) {
    case 0: // a varint, often of silly length
      return [...head, ...Array.from({ length: random(13) }, () => 128 | random(128)), random(128)];
    case 1:
      return [...head, ...Array.from({ length: 8 }, () => random(256))];
    case 2: {
      const inner = depth > 0 ? inventFields(random, depth - 1) : noise();
      const giant = pick(random, [
        [0xff, 0xff, 0xff, 0xff, 0x07],
        [0xff, 0xff, 0xff, 0xff, 0x0f],
      ]);
      return [...head, ...(random(8) === 0 ? giant : [inner.length & 127]), ...inner];
    }
    case 3: // a group; half of them are closed
      return [...head, ...inventFields(random, depth), ...(random(2) === 0 ? [head[0] ?? 0] : [])];
    case 5:
      return [...head, ...Array.from({ length: 4 }, () => random(256))];
    default:
      return [...head, ...noise()];
  }
}

function inventFields(random: Random, depth: number): number[] {
  return Array.from({ length: random(4) }, () => inventField(random, depth)).flat();
}

function mutate(random: Random, bytes: number[], other: readonly number[]): number[] {
  const at = random(bytes.length + 1);
  const end = at + random(8);
  switch (random(7)) {
    case 0:
      return bytes.with(Math.min(at, bytes.length - 1), random(256));
    case 1: // one bit
      return bytes.map((byte, i) => (i === at ? byte ^ (1 << random(8)) : byte));
    case 2:
      return bytes.slice(0, at);
    case 3:
      return [...bytes.slice(0, at), ...bytes.slice(end)];
    case 4:
      return [...bytes.slice(0, at), ...inventField(random, 2), ...bytes.slice(at)];
    case 5:
      return [...bytes, ...other];
    default: // the same again
      return [...bytes.slice(0, end), ...bytes.slice(at)];
  }
}

/** @returns a frame that is seldom right and seldom wholly wrong. */
export function hostileFrame(random: Random, seeds: readonly (readonly number[])[]): Uint8Array {
  if (random(20) === 0) return Uint8Array.from({ length: random(64) }, () => random(256));
  if (random(4) === 0) return Uint8Array.from(inventFields(random, 3).slice(0, MAX_FRAME));
  let bytes = [...pick(random, seeds)];
  for (let n = random(4); n >= 0; n--)
    if (bytes.length > 0) bytes = mutate(random, bytes, pick(random, seeds));
  return Uint8Array.from(bytes.slice(0, MAX_FRAME));
}

/** Golden frames of one side. */
export const seedsOf = (side: "client" | "server"): number[][] =>
  GOLDEN_FRAMES.filter((frame) => frame.side === side).map(({ bytes }) => [...bytes]);
