// The honest neighbour: it walks while somebody else misbehaves, and must notice nothing.
import { expect } from "vitest";
import type { Guest } from "./guest.ts";
import type { House } from "./house.ts";

/** A tick in which the neighbour moves. */
export async function turnWith(house: House, witness: Guest): Promise<void> {
  witness.move(0.5, 0.25);
  await house.turn();
}

/** Its every tick came, nothing it said was refused, its view is the server's. */
export async function expectUnharmed(house: House, witness: Guest, faults = 0): Promise<void> {
  witness.probe();
  await turnWith(house, witness);
  expect(witness.gone).toBe(false);
  expect(witness.errors).toEqual([]);
  expect(witness.corrections).toEqual([]);
  expect(witness.replicaFaults).toBe(0);
  expect(witness.tick).toBe(house.world.tick);
  expect(witness.ackSequence).toBe(witness.sequence);
  expect(witness.digests.at(-1)).toMatchObject({ tick: witness.tick, ok: true });
  expect(Math.max(...witness.sizes)).toBeLessThanOrEqual(512);
  expect(house.faults.length).toBe(faults);
}
