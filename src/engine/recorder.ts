// Who wants to know every input of the world: the journal, tests that replay.

export interface Recorder {
  /**
   * Called before each step with its whole input, in place; valid only during the call. Called
   * again before output() when the kernel did not survive the step: then with what took effect.
   * @param commands twelve words each
   * @param intents four words each
   */
  input(commands: Int32Array, commandCount: number, intents: Int32Array, intentCount: number): void;
  /**
   * Called after each step with the state hash of its tick, in two signed words: of an unsigned one
   * the upper half would be an object each time.
   */
  output(tick: number, hashLow: number, hashHigh: number): void;
}

/** One that tells two. */
export function both(first: Recorder, second: Recorder): Recorder {
  return {
    input(commands, commandCount, intents, intentCount) {
      first.input(commands, commandCount, intents, intentCount);
      second.input(commands, commandCount, intents, intentCount);
    },
    output(tick, hashLow, hashHigh) {
      first.output(tick, hashLow, hashHigh);
      second.output(tick, hashLow, hashHigh);
    },
  };
}
