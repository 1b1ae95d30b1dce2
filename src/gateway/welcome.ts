// What a session is told of itself and of the world's rules: after Hello without an entity, after
// Spawn with one.
import { leaveRadiusOf } from "../engine/rules.ts";
import type { WelcomeFields } from "../protocol/encode-rare.ts";
import type { Parts } from "./parts.ts";
import { rowOf } from "./session.ts";

const EMPTY = new Uint8Array(0);

/** @returns false when the Welcome could not be sent */
export function sendWelcome(parts: Parts, slot: number): boolean {
  return parts.replies.welcome(slot, welcomeFields(parts, slot));
}

function welcomeFields(parts: Parts, slot: number): WelcomeFields {
  const { world } = parts.deps;
  const { rules } = world;
  const { tickMs, windowTicks } = parts.options;
  const handle = parts.sessions.handleOf(slot);
  const row = rowOf(handle);
  const entered = handle !== 0;
  const aoiRadius = entered ? world.aoiRadius(row) : rules.aoiRadius;
  return {
    session: parts.sessions.nameOf(slot),
    resumeToken: parts.owners.of(handle)?.token ?? EMPTY,
    entityId: handle,
    kind: entered ? world.kind(row) : 0,
    x: entered ? world.posX(row) : 0,
    y: entered ? world.posY(row) : 0,
    sequence: entered ? world.sequence(row) : 0,
    tick: world.tick,
    enteredTick: parts.sessions.entered[slot] ?? 0,
    tickMs,
    minX: rules.minX,
    minY: rules.minY,
    maxX: rules.maxX,
    maxY: rules.maxY,
    maxSpeed: entered ? world.maxSpeed(row) : rules.maxSpeed,
    moveBurstTicks: rules.burstTicks,
    aoiRadius,
    leaveRadius: leaveRadiusOf(aoiRadius, rules),
    maxVisible: rules.maxVisible,
    componentBytes: rules.componentBytes,
    appReceived: parts.messages.receivedOf(handle),
    windowTicks,
    rules: EMPTY,
  };
}
