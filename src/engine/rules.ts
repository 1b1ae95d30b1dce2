// The rules of a world, in the kernel's own units: what OP_CONFIG carries.

/** How neighbours are found: `auto` takes whichever is faster for as many as there are. */
export type IndexKind = "auto" | "quadtree" | "brute";

export interface WorldRules {
  /** World bounds, position units (1/256 unit). */
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  /** Position units a tick. */
  readonly maxSpeed: number;
  /** Ticks of movement that the bank holds. */
  readonly burstTicks: number;
  /** Sight units (1/32 unit). */
  readonly aoiRadius: number;
  /** Thousandths of the radius by which leaving lies beyond entering. */
  readonly hysteresisPermille: number;
  readonly maxEntities: number;
  readonly maxVisible: number;
  /** Frames a client may be sent in one tick, 1 to 8. */
  readonly framesPerTick: number;
  /** Of a row's 16 bytes of components, those of which observers are told: its first. */
  readonly componentBytes: number;
  /** Names what an application's components mean, u32; 0, or left out: nobody has said it. */
  readonly componentLayout?: number;
  /** `brute` wants a world at most 2,047 units wide; in a wider one a quadtree serves. */
  readonly index: IndexKind;
  /** Seed of the world's own randomness, u32. */
  readonly seed: number;
}

/** How far an entity that entered a view within this radius is seen; sight units (1/32 unit). */
export function leaveRadiusOf(aoiRadius: number, { hysteresisPermille }: WorldRules): number {
  return Math.floor((aoiRadius * (1000 + hysteresisPermille)) / 1000);
}

/** A newcomer's row. */
export interface JoinSpec {
  readonly kind: number;
  /** Position units (1/256 unit). */
  readonly x: number;
  readonly y: number;
  readonly maxSpeed: number;
  /** Sight units (1/32 unit). */
  readonly aoiRadius: number;
  /** 0 to 254. */
  readonly layer: number;
  readonly observer: boolean;
  readonly visible: boolean;
  /** Position units; -1 = full. */
  readonly bank: number;
  /** The last sequence applied. */
  readonly sequence: number;
}
