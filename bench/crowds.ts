// Crowds of chance: spread evenly, or most of them about a few places.
import { RandomStream } from "../src/swarm/random.ts";
import { type Crowd, halfFor, type Step, UNIT, wander } from "./workload.ts";

/** n walkers anywhere in a world that gives each k neighbours; 0 = the world of 2,000 units. */
export function uniformCrowd(n: number, k: number, seed = 7): Crowd {
  const random = new RandomStream(seed);
  const half = halfFor(n, k);
  const x = new Int32Array(n);
  const y = new Int32Array(n);
  for (let row = 0; row < n; row++) {
    x[row] = anywhere(random, half);
    y[row] = anywhere(random, half);
  }
  return { n, half, x, y, step: (_row, _tick, _x, _y, step) => wander(random, step) };
}

/** Of the rows, one in so many has its intents held back, for so many ticks. */
const HELD_BACK = 10;
const BURST = 8;

/**
 * The even crowd, but the intents of every tenth come as a jittery network delivers them: none for
 * seven ticks, and in the eighth all eight at once. Meanwhile they walked straight on, at a speed
 * of chance. That is within the bank; it is up to 40 units in a tick.
 */
export function burstyCrowd(n: number, k: number, seed = 7): Crowd {
  const even = uniformCrowd(n, k, seed);
  const held = Math.ceil(n / HELD_BACK);
  const random = new RandomStream(seed + 1);
  const heading = Array.from({ length: held }, (): Step => ({ dx: 0, dy: 0 }));
  const turned = new Int32Array(held);
  const isHeld = (row: number): boolean => row % HELD_BACK === 0;
  return {
    ...even,
    intentsMax: n + Math.ceil(held / BURST) * BURST,
    // not all in the same tick
    arrivals(row, tick) {
      if (!isHeld(row)) return 1;
      return (row / HELD_BACK + tick) % BURST === 0 ? BURST : 0;
    },
    step(row, tick, x, y, out) {
      if (!isHeld(row)) {
        even.step(row, tick, x, y, out);
        return;
      }
      const own = heading[row / HELD_BACK]!;
      if (turned[row / HELD_BACK] !== tick) wander(random, own);
      turned[row / HELD_BACK] = tick;
      out.dx = own.dx;
      out.dy = own.dy;
    },
  };
}

/** Of the rows, those that belong to a place. */
const AT_HOME = 0.7;
/** Rows a place. */
const ROWS_PER_PLACE = 300;
const PLACES_MIN = 3;
/** Standard deviation of a row's distance from its place, along an axis, units. */
const SCATTER = 150;
/** Farther than this from its place, a row does not go further, units. */
const TETHER = 300;

/**
 * The same world with 70 % of the walkers normally distributed about places of chance, where they
 * stay: a view may hold ten times as many as another.
 */
export function clusteredCrowd(n: number, k: number, seed = 7): Crowd {
  const random = new RandomStream(seed);
  const half = halfFor(n, k);
  const places = PLACES_MIN + Math.floor(n / ROWS_PER_PLACE);
  const placeX = Int32Array.from({ length: places }, () => anywhere(random, half * 0.9));
  const placeY = Int32Array.from({ length: places }, () => anywhere(random, half * 0.9));
  const home = new Int32Array(n).fill(-1);
  const x = new Int32Array(n);
  const y = new Int32Array(n);
  const edge = half * UNIT;
  for (let row = 0; row < n; row++) {
    if (random.next() < AT_HOME) {
      const place = Math.floor(random.next() * places);
      home[row] = place;
      x[row] = clamp(placeX[place]! + scattered(random), edge);
      y[row] = clamp(placeY[place]! + scattered(random), edge);
    } else {
      x[row] = anywhere(random, half);
      y[row] = anywhere(random, half);
    }
  }
  function step(row: number, _tick: number, atX: number, atY: number, out: Step): void {
    wander(random, out);
    const place = home[row]!;
    if (place < 0) return;
    const homeX = placeX[place]! - atX;
    const homeY = placeY[place]! - atY;
    if (homeX * homeX + homeY * homeY <= (TETHER * UNIT) ** 2) return;
    if (homeX * out.dx + homeY * out.dy > 0) return;
    out.dx = -out.dx;
    out.dy = -out.dy;
  }
  return { n, half, x, y, step };
}

function anywhere(random: RandomStream, half: number): number {
  return Math.floor((random.next() * 2 - 1) * half * UNIT);
}

/** Nearly normal: four even numbers summed have the variance 1/3. */
function scattered(random: RandomStream): number {
  const sum = random.next() + random.next() + random.next() + random.next() - 2;
  return Math.floor(sum * Math.sqrt(3) * SCATTER * UNIT);
}

function clamp(v: number, edge: number): number {
  return v < -edge ? -edge : v > edge ? edge : v;
}
