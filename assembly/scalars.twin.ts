// The JavaScript spelling of scalars.ts.

export function mul32(a: i32, b: i32): i32 {
  return Math.imul(a, b);
}

export function toI32(v: f64): i32 {
  return v | 0;
}

export function ceilRoot(v: i32): i32 {
  return Math.ceil(Math.sqrt(v));
}

export function ctz32(v: i32): i32 {
  return 31 - Math.clz32(v & -v);
}

export function clz32(v: i32): i32 {
  return Math.clz32(v);
}

export function shr32(v: i32, n: i32): i32 {
  return (v >>> n) | 0;
}

export function popcnt32(v: i32): i32 {
  const pairs = v - ((v >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
