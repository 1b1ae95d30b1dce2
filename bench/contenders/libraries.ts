// Other people's spatial indexes, each used as its documentation says and with its own defaults,
// but for the depth of some. They are packages of bench/, not of Aether: where they are not
// installed, this file still compiles, because what is used of each is said here.
import { readFileSync } from "node:fs";
import type { OpenIndex } from "./set-diff.ts";

export interface Library {
  /** The contender's name, and the package's. */
  readonly name: string;
  readonly package: string;
  readonly load: () => Promise<OpenIndex>;
}

/** @returns the version that is installed; null = none */
export function installedVersion(library: Library): string | null {
  const manifest = new URL(`../node_modules/${library.package}/package.json`, import.meta.url);
  try {
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    return version;
  } catch {
    return null;
  }
}

/**
 * Capacity and depth of the quadtrees of objects: they end at a depth of 4 by themselves, which
 * cuts a world of 10,000 too coarsely. Tried as well: a depth of 5, capacities of 4, 30 and 40; of
 * kdbush and flatbush, smaller nodes and whole numbers. None was faster in both 1,000 and 3,000.
 */
const CAPACITY = 10;
const DEPTH = 8;
/** Size of a point in trees of boxes: one without extent is lost where it lies on a border. */
const DOT = 0.5;

interface KDBush {
  add(x: number, y: number): void;
  finish(): void;
  within(x: number, y: number, radius: number): number[];
}
async function loadKdbush(): Promise<OpenIndex> {
  const { default: KDBush } = (await load("kdbush")) as { default: new (n: number) => KDBush };
  return (n) => {
    let x: Int32Array = new Int32Array(0);
    let y: Int32Array = new Int32Array(0);
    let tree = new KDBush(0);
    return {
      build: (atX, atY) => {
        x = atX;
        y = atY;
        tree = new KDBush(n);
        for (let row = 0; row < n; row++) tree.add(x[row]!, y[row]!);
        tree.finish();
      },
      near: (row, radius) => tree.within(x[row]!, y[row]!, radius),
    };
  };
}

interface Flatbush {
  add(minX: number, minY: number, maxX: number, maxY: number): void;
  finish(): void;
  search(
    ...args: [minX: number, minY: number, maxX: number, maxY: number, is: (row: number) => boolean]
  ): number[];
}
async function loadFlatbush(): Promise<OpenIndex> {
  const { default: Flatbush } = (await load("flatbush")) as {
    default: new (n: number) => Flatbush;
  };
  return (n) => {
    let x: Int32Array = new Int32Array(0);
    let y: Int32Array = new Int32Array(0);
    let tree = new Flatbush(1);
    return {
      build: (atX, atY) => {
        x = atX;
        y = atY;
        tree = new Flatbush(n);
        for (let i = 0; i < n; i++) tree.add(x[i]!, y[i]!, x[i]!, y[i]!);
        tree.finish();
      },
      near: (row, radius) => {
        const ownX = x[row]!;
        const ownY = y[row]!;
        return tree.search(ownX - radius, ownY - radius, ownX + radius, ownY + radius, (other) =>
          isWithin(x[other]! - ownX, y[other]! - ownY, radius),
        );
      },
    };
  };
}

interface Dot {
  x: number;
  y: number;
  readonly row: number;
}
interface Box {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}
interface RBush {
  clear(): void;
  load(items: readonly Dot[]): void;
  search(box: Box): Dot[];
}
async function loadRbush(): Promise<OpenIndex> {
  const { default: Base } = (await load("rbush")) as { default: new () => RBush };
  // Points instead of boxes, as its documentation shows.
  class Dots extends Base {
    toBBox({ x, y }: Dot): Box {
      return { minX: x, minY: y, maxX: x, maxY: y };
    }
    compareMinX(a: Dot, b: Dot): number {
      return a.x - b.x;
    }
    compareMinY(a: Dot, b: Dot): number {
      return a.y - b.y;
    }
  }
  return (n) => {
    const dots = Array.from({ length: n }, (_, row): Dot => ({ x: 0, y: 0, row }));
    const tree = new Dots();
    return {
      build: (x, y) => {
        placeAll(dots, x, y);
        tree.clear();
        tree.load(dots);
      },
      near: (row, radius) => {
        const { x, y } = dots[row]!;
        const box = { minX: x - radius, minY: y - radius, maxX: x + radius, maxY: y + radius };
        return rowsWithin(tree.search(box), x, y, radius);
      },
    };
  };
}

