// Clients' messages wait for the tick, and are handed over once, whatever becomes of them.
import { expect, test } from "vitest";
import { MESSAGE_TAKEN } from "../src/messages/verdict.ts";
import type { MessageVerdict } from "../src/messages/verdict.ts";
import { House } from "./house.ts";
import { SilentApp } from "./silent-app.ts";

class Failing extends SilentApp {
  readonly heard: number[] = [];

  override onAppMessage(_handle: number, _type: number, bytes: Uint8Array): MessageVerdict {
    this.heard.push(bytes[0] ?? 0);
    if (bytes[0] === 1) throw new Error("oh");
    return MESSAGE_TAKEN;
  }
}

test("what was handed over to code that throws is not handed over again", async () => {
  const app = new Failing();
  const house = await House.start({ app });
  try {
    const guest = await house.join();
    guest.app(1, [1]);
    guest.app(1, [2]);
    await guest.barrier();
    expect(() => house.gateway.messages.deliver()).toThrow("oh");
    house.tick();
    expect(app.heard).toEqual([1]);
    guest.app(1, [3]);
    await guest.barrier();
    house.tick();
    expect(app.heard).toEqual([1, 3]);
  } finally {
    house.stop();
  }
});
