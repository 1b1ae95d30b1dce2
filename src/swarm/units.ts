// The two grids of the wire, in the swarm's words.

/** Authority: positions and speeds are multiples of 1/256 world unit. */
export const POSITION_UNITS = 256;
/**
 * Sight: what clients see of others is the authority's position shifted right by this (1/32
 * unit).
 */
export const SIGHT_SHIFT = 3;
/** How often a bot sends, ms. */
export const SEND_PERIOD_MS = 25;
