// What a handshake says about who asks: the page, the proxy.
import { afterEach, describe, expect, test } from "vitest";
import { encodeHello } from "../src/protocol/client-encode.ts";
import { House } from "./house.ts";
import type { HouseOptions } from "./house.ts";
import { RawSocket } from "./raw-socket.ts";
import { until } from "./until.ts";

let house: House;
async function open(options: HouseOptions = {}): Promise<void> {
  house = await House.start(options);
}
afterEach(() => house.stop());

async function statusFor(origin: string): Promise<number> {
  const raw = await RawSocket.open(house.port, { headers: [`Origin: ${origin}`] });
  raw.cut();
  return raw.status;
}

test("H40 a foreign page gets 403 and a sentence, and is counted", async () => {
  await open();
  for (const origin of ["https://evil.example", "null", "http://127.0.0.1.nip.io"])
    expect(await statusFor(origin), origin).toBe(403);
  const refused = await RawSocket.open(house.port, { headers: ["Origin: https://evil.example"] });
  expect(refused.head).toContain("gateway.allowed_origins");
  expect(house.gateway.counters.refusedOrigin).toBe(4);
  expect(house.gateway.counters.opened).toBe(0);
  for (const origin of [`http://127.0.0.1:${house.port}`, "http://localhost:5173"])
    expect(await statusFor(origin), origin).toBe(101);
});

test("H40 with a list only the pages of the list are let in", async () => {
  const origins = { allowed: ["https://game.example"], onLoopback: true };
  await open({ gateway: { origins } });
  expect(await statusFor("https://game.example")).toBe(101);
  for (const origin of [`http://127.0.0.1:${house.port}`, "https://game.example.evil.example"])
    expect(await statusFor(origin), origin).toBe(403);
});

describe("H13 behind a proxy", () => {
  async function addressOf(headers: readonly string[]): Promise<string> {
    const guest = await house.connect({}, { headers });
    const known = house.log.length;
    guest.send(encodeHello({ client: "x" }));
    await until(() => house.log.length > known, "a line of the log");
    return house.log.at(-1)?.split(" ")[2] ?? "";
  }

  test("that is trusted the address is the client's, whatever the client says", async () => {
    await open({ uws: { trustedProxies: ["127.0.0.0/8", "10.0.0.0/8"] } });
    expect(await addressOf(["X-Forwarded-For: 198.51.100.1"])).toBe("198.51.100.1");
    // What stands on the left came from the client itself.
    expect(await addressOf(["X-Forwarded-For: 1.2.3.4, 198.51.100.1, 10.0.0.9"])).toBe(
      "198.51.100.1",
    );
    // A proxy may add a line of its own, behind the one that the client wrote.
    expect(await addressOf(["X-Forwarded-For: 1.2.3.4", "X-Forwarded-For: 198.51.100.1"])).toBe(
      "198.51.100.1",
    );
    expect(await addressOf([])).toBe("127.0.0.1");
    expect(await addressOf(["X-Forwarded-For: <script>"])).toBe("127.0.0.1");
    expect(await addressOf(["Forwarded: for=1.2.3.4", "X-Real-IP: 1.2.3.4"])).toBe("127.0.0.1");
  });

  test("that is not trusted nobody's word is taken", async () => {
    await open({ uws: { trustedProxies: ["10.0.0.0/8"] } });
    expect(await addressOf(["X-Forwarded-For: 198.51.100.1"])).toBe("127.0.0.1");
  });
});
