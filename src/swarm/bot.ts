// One bot: comes when its movement says so, moves, goes, and comes again when the connection
// breaks.
import { Session } from "../client/session.ts";
import { ERRORS } from "../protocol/codes.ts";
import { Examiner } from "./examiner.ts";
import { MovementModel } from "./model.ts";
import { randomAt } from "./random.ts";
import type { SocketTap } from "./socket.ts";
import type { Team } from "./team.ts";
import { POSITION_UNITS, SEND_PERIOD_MS } from "./units.ts";

type State = "away" | "dialling" | "playing" | "leaving";

/** A connection that is not in the world after this long is given up. */
const DIAL_MAX_MS = 5000;
const LEAVE_MAX_MS = 3000;
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 5000;
/** Rounds between two ViewProbes. */
const PROBE_ROUNDS = 2000 / SEND_PERIOD_MS;
/** An entity is surely gone this many ticks after its connection was closed. */
const GONE_TICKS = 40;

export class Bot implements SocketTap {
  readonly agent: number;
  examiner: Examiner | null = null;
  private readonly team: Team;
  private state: State = "away";
  private client: Session | null = null;
  private model: MovementModel | null = null;
  private visit = -1;
  private stateMs = 0;
  private retryMs = 0;
  /** When it asks for its entity again, because the server had none for it; else Infinity. */
  private askMs = Infinity;
  private failures = 0;
  private round: number;
  /** What was the newest tick of all when it dialled: it cannot have joined before. */
  private dialTick = 0;

  constructor(agent: number, team: Team) {
    this.agent = agent;
    this.team = team;
    this.round = agent % PROBE_ROUNDS;
  }

  get isPlaying(): boolean {
    return this.state === "playing";
  }

  /** Whether the bot is where its movement wants it: in the world, or away. */
  isSettled(ms: number): boolean {
    return this.isPlaying || this.team.options.movement.visit(this.agent, ms) < 0;
  }

  get isAway(): boolean {
    return this.state === "away";
  }

  /** Up to this tick the oracle has heard all that there is to say of this bot. */
  get saidTick(): number {
    if (this.state === "dialling") return this.dialTick;
    const { examiner } = this;
    return this.state === "playing" && examiner !== null && !examiner.isBehind
      ? examiner.saidTick
      : Infinity;
  }

  /** The bot's turn, every SEND_PERIOD_MS. `dueMs` is when it was due, on the team's clock. */
  turn(dueMs: number): void {
    const { team } = this;
    const visit = team.options.movement.visit(this.agent, team.playedMs(dueMs));
    if (this.state === "playing") {
      if (visit !== this.visit || team.isEnding) this.leave();
      else this.play(dueMs);
    } else if (this.state === "away") {
      if (visit >= 0 && dueMs >= this.retryMs && team.mayDial(dueMs)) this.dial(visit, dueMs);
    } else if (this.askMs !== Infinity) {
      if (team.isEnding) this.client?.close();
      else if (dueMs >= this.askMs) this.ask(dueMs);
    } else if (dueMs - this.stateMs > (this.state === "leaving" ? LEAVE_MAX_MS : DIAL_MAX_MS))
      this.client?.close();
  }

  /** A binary message came; the client has not seen it yet. */
  frame(bytes: Uint8Array): void {
    if (this.state === "playing") this.examiner?.frame(bytes);
  }

  private dial(visit: number, nowMs: number): void {
    const { team, agent } = this;
    const { options, place } = team;
    options.movement.start(agent, team.playedMs(nowMs), place);
    this.visit = visit;
    this.enter("dialling", nowMs);
    this.dialTick = team.maxTick;
    team.counts.dials += 1;
    this.client = new Session({
      url: options.url,
      name: "aether-swarm",
      spawn: { kind: 0, x: place.x, y: place.y },
      now: options.now,
      dial: (url, events) => options.dial(url, events, this),
      handlers: {
        spawned: (client) => this.joined(client),
        tick: (_client, tick, flags) => this.examiner?.ticked(tick, flags),
        correction: (_client, x, y, sequence) => {
          team.counts.corrections += 1;
          this.model?.correction(x, y, sequence);
        },
        digest: (_client, ok, tick) => this.digested(ok, tick),
        error: (_client, code, message, _sequence, retryAfterMs) =>
          this.erred(code, message, retryAfterMs),
        closed: (client, code, reason) => this.closed(client, code, reason),
      },
    });
    this.client.connect();
  }

