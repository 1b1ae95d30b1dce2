// What the translated kernel stands on: the types of AssemblyScript, its memory, and one line for
// each operation that it has beside + - * and calls. translate.ts reads the lines that begin with
// OP: a name and its types stand here and nowhere else, and an operation that is not here is
// refused by name.
//
// Included behind the layout's constants: the memory's size is one of them.
#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef int8_t i8;
typedef uint8_t u8;
typedef int16_t i16;
typedef uint16_t u16;
typedef int32_t i32;
typedef uint32_t u32;
typedef int64_t i64;
typedef uint64_t u64;
typedef intptr_t isize;
typedef uintptr_t usize;
typedef float f32;
typedef double f64;
typedef __m128i v128;

// WebAssembly's loads and stores need no alignment, and neither do these.
#define LOOSE(T) T __attribute__((aligned(1), may_alias))
typedef LOOSE(i16) loose_i16;
typedef LOOSE(u16) loose_u16;
typedef LOOSE(i32) loose_i32;
typedef LOOSE(u32) loose_u32;
typedef LOOSE(i64) loose_i64;
typedef LOOSE(u64) loose_u64;
typedef LOOSE(f32) loose_f32;
typedef LOOSE(f64) loose_f64;

// Lanes of a vector, for the operations that GCC spells as operators.
typedef i8 lanes_i8 __attribute__((vector_size(16)));
typedef u8 lanes_u8 __attribute__((vector_size(16)));
typedef i16 lanes_i16 __attribute__((vector_size(16)));
typedef u16 lanes_u16 __attribute__((vector_size(16)));
typedef i32 lanes_i32 __attribute__((vector_size(16)));
typedef u32 lanes_u32 __attribute__((vector_size(16)));
typedef i64 lanes_i64 __attribute__((vector_size(16)));
typedef u64 lanes_u64 __attribute__((vector_size(16)));

/** Linear memory. It is zero at the start and never grows. */
static u8 M[MEMORY_BYTES] __attribute__((aligned(4096)));

#define OP static inline __attribute__((always_inline, unused))
#define AT(T, at) (*(T *)(M + (at)))

// ---- memory
OP i8 load_i8(usize at, usize offset) { return AT(i8, at + offset); }
OP u8 load_u8(usize at, usize offset) { return AT(u8, at + offset); }
OP i16 load_i16(usize at, usize offset) { return AT(loose_i16, at + offset); }
OP u16 load_u16(usize at, usize offset) { return AT(loose_u16, at + offset); }
OP i32 load_i32(usize at, usize offset) { return AT(loose_i32, at + offset); }
OP u32 load_u32(usize at, usize offset) { return AT(loose_u32, at + offset); }
OP i64 load_i64(usize at, usize offset) { return AT(loose_i64, at + offset); }
OP u64 load_u64(usize at, usize offset) { return AT(loose_u64, at + offset); }
OP f32 load_f32(usize at, usize offset) { return AT(loose_f32, at + offset); }
OP f64 load_f64(usize at, usize offset) { return AT(loose_f64, at + offset); }
OP void store_i8(usize at, i8 v, usize offset) { AT(i8, at + offset) = v; }
OP void store_u8(usize at, u8 v, usize offset) { AT(u8, at + offset) = v; }
OP void store_i16(usize at, i16 v, usize offset) { AT(loose_i16, at + offset) = v; }
OP void store_u16(usize at, u16 v, usize offset) { AT(loose_u16, at + offset) = v; }
OP void store_i32(usize at, i32 v, usize offset) { AT(loose_i32, at + offset) = v; }
OP void store_u32(usize at, u32 v, usize offset) { AT(loose_u32, at + offset) = v; }
OP void store_i64(usize at, i64 v, usize offset) { AT(loose_i64, at + offset) = v; }
OP void store_u64(usize at, u64 v, usize offset) { AT(loose_u64, at + offset) = v; }
OP void store_f32(usize at, f32 v, usize offset) { AT(loose_f32, at + offset) = v; }
OP void store_f64(usize at, f64 v, usize offset) { AT(loose_f64, at + offset) = v; }
OP v128 load_v128(usize at, usize offset) { return _mm_loadu_si128((void *)(M + at + offset)); }
OP void store_v128(usize at, v128 v, usize offset) {
  _mm_storeu_si128((void *)(M + at + offset), v);
}
OP void memory_fill(usize at, u8 v, usize count) { memset(M + at, v, count); }
OP void memory_copy(usize to, usize from, usize count) { memmove(M + to, M + from, count); }

