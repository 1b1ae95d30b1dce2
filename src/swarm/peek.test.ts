import { expect, test } from "vitest";
import { aether } from "../protocol/schema.ts";
import { updateTick } from "./peek.ts";

const encode = (message: object): Uint8Array =>
  aether.ServerMessage.encode(aether.ServerMessage.create(message)).finish();

test.each([1, 127, 128, 300, 70_000, 4_294_967_295])("the tick %i of an update", (tick) => {
  for (const moved of [new Uint8Array(0), new Uint8Array(60), new Uint8Array(400)]) {
    const bytes = encode({ aoi: { tick, ack_sequence: 5, self_x: -3, flags: 1, moved } });
    expect(updateTick(bytes)).toBe(tick);
  }
});

test("other messages have none", () => {
  const welcome = { protocol_version: 1, session: "s", entity_id: 9, tick: 812 };
  for (const message of [{ welcome }, { digest: { tick: 5 } }, { error: { code: 3 } }, {}])
    expect(updateTick(encode(message))).toBe(0);
});
