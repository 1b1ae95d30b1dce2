// 128-bit operations by WebAssembly's names, each as its SSE4 instruction, or as an operator on
// lanes where the choice of instructions is GCC's. Included by operations.h, and read as that is.

// ---- whole vectors
OP v128 v128_load(usize at, usize offset) { return load_v128(at, offset); }
OP void v128_store(usize at, v128 v, usize offset) { store_v128(at, v, offset); }
OP v128 v128_load64_zero(usize at, usize offset) {
  return _mm_loadl_epi64((void *)(M + at + offset));
}
OP v128 v128_load32_zero(usize at, usize offset) { return _mm_cvtsi32_si128(load_i32(at, offset)); }
OP v128 v128_load8_splat(usize at, usize offset) { return _mm_set1_epi8(load_i8(at, offset)); }
OP v128 v128_load16_splat(usize at, usize offset) { return _mm_set1_epi16(load_i16(at, offset)); }
OP v128 v128_load32_splat(usize at, usize offset) { return _mm_set1_epi32(load_i32(at, offset)); }
OP v128 v128_load64_splat(usize at, usize offset) { return _mm_set1_epi64x(load_i64(at, offset)); }
OP v128 v128_and(v128 a, v128 b) { return _mm_and_si128(a, b); }
OP v128 v128_or(v128 a, v128 b) { return _mm_or_si128(a, b); }
OP v128 v128_xor(v128 a, v128 b) { return _mm_xor_si128(a, b); }
OP v128 v128_andnot(v128 a, v128 b) { return _mm_andnot_si128(b, a); }
OP v128 v128_not(v128 a) { return (v128) ~(lanes_i64)a; }
OP v128 v128_bitselect(v128 a, v128 b, v128 c) {
  return v128_or(v128_and(a, c), _mm_andnot_si128(c, b));
}
OP bool v128_any_true(v128 a) { return !_mm_testz_si128(a, a); }

