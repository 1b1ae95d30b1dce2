// One run from the main process: workers come, their bots gather, are measured, and leave;
// meanwhile the oracle checks what they hand in, a second behind the world.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { WelcomeRules } from "../client/welcome.ts";
import { figuresOf, type Figures } from "./figures.ts";
import { memoryOf } from "./memory.ts";
import type { Batch, FromWorker, ToWorker } from "./messages.ts";
import type { Movement } from "./movement.ts";
import type { SwarmOptions } from "./options.ts";
import { Oracle } from "./oracle.ts";
import { FINDINGS_MAX, mergeTallies, type Tally } from "./tally.ts";
import { corruptionOf, faultsOf } from "./verdict.ts";

/** The oracle stays this far behind: a worker that had nobody there may have somebody now. */
const BEHIND_TICKS = 40;
const POLL_MS = 50;
/** Patience: to gather, for every bot; to leave; and how soon the movement begins. */
const GATHER_BASE_MS = 10_000;
const GATHER_PER_BOT_MS = 30;
const LEAVE_MAX_MS = 10_000;
const BEGIN_DELAY_MS = 100;
/** Until the bots' own code is compiled, times would be of that: so long, or so much of the run. */
const WARM_UP_MS = 2000;
const WARM_UP_SHARE = 0.25;
const DISMISS_MAX_MS = 1000;
const MEMORY_MS = 1000;
const WALK_SECONDS = 30;

interface Worker {
  readonly process: ChildProcess;
  latest: Batch | null;
  tally: Tally | null;
}

export class Run {
  private readonly options: SwarmOptions;
  private readonly rules: WelcomeRules;
  private readonly movement: Movement;
  private readonly oracle: Oracle | null;
  private readonly workers: Worker[] = [];
  private readonly findings: string[] = [];
  private readonly faults: string[] = [];
  private server: Figures["server"] = null;
  private playingMax = 0;
  private memoryMs = 0;
  private isStopped = false;

  constructor(options: SwarmOptions, rules: WelcomeRules, movement: Movement) {
    this.options = options;
    this.rules = rules;
    this.movement = movement;
    const report = (difference: string): void => {
      if (this.findings.length < FINDINGS_MAX) this.findings.push(difference);
    };
    this.oracle = options.sampleTicks > 0 ? new Oracle(movement.agents, rules, report) : null;
  }

  /** Ends the measuring early. */
  stop(): void {
    this.isStopped = true;
  }

  /** @param argv what the JSON says was asked for */
  async play(argv: readonly string[]): Promise<Figures> {
    try {
      this.start();
      await this.gather();
      const measuredMs = this.hasToEnd ? 0 : await this.measure();
      await this.finish();
      return this.conclude(argv, measuredMs / 1000);
    } finally {
      await Promise.all(this.workers.map((worker) => dismiss(worker.process)));
    }
  }

  /** In one line: how it goes. */
  progress(): string {
    const counts = this.workers.map((worker) => worker.latest?.counts);
    const sum = (read: (of: NonNullable<(typeof counts)[0]>) => number): number =>
      counts.reduce((total, of) => total + (of === undefined ? 0 : read(of)), 0);
    const oracle = this.oracle?.figures;
    const wrong = oracle ? oracle.missing + oracle.extra + oracle.wrongPositions : 0;
    return (
      `${this.playing} of ${this.movement.agents} bots, ${sum((of) => of.intents)} intents, ` +
      `${sum((of) => of.corrections)} corrections, ${sum((of) => of.digestsOk)} digests equal, ` +
      `${sum((of) => of.digestsBad)} different, ${oracle?.views ?? 0} views checked, ${wrong} wrong`
    );
  }

  private get playing(): number {
    return this.workers.reduce((sum, worker) => sum + (worker.latest?.playing ?? 0), 0);
  }

  private start(): void {
    const { options } = this;
    const script = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js";
    const count = Math.min(options.workers, this.movement.agents);
    for (let index = 0; index < count; index++) {
      const child = fork(new URL(script, import.meta.url), { serialization: "advanced" });
      const worker: Worker = { process: child, latest: null, tally: null };
      this.workers.push(worker);
      child.on("message", (message: FromWorker) => {
        this.hear(worker, message);
      });
      child.on("exit", (code, signal) => {
        if (worker.tally === null)
          this.fail(`worker ${index} ended before its time (${signal ?? code})`);
      });
      this.tell(worker, {
        kind: "setup",
        url: options.url,
        rules: this.rules,
        source: options.source,
        worker: index,
        workers: count,
        sampleTicks: options.sampleTicks,
        corrupt: options.corrupt && index === 0,
      });
    }
  }

