// What a client shows of others and of itself, beside the model: positions and components are the
// newest, or the update said that some are not, and none is older than the bound.
import type { Body, Model } from "./model.ts";
import type { View } from "./view.ts";

const INCOMPLETE = 4;

/** @throws Error in words */
export function judgeShown(model: Model, view: View, flags: number): void {
  // docs/architecture.md, "Told sets": V due, room for B, at least half of one frame's 80 records;
  // with components less the observer's own
  const bytes = model.rules.componentBytes;
  const room = bytes === 0 ? 40 : Math.floor((232 - 5 - bytes) / (8 + bytes));
  const nearest = Math.min(10, room >> 1);
  const bound = Math.ceil((view.byId.size - nearest) / (room - nearest)) + 1;
  for (const shown of view.byId.values()) {
    const body = model.bodies.get(shown.id);
    if (body === undefined) continue;
    if (shown.kind !== body.kind) throw new Error(`kind of ${String(shown.id)} differs`);
    const isThere = shown.x === (body.sightX & 65535) && shown.y === (body.sightY & 65535);
    if (isThere && isSame(shown.components, body.components)) {
      shown.look = view.look;
    } else if ((flags & INCOMPLETE) === 0) {
      throw new Error(`tick ${String(model.tick)}: ${String(shown.id)} is not as shown`);
    } else if (view.look - shown.look > Math.max(bound, 1)) {
      throw new Error(`${String(shown.id)} is stale: ${String(view.look - shown.look)} looks`);
    }
  }
}

/** @throws Error in words */
export function judgeOwn(observer: Body, view: View, flags: number): void {
  if (isSame(view.own, observer.components) || (flags & INCOMPLETE) !== 0) return;
  throw new Error(`${String(observer.id)} was told of other components of its own`);
}

/** What was told of components is as the body has them, as far as observers are told. */
function isSame(told: Uint8Array, has: Uint8Array): boolean {
  return told.every((byte, i) => byte === has[i]);
}