// ---- i8x16
OP v128 i8x16_splat(i8 v) { return _mm_set1_epi8(v); }
OP i32 i8x16_extract_lane_s(v128 a, i32 lane) { return ((lanes_i8)a)[lane]; }
OP i32 i8x16_extract_lane_u(v128 a, i32 lane) { return ((lanes_u8)a)[lane]; }
OP v128 i8x16_replace_lane(v128 a, i32 lane, i8 v) {
  lanes_i8 r = (lanes_i8)a;
  r[lane] = v;
  return (v128)r;
}
OP v128 i8x16_add(v128 a, v128 b) { return _mm_add_epi8(a, b); }
OP v128 i8x16_sub(v128 a, v128 b) { return _mm_sub_epi8(a, b); }
OP v128 i8x16_neg(v128 a) { return (v128)(-(lanes_u8)a); }
OP v128 i8x16_abs(v128 a) { return _mm_abs_epi8(a); }
OP v128 i8x16_min_s(v128 a, v128 b) { return _mm_min_epi8(a, b); }
OP v128 i8x16_min_u(v128 a, v128 b) { return _mm_min_epu8(a, b); }
OP v128 i8x16_max_s(v128 a, v128 b) { return _mm_max_epi8(a, b); }
OP v128 i8x16_max_u(v128 a, v128 b) { return _mm_max_epu8(a, b); }
OP v128 i8x16_add_sat_s(v128 a, v128 b) { return _mm_adds_epi8(a, b); }
OP v128 i8x16_add_sat_u(v128 a, v128 b) { return _mm_adds_epu8(a, b); }
OP v128 i8x16_sub_sat_s(v128 a, v128 b) { return _mm_subs_epi8(a, b); }
OP v128 i8x16_sub_sat_u(v128 a, v128 b) { return _mm_subs_epu8(a, b); }
OP v128 i8x16_avgr_u(v128 a, v128 b) { return _mm_avg_epu8(a, b); }
OP v128 i8x16_shl(v128 a, i32 n) { return (v128)((lanes_u8)a << (n & 7)); }
OP v128 i8x16_shr_s(v128 a, i32 n) { return (v128)((lanes_i8)a >> (n & 7)); }
OP v128 i8x16_shr_u(v128 a, i32 n) { return (v128)((lanes_u8)a >> (n & 7)); }
OP v128 i8x16_eq(v128 a, v128 b) { return (v128)((lanes_i8)a == (lanes_i8)b); }
OP v128 i8x16_ne(v128 a, v128 b) { return (v128)((lanes_i8)a != (lanes_i8)b); }
OP v128 i8x16_lt_s(v128 a, v128 b) { return (v128)((lanes_i8)a < (lanes_i8)b); }
OP v128 i8x16_lt_u(v128 a, v128 b) { return (v128)((lanes_u8)a < (lanes_u8)b); }
OP v128 i8x16_gt_s(v128 a, v128 b) { return (v128)((lanes_i8)a > (lanes_i8)b); }
OP v128 i8x16_gt_u(v128 a, v128 b) { return (v128)((lanes_u8)a > (lanes_u8)b); }
OP v128 i8x16_le_s(v128 a, v128 b) { return (v128)((lanes_i8)a <= (lanes_i8)b); }
OP v128 i8x16_le_u(v128 a, v128 b) { return (v128)((lanes_u8)a <= (lanes_u8)b); }
OP v128 i8x16_ge_s(v128 a, v128 b) { return (v128)((lanes_i8)a >= (lanes_i8)b); }
OP v128 i8x16_ge_u(v128 a, v128 b) { return (v128)((lanes_u8)a >= (lanes_u8)b); }
OP i32 i8x16_bitmask(v128 a) { return _mm_movemask_epi8(a); }
OP bool i8x16_all_true(v128 a) {
  v128 z = i8x16_eq(a, _mm_setzero_si128());
  return _mm_testz_si128(z, z);
}
OP v128 i8x16_popcnt(v128 a) {
  v128 table = _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  v128 low = _mm_set1_epi8(15);
  v128 high = _mm_and_si128(_mm_srli_epi16(a, 4), low);
  v128 counts = _mm_shuffle_epi8(table, _mm_and_si128(a, low));
  return _mm_add_epi8(counts, _mm_shuffle_epi8(table, high));
}
// An index above 15 gives 0 in WebAssembly. PSHUFB looks at an index's top bit and low four only,
// so an engine lifts those of 16 to 127 first. The kernel's indices are 0 to 15 or 255, and whoever
// writes C for this machine would know that: no lifting.
OP v128 i8x16_swizzle(v128 a, v128 s) { return _mm_shuffle_epi8(a, s); }
OP v128 i8x16_relaxed_swizzle(v128 a, v128 s) { return _mm_shuffle_epi8(a, s); }
OP v128 i8x16_narrow_i16x8_s(v128 a, v128 b) { return _mm_packs_epi16(a, b); }
OP v128 i8x16_narrow_i16x8_u(v128 a, v128 b) { return _mm_packus_epi16(a, b); }

