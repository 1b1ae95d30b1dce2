// What a Welcome tells about the world, as the client keeps it.
import type { aether } from "../protocol/schema.ts";

/** The world's rules; see Welcome in docs/protocol.md. */
export interface WelcomeRules {
  readonly tickMs: number;
  /** Bounds in 1/256 unit. */
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  /** 256. */
  readonly unitsPerPosition: number;
  /** 32. */
  readonly unitsPerSight: number;
  /** 1/256 unit a tick. */
  readonly maxSpeed: number;
  readonly moveBurstTicks: number;
  /** Radii in 1/32 unit. */
  readonly aoiRadius: number;
  readonly leaveRadius: number;
  readonly maxVisible: number;
  readonly windowTicks: number;
  /** Of the application. */
  readonly rules: Uint8Array;
}

/** Copies the rules out of a message that is a view into the socket's buffer. */
export function rulesOf(welcome: aether.Welcome.$Properties): WelcomeRules {
  return {
    tickMs: welcome.tick_ms ?? 0,
    minX: welcome.min_x ?? 0,
    minY: welcome.min_y ?? 0,
    maxX: welcome.max_x ?? 0,
    maxY: welcome.max_y ?? 0,
    unitsPerPosition: welcome.units_per_position ?? 0,
    unitsPerSight: welcome.units_per_sight ?? 0,
    maxSpeed: welcome.max_speed ?? 0,
    moveBurstTicks: welcome.move_burst_ticks ?? 0,
    aoiRadius: welcome.aoi_radius ?? 0,
    leaveRadius: welcome.leave_radius ?? 0,
    maxVisible: welcome.max_visible ?? 0,
    windowTicks: welcome.window_ticks ?? 0,
    rules: Uint8Array.from(welcome.rules ?? []),
  };
}
