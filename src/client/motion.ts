// The kernel's movement rule (assembly/motion.ts), by which the client predicts: its JavaScript
// twin, or the same source as WebAssembly (build/motion.wasm).
import { applyMove, clampDelta, clampTo, moveLength, quantizeDelta } from "#motion";

/** Lengths and positions in 1/256 unit; assembly/motion.ts says what each does. */
export interface MotionRule {
  /** What is left of `bank` after a move; -1 where the bank does not cover it. */
  applyMove(bank: number, dx: number, dy: number): number;
  /** A delta, at most 64 world units either way. */
  clampDelta(v: number): number;
  /** A coordinate, within the bounds. */
  clampTo(v: number, min: number, max: number): number;
  /** What a move takes from the bank. */
  moveLength(dx: number, dy: number): number;
  /** World units, rounded to whole 1/256 units. */
  quantizeDelta(v: number): number;
}

/** The rule in JavaScript. */
export const TWIN: MotionRule = { applyMove, clampDelta, clampTo, moveLength, quantizeDelta };

/**
 * The rule out of build/motion.wasm:
 * `motionOf((await WebAssembly.instantiateStreaming(fetch("motion.wasm"))).instance.exports)`.
 * @throws TypeError that names what is missing
 */
export function motionOf(exports: Readonly<Record<string, unknown>>): MotionRule {
  const call = (name: keyof MotionRule): ((...args: number[]) => number) => {
    const found = exports[name];
    if (typeof found !== "function")
      throw new TypeError(`the module exports no ${name}: give it the exports of motion.wasm`);
    return found as (...args: number[]) => number;
  };
  return {
    applyMove: call("applyMove"),
    clampDelta: call("clampDelta"),
    clampTo: call("clampTo"),
    moveLength: call("moveLength"),
    quantizeDelta: call("quantizeDelta"),
  };
}
