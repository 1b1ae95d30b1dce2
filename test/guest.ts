// A client of the tests: the raw socket, the protocol's own codec and a replica of what it was
// told. It acknowledges as it was asked to, and remembers everything it heard.
import { Replica } from "../src/client/replica.ts";
import {
  SERVER_AOI,
  SERVER_APP,
  SERVER_BAD,
  SERVER_CORRECTION,
  SERVER_DIGEST,
  SERVER_ERROR,
  SERVER_GOODBYE,
  SERVER_HEARTBEAT_ACK,
  SERVER_WELCOME,
  ServerDecoder,
} from "../src/protocol/client-decode.ts";
import { AppMessage, WelcomeMessage } from "../src/protocol/client-decode-rare.ts";
import {
  CLIENT_FRAME,
  encodeAck,
  encodeClientApp,
  encodeHeartbeat,
  encodeHello,
  encodeLeave,
  encodeMove,
  encodeProbe,
  encodeSpawn,
} from "../src/protocol/client-encode.ts";
import { AOI_LAST } from "../src/protocol/encode.ts";
import { OP_PING, RawSocket } from "./raw-socket.ts";
import type { Handshake } from "./raw-socket.ts";
import { until } from "./until.ts";

export interface GuestOptions {
  /** "message": ack_tick after every tick (the default); "pong": only pongs; "none": neither. */
  readonly acks?: "message" | "pong" | "none";
}

export interface Told {
  readonly code: number;
  readonly message: string;
  readonly sequence: number;
  readonly retryAfterMs: number;
}
export interface Mail {
  readonly channel: number;
  readonly request: number;
  readonly payload: readonly number[];
  readonly sequence: number;
  readonly received: number;
  readonly missed: number;
  /** The newest update that had come before it. */
  readonly tick: number;
}
export interface Update {
  readonly tick: number;
  readonly flags: number;
  readonly bytes: number;
  readonly compressed: boolean;
}

export class Guest {
  readonly raw: RawSocket;
  readonly replica = new Replica();
  readonly acks: "message" | "pong" | "none";
  welcomes = 0;
  entity = 0;
  /** As its Welcome said. */
  enteredTick = 0;
  appReceived = 0;
  session = "";
  kind = 0;
  /** Of the newest Welcome with an entity. */
  token = new Uint8Array(0);
  /** 1/256 unit. */
  welcomeX = 0;
  welcomeY = 0;
  /** The newest tick applied whole. */
  tick = 0;
  selfX = 0;
  selfY = 0;
  ackSequence = 0;
  sequence = 0;
  /** Contradictions in what the server said. */
  replicaFaults = 0;
  readonly updates: Update[] = [];
  readonly corrections: { x: number; y: number; sequence: number; entity: number }[] = [];
  readonly heartbeats: { timestamp: number; tick: number }[] = [];
  readonly digests: { tick: number; ok: boolean; positions: boolean }[] = [];
  readonly errors: Told[] = [];
  /** Messages of the application, in the order of arrival. */
  readonly apps: Mail[] = [];
  goodbye: Told | null = null;
  /** Ticks of pings of eight bytes: the server's. */
  readonly pings: number[] = [];
  /** The last of them whole, as its pong would carry it. */
  lastPing: Uint8Array = new Uint8Array(0);
  readonly sizes: number[] = [];

  readonly #decoder = new ServerDecoder();
  readonly #out = new Uint8Array(CLIENT_FRAME);
  #pongs = 0;
  #asked = 0;

  private constructor(raw: RawSocket, acks: "message" | "pong" | "none") {
    this.raw = raw;
    this.acks = acks;
    raw.answersPings = acks !== "none";
    raw.onMessage = ({ payload, compressed }) => this.#hear(payload, compressed);
    raw.onPong = () => this.#pongs++;
    raw.onPing = (payload) => {
      if (payload.length !== 8) return;
      this.lastPing = Uint8Array.from(payload);
      this.pings.push(Buffer.from(payload).readUInt32LE(0));
    };
  }

  static async connect(port: number, options: GuestOptions, handshake: Handshake): Promise<Guest> {
    return new Guest(await RawSocket.open(port, handshake), options.acks ?? "message");
  }

  get errorCodes(): number[] {
    return this.errors.map((error) => error.code);
  }

  get gone(): boolean {
    return this.raw.ended || this.raw.closeCode !== 0;
  }

