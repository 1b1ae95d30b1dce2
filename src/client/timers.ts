// Time as the client is handed it: that of the host, or of a simulation.

/** A clock that can also wake. */
export interface Timers {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls back after at least `ms`. @returns a function that calls it off */
  after(ms: number, call: () => void): () => void;
}

/** performance.now and setTimeout. */
export const HOST_TIMERS: Timers = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
