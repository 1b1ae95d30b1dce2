// Draws the map: the world's edge and grid, leaves, entities, the chosen client's area and told
// set, and whoever sits at this page.
import type { AetherClient, CorrectionEvent } from "../client/index.ts";
import { NOBODY } from "../feed/format.ts";
import type { Camera } from "./camera.ts";
import { KIND_COLOURS } from "./looks.ts";
import type { Looks } from "./looks.ts";
import type { ColourName, Theme } from "./theme.ts";
import type { WorldView } from "./world-view.ts";

const TURN = Math.PI * 2;
/** Lines of the grid are at least so far apart, CSS pixels. */
const GRID_MIN = 56;
const GRID_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 50_000];
/** How long a correction stays on the map, ms. */
const CORRECTION_MS = 1600;
const POSITION_UNITS = 256;
/** Of more that have a flag, names would cover the map. */
const NAMED_MAX = 12;

interface Mark {
  readonly correction: CorrectionEvent;
  readonly atMs: number;
}

export class WorldMap {
  showsCells = true;
  /** World units between two lines of the grid. */
  gridUnits = 100;
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #camera: Camera;
  readonly #theme: Theme;
  readonly #view: WorldView;
  readonly #looks: Looks;
  #marks: Mark[] = [];

  constructor(
    canvas: HTMLCanvasElement,
    camera: Camera,
    theme: Theme,
    view: WorldView,
    looks: Looks,
  ) {
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) throw new Error("this browser draws nothing in two dimensions");
    this.#canvas = canvas;
    this.#context = context;
    this.#camera = camera;
    this.#theme = theme;
    this.#view = view;
    this.#looks = looks;
    new ResizeObserver(() => this.#resize()).observe(canvas);
    this.#resize();
  }

  /** The own entity was put elsewhere. */
  mark(correction: CorrectionEvent, nowMs: number): void {
    this.#marks = [...this.#marks, { correction, atMs: nowMs }].slice(-16);
  }

  /** @param me null: nobody has joined from this page */
  draw(nowMs: number, me: AetherClient | null): void {
    const context = this.#context;
    const ratio = this.#canvas.width / this.#camera.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = this.#theme.colour("map");
    context.fillRect(0, 0, this.#camera.width, this.#camera.height);
    this.#view.show(nowMs);
    this.#drawGrid();
    if (this.showsCells) this.#drawCells();
    this.#drawArea();
    this.#drawEntities(me === null || me.self.id === 0 ? NOBODY : me.self.id & 0xffff);
    if (me !== null) this.#drawMe(me);
    this.#drawFlagged(me);
    this.#drawMarks(nowMs);
  }

  #resize(): void {
    const { clientHeight, clientWidth } = this.#canvas;
    const ratio = Math.min(2, devicePixelRatio);
    this.#camera.width = Math.max(1, clientWidth);
    this.#camera.height = Math.max(1, clientHeight);
    this.#canvas.width = Math.round(this.#camera.width * ratio);
    this.#canvas.height = Math.round(this.#camera.height * ratio);
  }

