/**
 * A tick, or the world, has no more of what all of an application's code shares: commands,
 * messages, timers. It is no fault of who asked last, and so no strike against a system: clients
 * could use it up, and end every system by that.
 */
export class NoRoom extends Error {
  override readonly name = "NoRoom";
}
