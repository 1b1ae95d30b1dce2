// The area of interest by brute force: each view that was sent is compared with every entity there
// is. Within the radius must be shown, beyond the leave radius must not, and between the two only
// what was shown already.
import type { World } from "../../src/engine/world.ts";
import type { Body, Model } from "../kernel/model.ts";
import type { Mirror, Shown } from "./mirror.ts";
import { INCOMPLETE, RESET } from "./mirror.ts";
import { must, violated } from "./violation.ts";

/** Rows refreshed every tick of a crowded view, and records that half a frame surely holds. */
const NEAREST = 10;
const ROOM = 40;

export class Sight {
  readonly #world: World;
  readonly #model: Model;
  /** Views judged. */
  count = 0;

  constructor(world: World, model: Model) {
    this.#world = world;
    this.#model = model;
  }

  /** What was sent is what the kernel takes for told. @throws Violation */
  compareTold(row: number, mirror: Mirror): void {
    const count = this.#world.listTold(row);
    must(
      count === mirror.shown.size,
      () => `row ${row} counts as told of ${count} rows, ${mirror.shown.size} were sent`,
    );
    for (let i = 0; i < count; i++) {
      const other = this.#world.told(i);
      must(mirror.shown.has(other), () => `row ${row} counts as told of row ${other}, unsent`);
    }
  }

  /**
   * The view of an observer that was looked at in this tick.
   * @param hadLook it was looked at in the tick before as well
   * @throws Violation
   */
  judge(observer: Body, mirror: Mirror, hadLook: boolean): void {
    this.count++;
    const { rules, bodies } = this.#model;
    const enter2 = observer.aoiRadius ** 2;
    const leave2 = this.#model.leaveRadius(observer) ** 2;
    const isSent = mirror.tick === this.#world.tick;
    const isCapped = mirror.shown.size >= rules.maxVisible;
    const wasReset = isSent && (mirror.flags & RESET) !== 0;
    let seen = 0;
    let missing = 0;
    let nearestMissing = Infinity;
    let farthestNew = -1;
    for (const other of bodies.values()) {
      const dx = other.sightX - observer.sightX;
      const dy = other.sightY - observer.sightY;
      const d2 = dx * dx + dy * dy;
      const shown = mirror.shown.get(other.id % 65536);
      if (shown?.id === other.id) {
        seen++;
        if (other === observer) violated(`${observer.id} is shown itself`);
        if (d2 > leave2) violated(`${observer.id} is shown ${other.id} beyond the leave radius`);
        if (shown.since === this.#world.tick) {
          if (d2 > enter2 && mirror.before.get(other.id % 65536)?.id !== other.id) {
            violated(`${observer.id} is shown ${other.id} too early`);
          }
          if (d2 > farthestNew) farthestNew = d2;
        }
        this.#judgePosition(shown, other, mirror);
      } else if (d2 <= leave2 && other !== observer) {
        const isLost = isSent && hadLook && !wasReset && !isCapped && mirror.left.has(other.id);
        if (isLost) violated(`${observer.id} lost ${other.id} within the leave radius`);
        if (d2 > enter2) continue;
        missing++;
        if (d2 < nearestMissing) nearestMissing = d2;
      }
    }
    const who = String(observer.id);
    must(seen === mirror.shown.size, () => `${who} is shown ${mirror.shown.size - seen} dead`);
    const isIncomplete = (mirror.flags & INCOMPLETE) !== 0;
    must(missing === 0 || isIncomplete, () => `${who} is not shown ${missing}, and not told so`);
    must(farthestNew <= nearestMissing, () => `${who} was shown a farther one first`);
    must(seen <= rules.maxVisible, () => `${who} is shown ${seen}, more than max_visible`);
  }

  #judgePosition(shown: Shown, body: Body, mirror: Mirror): void {
    if (shown.x === body.sightX && shown.y === body.sightY) {
      shown.stale = 0;
      must(shown.kind === body.kind, () => `${body.id} is shown as of another kind`);
      return;
    }
    if ((mirror.flags & INCOMPLETE) === 0) {
      violated(`${body.id} is shown elsewhere than it is, in a view that counts as complete`);
    }
    shown.stale++;
    const bound = Math.max(1, Math.ceil((mirror.shown.size - NEAREST) / (ROOM - NEAREST)) + 1);
    if (shown.stale > bound) violated(`${body.id} has been shown elsewhere for ${bound} looks`);
  }
}
