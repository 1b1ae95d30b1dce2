// Components from the command that writes them to the field that a client reads, on each engine.
import { describe, expect, test } from "vitest";
import { Replica } from "../src/client/replica.ts";
import { defineComponent } from "../src/components/component.ts";
import { worldRules } from "../src/config/rules.ts";
import { defaultConfig } from "../src/config/schema.ts";
import { World } from "../src/engine/world.ts";
import { ENGINES } from "../src/kernel/kernel.ts";
import { openKernel } from "../src/kernel/open.ts";
import { SERVER_AOI, ServerDecoder } from "../src/protocol/client-decode.ts";
import { writeAoiHeader } from "../src/protocol/encode.ts";

const Player = defineComponent({ score: "u16", isIt: "flag" });
const Body = defineComponent({ heading: "f32" }, Player);
/** Behind what is told: the server's own. */
const Mind = defineComponent({ patience: "u8" }, Body);

const RULES = { ...worldRules(defaultConfig()), componentBytes: Body.end };

describe.each(ENGINES)("on %s", (engine) => {
  const world = new World(openKernel(engine), RULES);
  const decoder = new ServerDecoder();
  const join = (x: number): number =>
    world.join({
      ...{ kind: 1, x, y: 0, maxSpeed: RULES.maxSpeed, aoiRadius: RULES.aoiRadius, layer: 0 },
      ...{ observer: true, visible: true, bank: -1, sequence: 0 },
    });
  const tickets = [join(0), join(256)];
  world.step();
  const [self = 0, other = 0] = tickets.map((ticket) => world.joined(ticket));
  const replica = new Replica();
  replica.begin(self, RULES.componentBytes);

  /** Hands the client what this tick laid for it. @returns how many bytes that were */
  function hear(): number {
    const row = self & 65535;
    let bytes = 0;
    for (let part = 0; part < world.frameCount(row); part++) {
      const [from, to] = [world.frameStart(row, part), world.frameEnd(row, part)];
      const flags = part === 0 ? world.viewFlags(row) : 0;
      const start = writeAoiHeader(world.memory, from, to - from, world.tick, 0, 0, 0, flags);
      const frame = world.memory.slice(start, to);
      expect(decoder.decode(frame)).toBe(SERVER_AOI);
      expect(replica.apply(decoder, frame)).toBe(0);
      bytes += to - from;
    }
    return bytes;
  }

  function write(handle: number, set: (words: Int32Array) => void): number {
    const words = new Int32Array(8);
    set(words);
    world.writeComponents(handle, words, 0);
    world.step();
    return hear();
  }

  test("who is in view is told of, and so is the own entity", () => {
    hear();
    const at = replica.indexOf(other) * RULES.componentBytes;
    expect(at).toBe(0);
    write(other, (words) => {
      Player.set(words, "score", 1234);
      Body.set(words, "heading", -1.5);
    });
    expect(Player.get(replica.components, at, "score")).toBe(1234);
    expect(Player.get(replica.components, at, "isIt")).toBe(false);
    expect(Body.get(replica.components, at, "heading")).toBe(-1.5);
    write(self, (words) => Player.set(words, "isIt", true));
    expect(Player.get(replica.own, 0, "isIt")).toBe(true);
    expect(Player.get(replica.components, at, "score")).toBe(1234);
  });

  test("what is the server's own, and what changes nothing, is told to nobody", () => {
    const { hashLow } = world;
    expect(write(other, (words) => Mind.set(words, "patience", 7))).toBe(0);
    expect(world.component(other & 65535, 1) >>> 24).toBe(7);
    expect(world.hashLow).not.toBe(hashLow);
    expect(write(other, (words) => Player.set(words, "score", 1234))).toBe(0);
    // only `changed`, with one record
    expect(write(other, (words) => Player.set(words, "score", 1))).toBe(2 + 2 + Body.end);
  });
});
