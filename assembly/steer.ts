// Movement of what the server owns: by command, not by intent, so without bank, sequence or
// verdict. The speed of the row is the limit of every single one.
import { maxSpeed, posX, posY } from "./columns";
import { place } from "./entities";
import { touch } from "./hash";
import { DELTA_MAX } from "./layout";
import { moveLength } from "./motion";
import { update } from "./quadtree";
import { toI32 } from "./scalars";

/** Half of a number, towards zero. */
function halve(v: i32): i32 {
  return (v - (v >> 31)) >> 1;
}

function isFar(v: i32): bool {
  return v > DELTA_MAX || v < -DELTA_MAX;
}

/** v * speed / length, towards zero: of numbers so small a float's quotient has the same floor. */
function shorten(v: i32, speed: i32, length: i32): i32 {
  const product = ((v < 0 ? -v : v) * speed) as f64;
  const part = toI32(Math.floor(product / (length as f64)));
  return v < 0 ? -part : part;
}

/**
 * Moves a row by a delta of any length. One that is longer than the row's speed becomes as long as
 * that, and keeps its direction; where the world ends the row stops, each coordinate by itself.
 */
export function steerRow(row: i32, dx: i32, dy: i32): void {
  let x = dx;
  let y = dy;
  while (isFar(x) || isFar(y)) {
    x = halve(x);
    y = halve(y);
  }
  const speed = maxSpeed(row);
  const length = moveLength(x, y);
  // what was halved is longer than any speed, whatever is left of it
  if (length > speed || x != dx || y != dy) {
    x = shorten(x, speed, length);
    y = shorten(y, speed, length);
  }
  if (x == 0 && y == 0) return;
  place(row, posX(row) + x, posY(row) + y);
  touch(row);
  update(row);
}
