// The JavaScript spelling of scalars.ts.

export function mul32(a: i32, b: i32): i32 {
  return Math.imul(a, b);
}

export function toI32(v: f64): i32 {
  return v | 0;
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
