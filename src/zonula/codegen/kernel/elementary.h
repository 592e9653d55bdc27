/* Elementary functions on a vector type REAL with masks MASK and unsigned bits BITS; included once per type by vector.h.

   Range reduction and coefficients of log, sin and cos are those of FreeBSD's msun (Sun Microsystems 1993, freely
   usable with this notice); exp is a Taylor sum. No tables, no branches: each lane takes the same road. NaN gives NaN. */

#define ZN_ROUND 6755399441055744.0 /* 1.5 * 2^52: adding it rounds to an integer, kept in the low bits */
#define ZN_LN2_HIGH 6.93147180369123816490e-01 /* its last 21 bits are zero: times an exponent it is exact */
#define ZN_LN2_LOW 1.90821492927058770002e-10

ZN_SHORT REAL FN(splat)(double x) { return x - (REAL){0}; }

ZN_SHORT REAL FN(select)(MASK condition, REAL a, REAL b) {
  return (REAL)((condition & (MASK)a) | (~condition & (MASK)b));
}

ZN_SHORT REAL FN(abs)(REAL a) { return (REAL)((MASK)a & (int64_t)0x7fffffffffffffffLL); }

/* NaN on either side gives NaN: a lost number must not look like a bound. */
ZN_SHORT REAL FN(min)(REAL a, REAL b) { return FN(select)(a != a, a, FN(select)(a < b, a, b)); }
ZN_SHORT REAL FN(max)(REAL a, REAL b) { return FN(select)(a != a, a, FN(select)(a > b, a, b)); }

ZN_SHORT REAL FN(with_sign)(REAL size, REAL sign) {
  const int64_t top = INT64_MIN;
  return (REAL)(((MASK)size & ~top) | ((MASK)sign & top));
}

/* 2^k for whole k from -1022 to 1023 */
ZN_SHORT REAL FN(power_of_two)(REAL k) { return (REAL)(((BITS)(k + ZN_ROUND) + 1023u) << 52); }

/* value * 2^k in two halves: 2^k alone may be too large or too small for a double when the product is not */
ZN_SHORT REAL FN(scaled)(REAL value, REAL k) {
  const REAL half = (k * 0.5 + ZN_ROUND) - ZN_ROUND;
  return value * FN(power_of_two)(half) * FN(power_of_two)(k - half);
}

/* e^x = 2^k (1 + p) with |x - k ln 2| <= 0.35: returns p. Taylor to degree 13: the rest is below 5e-18. */
static inline REAL FN(reduced)(REAL x, REAL *k) {
  *k = (x * 1.44269504088896338700 + ZN_ROUND) - ZN_ROUND;
  const REAL r = (x - *k * ZN_LN2_HIGH) - *k * ZN_LN2_LOW, z = r * r;
  const REAL even = 1.0 / 2 + z * (1.0 / 24 + z * (1.0 / 720 + z * (1.0 / 40320 + z * (1.0 / 3628800 + z * (1.0 / 479001600)))));
  const REAL odd = 1.0 / 6 + z * (1.0 / 120 + z * (1.0 / 5040 + z * (1.0 / 362880 + z * (1.0 / 39916800 + z * (1.0 / 6227020800.0)))));
  return r + z * (even + r * odd);
}

/* Above 709.78 infinity, below -745.13 zero, between them right to about 1 ulp, gradual underflow included. */
ZN_LONG REAL FN(exp)(REAL x) {
  REAL k;
  const REAL p = FN(reduced)(FN(max)(FN(min)(x, FN(splat)(710.0)), FN(splat)(-746.0)), &k);
  return FN(scaled)(1.0 + p, k);
}

/* e^x - 1 = 2^k (p + (1 - 2^-k)): nothing is lost near 0, where k = 0. */
ZN_LONG REAL FN(expm1)(REAL x) {
  REAL k;
  const REAL p = FN(reduced)(FN(max)(FN(min)(x, FN(splat)(710.0)), FN(splat)(-60.0)), &k);
  const REAL one_less = 1.0 - FN(power_of_two)(-FN(min)(k, FN(splat)(64.0)));
  return FN(scaled)(p + one_less, k);
}

