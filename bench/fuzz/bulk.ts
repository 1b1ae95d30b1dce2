// Frames by the million into the real gateway, and a second server beside it that is sent only what
// an independent reading of each frame calls legal: the state hashes must stay the same.
import { checkedApp } from "../../src/app/definition.ts";
import type { App } from "../../src/app/definition.ts";
import { onMessage } from "../../src/app/hearing.ts";
import { defineMessage } from "../../src/messages/message.ts";
import { ServerDecoder, SERVER_BAD, SERVER_WELCOME } from "../../src/protocol/client-decode.ts";
import { CLIENT_FRAME, encodeHello, encodeMove } from "../../src/protocol/client-encode.ts";
import { encodeSpawn } from "../../src/protocol/client-encode.ts";
import { SimulatedServer } from "../simulated/server.ts";
import type { Peer } from "../simulated/transport.ts";
import { FuzzFrames, UNRATED } from "./frames.ts";
import { LOOKS, memoryAt, type Memory } from "./memory.ts";
import { legalMove, read } from "./oracle.ts";

export interface BulkWish {
  readonly frames: number;
  readonly seed: number;
}

export interface BulkFinding {
  readonly frames: number;
  /** Of them: no protobuf; legal intents, which moved an entity in both worlds. */
  readonly malformed: number;
  readonly legal: number;
  /** Messages that reached the application, which sends them back. */
  readonly app: number;
  /** Connections of players and of strangers that were closed, by code. */
  readonly closes: Readonly<Record<string, number>>;
  readonly ticks: number;
  readonly memory: readonly Memory[];
  /** What went wrong, with the frame that did it; it ends the run. */
  readonly faults: readonly string[];
}

const PLAYERS = 20;
const STRANGERS = 20;
/** Below a connection's budget, and few enough that the closed ones can come back. */
const FRAMES_PER_TICK = 400;
/** One of so many frames of a stranger says that it is text. */
const TEXT_EVERY = 50;
const NEIGHBOURHOOD = 50;
/** What players are, in both worlds. */
const KINDS = { player: { id: 1 } };
/** A player whose sequences are nearly used up begins anew. */
const SEQUENCE_WORN = 2 ** 30;
const SETTINGS = {
  ...UNRATED,
  AETHER_ENGINE_CLIENT_SPAWN: "always",
  AETHER_SESSION_GRACE_MS: "0",
};

const decoder = new ServerDecoder();
const out = new Uint8Array(CLIENT_FRAME);

/** One end of a connection; it hears only what it needs to go on. */
class End implements Peer {
  slot = -1;
  entity = 0;
  tick = 0;
  closeCode = 0;

  receive(bytes: Uint8Array): void {
    const kind = decoder.decode(bytes);
    if (kind === SERVER_BAD) throw new Error("the server sent what is no message");
    if (kind === SERVER_WELCOME) this.entity = decoder.message?.welcome?.entity_id ?? 0;
    else if (decoder.tick > this.tick) this.tick = decoder.tick;
  }
  ended(code: number): void {
    this.closeCode = code;
  }
}

/** The same player in both worlds. */
interface Twin {
  fuzzed: End;
  control: End;
  sequence: number;
}

export function playBulk(wish: BulkWish): BulkFinding {
  return new Bulk(wish).play();
}

