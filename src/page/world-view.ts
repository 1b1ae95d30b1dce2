// The world as the last frames of the feed had it: where everybody is, moving smoothly from one
// frame to the next, and whom the chosen client was told of.
import type { Focus } from "../feed/focus.ts";
import type { FeedHello } from "../feed/hello.ts";
import type { Scene } from "../feed/scene.ts";

const ROWS = 65536;
const WHOLE = 65535;
/** Further than anybody walks between two frames, as a share of the world: it was put there. */
const JUMP = WHOLE / 16;
/** Frames come ten times a second; a late one leaves its entities standing for a moment. */
const FRAME_MS = 100;

export class WorldView {
  hello: FeedHello | null = null;
  scene: Scene | null = null;
  focus: Focus | null = null;
  /** Of each entity of the scene: where it is shown, world units. */
  x = new Float32Array(0);
  y = new Float32Array(0);
  /** By row: 1 when the chosen client was told of it. */
  readonly isTold = new Uint8Array(ROWS);
  #fromX = new Float32Array(0);
  #fromY = new Float32Array(0);
  #arrivedMs = 0;
  /** By row, of the last frame: its place there plus one. */
  readonly #place = new Uint16Array(ROWS);

  /** World units of a share of the bounds. */
  unitX(share: number): number {
    const { minX = 0, maxX = 0 } = this.hello ?? {};
    return minX + (share / WHOLE) * (maxX - minX);
  }
  unitY(share: number): number {
    const { minY = 0, maxY = 0 } = this.hello ?? {};
    return minY + (share / WHOLE) * (maxY - minY);
  }

  take(scene: Scene, focus: Focus | null, nowMs: number): void {
    this.#keepPlaces(scene, nowMs);
    for (const row of this.focus?.told ?? []) this.isTold[row] = 0;
    for (const row of focus?.told ?? []) this.isTold[row] = 1;
    this.scene = scene;
    this.focus = focus;
    this.#arrivedMs = nowMs;
  }

  /** Everybody goes on from where it is shown. */
  #keepPlaces(scene: Scene, nowMs: number): void {
    this.show(nowMs);
    const count = scene.rows.length;
    const [fromX, fromY] = [new Float32Array(count), new Float32Array(count)];
    const old = this.scene;
    for (let i = 0; i < count; i++) {
      const place = this.#place[scene.rows[i]!]! - 1;
      const isNew =
        old === null ||
        place < 0 ||
        Math.abs(old.xs[place]! - scene.xs[i]!) > JUMP ||
        Math.abs(old.ys[place]! - scene.ys[i]!) > JUMP;
      fromX[i] = isNew ? this.unitX(scene.xs[i]!) : this.x[place]!;
      fromY[i] = isNew ? this.unitY(scene.ys[i]!) : this.y[place]!;
    }
    for (const row of old?.rows ?? []) this.#place[row] = 0;
    for (let i = 0; i < count; i++) this.#place[scene.rows[i]!] = i + 1;
    this.#fromX = fromX;
    this.#fromY = fromY;
    this.x = new Float32Array(count);
    this.y = new Float32Array(count);
  }

  /** Brings x and y to this moment. */
  show(nowMs: number): void {
    const { scene, hello } = this;
    if (scene === null || hello === null) return;
    const share = Math.min(1, (nowMs - this.#arrivedMs) / FRAME_MS);
    const unitsX = (hello.maxX - hello.minX) / WHOLE;
    const unitsY = (hello.maxY - hello.minY) / WHOLE;
    const { xs, ys } = scene;
    const { x, y } = this;
    const fromX = this.#fromX;
    const fromY = this.#fromY;
    for (let i = 0; i < xs.length; i++) {
      const startX = fromX[i]!;
      const startY = fromY[i]!;
      x[i] = startX + (hello.minX + xs[i]! * unitsX - startX) * share;
      y[i] = startY + (hello.minY + ys[i]! * unitsY - startY) * share;
    }
  }

  /** @returns the place in the scene of a row, -1 when it is not there */
  placeOf(row: number): number {
    return this.#place[row]! - 1;
  }

  /** @returns the row of the entity that is nearest to a point, -1: none is within the reach */
  nearest(x: number, y: number, reach: number): number {
    let best = reach * reach;
    let row = -1;
    for (let i = 0; i < this.x.length; i++) {
      const square = (this.x[i]! - x) ** 2 + (this.y[i]! - y) ** 2;
      if (square > best) continue;
      best = square;
      row = this.scene?.rows[i] ?? -1;
    }
    return row;
  }
}
