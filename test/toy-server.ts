// A server of a few lines for the swarm's tests, in which everybody sees everybody: what it says
// wrongly is what a test asks it to.
import type { SocketEvents } from "../src/client/socket.ts";
import { ERRORS } from "../src/protocol/codes.ts";
import {
  BODY_HELLO,
  BODY_LEAVE,
  BODY_MOVE,
  BODY_SPAWN,
  ClientDecoder,
} from "../src/protocol/decode.ts";
import { AOI_LAST, AOI_RESET } from "../src/protocol/encode.ts";
import { aether } from "../src/protocol/schema.ts";
import type { SocketTap } from "../src/swarm/socket.ts";

export interface Line {
  readonly events: SocketEvents;
  readonly tap: SocketTap;
  readonly heard: number[];
  readonly shown: Map<number, number>;
  /** 0 = not in the world; what was asked for is granted in the next tick. */
  id: number;
  isWaiting: boolean;
  x: number;
  sequence: number;
}

/** An entity's alias is its id's low half. */
export class ToyServer {
  readonly lines: Line[] = [];
  tick = 500;
  refuses = false;
  /** Told to who asks for an entity: when to ask again, ms; 0: each gets one. */
  retryAfterMs = 0;
  private nextId = 65_537;
  private readonly decoder = new ClientDecoder();

  readonly dial = (_url: string, events: SocketEvents, tap: SocketTap) => {
    const shown = new Map<number, number>();
    const line: Line = {
      ...{ events, tap, heard: [], shown, id: 0, isWaiting: false, x: 0, sequence: 0 },
    };
    queueMicrotask(() => {
      if (this.refuses) events.close(1006, "the server answered 503");
      else {
        this.lines.push(line);
        events.open();
      }
    });
    return {
      send: (bytes: Uint8Array) => {
        this.hear(line, bytes);
      },
      close: (code = 1000, reason = "") => {
        this.cut(line, code, reason);
      },
    };
  };

  cut(line: Line, code: number, reason: string): void {
    this.lines.splice(this.lines.indexOf(line), 1);
    line.events.close(code, reason);
  }

  /** One tick. `deaf` are sent nothing; `spoil` changes a message before it goes out. */
  step(flags = 0, deaf: readonly Line[] = [], spoil?: (aoi: Update, line: Line) => void): void {
    this.tick += 1;
    const { tick } = this;
    const players = this.lines.filter((line) => line.id !== 0);
    const joining = this.lines.filter((line) => line.isWaiting);
    for (const line of joining) line.id = this.nextId++;
    for (const line of players) {
      if (deaf.includes(line)) continue;
      const aoi = this.update(line, flags);
      spoil?.(aoi, line);
      this.send(line, { aoi });
    }
    for (const line of joining) {
      line.isWaiting = false;
      this.send(line, { welcome: { session: "s", tick, entity_id: line.id, x: line.x } });
    }
  }

  private update(line: Line, flags: number): Update {
    const others = this.lines.filter((other) => other !== line && other.id !== 0);
    const alias = (id: number): number => id & 0xffff;
    const entered = others
      .filter((other) => !line.shown.has(other.id))
      .map((other) => ({ alias: alias(other.id), id: other.id, kind: 0, x: other.x >> 3, y: 0 }));
    const moved = others
      .filter((other) => line.shown.has(other.id) && line.shown.get(other.id) !== other.x)
      .flatMap((other) => u16(alias(other.id), other.x >> 3, 0));
    const left = [...line.shown.keys()].filter((id) => !others.some((other) => other.id === id));
    const isFirst = line.shown.size === 0 && line.sequence === 0;
    line.shown.clear();
    for (const other of others) line.shown.set(other.id, other.x);
    return {
      ...{ tick: this.tick, ack_sequence: line.sequence, self_x: line.x, self_y: 0 },
      flags: AOI_LAST | flags | (isFirst ? AOI_RESET : 0),
      moved: Uint8Array.from(moved),
      left: Uint8Array.from(left.flatMap((id) => u16(alias(id)))),
      entered,
    };
  }

  private send(line: Line, message: aether.ServerMessage.$Properties): void {
    const bytes = aether.ServerMessage.encode(aether.ServerMessage.create(message)).finish();
    line.tap.frame(bytes);
    line.events.message(bytes);
  }

  private hear(line: Line, bytes: Uint8Array): void {
    const { decoder } = this;
    const kind = decoder.decode(bytes);
    line.heard.push(kind);
    if (kind === BODY_HELLO) this.send(line, { welcome: { session: "s", tick: this.tick } });
    else if (kind === BODY_SPAWN && this.retryAfterMs > 0)
      this.send(line, {
        error: { code: ERRORS.UNAVAILABLE.code, retry_after_ms: this.retryAfterMs },
      });
    else if (kind === BODY_SPAWN) {
      line.isWaiting = true;
      line.x = decoder.spawnX * 256;
    } else if (kind === BODY_MOVE) {
      line.sequence = decoder.moveSequence;
      line.x += Math.round(decoder.moveDeltaX * 256);
    } else if (kind === BODY_LEAVE) this.cut(line, 1000, "left");
  }
}

export interface Update extends aether.AoiUpdate.$Properties {
  moved: Uint8Array;
}

export function u16(...values: number[]): number[] {
  return values.flatMap((value) => [value & 0xff, (value >> 8) & 0xff]);
}