  hello(version = 1, client = "test"): void {
    this.send(encodeHello({ client, version }));
  }
  /** Hello of a client that comes back. */
  resume(resumeToken: Uint8Array, appReceived = 0): void {
    this.send(encodeHello({ client: "test", resumeToken, appReceived }));
  }
  /** A message of the application. */
  app(channel: number, payload: readonly number[], sequence = 0, request = 0): void {
    this.send(encodeClientApp(channel, request, Uint8Array.from(payload), sequence, this.tick));
  }
  /** x and y in world units. */
  spawn(x: number, y: number, kind = 1): void {
    this.send(encodeSpawn(kind, x, y));
  }
  /** An honest intent, in world units. */
  move(dx: number, dy: number): number {
    this.sequence++;
    this.moveAs(this.entity, this.sequence, dx, dy);
    return this.sequence;
  }
  moveAs(entity: number, sequence: number, dx: number, dy: number): void {
    const ack = this.acks === "message" ? this.tick : 0;
    const length = encodeMove(this.#out, entity, sequence, dx, dy, 1, ack);
    this.send(this.#out.subarray(0, length));
  }
  probe(reset = false): void {
    this.send(this.#out.subarray(0, encodeProbe(this.#out, reset, 0)));
  }
  heartbeat(timestamp: number): void {
    this.send(this.#out.subarray(0, encodeHeartbeat(this.#out, timestamp, 0)));
  }
  leave(): void {
    this.send(this.#out.subarray(0, encodeLeave(this.#out, 0)));
  }
  ack(tick = this.tick): void {
    this.send(this.#out.subarray(0, encodeAck(this.#out, tick)));
  }
  send(bytes: Uint8Array): void {
    this.raw.frame(bytes);
  }

  /**
   * Returns when the server has read all that this client wrote, and this client all that the
   * server wrote: a ping and its pong, then acknowledgements, then once more.
   */
  async sync(): Promise<void> {
    await this.barrier();
    if (this.acks === "message" && this.tick > 0 && !this.gone) {
      this.ack();
      await this.barrier();
    } else if (this.acks === "pong") await this.barrier();
  }

  /** Waits for the end of the connection, whatever ends it. */
  async ended(): Promise<void> {
    await until(() => this.raw.ended, "the end of a connection");
  }

  /** Returns when both sides have read what the other had written before. */
  async barrier(): Promise<void> {
    if (this.gone) return;
    this.#asked++;
    this.raw.frame("?", { opcode: OP_PING });
    await until(() => this.#pongs >= this.#asked || this.gone, "a pong");
  }

  #hear(bytes: Uint8Array, compressed: boolean): void {
    const decoder = this.#decoder;
    this.sizes.push(bytes.length);
    switch (decoder.decode(bytes)) {
      case SERVER_BAD:
        throw new Error("the server sent a message that is none");
      case SERVER_AOI:
        this.updates.push({
          tick: decoder.tick,
          flags: decoder.flags,
          bytes: bytes.length,
          compressed,
        });
        this.replicaFaults += this.replica.apply(decoder, bytes);
        this.selfX = decoder.selfX;
        this.selfY = decoder.selfY;
        this.ackSequence = decoder.ackSequence;
        if ((decoder.flags & AOI_LAST) !== 0) this.tick = decoder.tick;
        break;
      case SERVER_APP: {
        const { channel, request, payload, sequence, received, missed } =
          decoder.message?.app ?? new AppMessage();
        const fields = { channel, request, payload: [...payload], sequence, received, missed };
        this.apps.push({ ...fields, tick: this.tick });
        break;
      }
      case SERVER_CORRECTION:
        this.corrections.push({
          x: decoder.correctionX,
          y: decoder.correctionY,
          sequence: decoder.correctionSequence,
          entity: decoder.correctionEntity,
        });
        break;
      case SERVER_HEARTBEAT_ACK:
        this.heartbeats.push({
          timestamp: decoder.heartbeatTimestamp,
          tick: decoder.heartbeatTick,
        });
        break;
      case SERVER_DIGEST:
        this.#compare();
        break;
      case SERVER_WELCOME:
        this.#welcomed();
        break;
      case SERVER_ERROR:
        this.errors.push(toldOf(decoder.message?.error ?? {}));
        break;
      case SERVER_GOODBYE:
        this.goodbye = toldOf(decoder.message?.goodbye ?? {});
        break;
      default:
        throw new Error("the server sent a message that no server sends in these tests");
    }
  }

  #compare(): void {
    const { digestCount, digestHash, digestPositions, digestTick } = this.#decoder;
    const same = this.replica.digest(digestPositions) === digestHash;
    const ok = same && this.replica.size === digestCount && digestTick === this.tick;
    this.digests.push({ tick: digestTick, ok, positions: digestPositions });
  }

  #welcomed(): void {
    const welcome = this.#decoder.message?.welcome ?? new WelcomeMessage();
    this.welcomes++;
    this.entity = welcome.entity_id;
    const componentBytes = welcome.component_bytes;
    if (componentBytes > 0) this.replica.begin(this.entity, componentBytes);
    this.enteredTick = welcome.entered_tick;
    this.appReceived = welcome.app_received;
    this.session = welcome.session;
    this.kind = welcome.kind;
    if (this.entity !== 0) this.token = Uint8Array.from(welcome.resume_token);
    this.sequence = Math.max(this.sequence, welcome.sequence);
    this.welcomeX = welcome.x;
    this.welcomeY = welcome.y;
  }
}

/** An Error or a Goodbye. */
interface Said {
  readonly code?: number;
  readonly message?: string;
  readonly sequence?: number;
  readonly retry_after_ms?: number;
}

function toldOf(said: Said): Told {
  return {
    code: said.code ?? 0,
    message: said.message ?? "",
    sequence: said.sequence ?? 0,
    retryAfterMs: said.retry_after_ms ?? 0,
  };
}