interface D3Node {
  /** 4 in an inner node. */
  readonly length?: number;
  readonly data: number;
  readonly next?: D3Node;
}
type Visit = (node: D3Node, x0: number, y0: number, x1: number, y1: number) => boolean;
interface D3Quadtree {
  visit(callback: Visit): void;
}
type Axis = (row: number) => number;
async function loadD3(): Promise<OpenIndex> {
  const { quadtree } = (await load("d3-quadtree")) as {
    quadtree: (rows: readonly number[], x: Axis, y: Axis) => D3Quadtree;
  };
  return (n) => {
    const rows = Array.from({ length: n }, (_, row) => row);
    let x: Int32Array = new Int32Array(0);
    let y: Int32Array = new Int32Array(0);
    let tree = quadtree([], Number, Number);
    return {
      build: (atX, atY) => {
        x = atX;
        y = atY;
        tree = quadtree(
          rows,
          (row) => x[row]!,
          (row) => y[row]!,
        );
      },
      near: (row, radius) => {
        const ownX = x[row]!;
        const ownY = y[row]!;
        const found: number[] = [];
        tree.visit((node, x0, y0, x1, y1) => {
          if (node.length !== undefined) {
            const isBeside = x0 > ownX + radius || x1 < ownX - radius;
            return isBeside || y0 > ownY + radius || y1 < ownY - radius;
          }
          for (let at: D3Node | undefined = node; at !== undefined; at = at.next)
            if (isWithin(x[at.data]! - ownX, y[at.data]! - ownY, radius)) found.push(at.data);
          return true;
        });
        return found;
      },
    };
  };
}

interface Rect extends Dot {
  readonly width: number;
  readonly height: number;
}
interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
interface QuadtreeJs {
  clear(): void;
  insert(rect: Rect): void;
  retrieve(bounds: Bounds): Rect[];
}
async function loadQuadtreeJs(): Promise<OpenIndex> {
  const { default: Quadtree } = (await load("@timohausmann/quadtree-js")) as {
    default: new (bounds: Bounds, capacity: number, depth: number) => QuadtreeJs;
  };
  return (n, min, max) => {
    const rects = Array.from({ length: n }, (_, row): Rect => {
      return { x: 0, y: 0, width: DOT, height: DOT, row };
    });
    const tree = new Quadtree(boundsFrom(min, max), CAPACITY, DEPTH);
    return {
      build: (x, y) => {
        placeAll(rects, x, y);
        tree.clear();
        for (const rect of rects) tree.insert(rect);
      },
      near: (row, radius) => {
        const { x, y } = rects[row]!;
        return rowsWithin(tree.retrieve(boundsAround(x, y, radius)), x, y, radius);
      },
    };
  };
}

