// Plays a trace: each entity of each copy is an agent that comes, moves and goes as recorded, by
// linear interpolation. A bot aims at the trace from where the server says that it is.
import type { Field, Movement, Place, Step } from "./movement.ts";
import type { Preset, PresetCopy } from "./preset.ts";
import type { Trace } from "./trace.ts";
import { POSITION_UNITS } from "./units.ts";

/** Agents are numbered copy by copy, entities in the trace's order. */
export class Playback implements Movement {
  readonly agents: number;
  readonly lapMs: number;
  private readonly trace: Trace;
  private readonly preset: Preset;
  private readonly field: Field;
  /** Sample before or at the time that the agent was last asked for. */
  private readonly cursor: Int32Array;
  private readonly place: Place = { x: 0, y: 0 };

  constructor(trace: Trace, preset: Preset, field: Field) {
    this.trace = trace;
    this.preset = preset;
    this.field = field;
    this.agents = trace.entityIds.length * preset.copies.length;
    this.lapMs = trace.durationMs * preset.timeScale * Math.max(1, 2 * preset.pingpong);
    this.cursor = Int32Array.from(
      { length: this.agents },
      (_, agent) => trace.firstSample[agent % trace.entityIds.length]!,
    );
  }

  visit(agent: number, ms: number): number {
    const { trace } = this;
    const traceMs = this.traceMs(agent, ms);
    const at = this.seek(agent, traceMs);
    if (at < 0) return -1;
    const isBetweenRuns = traceMs > trace.ms[at]! && trace.run[at] !== trace.run[at + 1];
    if (isBetweenRuns) return -1;
    // Forth and back has no jump, so that a visit ends only where the entity is away.
    const lap = this.preset.pingpong > 0 ? 0 : this.lap(agent, ms);
    return lap * trace.runs + trace.run[at]!;
  }

  start(agent: number, ms: number, place: Place): void {
    this.locate(agent, ms, place);
    place.x = Math.round(place.x * POSITION_UNITS) / POSITION_UNITS;
    place.y = Math.round(place.y * POSITION_UNITS) / POSITION_UNITS;
  }

  step(agent: number, ms: number, x: number, y: number, _view: unknown, step: Step): void {
    const { place, field } = this;
    this.start(agent, ms, place);
    step.dx = place.x - x / POSITION_UNITS;
    step.dy = place.y - y / POSITION_UNITS;
    const distance = Math.hypot(step.dx, step.dy);
    // An intent that can never be accepted would hold the bot where it is for ever: it walks.
    if (distance > field.maxStep) {
      step.dx *= field.maxSpeed / distance;
      step.dy *= field.maxSpeed / distance;
    }
  }

  /** Where the agent is, world units; while it is away, where it was last. */
  locate(agent: number, ms: number, place: Place): void {
    const { trace, preset } = this;
    const traceMs = this.traceMs(agent, ms);
    const found = this.seek(agent, traceMs);
    const at = found < 0 ? this.cursor[agent]! : found;
    const isLast = trace.run[at] !== trace.run[at + 1];
    const next = isLast ? at : at + 1;
    const spanMs = trace.ms[next]! - trace.ms[at]!;
    const share = spanMs > 0 ? Math.max(0, Math.min(1, (traceMs - trace.ms[at]!) / spanMs)) : 0;
    const x = trace.x[at]! + (trace.x[next]! - trace.x[at]!) * share - trace.middleX;
    const y = trace.y[at]! + (trace.y[next]! - trace.y[at]!) * share - trace.middleY;
    const copy = this.copyOf(agent);
    const { minX, minY, maxX, maxY } = this.field;
    place.x = clamp((copy.flipX ? -x : x) * preset.scale + copy.dx, minX, maxX);
    place.y = clamp((copy.flipY ? -y : y) * preset.scale + copy.dy, minY, maxY);
  }

  private copyOf(agent: number): PresetCopy {
    return this.preset.copies[Math.floor(agent / this.trace.entityIds.length)]!;
  }

  /** Time on the copy's own clock, which never ends. */
  private playedMs(agent: number, ms: number): number {
    return ms / this.preset.timeScale + this.copyOf(agent).shiftMs;
  }

  private lap(agent: number, ms: number): number {
    return Math.floor(this.playedMs(agent, ms) / this.trace.durationMs);
  }

  private traceMs(agent: number, ms: number): number {
    const { durationMs } = this.trace;
    if (durationMs === 0) return 0;
    const played = this.playedMs(agent, ms);
    if (this.preset.pingpong === 0) return played % durationMs;
    const there = played % (2 * durationMs);
    return there <= durationMs ? there : 2 * durationMs - there;
  }

  /** @returns the agent's last sample at or before the time; -1 before the first, after the last */
  private seek(agent: number, traceMs: number): number {
    const { trace, cursor } = this;
    const entity = agent % trace.entityIds.length;
    const first = trace.firstSample[entity]!;
    const last = trace.firstSample[entity + 1]! - 1;
    let at = cursor[agent]!;
    while (at < last && trace.ms[at + 1]! <= traceMs) at += 1;
    while (at > first && trace.ms[at]! > traceMs) at -= 1;
    cursor[agent] = at;
    if (trace.ms[at]! > traceMs) return -1;
    return at === last && trace.ms[last]! < traceMs ? -1 : at;
  }
}

function clamp(value: number, min: number, max: number): number {
  return value < min ? min : value > max ? max : value;
}