class Bulk {
  readonly #fuzzed = new SimulatedServer(SETTINGS, undefined, this.#echoing());
  /** An application's name is no part of a world, and neither is what it hears. */
  readonly #control = new SimulatedServer(
    SETTINGS,
    undefined,
    checkedApp({ name: "silent", kinds: KINDS }),
  );
  readonly #frames: FuzzFrames;
  readonly #wish: BulkWish;
  readonly #players: Twin[] = [];
  readonly #strangers: End[] = [];
  readonly #closes = new Map<number, number>();
  #malformed = 0;
  #legal = 0;
  #app = 0;
  #sent = 0;
  #last: Uint8Array = new Uint8Array(0);

  constructor(wish: BulkWish) {
    this.#wish = wish;
    this.#frames = new FuzzFrames(wish.seed);
  }

  play(): BulkFinding {
    const faults: string[] = [];
    const memory: Memory[] = [];
    try {
      while (this.#sent < this.#wish.frames) {
        this.#fill();
        this.#tick();
        for (let i = 0; i < FRAMES_PER_TICK && this.#sent < this.#wish.frames; i++) this.#send();
        this.#tick();
        if (this.#sent * LOOKS >= this.#wish.frames * (memory.length + 1))
          memory.push(memoryAt(this.#sent));
      }
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const frame = Buffer.from(this.#last).toString("hex");
      faults.push(`seed ${this.#wish.seed}, frame ${this.#sent} (${frame}): ${what}`);
    }
    return {
      frames: this.#sent,
      malformed: this.#malformed,
      legal: this.#legal,
      app: this.#app,
      closes: Object.fromEntries(this.#closes),
      ticks: this.#fuzzed.server.world.tick,
      memory,
      faults,
    };
  }

  /** The application of the fuzzed world: it knows the types below 16, and sends back. */
  #echoing(): App {
    const proto = "message Any { uint32 n = 1; sint32 z = 2; bytes all = 3; string text = 4; }";
    const messages = Array.from({ length: 15 }, (_, i) => {
      const message = defineMessage({ name: "Any", proto, type: i + 1 });
      return onMessage(message, (any, from, world, request) => {
        this.#app++;
        world.send(from, message, any, request);
      });
    });
    return checkedApp({ name: "echo", kinds: KINDS, systems: [{ name: "echo", messages }] });
  }

  #send(): void {
    const { random } = this.#frames;
    const who = random(PLAYERS + STRANGERS);
    if (who < PLAYERS) this.#toPlayer(this.#players[who]);
    else this.#toStranger(this.#strangers[who - PLAYERS]);
  }

  #toPlayer(twin: Twin | undefined): void {
    if (twin === undefined || twin.fuzzed.closeCode !== 0 || twin.fuzzed.entity === 0) return;
    const { fuzzed, control } = twin;
    const bytes = this.#frames.frame(fuzzed.entity, twin.sequence, fuzzed.tick);
    const move = legalMove(bytes, { entity: fuzzed.entity, sequence: twin.sequence });
    this.#deliver(fuzzed, bytes, true);
    if (move !== null) {
      this.#legal++;
      twin.sequence = move.sequence;
      const { sequence, dx, dy } = move;
      const length = encodeMove(out, control.entity, sequence, dx, dy, 1, control.tick);
      this.#control.transport.deliver(control.slot, out.subarray(0, length));
    }
    // What ends the connection ends it in both worlds, in the same order.
    if (fuzzed.closeCode !== 0) this.#control.transport.close(control.slot, fuzzed.closeCode);
  }

  /** Its frames are never a Spawn: nobody may come into one of the worlds alone. */
  #toStranger(stranger: End | undefined): void {
    if (stranger === undefined || stranger.closeCode !== 0) return;
    const bytes = this.#frames.frame(0, 0, 0);
    if (read(bytes)?.body === "spawn") return;
    this.#deliver(stranger, bytes, this.#frames.random(TEXT_EVERY) !== 0);
  }

  #deliver({ slot }: End, bytes: Uint8Array, isBinary: boolean): void {
    this.#last = bytes;
    this.#sent++;
    if (read(bytes) === null) this.#malformed++;
    this.#fuzzed.transport.deliver(slot, bytes, isBinary);
  }

  /** Whoever was closed is replaced; the others' honest step acknowledges what they were sent. */
  #fill(): void {
    for (let i = 0; i < STRANGERS; i++) {
      const old = this.#strangers[i];
      if (old !== undefined && old.closeCode === 0) continue;
      this.#count(old);
      this.#strangers[i] = connect(this.#fuzzed, new End()) ?? closed();
    }
    for (let i = 0; i < PLAYERS; i++) {
      const twin = this.#players[i];
      if (twin === undefined || twin.fuzzed.closeCode !== 0) {
        this.#count(twin?.fuzzed);
        this.#join(i);
      } else if (twin.sequence > SEQUENCE_WORN) {
        this.#fuzzed.transport.close(twin.fuzzed.slot);
        this.#control.transport.close(twin.control.slot);
      } else if (twin.fuzzed.entity !== 0) this.#step(twin);
    }
  }

  #join(i: number): void {
    const { random } = this.#frames;
    const [x, y] = [random(NEIGHBOURHOOD), random(NEIGHBOURHOOD)];
    const fuzzed = connect(this.#fuzzed, new End());
    const control = connect(this.#control, new End());
    if (fuzzed === null || control === null) throw new Error("a server takes nobody");
    for (const [{ transport }, { slot }] of [
      [this.#fuzzed, fuzzed],
      [this.#control, control],
    ] as const) {
      transport.deliver(slot, encodeHello({ client: "fuzz" }));
      transport.deliver(slot, encodeSpawn(1, x, y));
    }
    this.#players[i] = { fuzzed, control, sequence: 0 };
  }

  #step(twin: Twin): void {
    const sequence = ++twin.sequence;
    for (const [{ transport }, { slot, entity, tick }] of [
      [this.#fuzzed, twin.fuzzed],
      [this.#control, twin.control],
    ] as const) {
      const length = encodeMove(out, entity, sequence, 0.5, 0.25, 1, tick);
      transport.deliver(slot, out.subarray(0, length));
    }
  }

  #tick(): void {
    this.#fuzzed.tick();
    this.#control.tick();
    const [ours, theirs] = [this.#fuzzed.hash, this.#control.hash];
    if (ours !== theirs) throw new Error(`the worlds differ: ${ours}, the control ${theirs}`);
    for (const { fuzzed, control } of this.#players)
      if ((fuzzed.closeCode === 0) !== (control.closeCode === 0))
        throw new Error(`closed in one world only: ${fuzzed.closeCode}, ${control.closeCode}`);
  }

  #count(end: End | undefined): void {
    if (end === undefined || end.closeCode === 0) return;
    this.#closes.set(end.closeCode, (this.#closes.get(end.closeCode) ?? 0) + 1);
  }
}

function connect({ transport }: SimulatedServer, end: End): End | null {
  end.slot = transport.connect(end);
  return end.slot < 0 ? null : end;
}

/** Of a connection that was refused: the next tick tries again. */
function closed(): End {
  const end = new End();
  end.closeCode = 503;
  return end;
}
