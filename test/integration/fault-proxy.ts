// A TCP proxy between a client and its server that does what networks do: delays, bytes that come
// one by one, cuts, silence. Seeded, so that a run can be had again.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { RandomStream } from "../../src/swarm/random.ts";

export type Direction = "to server" | "to client";

/**
 * Sees each piece before it is passed on. True cuts the connection, and the piece is not passed on:
 * at "to server" what it holds was never done, at "to client" it was done and nobody hears of it.
 */
export type CutRule = (piece: Buffer, direction: Direction) => boolean;

/** What happens to every connection from now on. */
export interface Faults {
  /** Each piece is kept back between half and one and a half times this, ms. */
  latencyMs: number;
  /** Pieces are passed on one byte at a time. */
  byteByByte: boolean;
  /** Connections are taken, and nothing that comes is passed on. */
  blackHole: boolean;
}

export class FaultProxy {
  readonly faults: Faults = { latencyMs: 0, byteByByte: false, blackHole: false };
  /** Connections that were cut by `cutOn`. */
  cuts = 0;
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #random: RandomStream;
  readonly #sockets = new Set<Socket>();
  #rule: CutRule | null = null;

  constructor(targetPort: number, seed: number) {
    this.#targetPort = targetPort;
    this.#random = new RandomStream(seed);
    this.#server = createServer((client) => this.#join(client));
  }

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `url` with this proxy in the place of its host and port. */
  before(url: string): string {
    const through = new URL(url);
    through.host = `127.0.0.1:${this.port}`;
    return through.href;
  }

  /** Cuts the first connection for which `rule` says so; once. */
  cutOn(rule: CutRule): void {
    this.#rule = rule;
  }

  /** Cuts all connections now. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(client: Socket): void {
    const server = connect(this.#targetPort, "127.0.0.1");
    const both = [client, server];
    for (const socket of both) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        for (const each of both) each.destroy();
      });
    }
    this.#pass(client, server, "to server", both);
    this.#pass(server, client, "to client", both);
  }

  /** Pieces go one after the other, so that latency does not change their order. */
  #pass(from: Socket, to: Socket, direction: Direction, both: readonly Socket[]): void {
    let before = Promise.resolve();
    from.on("data", (piece: Buffer) => {
      if (this.#rule?.(piece, direction) === true) {
        this.#rule = null;
        this.cuts++;
        for (const socket of both) socket.destroy();
        return;
      }
      before = before.then(() => this.#deliver(piece, to));
    });
  }

  async #deliver(piece: Buffer, to: Socket): Promise<void> {
    const { latencyMs, byteByByte } = this.faults;
    if (latencyMs > 0) await sleep(latencyMs * (0.5 + this.#random.next()));
    if (this.faults.blackHole || !to.writable) return;
    if (!byteByByte) {
      to.write(piece);
      return;
    }
    for (const byte of piece) {
      to.write(Uint8Array.of(byte));
      // One turn a byte, so that each leaves in a packet of its own.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