  private async gather(): Promise<void> {
    const patienceMs = GATHER_BASE_MS + GATHER_PER_BOT_MS * this.movement.agents;
    const areThere = (): boolean =>
      this.workers.every((worker) => worker.latest?.areGathered === true);
    await this.until(patienceMs, () => this.hasToEnd || areThere());
    if (!this.hasToEnd && !areThere())
      this.fail(`only ${this.playing} bots were in the world after ${patienceMs / 1000} s`);
  }

  /** @returns how long was measured, ms */
  private async measure(): Promise<number> {
    const { seconds } = this.options;
    const lapMs = this.movement.lapMs === Infinity ? WALK_SECONDS * 1000 : this.movement.lapMs;
    const spanMs = seconds === null ? lapMs : seconds * 1000;
    const beginMs = performance.now() + BEGIN_DELAY_MS;
    const epochMs = performance.timeOrigin + beginMs;
    const warmUpMs = Math.min(WARM_UP_MS, spanMs * WARM_UP_SHARE);
    for (const worker of this.workers) this.tell(worker, { kind: "begin", epochMs, warmUpMs });
    await this.until(spanMs + BEGIN_DELAY_MS, () => this.hasToEnd);
    return performance.now() - beginMs;
  }

  private async finish(): Promise<void> {
    for (const worker of this.workers) this.tell(worker, { kind: "end" });
    const haveLeft = await this.until(LEAVE_MAX_MS, () =>
      this.workers.every((worker) => worker.tally !== null),
    );
    if (!haveLeft) this.fail("not all workers reported at the end");
    this.oracle?.advance(Math.max(...this.workers.map((worker) => worker.latest?.maxTick ?? 0)));
  }

  private conclude(argv: readonly string[], measuredSeconds: number): Figures {
    const tally = mergeTallies(
      this.workers.map((worker) => worker.tally).filter((one): one is Tally => one !== null),
    );
    const oracle = this.oracle?.figures ?? null;
    const judged = { tally, oracle, corrupt: this.options.corrupt };
    return figuresOf({
      arguments: argv,
      measuredSeconds,
      agents: this.movement.agents,
      playingMax: this.playingMax,
      tally,
      oracle: oracle && { ...oracle, strangerIds: this.oracle?.strangerIds ?? 0 },
      corruption: corruptionOf(judged),
      server: this.server,
      findings: [...this.findings, ...tally.findings],
      faults: [...this.faults, ...faultsOf(judged)],
    });
  }

  private hear(worker: Worker, message: FromWorker): void {
    if (message.kind === "failed") this.fail(message.sentence);
    else if (message.kind === "done") worker.tally = message.tally;
    else {
      worker.latest = message;
      this.playingMax = Math.max(this.playingMax, this.playing);
      this.oracle?.accept(message.words);
      this.advance();
    }
  }

  /** Lets the oracle close what every worker has said all about. */
  private advance(): void {
    let saidTick = Infinity;
    let maxTick = 0;
    for (const { latest } of this.workers) {
      saidTick = Math.min(saidTick, latest?.tick ?? 0);
      maxTick = Math.max(maxTick, latest?.maxTick ?? 0);
    }
    this.oracle?.advance(Math.min(saidTick, maxTick - BEHIND_TICKS));
  }

  private get hasToEnd(): boolean {
    return this.isStopped || this.faults.length > 0;
  }

  /** @returns whether `isDone` came true in time */
  private async until(patienceMs: number, isDone: () => boolean): Promise<boolean> {
    const endMs = performance.now() + patienceMs;
    while (!isDone()) {
      const nowMs = performance.now();
      if (nowMs >= endMs) return false;
      this.readMemory(nowMs);
      await new Promise((resolve) => setTimeout(resolve, Math.min(POLL_MS, endMs - nowMs)));
    }
    return true;
  }

  private readMemory(nowMs: number): void {
    const pid = this.options.serverPid;
    if (pid === null || nowMs < this.memoryMs) return;
    this.memoryMs = nowMs + MEMORY_MS;
    const memory = memoryOf(pid);
    if (memory !== null) this.server = { pid, rssMib: memory.nowMib, rssPeakMib: memory.peakMib };
  }

  private fail(sentence: string): void {
    this.faults.push(sentence);
  }

  private tell(worker: Worker, message: ToWorker): void {
    if (worker.process.connected) worker.process.send(message);
  }
}

/** Lets a worker end by itself, and then does not. */
async function dismiss(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  if (child.connected) child.disconnect();
  const limit = setTimeout(() => child.kill("SIGKILL"), DISMISS_MAX_MS);
  await gone;
  clearTimeout(limit);
}
