// What part of the world the map shows, and where on it something is. Follows its aim smoothly.

/** Share of the way to its aim that the camera goes in a second, as an exponent. */
const EAGERNESS = 9;
const ZOOM_STEP = 1.35;
/** Of the window's smaller side that the whole world leaves free at each edge. */
const MARGIN = 0.03;

export interface Bounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

/** world: all of it; follow: somebody stays in the middle; free: where a hand has put it. */
export type CameraMode = "world" | "follow" | "free";

export class Camera {
  mode: CameraMode = "world";
  /** Of the canvas, in its own pixels. */
  width = 1;
  height = 1;
  /** The world's point in the middle, and pixels a world unit. */
  x = 0;
  y = 0;
  scale = 1;
  #bounds: Bounds = { minX: 0, minY: 0, maxX: 1, maxY: 1 };
  #aimX = 0;
  #aimY = 0;
  #aimScale = 1;
  #isPlaced = false;

  get bounds(): Bounds {
    return this.#bounds;
  }

  setBounds({ minX, minY, maxX, maxY }: Bounds): void {
    const known = this.#bounds;
    const isSame = minX === known.minX && minY === known.minY;
    if (isSame && maxX === known.maxX && maxY === known.maxY) return;
    this.#bounds = { minX, minY, maxX, maxY };
    this.showWorld();
    this.#isPlaced = false;
  }

  screenX(x: number): number {
    return (x - this.x) * this.scale + this.width / 2;
  }
  screenY(y: number): number {
    return (y - this.y) * this.scale + this.height / 2;
  }
  worldX(screenX: number): number {
    return (screenX - this.width / 2) / this.scale + this.x;
  }
  worldY(screenY: number): number {
    return (screenY - this.height / 2) / this.scale + this.y;
  }

  /** Pixels a unit at which the whole world is seen. */
  get wholeScale(): number {
    const { minX, minY, maxX, maxY } = this.#bounds;
    const margin = 2 * MARGIN * Math.min(this.width, this.height);
    return Math.min((this.width - margin) / (maxX - minX), (this.height - margin) / (maxY - minY));
  }

  showWorld(): void {
    this.mode = "world";
  }

  /** @param reach world units to be seen around whoever is followed */
  follow(reach: number): void {
    this.mode = "follow";
    this.#aimScale = Math.min(this.width, this.height) / (2 * reach);
  }

  /** Whoever is followed is here now. */
  aimAt(x: number, y: number): void {
    this.#aimX = x;
    this.#aimY = y;
  }

  /** @param steps of the zoom, in or out; the point under `screenX`, `screenY` stays there */
  zoom(steps: number, screenX = this.width / 2, screenY = this.height / 2): void {
    const to = this.#within(this.#aimScaleNow() * ZOOM_STEP ** steps);
    if (this.mode === "follow") {
      this.#aimScale = to;
      return;
    }
    this.#free();
    const [x, y] = [this.worldX(screenX), this.worldY(screenY)];
    this.#aimScale = to;
    this.#aimX = x - (screenX - this.width / 2) / to;
    this.#aimY = y - (screenY - this.height / 2) / to;
  }

  /** By a hand on the map: at once. @param scale 1: the fingers are as far apart as before */
  drag(dx: number, dy: number, scale: number, screenX: number, screenY: number): void {
    this.#free();
    const to = this.#within(this.scale * scale);
    const [x, y] = [this.worldX(screenX - dx), this.worldY(screenY - dy)];
    this.scale = this.#aimScale = to;
    this.x = this.#aimX = x - (screenX - this.width / 2) / to;
    this.y = this.#aimY = y - (screenY - this.height / 2) / to;
  }

  /** @param seconds since the last picture */
  advance(seconds: number): void {
    if (this.mode === "world") {
      const { minX, minY, maxX, maxY } = this.#bounds;
      this.#aimX = (minX + maxX) / 2;
      this.#aimY = (minY + maxY) / 2;
      this.#aimScale = this.wholeScale;
    }
    const share = this.#isPlaced ? 1 - Math.exp(-EAGERNESS * seconds) : 1;
    this.#isPlaced = true;
    this.x += (this.#aimX - this.x) * share;
    this.y += (this.#aimY - this.y) * share;
    this.scale *= (this.#aimScale / this.scale) ** share;
  }

  /** A hand takes over from where it is. */
  #free(): void {
    if (this.mode === "free") return;
    this.mode = "free";
    this.#aimX = this.x;
    this.#aimY = this.y;
    this.#aimScale = this.scale;
  }

  #aimScaleNow(): number {
    return this.mode === "world" ? this.wholeScale : this.#aimScale;
  }

  #within(scale: number): number {
    return Math.max(this.wholeScale / 2, Math.min(24, scale));
  }
}