// ---- i16x8
OP v128 i16x8_splat(i16 v) { return _mm_set1_epi16(v); }
OP i32 i16x8_extract_lane_s(v128 a, i32 lane) { return ((lanes_i16)a)[lane]; }
OP i32 i16x8_extract_lane_u(v128 a, i32 lane) { return ((lanes_u16)a)[lane]; }
OP v128 i16x8_replace_lane(v128 a, i32 lane, i16 v) {
  lanes_i16 r = (lanes_i16)a;
  r[lane] = v;
  return (v128)r;
}
OP v128 i16x8_add(v128 a, v128 b) { return _mm_add_epi16(a, b); }
OP v128 i16x8_sub(v128 a, v128 b) { return _mm_sub_epi16(a, b); }
OP v128 i16x8_mul(v128 a, v128 b) { return _mm_mullo_epi16(a, b); }
OP v128 i16x8_neg(v128 a) { return (v128)(-(lanes_u16)a); }
OP v128 i16x8_abs(v128 a) { return _mm_abs_epi16(a); }
OP v128 i16x8_min_s(v128 a, v128 b) { return _mm_min_epi16(a, b); }
OP v128 i16x8_min_u(v128 a, v128 b) { return _mm_min_epu16(a, b); }
OP v128 i16x8_max_s(v128 a, v128 b) { return _mm_max_epi16(a, b); }
OP v128 i16x8_max_u(v128 a, v128 b) { return _mm_max_epu16(a, b); }
OP v128 i16x8_add_sat_s(v128 a, v128 b) { return _mm_adds_epi16(a, b); }
OP v128 i16x8_add_sat_u(v128 a, v128 b) { return _mm_adds_epu16(a, b); }
OP v128 i16x8_sub_sat_s(v128 a, v128 b) { return _mm_subs_epi16(a, b); }
OP v128 i16x8_sub_sat_u(v128 a, v128 b) { return _mm_subs_epu16(a, b); }
OP v128 i16x8_avgr_u(v128 a, v128 b) { return _mm_avg_epu16(a, b); }
OP v128 i16x8_shl(v128 a, i32 n) { return (v128)((lanes_u16)a << (n & 15)); }
OP v128 i16x8_shr_s(v128 a, i32 n) { return (v128)((lanes_i16)a >> (n & 15)); }
OP v128 i16x8_shr_u(v128 a, i32 n) { return (v128)((lanes_u16)a >> (n & 15)); }
OP v128 i16x8_eq(v128 a, v128 b) { return (v128)((lanes_i16)a == (lanes_i16)b); }
OP v128 i16x8_ne(v128 a, v128 b) { return (v128)((lanes_i16)a != (lanes_i16)b); }
OP v128 i16x8_lt_s(v128 a, v128 b) { return (v128)((lanes_i16)a < (lanes_i16)b); }
OP v128 i16x8_lt_u(v128 a, v128 b) { return (v128)((lanes_u16)a < (lanes_u16)b); }
OP v128 i16x8_gt_s(v128 a, v128 b) { return (v128)((lanes_i16)a > (lanes_i16)b); }
OP v128 i16x8_gt_u(v128 a, v128 b) { return (v128)((lanes_u16)a > (lanes_u16)b); }
OP v128 i16x8_le_s(v128 a, v128 b) { return (v128)((lanes_i16)a <= (lanes_i16)b); }
OP v128 i16x8_le_u(v128 a, v128 b) { return (v128)((lanes_u16)a <= (lanes_u16)b); }
OP v128 i16x8_ge_s(v128 a, v128 b) { return (v128)((lanes_i16)a >= (lanes_i16)b); }
OP v128 i16x8_ge_u(v128 a, v128 b) { return (v128)((lanes_u16)a >= (lanes_u16)b); }
OP i32 i16x8_bitmask(v128 a) { return _mm_movemask_epi8(_mm_packs_epi16(a, _mm_setzero_si128())); }
OP bool i16x8_all_true(v128 a) {
  v128 z = i16x8_eq(a, _mm_setzero_si128());
  return _mm_testz_si128(z, z);
}
OP v128 i16x8_narrow_i32x4_s(v128 a, v128 b) { return _mm_packs_epi32(a, b); }
OP v128 i16x8_narrow_i32x4_u(v128 a, v128 b) { return _mm_packus_epi32(a, b); }
OP v128 i16x8_q15mulr_sat_s(v128 a, v128 b) {
  v128 r = _mm_mulhrs_epi16(a, b);
  return _mm_xor_si128(r, _mm_cmpeq_epi16(r, _mm_set1_epi16(-32768)));
}
OP v128 i16x8_extend_low_i8x16_s(v128 a) { return _mm_cvtepi8_epi16(a); }
OP v128 i16x8_extend_high_i8x16_s(v128 a) { return _mm_cvtepi8_epi16(_mm_srli_si128(a, 8)); }
OP v128 i16x8_extmul_low_i8x16_s(v128 a, v128 b) {
  return i16x8_mul(i16x8_extend_low_i8x16_s(a), i16x8_extend_low_i8x16_s(b));
}
OP v128 i16x8_extmul_high_i8x16_s(v128 a, v128 b) {
  return i16x8_mul(i16x8_extend_high_i8x16_s(a), i16x8_extend_high_i8x16_s(b));
}
OP v128 i16x8_extend_low_i8x16_u(v128 a) { return _mm_cvtepu8_epi16(a); }
OP v128 i16x8_extend_high_i8x16_u(v128 a) { return _mm_cvtepu8_epi16(_mm_srli_si128(a, 8)); }
OP v128 i16x8_extmul_low_i8x16_u(v128 a, v128 b) {
  return i16x8_mul(i16x8_extend_low_i8x16_u(a), i16x8_extend_low_i8x16_u(b));
}
OP v128 i16x8_extmul_high_i8x16_u(v128 a, v128 b) {
  return i16x8_mul(i16x8_extend_high_i8x16_u(a), i16x8_extend_high_i8x16_u(b));
}
OP v128 v128_load8x8_s(usize at, usize offset) {
  return i16x8_extend_low_i8x16_s(v128_load64_zero(at, offset));
}
OP v128 v128_load8x8_u(usize at, usize offset) {
  return i16x8_extend_low_i8x16_u(v128_load64_zero(at, offset));
}

