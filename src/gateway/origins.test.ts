import { describe, expect, test } from "vitest";
import { Origins } from "./origins.ts";

function judged(origins: Origins, host: string, cases: readonly string[]): string[] {
  return cases.filter((origin) => origins.allows(origin, host));
}

/** What a page that is not ours may be called, to look like one that is. */
const STRANGERS = [
  "null",
  "https://evil.example",
  "https://game.example.evil.example",
  "https://evil-game.example",
  "https://evilgame.example",
  "https://game.example.",
  "https://game.example:8443",
  "https://game.example:80",
  "https://sub.game.example",
  "https://game.example@evil.example",
  "https://evil.example/game.example",
  "https://evil.example#game.example",
  "https://evil.example?game.example",
  "https://evil.example\\.game.example",
  "https://game.example/",
  "https://game.example ",
  "https://game.exampl\u0435",
  "https://",
  "//game.example",
  "game.example",
  "file://game.example",
  "https:game.example",
  "https://*",
  "*",
  "\0",
];

describe("H40 a foreign page is not let in", () => {
  test("with a list: exactly those of the list", () => {
    const allowed = ["https://game.example", "http://localhost:5173"];
    const origins = new Origins({ allowed, onLoopback: true });
    expect(judged(origins, "game.example", STRANGERS)).toEqual([]);
    expect(judged(origins, "other", ["http://game.example", "http://localhost"])).toEqual([]);
    // A browser leaves the usual port out, and writes small letters.
    const same = ["https://game.example", "https://game.example:443", "HTTPS://Game.Example"];
    expect(judged(origins, "other", same)).toEqual(same);
    expect(origins.allows("http://localhost:5173", "other")).toBe(true);
  });

  test("without one: those of the host that was asked for", () => {
    const origins = new Origins({ allowed: [], onLoopback: false });
    expect(judged(origins, "game.example", STRANGERS)).toEqual([]);
    const same = ["https://game.example", "http://game.example", "https://GAME.example"];
    expect(judged(origins, "Game.example", same)).toEqual(same);
    expect(judged(origins, "game.example:8080", [...same, "http://game.example:8080"])).toEqual([
      "http://game.example:8080",
    ]);
    expect(judged(origins, "[2001:db8::1]:8080", ["http://[2001:db8::1]:8080"])).toHaveLength(1);
    expect(judged(origins, "", same)).toEqual([]);
    expect(judged(origins, "game.example:x", same)).toEqual([]);
  });

  test("on loopback other pages of this machine may, elsewhere they may not", () => {
    const here = [
      "http://localhost:5173",
      "http://127.0.0.1",
      "https://[::1]:9",
      "http://127.9.9.9",
    ];
    const near = new Origins({ allowed: [], onLoopback: true });
    expect(judged(near, "127.0.0.1:8080", here)).toEqual(here);
    const tricks = ["http://localhost.evil.example", "http://127.0.0.1.nip.io", "http://128.0.0.1"];
    expect(judged(near, "127.0.0.1:8080", [...tricks, ...STRANGERS])).toEqual([]);
    const far = new Origins({ allowed: [], onLoopback: false });
    expect(judged(far, "game.example", here)).toEqual([]);
  });

  test("null is let in only where it is listed, and other programs have no origin", () => {
    const none = new Origins({ allowed: [], onLoopback: true });
    expect(none.allows("null", "null")).toBe(false);
    expect(new Origins({ allowed: ["null"], onLoopback: false }).allows("null", "x")).toBe(true);
    expect(none.allows("", "game.example")).toBe(true);
    const app = new Origins({ allowed: ["capacitor://localhost"], onLoopback: false });
    expect(app.allows("capacitor://localhost", "x")).toBe(true);
    expect(app.allows("ionic://localhost", "localhost")).toBe(false);
    expect(none.allows("capacitor://localhost", "localhost")).toBe(false);
  });
});