  #stroke(colour: ColourName, width: number, dash: readonly number[] = []): void {
    const context = this.#context;
    context.strokeStyle = this.#theme.colour(colour);
    context.lineWidth = width;
    context.setLineDash([...dash]);
  }

  #drawGrid(): void {
    const context = this.#context;
    const camera = this.#camera;
    const { minX, minY, maxX, maxY } = camera.bounds;
    const step = GRID_STEPS.find((units) => units * camera.scale >= GRID_MIN) ?? 100_000;
    this.gridUnits = step;
    const [left, right] = [camera.screenX(minX), camera.screenX(maxX)];
    const [top, bottom] = [camera.screenY(minY), camera.screenY(maxY)];
    context.beginPath();
    const firstX = Math.max(minX, camera.worldX(0));
    const lastX = Math.min(maxX, camera.worldX(camera.width));
    for (let x = Math.ceil(firstX / step) * step; x <= lastX; x += step) {
      const at = Math.round(camera.screenX(x)) + 0.5;
      context.moveTo(at, Math.max(0, top));
      context.lineTo(at, Math.min(camera.height, bottom));
    }
    const firstY = Math.max(minY, camera.worldY(0));
    const lastY = Math.min(maxY, camera.worldY(camera.height));
    for (let y = Math.ceil(firstY / step) * step; y <= lastY; y += step) {
      const at = Math.round(camera.screenY(y)) + 0.5;
      context.moveTo(Math.max(0, left), at);
      context.lineTo(Math.min(camera.width, right), at);
    }
    this.#stroke("map-line", 1);
    context.stroke();
    this.#stroke("map-edge", 1.5);
    context.strokeRect(left, top, right - left, bottom - top);
  }

  #drawCells(): void {
    const view = this.#view;
    const { cells } = view.scene ?? { cells: [] };
    const camera = this.#camera;
    const context = this.#context;
    context.beginPath();
    for (let i = 0; i < cells.length; i += 4) {
      const left = camera.screenX(view.unitX(cells[i]!));
      const top = camera.screenY(view.unitY(cells[i + 1]!));
      const right = camera.screenX(view.unitX(cells[i + 2]!));
      const bottom = camera.screenY(view.unitY(cells[i + 3]!));
      context.rect(left, top, right - left, bottom - top);
    }
    this.#stroke("cell", 1);
    context.stroke();
  }

  /** The chosen entity, how far it sees, and how far those are kept that it has seen. */
  #drawArea(): void {
    const { focus, hello } = this.#view;
    if (focus === null || hello === null) return;
    const camera = this.#camera;
    const context = this.#context;
    const place = this.#view.placeOf(focus.entity & 0xffff);
    const x = camera.screenX(place < 0 ? focus.x / POSITION_UNITS : this.#view.x[place]!);
    const y = camera.screenY(place < 0 ? focus.y / POSITION_UNITS : this.#view.y[place]!);
    context.beginPath();
    context.arc(x, y, focus.enterRadius * camera.scale, 0, TURN);
    context.globalAlpha = 0.07;
    context.fillStyle = this.#theme.colour("area");
    context.fill();
    context.globalAlpha = 0.9;
    this.#stroke("area", 1.5);
    context.stroke();
    context.beginPath();
    context.arc(x, y, focus.leaveRadius * camera.scale, 0, TURN);
    context.globalAlpha = 0.55;
    this.#stroke("area", 1, [4, 5]);
    context.stroke();
    context.globalAlpha = 1;
    context.beginPath();
    context.arc(x, y, 8, 0, TURN);
    this.#stroke("area", 2);
    context.stroke();
  }

  /** @param own row that is drawn otherwise */
  #drawEntities(own: number): void {
    const { scene, x, y, isTold } = this.#view;
    if (scene === null) return;
    const camera = this.#camera;
    const context = this.#context;
    const { rows } = scene;
    const { width, height, scale } = camera;
    const offsetX = width / 2 - camera.x * scale;
    const offsetY = height / 2 - camera.y * scale;
    const size = Math.max(3, Math.min(6, 2.4 + scale * 2));
    const half = size / 2;
    const byKind = this.#looks.way.what === "kind";
    let colour = -1;
    context.fillStyle = this.#theme.colour("entity");
    for (let i = 0; i < rows.length; i++) {
      const left = x[i]! * scale + offsetX;
      const top = y[i]! * scale + offsetY;
      if (left < -size || top < -size || left > width + size || top > height + size) continue;
      const row = rows[i]!;
      const kind = byKind ? this.#looks.colourAt(i) : -1;
      if (kind !== colour) context.fillStyle = this.#theme.colour(KIND_COLOURS[kind] ?? "entity");
      colour = kind;
      if (isTold[row] === 0 && row !== own) context.fillRect(left - half, top - half, size, size);
    }
    context.beginPath();
    for (const row of this.#view.focus?.told ?? []) {
      const place = this.#view.placeOf(row);
      if (place < 0 || row === own) continue;
      const left = x[place]! * scale + offsetX;
      const top = y[place]! * scale + offsetY;
      context.moveTo(left + half * 1.5, top);
      context.arc(left, top, half * 1.5, 0, TURN);
    }
    context.fillStyle = this.#theme.colour("told");
    context.fill();
  }

  /** A ring round each who has the flag that is shown; few of them are named. */
  #drawFlagged(me: AetherClient | null): void {
    const { scene, x, y } = this.#view;
    const { way } = this.#looks;
    if (scene === null || way.what !== "flag") return;
    const camera = this.#camera;
    const context = this.#context;
    const own = me === null || me.self.id === 0 ? NOBODY : me.self.id & 0xffff;
    const marked: number[] = [];
    for (let i = 0; i < scene.rows.length; i++) if (this.#looks.isMarked(i)) marked.push(i);
    context.font = "600 12px system-ui, sans-serif";
    context.fillStyle = this.#theme.colour("mark");
    context.beginPath();
    for (const place of marked) {
      const isOwn = scene.rows[place] === own && me !== null;
      const left = camera.screenX(isOwn ? me.self.x : x[place]!);
      const top = camera.screenY(isOwn ? me.self.y : y[place]!);
      context.moveTo(left + 10, top);
      context.arc(left, top, 10, 0, TURN);
      if (marked.length <= NAMED_MAX) context.fillText(way.field.name, left + 14, top - 8);
    }
    this.#stroke("mark", 2.5);
    context.stroke();
  }

  #drawMe(me: AetherClient): void {
    const { self, view } = me;
    if (self.id === 0) return;
    const camera = this.#camera;
    const context = this.#context;
    const x = camera.screenX(self.x);
    const y = camera.screenY(self.y);
    const ghostX = camera.screenX(self.trueX / POSITION_UNITS);
    const ghostY = camera.screenY(self.trueY / POSITION_UNITS);
    context.beginPath();
    for (let row = 0; row < view.size; row++) {
      const left = camera.screenX(view.x[row]!);
      const top = camera.screenY(view.y[row]!);
      context.moveTo(left + 6, top);
      context.arc(left, top, 6, 0, TURN);
    }
    this.#stroke("me", 1);
    context.globalAlpha = 0.6;
    context.stroke();
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(ghostX, ghostY);
    context.stroke();
    context.globalAlpha = 1;
    context.beginPath();
    context.arc(ghostX, ghostY, 8, 0, TURN);
    this.#stroke("ghost", 2, [4, 3]);
    context.stroke();
    context.beginPath();
    context.arc(x, y, 6.5, 0, TURN);
    context.fillStyle = this.#theme.colour("me");
    context.fill();
    this.#stroke("card", 2);
    context.stroke();
  }

  #drawMarks(nowMs: number): void {
    const context = this.#context;
    const camera = this.#camera;
    this.#marks = this.#marks.filter(({ atMs }) => nowMs - atMs < CORRECTION_MS);
    for (const { correction, atMs } of this.#marks) {
      context.globalAlpha = 1 - (nowMs - atMs) / CORRECTION_MS;
      const x = camera.screenX(correction.fromX);
      const y = camera.screenY(correction.fromY);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(camera.screenX(correction.x), camera.screenY(correction.y));
      this.#stroke("bad", 2.5);
      context.stroke();
      context.beginPath();
      context.arc(x, y, 4, 0, TURN);
      context.fillStyle = this.#theme.colour("bad");
      context.fill();
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
  }
}