// ---- scalars
// Trailing and leading zeros of 0 are the width, as in WebAssembly.
OP i32 i32_ctz(i32 v) { return v == 0 ? 32 : __builtin_ctz((u32)v); }
OP i32 i32_clz(i32 v) { return v == 0 ? 32 : __builtin_clz((u32)v); }
OP i32 i32_popcnt(i32 v) { return __builtin_popcount((u32)v); }
OP i64 i64_ctz(i64 v) { return v == 0 ? 64 : __builtin_ctzll((u64)v); }
OP i64 i64_clz(i64 v) { return v == 0 ? 64 : __builtin_clzll((u64)v); }
OP i64 i64_popcnt(i64 v) { return __builtin_popcountll((u64)v); }
OP i32 i32_rotl(i32 v, i32 n) { return (i32)((u32)v << (n & 31) | (u32)v >> (-n & 31)); }
OP i32 i32_rotr(i32 v, i32 n) { return (i32)((u32)v >> (n & 31) | (u32)v << (-n & 31)); }
OP i64 i64_rotl(i64 v, i64 n) { return (i64)((u64)v << (n & 63) | (u64)v >> (-n & 63)); }
OP i64 i64_rotr(i64 v, i64 n) { return (i64)((u64)v >> (n & 63) | (u64)v << (-n & 63)); }
OP i32 i32_min(i32 a, i32 b) { return a < b ? a : b; }
OP i32 i32_max(i32 a, i32 b) { return a > b ? a : b; }
OP u32 u32_min(u32 a, u32 b) { return a < b ? a : b; }
OP u32 u32_max(u32 a, u32 b) { return a > b ? a : b; }
OP i64 i64_min(i64 a, i64 b) { return a < b ? a : b; }
OP i64 i64_max(i64 a, i64 b) { return a > b ? a : b; }
OP u64 u64_min(u64 a, u64 b) { return a < b ? a : b; }
OP u64 u64_max(u64 a, u64 b) { return a > b ? a : b; }
OP i32 i32_abs(i32 v) { return v < 0 ? -v : v; }
OP i64 i64_abs(i64 v) { return v < 0 ? -v : v; }
OP f64 f64_sqrt(f64 v) { return __builtin_sqrt(v); }
OP f64 f64_floor(f64 v) { return __builtin_floor(v); }
OP i64 reinterpret(f64 v) { i64 bits; __builtin_memcpy(&bits, &v, 8); return bits; }
OP f64 f64_ceil(f64 v) { return __builtin_ceil(v); }
OP f64 f64_abs(f64 v) { return __builtin_fabs(v); }
OP void unreachable() { __builtin_trap(); }

// As likely one as the other, or the source would have said `if`.
#define EITHER(c) __builtin_expect_with_probability(c, 1, 0.5)
OP i32 i32_select(i32 a, i32 b, bool c) { return EITHER(c) ? a : b; }
OP u32 u32_select(u32 a, u32 b, bool c) { return EITHER(c) ? a : b; }
OP i64 i64_select(i64 a, i64 b, bool c) { return EITHER(c) ? a : b; }
OP u64 u64_select(u64 a, u64 b, bool c) { return EITHER(c) ? a : b; }
OP usize usize_select(usize a, usize b, bool c) { return EITHER(c) ? a : b; }
OP f64 f64_select(f64 a, f64 b, bool c) { return EITHER(c) ? a : b; }
OP v128 v128_select(v128 a, v128 b, bool c) { return EITHER(c) ? a : b; }

#include "simd.h"
