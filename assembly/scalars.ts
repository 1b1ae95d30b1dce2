// Operations whose spelling differs between AssemblyScript and JavaScript; scalars.twin.ts is the
// other spelling.

/** Product mod 2^32. */
export function mul32(a: i32, b: i32): i32 {
  return a * b;
}

/** The integer part of a float within i32. */
export function toI32(v: f64): i32 {
  return v as i32;
}

/**
 * The square root, rounded up; v is at most 2^30. Added to 2^52, a float has the nearest whole
 * number in its lowest bits: cheaper than to round up and to convert with a check of the range.
 */
export function ceilRoot(v: i32): i32 {
  const nearest = reinterpret<i64>(Math.sqrt(v as f64) + 4503599627370496.0) as i32;
  return nearest * nearest < v ? nearest + 1 : nearest;
}

/** Trailing zero bits; v is not 0. */
export function ctz32(v: i32): i32 {
  return ctz<i32>(v);
}

/** Leading zero bits. */
export function clz32(v: i32): i32 {
  return clz<i32>(v);
}

/** v >>> n as a non-negative number; n is 1 to 31. */
export function shr32(v: i32, n: i32): i32 {
  return ((v as u32) >> (n as u32)) as i32;
}

/** Bits that are set. */
export function popcnt32(v: i32): i32 {
  return popcnt<i32>(v);
}