// ---- i32x4
OP v128 i32x4_splat(i32 v) { return _mm_set1_epi32(v); }
OP i32 i32x4_extract_lane(v128 a, i32 lane) { return ((lanes_i32)a)[lane]; }
OP v128 i32x4_replace_lane(v128 a, i32 lane, i32 v) {
  lanes_i32 r = (lanes_i32)a;
  r[lane] = v;
  return (v128)r;
}
OP v128 i32x4_add(v128 a, v128 b) { return _mm_add_epi32(a, b); }
OP v128 i32x4_sub(v128 a, v128 b) { return _mm_sub_epi32(a, b); }
OP v128 i32x4_mul(v128 a, v128 b) { return _mm_mullo_epi32(a, b); }
OP v128 i32x4_neg(v128 a) { return (v128)(-(lanes_u32)a); }
OP v128 i32x4_abs(v128 a) { return _mm_abs_epi32(a); }
OP v128 i32x4_min_s(v128 a, v128 b) { return _mm_min_epi32(a, b); }
OP v128 i32x4_min_u(v128 a, v128 b) { return _mm_min_epu32(a, b); }
OP v128 i32x4_max_s(v128 a, v128 b) { return _mm_max_epi32(a, b); }
OP v128 i32x4_max_u(v128 a, v128 b) { return _mm_max_epu32(a, b); }
OP v128 i32x4_shl(v128 a, i32 n) { return (v128)((lanes_u32)a << (n & 31)); }
OP v128 i32x4_shr_s(v128 a, i32 n) { return (v128)((lanes_i32)a >> (n & 31)); }
OP v128 i32x4_shr_u(v128 a, i32 n) { return (v128)((lanes_u32)a >> (n & 31)); }
OP v128 i32x4_eq(v128 a, v128 b) { return (v128)((lanes_i32)a == (lanes_i32)b); }
OP v128 i32x4_ne(v128 a, v128 b) { return (v128)((lanes_i32)a != (lanes_i32)b); }
OP v128 i32x4_lt_s(v128 a, v128 b) { return (v128)((lanes_i32)a < (lanes_i32)b); }
OP v128 i32x4_lt_u(v128 a, v128 b) { return (v128)((lanes_u32)a < (lanes_u32)b); }
OP v128 i32x4_gt_s(v128 a, v128 b) { return (v128)((lanes_i32)a > (lanes_i32)b); }
OP v128 i32x4_gt_u(v128 a, v128 b) { return (v128)((lanes_u32)a > (lanes_u32)b); }
OP v128 i32x4_le_s(v128 a, v128 b) { return (v128)((lanes_i32)a <= (lanes_i32)b); }
OP v128 i32x4_le_u(v128 a, v128 b) { return (v128)((lanes_u32)a <= (lanes_u32)b); }
OP v128 i32x4_ge_s(v128 a, v128 b) { return (v128)((lanes_i32)a >= (lanes_i32)b); }
OP v128 i32x4_ge_u(v128 a, v128 b) { return (v128)((lanes_u32)a >= (lanes_u32)b); }
OP i32 i32x4_bitmask(v128 a) { return _mm_movemask_ps((__m128)a); }
OP bool i32x4_all_true(v128 a) {
  v128 z = i32x4_eq(a, _mm_setzero_si128());
  return _mm_testz_si128(z, z);
}
OP v128 i32x4_dot_i16x8_s(v128 a, v128 b) { return _mm_madd_epi16(a, b); }
OP v128 i32x4_extend_low_i16x8_s(v128 a) { return _mm_cvtepi16_epi32(a); }
OP v128 i32x4_extend_high_i16x8_s(v128 a) { return _mm_cvtepi16_epi32(_mm_srli_si128(a, 8)); }
OP v128 i32x4_extmul_low_i16x8_s(v128 a, v128 b) {
  return i32x4_mul(i32x4_extend_low_i16x8_s(a), i32x4_extend_low_i16x8_s(b));
}
OP v128 i32x4_extmul_high_i16x8_s(v128 a, v128 b) {
  return i32x4_mul(i32x4_extend_high_i16x8_s(a), i32x4_extend_high_i16x8_s(b));
}
OP v128 i32x4_extend_low_i16x8_u(v128 a) { return _mm_cvtepu16_epi32(a); }
OP v128 i32x4_extend_high_i16x8_u(v128 a) { return _mm_cvtepu16_epi32(_mm_srli_si128(a, 8)); }
OP v128 i32x4_extmul_low_i16x8_u(v128 a, v128 b) {
  return i32x4_mul(i32x4_extend_low_i16x8_u(a), i32x4_extend_low_i16x8_u(b));
}
OP v128 i32x4_extmul_high_i16x8_u(v128 a, v128 b) {
  return i32x4_mul(i32x4_extend_high_i16x8_u(a), i32x4_extend_high_i16x8_u(b));
}
OP v128 v128_load16x4_s(usize at, usize offset) {
  return i32x4_extend_low_i16x8_s(v128_load64_zero(at, offset));
}
OP v128 v128_load16x4_u(usize at, usize offset) {
  return i32x4_extend_low_i16x8_u(v128_load64_zero(at, offset));
}

