// Who wants to know every input of the world: the journal, tests that replay.

export interface Recorder {
  /**
   * Called before each step with its whole input, in place; valid only during the call.
   * @param commands twelve words each
   * @param intents four words each
   */
  input(commands: Int32Array, commandCount: number, intents: Int32Array, intentCount: number): void;
  /** Called after each step with the state hash of its tick. */
  output(tick: number, hashLow: number, hashHigh: number): void;
}
