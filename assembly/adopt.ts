// A world taken over from an image: the host has put the words and columns of the state in place;
// what is derived from them is made here. Nobody has been told anything yet.
import {
  aoiRadius,
  bank,
  flags,
  maxSpeed,
  posX,
  posY,
  setAoiRadius,
  setBank,
  setLookAt,
  setSlot,
  setWord,
  word,
} from "./columns";
import { place, reborn, untold } from "./entities";
import { AOI_RADIUS_MAX, BEGAN, BURST_TICKS, LIVE, LOOK_NOT, ROW_END, TICK } from "./layout";
import { clampTo } from "./motion";

/** Rules may have changed since the image was made: rows are brought within those of now. */
function adoptRow(row: i32): void {
  setAoiRadius(row, clampTo(aoiRadius(row), 0, word(AOI_RADIUS_MAX)));
  setBank(row, clampTo(bank(row), 0, maxSpeed(row) * word(BURST_TICKS)));
  place(row, posX(row), posY(row));
  reborn(row);
  untold(row);
  setLookAt(row, LOOK_NOT);
}

/** Derives the output columns of all live rows; sums and index come after. */
export function adoptRows(): void {
  setWord(BEGAN, word(TICK));
  for (let row = 0; row < word(ROW_END); row++) {
    if ((flags(row) & LIVE) != 0) adoptRow(row);
    else setSlot(row, -1);
  }
}