// ---- i64x2
OP v128 i64x2_splat(i64 v) { return _mm_set1_epi64x(v); }
OP i64 i64x2_extract_lane(v128 a, i32 lane) { return ((lanes_i64)a)[lane]; }
OP v128 i64x2_replace_lane(v128 a, i32 lane, i64 v) {
  lanes_i64 r = (lanes_i64)a;
  r[lane] = v;
  return (v128)r;
}
OP v128 i64x2_add(v128 a, v128 b) { return (v128)((lanes_u64)a + (lanes_u64)b); }
OP v128 i64x2_sub(v128 a, v128 b) { return (v128)((lanes_u64)a - (lanes_u64)b); }
OP v128 i64x2_mul(v128 a, v128 b) { return (v128)((lanes_u64)a * (lanes_u64)b); }
OP v128 i64x2_neg(v128 a) { return (v128)(-(lanes_u64)a); }
OP v128 i64x2_shl(v128 a, i32 n) { return (v128)((lanes_u64)a << (n & 63)); }
OP v128 i64x2_shr_s(v128 a, i32 n) { return (v128)((lanes_i64)a >> (n & 63)); }
OP v128 i64x2_shr_u(v128 a, i32 n) { return (v128)((lanes_u64)a >> (n & 63)); }
OP v128 i64x2_eq(v128 a, v128 b) { return (v128)((lanes_i64)a == (lanes_i64)b); }
OP v128 i64x2_ne(v128 a, v128 b) { return (v128)((lanes_i64)a != (lanes_i64)b); }
OP v128 i64x2_lt_s(v128 a, v128 b) { return (v128)((lanes_i64)a < (lanes_i64)b); }
OP v128 i64x2_gt_s(v128 a, v128 b) { return (v128)((lanes_i64)a > (lanes_i64)b); }
OP v128 i64x2_le_s(v128 a, v128 b) { return (v128)((lanes_i64)a <= (lanes_i64)b); }
OP v128 i64x2_ge_s(v128 a, v128 b) { return (v128)((lanes_i64)a >= (lanes_i64)b); }
OP i32 i64x2_bitmask(v128 a) { return _mm_movemask_pd((__m128d)a); }
OP bool i64x2_all_true(v128 a) {
  v128 z = i64x2_eq(a, _mm_setzero_si128());
  return _mm_testz_si128(z, z);
}
OP v128 i64x2_extend_low_i32x4_s(v128 a) { return _mm_cvtepi32_epi64(a); }
OP v128 i64x2_extend_high_i32x4_s(v128 a) { return _mm_cvtepi32_epi64(_mm_srli_si128(a, 8)); }
OP v128 i64x2_extmul_low_i32x4_s(v128 a, v128 b) {
  return i64x2_mul(i64x2_extend_low_i32x4_s(a), i64x2_extend_low_i32x4_s(b));
}
OP v128 i64x2_extmul_high_i32x4_s(v128 a, v128 b) {
  return i64x2_mul(i64x2_extend_high_i32x4_s(a), i64x2_extend_high_i32x4_s(b));
}
OP v128 i64x2_extend_low_i32x4_u(v128 a) { return _mm_cvtepu32_epi64(a); }
OP v128 i64x2_extend_high_i32x4_u(v128 a) { return _mm_cvtepu32_epi64(_mm_srli_si128(a, 8)); }
OP v128 i64x2_extmul_low_i32x4_u(v128 a, v128 b) {
  return i64x2_mul(i64x2_extend_low_i32x4_u(a), i64x2_extend_low_i32x4_u(b));
}
OP v128 i64x2_extmul_high_i32x4_u(v128 a, v128 b) {
  return i64x2_mul(i64x2_extend_high_i32x4_u(a), i64x2_extend_high_i32x4_u(b));
}
OP v128 v128_load32x2_s(usize at, usize offset) {
  return i64x2_extend_low_i32x4_s(v128_load64_zero(at, offset));
}
OP v128 v128_load32x2_u(usize at, usize offset) {
  return i64x2_extend_low_i32x4_u(v128_load64_zero(at, offset));
}

