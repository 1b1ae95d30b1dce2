// A command that tells a reader of the history something, and does nothing.
/** An operation that no kernel has: it passes over it, and it stands in the history. */
export const OP_NOTE = 255;