/* log 0 = -infinity, of less NaN; numbers below the smallest normal one are scaled up first. */
ZN_LONG REAL FN(log)(REAL x) {
  const MASK small = x < 2.2250738585072014e-308;
  const BITS bits = (BITS)FN(select)(small, x * 18014398509481984.0, x); /* 2^54 */
  const BITS exponent = (bits + (0x3ff0000000000000u - 0x3fe6a09e667f3bcdu)) >> 52; /* so that the rest is in [0.7, 1.4] */
  const REAL m = (REAL)(bits - ((exponent - 1023u) << 52));
  REAL e = (REAL)(exponent | 0x4330000000000000u) - (4503599627370496.0 + 1023.0);
  e = FN(select)(small, e - 54.0, e);
  const REAL f = m - 1.0, s = f * FN(rcp)(2.0 + f), z = s * s, w = z * z;
  const REAL odd = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const REAL even = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const REAL half = 0.5 * f * f;
  const REAL y = e * ZN_LN2_HIGH - ((half - (s * (half + (odd + even)) + e * ZN_LN2_LOW)) - f);
  const REAL rest = FN(select)(x == 0.0, FN(splat)(-ZN_INFINITY), FN(splat)(ZN_NAN));
  return FN(select)(x > 0.0, FN(select)(x == ZN_INFINITY, x, y), rest);
}

/* x^y for x > 0 with relative error about 2e-16 (1 + |y ln x|). For x <= 0 it is 0, and the caller chooses what to take
   there; inf^0 and 1^inf are NaN. */
ZN_LONG REAL FN(pow)(REAL x, REAL y) { return FN(select)(x <= 0.0, (REAL){0}, FN(exp)(y * FN(log)(x))); }

/* tanh |x| = -t / (t + 2) with t = e^(-2|x|) - 1: no cancellation, no overflow */
ZN_LONG REAL FN(tanh)(REAL x) {
  const REAL t = FN(expm1)(-2.0 * FN(abs)(x));
  return FN(with_sign)(t / (t + 2.0), x);
}

/* sin (turns = 0) or cos (turns = 1) of x, by quarter turns. Good to 2.5 ulp for |x| up to 1e6 (the first three parts of pi/2,
   of 33 bits each, are exact times so many quarters); beyond, an error like that of x itself; from 1e15 on NaN. */
ZN_LONG REAL FN(circle)(REAL x, int turns) {
  const REAL shifted = x * 6.36619772367581382433e-01 + ZN_ROUND, k = shifted - ZN_ROUND;
  const REAL r = (((x - k * 1.57079632673412561417e+00) - k * 6.07710050630396597660e-11) - k * 2.02226624871116645580e-21)
               - k * 8.47842766036889956997e-32;
  const REAL z = r * r;
  const REAL sine = r + z * r * (-1.66666666666666324348e-01 + z * (8.33333333332248946124e-03 + z * (-1.98412698298579493134e-04
      + z * (2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))));
  const REAL tail = z * z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 + z * (2.48015872894767294178e-05
      + z * (-2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
  const REAL half = 0.5 * z, w = 1.0 - half;
  const REAL cosine = w + (((1.0 - w) - half) + tail);
  const BITS quarter = (BITS)shifted + (uint64_t)turns;
  const REAL chosen = FN(select)((MASK)(quarter & 1u) != 0, cosine, sine);
  const REAL signed_ = (REAL)((BITS)chosen ^ ((quarter & 2u) << 62));
  return FN(select)(FN(abs)(x) < 1e15, signed_, FN(splat)(ZN_NAN));
}

static inline REAL FN(sin)(REAL x) { return FN(circle)(x, 0); }
static inline REAL FN(cos)(REAL x) { return FN(circle)(x, 1); }

#undef ZN_ROUND
#undef ZN_LN2_HIGH
#undef ZN_LN2_LOW