  /** The server had no room for it, and has said when to ask again. */
  private ask(nowMs: number): void {
    this.enter("dialling", nowMs);
    this.client?.spawn();
  }

  private erred(code: number, message: string, retryAfterMs: number): void {
    const { team, agent } = this;
    const isPutOff = code === ERRORS.UNAVAILABLE.code && retryAfterMs > 0;
    if (this.state === "dialling" && isPutOff) {
      team.counts.putOffs += 1;
      this.askMs = team.options.now() + retryAfterMs;
      return;
    }
    team.counts.errors += 1;
    team.find(`bot ${agent}: error ${code}: ${message}`);
  }

  private joined(client: Session): void {
    const { team } = this;
    this.enter("playing", team.options.now());
    this.failures = 0;
    team.counts.joins += 1;
    const { selfX: x, selfY: y, sequence, joinTick: tick } = client;
    const start = { x, y, sequence, tick };
    this.model = new MovementModel(team.options.rules, start, team.model, (sentence) =>
      team.find(`bot ${this.agent}: ${sentence}`),
    );
    team.byId.set(client.entityId, this);
    this.examiner = new Examiner(team, this.agent, client, this.model);
  }

  private play(nowMs: number): void {
    const { client, model, team } = this;
    if (client === null || model === null) return;
    this.round += 1;
    if (this.round % PROBE_ROUNDS === 0) client.probe();
    if (team.beganMs === null) return;
    if (!model.hasRoom) {
      team.counts.held += 1;
      return;
    }
    const { step, options } = team;
    const { predictedX, predictedY } = model;
    const ms = team.playedMs(nowMs);
    options.movement.step(this.agent, ms, predictedX, predictedY, client.replica, step);
    if (step.dx === 0 && step.dy === 0) return;
    const sentMs = options.now();
    const sequence = client.move(step.dx, step.dy);
    if (sequence === 0) return;
    team.counts.intents += 1;
    model.sent(sequence, client.sentX / POSITION_UNITS, client.sentY / POSITION_UNITS);
    this.examiner?.stopwatch.sent(sequence, sentMs);
  }

  private leave(): void {
    const { team, client } = this;
    if (client === null) return;
    this.endSession(client);
    team.counts.leaves += 1;
    this.enter("leaving", team.options.now());
    client.leave();
  }

  /** From here on the entity may be gone. */
  private endSession(client: Session): void {
    const { team, examiner } = this;
    if (examiner === null) return;
    examiner.close();
    team.options.log?.left(this.agent, examiner.tick + 1, client.entityId);
    team.byId.delete(client.entityId);
    team.counts.protocolFaults += client.counters.protocolFaults;
    if (client.counters.protocolFaults > 0)
      team.find(`bot ${this.agent}: ${client.counters.protocolFaults} protocol faults`);
    this.examiner = null;
    this.model = null;
  }

  private closed(client: Session, code: number, reason: string): void {
    const { team } = this;
    const nowMs = team.options.now();
    if (this.state === "leaving")
      team.options.log?.gone(this.agent, team.maxTick + GONE_TICKS, client.entityId);
    else {
      if (this.state === "playing") {
        team.counts.losses += 1;
        team.find(`bot ${this.agent} lost its connection: ${code} ${reason}`);
        this.endSession(client);
      } else {
        team.counts.refusals += 1;
        // A server under a rush refuses many, and all come in at last: one is told.
        if (team.counts.refusals === 1)
          team.find(`bot ${this.agent} did not get in at once: ${code} ${reason}`);
      }
      this.backOff(nowMs);
    }
    this.client = null;
    this.enter("away", nowMs);
  }

  private backOff(nowMs: number): void {
    const waitMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.failures);
    this.failures += 1;
    this.retryMs = nowMs + waitMs * (0.5 + 0.5 * randomAt(this.agent, this.failures, 0));
  }

  private digested(ok: boolean, tick: number): void {
    const { counts } = this.team;
    if (ok) counts.digestsOk += 1;
    else {
      counts.digestsBad += 1;
      this.team.find(`bot ${this.agent} tick ${tick}: the view's digest differs from the server's`);
    }
  }

  private enter(state: State, nowMs: number): void {
    this.state = state;
    this.stateMs = nowMs;
    this.askMs = Infinity;
  }
}
