// Takes profiles of the tick's thread, one at a time, from another thread of the process: V8 over
// there samples and hands its result over; reading, converting and packing it is done here.
import type { HeapProfiler, Profiler as V8 } from "node:inspector";
import { Session } from "node:inspector/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

import { cpuToPprof, heapToPprof } from "./convert.ts";
import type { Taken } from "./convert.ts";
import type { Wish } from "./wish.ts";

/** Between two looks at the stack, microseconds; a tick is 25,000 of them. */
const CPU_INTERVAL_US = 1000;
/** Mean distance of two samples, bytes. */
const HEAP_INTERVAL_BYTES = 16_384;
/** How long the other thread may take to begin, and to hand over, ms; more when it stands still. */
const PATIENCE_MS = 10_000;
/** More than a minute of the deepest stacks comes to. */
const BODY_BYTES_MAX = 33_554_432;

/** Why there is no profile, in a sentence. */
export class NoProfile extends Error {
  override readonly name = "NoProfile";
}

const pack = promisify(gzip);

export class Profiler {
  #untilMs = 0;
  #isBusy = false;

  /** Seconds until the profile under way is done, at least 1; 0: there is none. */
  get busySeconds(): number {
    return this.#isBusy ? Math.max(1, Math.ceil((this.#untilMs - performance.now()) / 1000)) : 0;
  }

  /**
   * @param gone ends the profile early: nobody waits for it any more
   * @returns the profile in the format wished for
   * @throws NoProfile when another one is under way, the thread does not answer, or `gone`
   */
  async take(wish: Wish, gone: AbortSignal): Promise<Uint8Array> {
    if (this.#isBusy) throw new NoProfile("Another profile is under way.");
    this.#isBusy = true;
    this.#untilMs = performance.now() + wish.seconds * 1000;
    const session = new Session();
    // What a session waits for does not keep a thread alive.
    const awake = setInterval(() => undefined, PATIENCE_MS);
    try {
      session.connectToMainThread();
      const bytes = await (wish.kind === "cpu" ? takeCpu : takeHeap)(session, wish, gone);
      if (bytes.byteLength <= BODY_BYTES_MAX) return bytes;
      throw new NoProfile(
        `The profile has ${bytes.byteLength} bytes, more than ${BODY_BYTES_MAX}: ` +
          "ask for fewer seconds, or for format=pprof.",
      );
    } finally {
      // Also ends what was begun over there.
      session.disconnect();
      clearInterval(awake);
      this.#isBusy = false;
    }
  }
}

async function takeCpu(session: Session, wish: Wish, gone: AbortSignal): Promise<Uint8Array> {
  await soon(session.post("Profiler.enable"));
  await soon(session.post("Profiler.setSamplingInterval", { interval: CPU_INTERVAL_US }));
  await soon(session.post("Profiler.start"));
  const taken = await during(wish.seconds, CPU_INTERVAL_US, gone);
  const { profile } = await soon<V8.StopReturnType>(session.post("Profiler.stop"));
  return wish.format === "v8" ? jsonOf(profile) : pack(cpuToPprof(profile, taken));
}

async function takeHeap(session: Session, wish: Wish, gone: AbortSignal): Promise<Uint8Array> {
  const ofAll = wish.kind === "allocs";
  await soon(
    session.post("HeapProfiler.startSampling", {
      samplingInterval: HEAP_INTERVAL_BYTES,
      includeObjectsCollectedByMajorGC: ofAll,
      includeObjectsCollectedByMinorGC: ofAll,
    }),
  );
  const taken = await during(wish.seconds, HEAP_INTERVAL_BYTES, gone);
  const { profile } = await soon<HeapProfiler.StopSamplingReturnType>(
    session.post("HeapProfiler.stopSampling"),
  );
  const type = ofAll ? "alloc_space" : "inuse_space";
  return wish.format === "v8" ? jsonOf(profile) : pack(heapToPprof(profile, taken, type));
}

async function during(seconds: number, interval: number, gone: AbortSignal): Promise<Taken> {
  const atMs = Date.now();
  const began = performance.now();
  await sleep(seconds * 1000, undefined, { signal: gone }).catch(() => {
    throw new NoProfile("Nobody waits for the profile any more.");
  });
  return { atMs, ms: performance.now() - began, interval };
}

/** @throws NoProfile when the other thread does not answer in time */
export async function soon<T>(answer: Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const late = Promise.withResolvers<never>();
  const limit = setTimeout(() => {
    const seconds = Math.round(patienceMs / 1000);
    late.reject(new NoProfile(`The thread that ticks did not answer within ${seconds} s.`));
  }, patienceMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(limit);
  }
}

function jsonOf(profile: object): Uint8Array {
  return Buffer.from(JSON.stringify(profile));
}