interface TsShape {
  x: number;
  y: number;
  readonly data: number;
}
interface QuadtreeTs {
  clear(): void;
  insert(shape: TsShape): void;
  retrieve(shape: TsShape): TsShape[];
}
interface QuadtreeTsModule {
  Quadtree: new (
    options: Bounds & { readonly maxObjects: number; readonly maxLevels: number },
  ) => QuadtreeTs;
  Rectangle: new (options: Bounds & { readonly data?: number }) => TsShape;
}
async function loadQuadtreeTs(): Promise<OpenIndex> {
  const { Quadtree, Rectangle } = (await load("@timohausmann/quadtree-ts")) as QuadtreeTsModule;
  return (n, min, max) => {
    const dots = Array.from({ length: n }, (_, data) => {
      return new Rectangle({ x: 0, y: 0, width: DOT, height: DOT, data });
    });
    const bounds = boundsFrom(min, max);
    const tree = new Quadtree({ ...bounds, maxObjects: CAPACITY, maxLevels: DEPTH });
    return {
      build: (x, y) => {
        placeAll(dots, x, y);
        tree.clear();
        for (const dot of dots) tree.insert(dot);
      },
      near: (row, radius) => {
        const { x, y } = dots[row]!;
        const rows: number[] = [];
        for (const dot of tree.retrieve(new Rectangle(boundsAround(x, y, radius))))
          if (isWithin(dot.x - x, dot.y - y, radius)) rows.push(dot.data);
        return rows;
      },
    };
  };
}

interface JsPoint {
  readonly data: number;
}
interface JsQuadtreeModule {
  Box: new (x: number, y: number, width: number, height: number) => object;
  Circle: new (x: number, y: number, radius: number) => object;
  Point: new (x: number, y: number, data: number) => JsPoint;
  QuadTree: new (
    box: object,
    options: { readonly capacity: number; readonly maximumDepth: number },
  ) => { insert(point: JsPoint): void; query(shape: object): JsPoint[] };
}
async function loadJsQuadtree(): Promise<OpenIndex> {
  const { default: module } = (await load("js-quadtree")) as { default: JsQuadtreeModule };
  const { Box, Circle, Point, QuadTree } = module;
  const options = { capacity: CAPACITY, maximumDepth: DEPTH };
  return (n, min, max) => {
    const width = max - min + 1;
    let x: Int32Array = new Int32Array(0);
    let y: Int32Array = new Int32Array(0);
    let tree = new QuadTree(new Box(min, min, width, width), options);
    return {
      build: (atX, atY) => {
        x = atX;
        y = atY;
        tree = new QuadTree(new Box(min, min, width, width), options);
        for (let row = 0; row < n; row++) tree.insert(new Point(x[row]!, y[row]!, row));
      },
      near: (row, radius) => {
        const found = tree.query(new Circle(x[row]!, y[row]!, radius));
        return found.map((point) => point.data);
      },
    };
  };
}

export const LIBRARIES: readonly Library[] = [
  { name: "kdbush", package: "kdbush", load: loadKdbush },
  { name: "flatbush", package: "flatbush", load: loadFlatbush },
  { name: "rbush", package: "rbush", load: loadRbush },
  { name: "d3-quadtree", package: "d3-quadtree", load: loadD3 },
  { name: "quadtree-js", package: "@timohausmann/quadtree-js", load: loadQuadtreeJs },
  { name: "quadtree-ts", package: "@timohausmann/quadtree-ts", load: loadQuadtreeTs },
  { name: "js-quadtree", package: "js-quadtree", load: loadJsQuadtree },
];

/** The name is a variable, so that tsc does not look for a package that may not be there. */
function load(name: string): Promise<unknown> {
  return import(name);
}

function isWithin(dx: number, dy: number, radius: number): boolean {
  return dx * dx + dy * dy <= radius * radius;
}

function rowsWithin(dots: readonly Dot[], x: number, y: number, radius: number): number[] {
  const rows: number[] = [];
  for (const dot of dots) if (isWithin(dot.x - x, dot.y - y, radius)) rows.push(dot.row);
  return rows;
}

function placeAll(dots: readonly { x: number; y: number }[], x: Int32Array, y: Int32Array): void {
  dots.forEach((dot, row) => {
    dot.x = x[row]!;
    dot.y = y[row]!;
  });
}

function boundsFrom(min: number, max: number): Bounds {
  return { x: min, y: min, width: max - min + 1, height: max - min + 1 };
}

/** One wider than the circle: these trees take a border for outside. */
function boundsAround(x: number, y: number, radius: number): Bounds {
  return { x: x - radius, y: y - radius, width: 2 * radius + 1, height: 2 * radius + 1 };
}
