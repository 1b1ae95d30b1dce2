// What an observer's client should show, summed up: docs/protocol.md, "Digest".
import { clean, moved, setWord, told, toldAt, toldCount } from "./columns";
import { handleOf, sightX, sightY } from "./entities";
import { DIGEST_COUNT, DIGEST_HASH, DIGEST_POSITIONS } from "./layout";
import { mixEntity } from "./mix";

/** Sums the told set of an observer; positions count only when every shown one is true. */
export function digest(observer: i32): void {
  const from = toldAt(observer);
  const count = toldCount(observer);
  let withPositions = true;
  for (let i = from; i < from + count; i++) {
    if (moved(told(i)) > clean(observer)) withPositions = false;
  }
  let hash = 0;
  for (let i = from; i < from + count; i++) {
    const row = told(i);
    const x = withPositions ? sightX(row) : 0;
    const y = withPositions ? sightY(row) : 0;
    hash = (hash + mixEntity(handleOf(row), x, y)) | 0;
  }
  setWord(DIGEST_COUNT, count);
  setWord(DIGEST_HASH, hash);
  setWord(DIGEST_POSITIONS, withPositions ? 1 : 0);
}
