import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { networkOf } from "./network.ts";
import { connectionsOf, unreadIn, unreadOf } from "./receive-queues.ts";

const HEAD =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  " +
  "timeout inode";
const REST = "00:00000000 00000000     0        0 5606 1 000000004e0e6a05 20 4 30 10 -1";

test("finds the addresses of one port whose bytes wait, in IPv4's table", () => {
  const table = [
    HEAD,
    `   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 ${REST}`,
    `   1: 0100007F:1F90 0200000A:C350 01 00000000:00040000 ${REST}`,
    `   2: 0100007F:1F90 0300000A:C351 01 00FFFFFF:0003FFFF ${REST}`,
    `   3: 0100007F:1F91 0400000A:C352 01 00000000:00FFFFFF ${REST}`,
    `   4: 0100007F:C350 0500000A:1F90 01 00000000:00FFFFFF ${REST}`,
    `   5: 0100007F:1F90 0200000A:C353 08 00000000:00050000 ${REST}`,
    "",
  ].join("\n");
  expect(unreadIn(table, 8080, 0x40000)).toEqual(["10.0.0.2", "10.0.0.2"]);
  expect(unreadIn(table, 8080, 0x3ffff)).toEqual(["10.0.0.2", "10.0.0.3", "10.0.0.2"]);
  expect(unreadIn("", 8080, 0)).toEqual([]);
});

test("and in IPv6's, where an address is the one that limits count", () => {
  const v6 = "B80D0120000000000000000001000000";
  const v4 = "0000000000000000FFFF0000070200C0";
  const table = [
    `   0: 00000000000000000000000000000000:1F90 ${v6}:C350 01 00000000:00040000 ${REST}`,
    `   1: 00000000000000000000000000000000:1F90 ${v4}:C350 01 00000000:00040000 ${REST}`,
  ].join("\n");
  expect(unreadIn(table, 8080, 1)).toEqual(["2001:db8:0:0:0:0:0:1", "0:0:0:0:0:ffff:c000:207"]);
  const networks = unreadIn(table, 8080, 1).map(networkOf);
  expect(networks).toEqual([networkOf("2001:db8::1"), "192.0.2.7"]);
});

test("a table of many pieces is read whole, but for what has ended", () => {
  const folder = mkdtempSync(join(tmpdir(), "aether-queues-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const table = join(folder, "tcp");
  const waits = (i: number): string => (i + 10).toString(16).toUpperCase().padStart(2, "0");
  const lines = Array.from({ length: 20_000 }, (_, i) => {
    const [state, port] = [i % 1000 === 7 ? "01" : "06", i % 3 === 0 ? "C350" : "1F90"];
    const remote = `${waits(Math.floor(i / 1000))}00000A:D000`;
    const sides = `0100007F:${port} ${remote}`;
    return `${String(i).padStart(4)}: ${sides} ${state} 00000000:00040000 ${REST}`;
  });
  writeFileSync(table, [HEAD, ...lines, ""].join("\n"));
  const open = Array.from({ length: 20 }, (_, i) => i * 1000 + 7).filter((i) => i % 3 !== 0);
  const expected = open.map((i) => `10.0.0.${10 + Math.floor(i / 1000)}`);
  expect(unreadOf(8080, 1, [join(folder, "none"), table])).toEqual(expected);
  expect(unreadOf(8080, 0x40001, [table])).toEqual([]);
});

test.skipIf(process.platform !== "linux")(
  "sees bytes of a real socket that nobody reads",
  async () => {
    const sockets: Socket[] = [];
    const server = createServer({ pauseOnConnect: true }, (socket) => sockets.push(socket));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const address = { port, host: "127.0.0.1", localAddress: "127.0.0.2" };
    sockets.push(connect(address), connect({ ...address, localAddress: "127.0.0.3" }));
    sockets[0]?.write(Buffer.alloc(30_000));
    sockets[1]?.write(Buffer.alloc(10_000));
    await expect.poll(() => unreadOf(port, 20_000)).toEqual(["127.0.0.2"]);
    await expect.poll(() => unreadOf(port, 10_000).length).toBe(2);
    expect(unreadOf(port, 40_000)).toEqual([]);
  },
);

test.skipIf(process.platform !== "linux")(
  "counts a connection until both sides have closed it, and not who listens",
  async () => {
    const held: Socket[] = [];
    const server = createServer({ allowHalfOpen: true }, (socket) => held.push(socket));
    onTestFinished(() => {
      for (const socket of held) socket.destroy();
      server.close();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(connectionsOf(port)).toBe(0);
    const clients = [1, 2].map(() => connect({ port, host: "127.0.0.1", allowHalfOpen: true }));
    await expect.poll(() => held.length).toBe(2);
    expect(connectionsOf(port)).toBe(2);
    held[0]?.end();
    held[1]?.end();
    for (const client of clients) client.resume();
    await expect.poll(() => clients.filter((client) => client.readableEnded).length).toBe(2);
    expect(connectionsOf(port)).toBe(2);
    clients[0]?.end();
    await expect.poll(() => connectionsOf(port)).toBe(1);
    clients[1]?.destroy();
    await expect.poll(() => connectionsOf(port)).toBe(0);
  },
);
