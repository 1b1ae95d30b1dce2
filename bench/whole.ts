// What a whole run is: only such results are written where the documents are made from, and the
// report refuses or marks others.

/** Windows of each contender in one case that npm run bench asks for. */
export const BENCH_ROUNDS = 30;
/** Rounds of npm run bench:parts. */
export const PARTS_ROUNDS = 12;
/** Of npm run bench:server: rounds, seconds of each, and bots of each load. */
export const SERVER_ROUNDS = 3;
export const SERVER_SECONDS = 10;
export const SERVER_BOTS: readonly number[] = [100, 300, 600, 1000];
