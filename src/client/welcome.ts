// What a Welcome tells about the world, as the client keeps it.
import type { WelcomeMessage } from "../protocol/client-decode-rare.ts";

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
  /** Bytes of an entity's components that observers are told. */
  readonly componentBytes: number;
  /** Of the application. */
  readonly rules: Uint8Array;
}

/** Copies the rules out of a message that is a view into the socket's buffer. */
export function rulesOf(welcome: WelcomeMessage): WelcomeRules {
  return {
    tickMs: welcome.tick_ms,
    minX: welcome.min_x,
    minY: welcome.min_y,
    maxX: welcome.max_x,
    maxY: welcome.max_y,
    unitsPerPosition: welcome.units_per_position,
    unitsPerSight: welcome.units_per_sight,
    maxSpeed: welcome.max_speed,
    moveBurstTicks: welcome.move_burst_ticks,
    aoiRadius: welcome.aoi_radius,
    leaveRadius: welcome.leave_radius,
    maxVisible: welcome.max_visible,
    windowTicks: welcome.window_ticks,
    componentBytes: welcome.component_bytes,
    rules: new Uint8Array(welcome.rules),
  };
}
