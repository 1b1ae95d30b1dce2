// What asc offers to columns.ts and scalars.ts, as tsc and the editor see it.
declare function load<_T>(at: usize, offset?: usize): number;
declare function store<_T>(at: usize, value: number, offset?: usize): void;
declare function ctz<_T>(v: number): number;
declare function clz<_T>(v: number): number;
declare function popcnt<_T>(v: number): number;
declare type i64 = number;
declare function reinterpret<_T>(v: number): number;
declare namespace memory {
  function fill(at: usize, value: number, count: usize): void;
  function copy(to: usize, from: usize, count: usize): void;
}
