// Whoever sits at this page, as a client of the world like any other: over a network that can be
// made worse, with a prediction by either build of the kernel's rule.
import { AetherClient, dialWebSocket, motionOf } from "../client/index.ts";
import type { CorrectionEvent, MotionRule, StateChange } from "../client/index.ts";
import type { ClientState } from "../client/index.ts";
import { TWIN } from "../client/motion.ts";
import { NetworkSimulator } from "../client/network-simulator.ts";
import type { Engine } from "../kernel/kernel.ts";

const NAME = "live page";
const POSITION_UNITS = 256;
const KEPT_KEY = "aether.session";
/** A page that is loaded anew is there again sooner. */
const KEPT_MS = 10_000;

export interface PlayerHandlers {
  state(state: ClientState, change: StateChange): void;
  correction(correction: CorrectionEvent): void;
}

export class Player {
  readonly network = new NetworkSimulator();
  /** null: not in the world, and not on the way. */
  client: AetherClient | null = null;
  corrections = 0;
  /** While its client waits: why, and when it tries again, by performance.now(). */
  waiting: { readonly reason: string; readonly untilMs: number } | null = null;
  readonly #handlers: PlayerHandlers;
  /** By which build moves are predicted; asked anew for every move. */
  #motion: MotionRule = TWIN;
  #wasm: MotionRule | null = null;
  #kept = takeKept();
  /** Of the players' address, which may be another one after the server has started anew. */
  #url = "";

  constructor(handlers: PlayerHandlers) {
    this.#handlers = handlers;
  }

  /** @returns false where WebAssembly could not be had */
  async loadWasm(): Promise<boolean> {
    try {
      const { instance } = await WebAssembly.instantiateStreaming(fetch("/page/motion.wasm"));
      this.#wasm = motionOf(instance.exports);
      return true;
    } catch {
      return false;
    }
  }

  predictBy(engine: Engine): void {
    this.#motion = engine === "wasm" ? (this.#wasm ?? TWIN) : TWIN;
  }

  get predictor(): Engine {
    return this.#motion === TWIN ? "js" : "wasm";
  }

  get isJoined(): boolean {
    return this.client?.state === "joined";
  }

  /** Where the world is played: who is in it and loses its connection comes back there. */
  playsAt(url: string): void {
    this.#url = url;
  }

  /** Goes on with the session that the page before this one kept, if it did. */
  join(): void {
    if (this.client !== null) return;
    const dial = this.network.through(dialWebSocket);
    const resumeToken = this.#kept;
    this.#kept = null;
    const client = new AetherClient({
      url: this.#url,
      name: NAME,
      ...(resumeToken === null ? {} : { resumeToken }),
      dial: (_url, events) => dial(this.#url, events),
      motion: {
        applyMove: (bank, dx, dy) => this.#motion.applyMove(bank, dx, dy),
        clampDelta: (v) => this.#motion.clampDelta(v),
        clampTo: (v, min, max) => this.#motion.clampTo(v, min, max),
        moveLength: (dx, dy) => this.#motion.moveLength(dx, dy),
        quantizeDelta: (v) => this.#motion.quantizeDelta(v),
      },
    });
    this.client = client;
    this.corrections = 0;
    client.on("state", (state, change) => {
      if (state === "closed") this.client = null;
      const { reason, retryMs } = change;
      this.waiting = state === "waiting" ? { reason, untilMs: performance.now() + retryMs } : null;
      this.#handlers.state(state, change);
    });
    client.on("correction", (correction) => {
      this.corrections++;
      this.#handlers.correction(correction);
    });
    client.connect();
  }

  leave(): void {
    this.client?.leave();
  }

  /** Whether the page before this one was in the world, and this one goes on for it. */
  get hasKept(): boolean {
    return this.#kept !== null;
  }

  /** For the page that is loaded in place of this one. */
  keep(): void {
    const token = this.client?.resumeToken ?? new Uint8Array();
    if (token.length > 0) sessionStorage.setItem(KEPT_KEY, `${Date.now()} ${token.join()}`);
  }

  /** @param x a direction, at most 1 long: full speed */
  steer(x: number, y: number): void {
    const { client } = this;
    const rules = client?.rules ?? null;
    if (client === null || rules === null) return;
    const speed = (rules.maxSpeed / POSITION_UNITS) * (1000 / rules.tickMs);
    client.steer(x * speed, y * speed);
  }

  /** How far the prediction is ahead of what the server said last, world units. */
  get ahead(): number {
    const self = this.client?.self;
    if (self === undefined || self.id === 0) return 0;
    const [dx, dy] = [self.predictedX - self.trueX, self.predictedY - self.trueY];
    return Math.sqrt(dx * dx + dy * dy) / POSITION_UNITS;
  }
}

/** @returns a resume token; null where none was kept, or too long ago */
function takeKept(): Uint8Array | null {
  const [atMs = "0", token = ""] = (sessionStorage.getItem(KEPT_KEY) ?? "").split(" ");
  sessionStorage.removeItem(KEPT_KEY);
  if (Date.now() - Number(atMs) > KEPT_MS) return null;
  return Uint8Array.from(token.split(","), Number);
}
