// Messages of an application on a bad network, whole servers and clients on simulated time: links
// are cut again and again, and each message arrives once and in order all the same.
import { describe, expect, test } from "vitest";
import type { App } from "../src/app/definition.ts";
import { createWorld, defineMessage, defineSystem, onMessage } from "../src/index.ts";
import { Stage } from "./sim/players.ts";
import type { Player } from "./sim/players.ts";

const PROTO = "message Count { uint32 n = 1; string text = 2; }";
const Up = defineMessage({ name: "Count", type: 1, proto: PROTO });
const Down = defineMessage({ name: "Count", type: 2, proto: PROTO });
const PLAYERS = 3;
const WEATHER = { delayMs: 50, jitterMs: 50, stallShare: 0.02, stallMs: 300 };

interface ToSay {
  readonly to: number;
  readonly n: number;
  readonly text: string;
}

/** Notes what it hears, and says what it is told to. */
class Talker {
  /** By entity. */
  readonly heard = new Map<number, number[]>();
  readonly toSay: ToSay[] = [];
  readonly app: App = createWorld({
    name: "talker",
    systems: [
      defineSystem({
        name: "talk",
        messages: [
          onMessage(Up, ({ n }, from) => {
            this.heard.set(from, [...(this.heard.get(from) ?? []), n]);
          }),
        ],
        run: (world) => {
          for (const { to, n, text } of this.toSay.splice(0)) world.send(to, Down, { n, text });
        },
      }),
    ],
  });
}

interface Talk {
  readonly player: Player;
  /** Sent by the client, by the server; heard by the client; said to be missed. */
  up: number;
  down: number;
  readonly heard: number[];
  missed: number;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

async function talk(seed: number, seconds: number, cutMs: number, perTick: number) {
  const talker = new Talker();
  const stage = new Stage({ seed, weather: WEATHER, app: talker.app });
  await stage.start();
  const talks: Talk[] = Array.from({ length: PLAYERS }, () => {
    const of: Talk = { player: stage.join(), up: 0, down: 0, heard: [], missed: 0 };
    of.player.wander();
    of.player.client.onMessage(Down, ({ n }) => of.heard.push(n));
    of.player.client.on("missed", (count) => (of.missed += count));
    return of;
  });
  await stage.run(3000, () => talks.every(({ player }) => player.client.state === "joined"));
  const entities = talks.map(({ player }) => player.client.self.id);
  let isTalking = true;
  stage.onTick = () => {
    if (!isTalking) return;
    for (const of of talks) {
      const { client } = of.player;
      const text = "x".repeat(stage.random.below(200));
      if (stage.random.unit() < perTick && client.send(Up, { n: of.up, text })) of.up++;
      for (let share = perTick; stage.random.unit() < share; share--) {
        talker.toSay.push({ to: client.self.id, n: of.down++, text });
      }
    }
  };
  const cuts = cutMs === 0 ? 0 : (seconds * 1000) / cutMs;
  for (let i = 1; i <= cuts; i++) stage.schedule.after(i * cutMs, () => stage.simulator.cut());
  await stage.run(seconds * 1000);
  isTalking = false;
  await stage.run(20_000);
  return { talker, entities, stage, talks };
}

describe("on a round trip of 150 ± 50 ms, with stalls", () => {
  test("cut every two seconds: each message once and in order, both ways", async () => {
    const { talker, entities, stage, talks } = await talk(1, 60, 2000, 0.2);
    const { counters } = stage.house.server.gateway;
    expect(counters.resumed).toBeGreaterThan(60);
    // It was tried: messages were under way when links were cut, in both directions.
    expect(counters.appSentAgain).toBeGreaterThan(20);
    for (const [i, { player, up, down, heard, missed }] of talks.entries()) {
      expect(player.client.self.id).toBe(entities[i]);
      expect(up).toBeGreaterThan(300);
      expect(talker.heard.get(player.client.self.id)).toEqual(upTo(up));
      expect([missed, heard]).toEqual([0, upTo(down)]);
      expect(player.corrections).toEqual([]);
    }
  });

  test("more than fits: what is missed is told in its place, nothing else", async () => {
    const { talker, talks } = await talk(2, 30, 5000, 6);
    for (const { player, up, down, heard, missed } of talks) {
      expect(talker.heard.get(player.client.self.id)).toEqual(upTo(up));
      expect(heard.length + missed).toBe(down);
      expect(heard).toEqual(heard.toSorted((a, b) => a - b));
      expect(new Set(heard).size).toBe(heard.length);
    }
    expect(talks.some(({ missed }) => missed > 0)).toBe(true);
  });

  test("a server that was killed: streams begin anew, and go on", async () => {
    const { talker, stage, talks } = await talk(3, 5, 0, 0.2);
    talker.heard.clear();
    await stage.restart();
    // It has kept nothing: they come back to no session, and begin another.
    const isPlaying = ({ player }: Talk): boolean => player.client.state === "joined";
    const isBack = (): boolean => stage.house.server.gateway.playing === PLAYERS;
    expect(await stage.run(60_000, () => isBack() && talks.every(isPlaying))).toBe(true);
    const heardBefore = talks.map(({ heard }) => heard.length);
    for (const { player } of talks) {
      player.client.send(Up, { n: 7 });
      talker.toSay.push({ to: player.client.self.id, n: 8, text: "" });
    }
    await stage.run(5000);
    for (const [i, { player, heard }] of talks.entries()) {
      expect(talker.heard.get(player.client.self.id)).toEqual([7]);
      expect(heard.slice(heardBefore[i])).toEqual([8]);
    }
  });
});
