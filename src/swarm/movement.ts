// Where bots want to go. A movement knows nothing of sockets: it is asked with a time and with the
// position that the bot has by the server's word, and answers with the step to take.
import type { Replica } from "../client/replica.ts";

/** An answer; reused, so that asking makes no garbage. World units. */
export interface Step {
  dx: number;
  dy: number;
}

/** A place in world units. */
export interface Place {
  x: number;
  y: number;
}

/** The world as Welcome describes it, in world units and units a tick. */
export interface Field {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
  maxSpeed: number;
  /** Length of the longest intent that can ever be accepted, units. */
  maxStep: number;
}

/** A source of movement for `agents` bots. Times are ms since the run began. */
export interface Movement {
  readonly agents: number;
  /** After this many ms it begins again; Infinity = it never does. */
  readonly lapMs: number;
  /** @returns -1 while the agent is away; another number means: it left and came again */
  visit(agent: number, ms: number): number;
  /** Where the agent enters the world. */
  start(agent: number, ms: number, place: Place): void;
  /**
   * The next step of an agent that stands at x, y (1/256 unit); zero = send nothing.
   * @param view what its client sees
   */
  step(agent: number, ms: number, x: number, y: number, view: Replica, step: Step): void;
}