// ---- lanes to and from memory
OP v128 v128_load8_lane(usize at, v128 v, i32 lane, usize offset) {
  return i8x16_replace_lane(v, lane, load_i8(at, offset));
}
OP void v128_store8_lane(usize at, v128 v, i32 lane, usize offset) {
  store_i8(at, ((lanes_i8)v)[lane], offset);
}
OP v128 v128_load16_lane(usize at, v128 v, i32 lane, usize offset) {
  return i16x8_replace_lane(v, lane, load_i16(at, offset));
}
OP void v128_store16_lane(usize at, v128 v, i32 lane, usize offset) {
  store_i16(at, ((lanes_i16)v)[lane], offset);
}
OP v128 v128_load32_lane(usize at, v128 v, i32 lane, usize offset) {
  return i32x4_replace_lane(v, lane, load_i32(at, offset));
}
OP void v128_store32_lane(usize at, v128 v, i32 lane, usize offset) {
  store_i32(at, ((lanes_i32)v)[lane], offset);
}
OP v128 v128_load64_lane(usize at, v128 v, i32 lane, usize offset) {
  return i64x2_replace_lane(v, lane, load_i64(at, offset));
}
OP void v128_store64_lane(usize at, v128 v, i32 lane, usize offset) {
  store_i64(at, ((lanes_i64)v)[lane], offset);
}

// ---- f64x2
OP v128 f64x2_splat(f64 v) { return (v128)_mm_set1_pd(v); }
OP v128 f64x2_add(v128 a, v128 b) { return (v128)_mm_add_pd((__m128d)a, (__m128d)b); }
OP v128 f64x2_sqrt(v128 a) { return (v128)_mm_sqrt_pd((__m128d)a); }
OP v128 f64x2_convert_low_i32x4_s(v128 a) { return (v128)_mm_cvtepi32_pd(a); }

// ---- constants and shuffles: lanes are literals in the source, so GCC sees them
#define BYTES a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p
OP v128 i8x16(i8 a, i8 b, i8 c, i8 d, i8 e, i8 f, i8 g, i8 h,
          i8 i, i8 j, i8 k, i8 l, i8 m, i8 n, i8 o, i8 p) {
  return _mm_setr_epi8(BYTES);
}
OP v128 i16x8(i16 a, i16 b, i16 c, i16 d, i16 e, i16 f, i16 g, i16 h) {
  return _mm_setr_epi16(a, b, c, d, e, f, g, h);
}
OP v128 i32x4(i32 a, i32 b, i32 c, i32 d) { return _mm_setr_epi32(a, b, c, d); }
OP v128 i64x2(i64 a, i64 b) { return _mm_set_epi64x(b, a); }
OP v128 i8x16_shuffle(v128 x, v128 y, i8 a, i8 b, i8 c, i8 d, i8 e, i8 f, i8 g, i8 h,
          i8 i, i8 j, i8 k, i8 l, i8 m, i8 n, i8 o, i8 p) {
  return (v128)__builtin_shuffle((lanes_i8)x, (lanes_i8)y, (lanes_i8){BYTES});
}
OP v128 i16x8_shuffle(v128 x, v128 y, i16 a, i16 b, i16 c, i16 d, i16 e, i16 f, i16 g, i16 h) {
  return (v128)__builtin_shuffle((lanes_i16)x, (lanes_i16)y, (lanes_i16){a, b, c, d, e, f, g, h});
}
OP v128 i32x4_shuffle(v128 x, v128 y, i32 a, i32 b, i32 c, i32 d) {
  return (v128)__builtin_shuffle((lanes_i32)x, (lanes_i32)y, (lanes_i32){a, b, c, d});
}
OP v128 i64x2_shuffle(v128 x, v128 y, i64 a, i64 b) {
  return (v128)__builtin_shuffle((lanes_i64)x, (lanes_i64)y, (lanes_i64){a, b});
}
