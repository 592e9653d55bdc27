/* Vectors of LANES doubles, one person per lane, and the elementary functions on them.

   No lane ever looks at another lane. With REPRODUCIBLE only + - * / sqrt and integer operations are used, each rounded
   once (compile with -ffp-contract=off): the bytes are then the same for any compiler, any LANES and any machine with
   IEEE doubles. The elementary functions stand once, in elementary.h, and are made twice: zn_exp(V), zn_exp1(double). */
#ifndef ZN_VECTOR_H
#define ZN_VECTOR_H

#include <stdint.h>
/* GCC reads the header for as long as it compiles a thousand lines; for classes below AVX-512 two of its names are all that is wanted. */
#if defined(__x86_64__) || defined(_M_X64)
#if defined(__GNUC__) && !defined(__clang__) && !defined(__AVX512F__)
#define ZN_SQRT4(a) __builtin_ia32_sqrtpd256(a)
#define ZN_SQRT2(a) __builtin_ia32_sqrtpd(a)
#else
#include <immintrin.h>
#define ZN_SQRT4(a) (V)_mm256_sqrt_pd((__m256d)(a))
#define ZN_SQRT2(a) (V)_mm_sqrt_pd((__m128d)(a))
#endif
#endif

#ifndef LANES
#define LANES 8
#endif

typedef double V __attribute__((vector_size(8 * LANES)));
typedef __typeof__((V){0} < (V){0}) M; /* what a comparison gives: all bits of a lane set, or none */
typedef uint64_t U __attribute__((vector_size(8 * LANES)));

/* Scalars travel as pairs of equal numbers: one text serves both, and every machine has vectors of two. */
typedef double Pair __attribute__((vector_size(16)));
typedef __typeof__((Pair){0} < (Pair){0}) PairMask;
typedef uint64_t PairBits __attribute__((vector_size(16)));

#define ZN_INFINITY __builtin_inf()
#define ZN_NAN __builtin_nan("")

/* ---- what depends on the machine: reciprocal and square root ---- */

/* fast: the CPU's 14-bit estimate and two Newton steps (error about 1 ulp) in a third of a division's time. For 0 and
   infinity Newton gives 0 * inf = NaN; the last instruction then takes the estimate, which is right there (inf, 0), as
   IEEE division has it. Its table: by class of the estimate, 1 = take the estimate (classes 2 zero, 4 and 5 infinities). */
#if !defined(REPRODUCIBLE) && LANES == 8 && defined(__AVX512F__)
static inline V zn_rcp(V a) {
  const __m512d seed = _mm512_rcp14_pd((__m512d)a);
  V r = (V)seed;
  r = r + r * (1.0 - a * r);
  r = r + r * (1.0 - a * r);
  return (V)_mm512_fixupimm_pd((__m512d)r, seed, _mm512_set1_epi64(0x00110100), 0);
}
#elif !defined(REPRODUCIBLE) && LANES == 4 && defined(__AVX512VL__)
static inline V zn_rcp(V a) {
  const __m256d seed = _mm256_rcp14_pd((__m256d)a);
  V r = (V)seed;
  r = r + r * (1.0 - a * r);
  r = r + r * (1.0 - a * r);
  return (V)_mm256_fixupimm_pd((__m256d)r, seed, _mm256_set1_epi64x(0x00110100), 0);
}
#else
static inline V zn_rcp(V a) { return 1.0 / a; }
#endif

static inline V zn_sqrt(V a) {
#if LANES == 8 && defined(__AVX512F__)
  return (V)_mm512_sqrt_pd((__m512d)a);
#elif LANES == 4 && defined(__AVX__)
  return ZN_SQRT4(a);
#elif LANES == 2 && defined(__SSE2__)
  return ZN_SQRT2(a);
#else
  for (int l = 0; l < LANES; l++) a[l] = __builtin_sqrt(a[l]);
  return a;
#endif
}

static inline Pair zn_pair_rcp(Pair a) { return 1.0 / a; }

/* Where bytes count, long functions stand once, and short ones where they are used. */
#ifdef __wasm__
#define ZN_LONG static __attribute__((noinline, unused))
#define ZN_SHORT static inline __attribute__((always_inline))
#else
#define ZN_LONG static inline
#define ZN_SHORT static inline
#endif

/* ---- the functions on V ---- */
#define REAL V
#define MASK M
#define BITS U
#define FN(name) zn_##name
#include "elementary.h"
#undef REAL
#undef MASK
#undef BITS
#undef FN

/* ---- the same on pairs, and by them on doubles ---- */
#define REAL Pair
#define MASK PairMask
#define BITS PairBits
#define FN(name) zn_pair_##name
#include "elementary.h"
#undef REAL
#undef MASK
#undef BITS
#undef FN

#define ZN_SCALAR(name) \
  static inline double zn_##name##1(double x) { return zn_pair_##name(zn_pair_splat(x))[0]; }
ZN_SCALAR(exp)
ZN_SCALAR(expm1)
ZN_SCALAR(log)
ZN_SCALAR(tanh)
ZN_SCALAR(sin)
ZN_SCALAR(cos)
#undef ZN_SCALAR

static inline double zn_pow1(double x, double y) { return zn_pair_pow(zn_pair_splat(x), zn_pair_splat(y))[0]; }
static inline double zn_rcp1(double x) { return 1.0 / x; }
static inline double zn_sqrt1(double x) { return __builtin_sqrt(x); }
static inline double zn_abs1(double x) { return __builtin_fabs(x); }
static inline double zn_splat1(double x) { return x; }
static inline double zn_select1(int condition, double a, double b) { return condition ? a : b; }
static inline double zn_min1(double a, double b) { return a != a ? a : a < b ? a : b; }
static inline double zn_max1(double a, double b) { return a != a ? a : a > b ? a : b; }

#endif
