// A client whose server and time are played by the test: what it sent, and the means to answer.
import { AetherClient } from "../src/client/client.ts";
import type { ClientOptions } from "../src/client/options.ts";
import type { SocketEvents } from "../src/client/socket.ts";
import type { Timers } from "../src/client/timers.ts";
import { aether } from "../src/protocol/schema.ts";

/** Virtual ms, in which nothing happens but what was asked for. */
export class ScriptedTime implements Timers {
  #nowMs = 1000;
  #waiting: { readonly atMs: number; readonly call: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, call: () => void): () => void {
    const entry = { atMs: this.#nowMs + Math.max(0, ms), call };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  /** How many calls are waited for. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Lets time go by, with each call at its moment. */
  pass(ms: number): void {
    const end = this.#nowMs + ms;
    for (;;) {
      const next = this.#waiting.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > end) break;
      this.#waiting = this.#waiting.filter((other) => other !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.call();
    }
    this.#nowMs = end;
  }

  /** As many ms go by without a call, as when the process stands still. */
  skip(ms: number): void {
    this.#nowMs += ms;
  }
}

export const ENTITY = 0x10007;

const WELCOME: aether.Welcome.$Properties = {
  protocol_version: 1,
  session: "s-1",
  tick: 100,
  tick_ms: 25,
  min_x: -256000,
  min_y: -256000,
  max_x: 256000,
  max_y: 256000,
  units_per_position: 256,
  units_per_sight: 32,
  max_speed: 1280,
  move_burst_ticks: 16,
  aoi_radius: 6400,
  leave_radius: 7040,
  max_visible: 1024,
  window_ticks: 40,
};

export class Scripted {
  readonly time = new ScriptedTime();
  readonly client: AetherClient;
  /** Of the newest connection. */
  sent: aether.ClientMessage[] = [];
  readonly sockets: SocketEvents[] = [];
  readonly closes: unknown[][] = [];
  /** Every event, as its name and what its handler was called with. */
  readonly heard: unknown[][] = [];

  constructor(options: Partial<ClientOptions> = {}) {
    this.client = new AetherClient({
      url: "ws://test",
      timers: this.time,
      random: () => 0.5,
      dial: (_url, events) => {
        this.sockets.push(events);
        this.sent = [];
        return {
          send: (bytes) => this.sent.push(aether.ClientMessage.decode(Uint8Array.from(bytes))),
          close: (...args) => this.closes.push(args),
        };
      },
      ...options,
    });
    const { client, heard } = this;
    client.on("state", (state, change) => heard.push(["state", state, change]));
    client.on("enter", (id, row) => heard.push(["enter", id, row]));
    client.on("update", (id, row) => heard.push(["update", id, row]));
    client.on("leave", (id) => heard.push(["leave", id]));
    client.on("tick", (tick) => heard.push(["tick", tick]));
    client.on("correction", (correction) => heard.push(["correction", correction]));
    client.on("message", (...message) => heard.push(["message", ...message]));
    client.on("error", (...error) => heard.push(["error", ...error]));
  }

  /** The states that were entered. */
  get states(): unknown[] {
    return this.heard.filter(([name]) => name === "state").map(([, state]) => state);
  }

  /** What was sent of one kind. */
  moves(): aether.MovementDelta.$Properties[] {
    return this.sent.flatMap(({ move }) => (move ? [move] : []));
  }

  socket(): SocketEvents {
    const events = this.sockets.at(-1);
    if (events === undefined) throw new Error("the client has not dialled");
    return events;
  }

  receive(fields: aether.ServerMessage.$Properties): void {
    this.socket().message(Uint8Array.from(aether.ServerMessage.encode(fields).finish()));
  }

  update(aoi: aether.AoiUpdate.$Properties): void {
    this.receive({ aoi: { flags: 1, ...aoi } });
  }

  /** Connects, and answers until there is an entity at 0, 0. */
  join(welcome: aether.Welcome.$Properties = {}): void {
    this.client.connect();
    this.answer(welcome);
  }

  /** The server's side of a connection that begins. */
  answer(welcome: aether.Welcome.$Properties = {}): void {
    this.socket().open();
    this.receive({ welcome: WELCOME });
    this.receive({ welcome: { ...WELCOME, entity_id: ENTITY, ...welcome } });
    this.heard.length = this.sent.length = 0;
  }
}
