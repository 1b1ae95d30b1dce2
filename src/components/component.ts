// Typed fields over the bytes of an entity's components: the same definition writes them on the
// server and reads them in a client. Little-endian, packed in the order of their definition; flags
// that follow each other share a byte.

/** Bytes of components that an entity has. */
const BYTES_MAX = 16;
const WORDS = BYTES_MAX / 4;

/** Least, most and bytes of each kind of whole number. */
const WHOLE = {
  u8: [0, 255, 1],
  i8: [-128, 127, 1],
  u16: [0, 65535, 2],
  i16: [-32768, 32767, 2],
  u32: [0, 4294967295, 4],
  i32: [-2147483648, 2147483647, 4],
} as const;

/** The kinds that a field may have; a number stands for so many bytes. */
export type FieldKind = keyof typeof WHOLE | "f32" | "flag" | number;
/** What a field of a kind holds. */
export type FieldValue<Kind extends FieldKind> = Kind extends "flag"
  ? boolean
  : Kind extends number
    ? Uint8Array
    : number;

const cell = new DataView(new ArrayBuffer(4));

/** A definition that `defineComponent` made: reads and writes its fields. */
export class Component<Fields extends Readonly<Record<string, FieldKind>>> {
  /** Bytes from the entity's first to this component's last: `rules.componentBytes` of the last. */
  readonly end: number;
  /** Its own first byte. */
  readonly start: number;
  /** Where it lies and what its fields are, in words that another layout has not. */
  readonly shape: string;
  /** As it was defined. */
  readonly fields: Fields;
  readonly #bitOf = new Map<keyof Fields, number>();

  /** Use `defineComponent`. */
  constructor(fields: Fields, start: number) {
    this.fields = fields;
    this.start = start;
    this.shape = `${start}:${JSON.stringify(Object.entries(fields))}`;
    let bit = start * 8;
    for (const [name, kind] of Object.entries(fields)) {
      if (kind !== "flag") bit = Math.ceil(bit / 8) * 8;
      this.#bitOf.set(name, bit);
      bit += kind === "flag" ? 1 : sizeOf(name, kind) * 8;
    }
    this.end = Math.ceil(bit / 8);
    if (this.end <= BYTES_MAX) return;
    throw new RangeError(
      `the components take ${this.end} bytes of an entity, which has ${BYTES_MAX}: ` +
        "leave a field out or choose a smaller kind.",
    );
  }

  /**
   * Reads a field.
   * @param bytes such as `view.replica.components`; of bytes fields the value is a part of it
   * @param at where the entity's bytes begin, such as `row * replica.componentBytes`
   */
  get<Name extends keyof Fields>(
    bytes: Uint8Array,
    at: number,
    name: Name,
  ): FieldValue<Fields[Name]> {
    return this.#read(bytes, at, name) as FieldValue<Fields[Name]>;
  }

  #read(bytes: Uint8Array, at: number, name: keyof Fields): number | boolean | Uint8Array {
    const kind = this.fields[name] as FieldKind;
    const bit = this.#bitOf.get(name) as number;
    const from = at + (bit >> 3);
    if (kind === "flag") return ((bytes[from]! >> (bit & 7)) & 1) !== 0;
    if (typeof kind === "number") return bytes.subarray(from, from + kind);
    const size = sizeOf(String(name), kind);
    for (let i = 0; i < size; i++) cell.setUint8(i, bytes[from + i]!);
    if (kind === "f32") return cell.getFloat32(0, true);
    const [least] = WHOLE[kind];
    const value = size === 4 ? cell.getUint32(0, true) : size === 2 ? cell.getUint16(0, true) : 0;
    const whole = size === 1 ? cell.getUint8(0) : value;
    return least < 0 ? (whole << (32 - size * 8)) >> (32 - size * 8) : whole;
  }

  /**
   * Adds a field to a write: what `World.writeComponents` takes.
   * @param words four words and four masks, zeros to begin with
   * @throws RangeError for a value that the field's kind does not hold
   */
  set<Name extends keyof Fields>(
    words: Int32Array,
    name: Name,
    value: FieldValue<Fields[Name]>,
  ): void {
    const kind = this.fields[name] as FieldKind;
    const bit = this.#bitOf.get(name) as number;
    if (kind === "flag") {
      put(words, bit >> 3, 1 << (bit & 7), value === true ? 255 : 0);
      return;
    }
    const size = sizeOf(String(name), kind);
    const bytes = typeof kind === "number" ? bytesOf(String(name), kind, value) : null;
    if (bytes === null) fill(String(name), kind as keyof typeof WHOLE | "f32", Number(value));
    for (let i = 0; i < size; i++)
      put(words, (bit >> 3) + i, 255, bytes === null ? cell.getUint8(i) : bytes[i]!);
  }
}

/**
 * A component: named fields of fixed kinds.
 * @param after the component behind which it lies; without one it lies at the entity's first byte
 * @throws RangeError when an entity has not so many bytes
 */
export function defineComponent<const Fields extends Readonly<Record<string, FieldKind>>>(
  fields: Fields,
  after?: { readonly end: number },
): Component<Fields> {
  return new Component(fields, after?.end ?? 0);
}

function sizeOf(name: string, kind: Exclude<FieldKind, "flag">): number {
  if (kind === "f32") return 4;
  if (typeof kind === "string") return WHOLE[kind][2];
  if (Number.isInteger(kind) && kind > 0) return kind;
  throw new RangeError(`${name} is to have ${kind} bytes; a field of bytes has 1 or more.`);
}

/** Puts a number's bytes into the cell. */
function fill(name: string, kind: keyof typeof WHOLE | "f32", value: number): void {
  if (kind === "f32") {
    cell.setFloat32(0, value, true);
    return;
  }
  const [least, most] = WHOLE[kind];
  if (!Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`${name} is to be ${value}; ${kind} holds ${least} to ${most}.`);
  cell.setInt32(0, value, true);
}

function bytesOf(name: string, size: number, value: unknown): Uint8Array {
  if (value instanceof Uint8Array && value.length === size) return value;
  throw new RangeError(`${name} is to be an array of ${size} bytes.`);
}

/** Writes bits of a byte, and that they are written. */
function put(words: Int32Array, at: number, mask: number, byte: number): void {
  const k = at >> 2;
  const shift = (at & 3) * 8;
  words[k] = (words[k]! & ~(mask << shift)) | ((byte & mask) << shift);
  words[WORDS + k] = words[WORDS + k]! | (mask << shift);
}
