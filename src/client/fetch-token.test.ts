import { expect, test } from "vitest";
import { aether } from "../protocol/schema.ts";
import { Session } from "./session.ts";
import type { SocketEvents } from "./socket.ts";

function play(token: () => string | Promise<string>) {
  const sockets: SocketEvents[] = [];
  const tokens: string[] = [];
  const ends: unknown[][] = [];
  const client = new Session({
    url: "ws://test",
    token,
    dial: (_, events) => {
      sockets.push(events);
      return {
        send: (bytes) => {
          const { hello } = aether.ClientMessage.decode(Uint8Array.from(bytes));
          if (hello) tokens.push(hello.token ?? "");
        },
        close: (code = 0) => events.close(code, ""),
      };
    },
    handlers: { closed: (_, code, reason) => ends.push([code, reason]) },
  });
  return { client, sockets, tokens, ends };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("every connection gets a token of its own", async () => {
  let made = 0;
  const { client, sockets, tokens } = play(() => Promise.resolve(`t${++made}`));
  for (let i = 0; i < 2; i++) {
    client.connect();
    expect([client.state, sockets.length]).toEqual(["connecting", i]);
    await settled();
    sockets[i]?.open();
    sockets[i]?.close(1006, "");
  }
  expect(tokens).toEqual(["t1", "t2"]);
});

test("without a token there is no connection, and the next try asks again", async () => {
  let isThere = false;
  const { client, sockets, tokens, ends } = play(() => {
    if (!isThere) throw new Error("hunter2");
    return "t";
  });
  client.connect();
  await settled();
  expect([client.state, sockets.length]).toEqual(["closed", 0]);
  expect(ends).toEqual([[1006, "No token could be had."]]);
  isThere = true;
  client.connect();
  await settled();
  sockets[0]?.open();
  expect(tokens).toEqual(["t"]);
});

test("who closes while the token is fetched never connects", async () => {
  let bring: (token: string) => void = () => undefined;
  const { client, sockets, ends } = play(() => new Promise((resolve) => (bring = resolve)));
  client.connect();
  await settled();
  client.close();
  await settled();
  bring("t");
  await settled();
  expect([client.state, sockets.length, ends.length]).toEqual(["closed", 0, 1]);
});
