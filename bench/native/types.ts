// The types of AssemblyScript's scalars and vectors, and which of two an operation takes place in.

interface Shape {
  readonly bits: number;
  readonly kind: "none" | "bool" | "signed" | "unsigned" | "float" | "vector";
}

// Addresses count 32 bits here, as in the source; C gives them the width of the machine.
const SHAPES = {
  void: { bits: 0, kind: "none" },
  bool: { bits: 1, kind: "bool" },
  i8: { bits: 8, kind: "signed" },
  u8: { bits: 8, kind: "unsigned" },
  i16: { bits: 16, kind: "signed" },
  u16: { bits: 16, kind: "unsigned" },
  i32: { bits: 32, kind: "signed" },
  u32: { bits: 32, kind: "unsigned" },
  isize: { bits: 32, kind: "signed" },
  usize: { bits: 32, kind: "unsigned" },
  i64: { bits: 64, kind: "signed" },
  u64: { bits: 64, kind: "unsigned" },
  f32: { bits: 32, kind: "float" },
  f64: { bits: 64, kind: "float" },
  v128: { bits: 128, kind: "vector" },
} as const satisfies Record<string, Shape>;

export type Type = keyof typeof SHAPES;

export function isType(name: string): name is Type {
  return Object.hasOwn(SHAPES, name);
}

export function isInteger(type: Type): boolean {
  const { kind } = SHAPES[type];
  return kind === "signed" || kind === "unsigned";
}

export function isFloat(type: Type): boolean {
  return SHAPES[type].kind === "float";
}

/** Of a type that C's arithmetic widens to int: its results must be cut back. */
export function isSmall(type: Type): boolean {
  return SHAPES[type].bits < 32;
}

/** Bits that a shift's count is taken modulo. */
export function shiftMask(type: Type): number {
  return SHAPES[type].bits - 1;
}

/** The unsigned type of the same width. */
export function unsignedOf(type: Type): Type {
  return type.replace(/^i/, "u") as Type;
}

/** The prefix of operations on a type that do not care for its sign: i32 of u32, i64 of u64. */
export function signlessOf(type: Type): string {
  return type.replace(/^u(?=\d)/, "i");
}

function fits(from: Type, to: Type): boolean {
  const a: Shape = SHAPES[from];
  const b: Shape = SHAPES[to];
  if (from === to) return true;
  if (a.kind === "none" || b.kind === "none" || a.kind === "vector" || b.kind === "vector")
    return false;
  if (a.kind === "float") return b.kind === "float" && a.bits <= b.bits;
  if (b.kind === "float") return a.bits < b.bits;
  return a.bits <= b.bits;
}

/** The type in which `left op right` takes place, by asc's rule: the left one if the right fits. */
export function commonType(left: Type, right: Type): Type | undefined {
  if (fits(right, left)) return left;
  return fits(left, right) ? right : undefined;
}

/** An integer literal's type: the wanted one, or the first of i32, u32 and i64 that holds it. */
export function literalType(value: bigint, wanted: Type | undefined): Type {
  if (wanted !== undefined && (isInteger(wanted) || isFloat(wanted))) {
    const bits = BigInt(SHAPES[wanted].bits);
    const unsigned = SHAPES[wanted].kind === "unsigned";
    const top = 1n << (unsigned ? bits : bits - 1n);
    if (isFloat(wanted) || (value < top && value >= (unsigned ? 0n : -top))) return wanted;
  }
  if (value >= -(2n ** 31n) && value < 2n ** 31n) return "i32";
  return value >= 0n && value < 2n ** 32n ? "u32" : "i64";
}

/** A literal in C. */
export function literalCode(value: bigint, type: Type): string {
  if (isFloat(type)) return `${value}.0`;
  if (type === "i64") return `((i64)${value}LL)`;
  if (type === "u64") return `((u64)${value}ULL)`;
  if (type === "u32" || type === "usize") return `((${type})${value}U)`;
  if (value === -(2n ** 31n)) return "INT32_MIN";
  return value < 0n ? `(${value})` : `${value}`;
}
