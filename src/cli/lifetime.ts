// From the first log line to the exit code: start, wait, drain. Whatever ends the process comes
// through here, so that the log is flushed once and the code is always one of the catalogue's.
import { setTimeout as sleep } from "node:timers/promises";
import type { LogSink } from "../observability/log.ts";
import { WorldOwned } from "../persistence/claim.ts";
import { EXITS } from "../protocol/codes.ts";

/** The process, or a test's stand-in for it. */
export interface Host {
  /** SIGTERM and SIGINT. */
  onSignal(listener: (name: string) => void): void;
  /** Uncaught exceptions and unhandled rejections: bugs of ours. */
  onFault(listener: (error: unknown) => void): void;
  /** Monotonic milliseconds. */
  now(): number;
}

/** What is started and stopped. */
export interface Work {
  /**
   * Rejects with a plain Error whose message is a sentence when the operator can mend it, with a
   * WorldOwned when another process has the world.
   */
  start(): Promise<void>;
  /** Resolves when the world belongs to another process from now on; may never. */
  fenced?(): Promise<undefined>;
  /** Drains and stops; called once, after `start` has resolved. */
  stop(): Promise<void>;
}

export interface Lifetime {
  /** Who does not start, where that is said: "Aether", "The relay". */
  readonly name: string;
  readonly host: Host;
  readonly sink: LogSink;
  readonly work: Work;
  /** Longer than `stop` may ever take; after it the process ends all the same. */
  readonly stopLimitMs: number;
  /** Where a sentence for the operator goes: stderr. */
  say(sentence: string): void;
}

// npm passes on a signal that the terminal has already given to the whole process group, so one
// Ctrl-C arrives twice within milliseconds. That is one wish, not two.
const SAME_WISH_MS = 500;
/** How long a start may still go on after a signal. */
const START_PATIENCE_MS = 1000;

/**
 * Runs `work` until a signal or a fault.
 * @returns the exit code: 0 stopped as asked, 70 a fault of ours, 75 another process has the world,
 * 78 refused to start. The caller must exit with it at once: after a second signal or a fault, work
 * may still be under way.
 */
export async function live(lifetime: Lifetime): Promise<number> {
  const { host, sink } = lifetime;
  const code = await new Promise<number>((end) => {
    host.onFault((error) => {
      sink.log.fatal({ error }, "A fault of our own; the process ends");
      end(EXITS.INTERNAL.code);
    });
    const asked = firstSignal(lifetime, () => {
      // Not a fault: a supervisor should not restart what an operator stopped twice.
      end(EXITS.OK.code);
    });
    void run(lifetime, asked).then(end);
  });
  await sink.flush();
  return code;
}

/** Resolves with the first signal; `insist` is called at a second one. */
function firstSignal({ host, sink }: Lifetime, insist: () => void): Promise<string> {
  return new Promise((resolve) => {
    let firstMs = -1;
    host.onSignal((name) => {
      if (firstMs < 0) {
        firstMs = host.now();
        resolve(name);
      } else if (host.now() - firstMs > SAME_WISH_MS) {
        sink.log.warn({ signal: name }, "Asked to stop again; not waiting for the drain");
        insist();
      }
    });
  });
}

async function run(lifetime: Lifetime, asked: Promise<string>): Promise<number> {
  const started = lifetime.work.start().then(
    () => null,
    (error: unknown) => refusal(lifetime, error),
  );
  // A start that is nearly over is waited for, and drained; one that waits for a store is not.
  const late = asked.then(async (signal) => {
    await sleep(START_PATIENCE_MS);
    return signal;
  });
  const early = await Promise.race([started, late]);
  if (typeof early === "string") {
    lifetime.sink.log.info({ signal: early }, "Stopped before it had started");
    return EXITS.OK.code;
  }
  if (early !== null) return early;
  const fenced = lifetime.work.fenced?.() ?? new Promise<undefined>(() => undefined);
  const signal = await Promise.race([asked, fenced]);
  if (signal === undefined) {
    const why = "it stood still, or could not reach the store";
    lifetime.sink.log.fatal({ why }, "Another process owns this world: this one stops");
    const code = await stop(lifetime);
    return code === EXITS.OK.code ? EXITS.FENCED.code : code;
  }
  lifetime.sink.log.info({ signal }, "Stopping: draining, then ending");
  return stop(lifetime);
}

/** A plain Error is a sentence for the operator; any other class is a bug and keeps its stack. */
function refusal(lifetime: Lifetime, error: unknown): number {
  if (error instanceof WorldOwned) {
    lifetime.say(`${lifetime.name} does not start: ${error.message}`);
    return EXITS.FENCED.code;
  }
  if (error instanceof Error && error.constructor === Error) {
    lifetime.say(`${lifetime.name} does not start: ${error.message}`);
    return EXITS.CONFIG.code;
  }
  lifetime.sink.log.fatal({ error }, "A fault of our own at the start; the process ends");
  return EXITS.INTERNAL.code;
}

function stop({ sink, work, stopLimitMs }: Lifetime): Promise<number> {
  return new Promise((end) => {
    const limit = setTimeout(() => {
      sink.log.fatal({ stopLimitMs }, "The drain did not end; the process ends without it");
      end(EXITS.INTERNAL.code);
    }, stopLimitMs);
    const stopped = work.stop().then(
      () => {
        sink.log.info({}, "Stopped");
        return EXITS.OK.code;
      },
      (error: unknown) => {
        sink.log.fatal({ error }, "A fault of our own while stopping; the process ends");
        return EXITS.INTERNAL.code;
      },
    );
    void stopped.then((code) => {
      clearTimeout(limit);
      end(code);
    });
  });
}
