// What an observer's client should show, summed up: docs/protocol.md, "Digest".
import { clean, listed, moved, setWord, word } from "./columns";
import { handleOf, sightX, sightY } from "./entities";
import { DIGEST_COUNT, DIGEST_HASH, DIGEST_POSITIONS, LISTED_COUNT } from "./layout";
import { mixEntity } from "./mix";
import { listRows } from "./told";

/** Sums the told set of an observer; positions count only when every shown one is true. */
export function digest(observer: i32): void {
  listRows(observer);
  const count = word(LISTED_COUNT);
  let withPositions = true;
  for (let i = 0; i < count; i++) {
    if (moved(listed(i)) > clean(observer)) withPositions = false;
  }
  let hash = 0;
  for (let i = 0; i < count; i++) {
    const row = listed(i);
    const x = withPositions ? sightX(row) : 0;
    const y = withPositions ? sightY(row) : 0;
    hash = (hash + mixEntity(handleOf(row), x, y)) | 0;
  }
  setWord(DIGEST_COUNT, count);
  setWord(DIGEST_HASH, hash);
  setWord(DIGEST_POSITIONS, withPositions ? 1 : 0);
}
