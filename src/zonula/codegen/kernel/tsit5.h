/* One attempt of a step with Tsit5 for a block of LANES people, in place of Rodas5P where steps are short for other reasons than stiffness.

   Explicit Runge-Kutta method of order 5(4): Ch. Tsitouras, Comput. Math. Appl. 62:770 (2011). The last stage of a step is the
   first of the next. No system is solved, which makes an attempt about three times as cheap; its length is bounded by the fastest
   rate of the model. */
#ifndef ZN_TSIT5_H
#define ZN_TSIT5_H

#define EXPLICIT_STAGES 7 /* the last is the slope at the new state */

/* row i: the argument of stage i + 1; the last row gives the new state */
static const double a_explicit[EXPLICIT_STAGES - 1][EXPLICIT_STAGES - 1] = {
  {0.161},
  {-0.008480655492356989, 0.335480655492357},
  {2.8971530571054935, -6.359448489975075, 4.3622954328695815},
  {5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525},
  {5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383},
  {0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774},
};
static const double c_explicit[EXPLICIT_STAGES] = {0.0, 0.161, 0.327, 0.9, 0.9800255409045097, 1.0, 1.0};

/* the new state less that of the embedded method of order 4 */
static const double error_explicit[EXPLICIT_STAGES] = {
  0.0017800110522257773, 0.0008164344596567463, -0.007880878010261994, 0.1447110071732629, -0.5823571654525552, 0.45808210592918686,
  -1.0 / 66.0};

/* between the ends of a step, as in rodas5p.h: d_r = h sum_j of row r k_j; order 4 */
static const double dense_explicit[3][EXPLICIT_STAGES] = {
  {0.9035392331819348, -0.01, -0.4798896504144996, -1.379008574103742, 3.290069515436081, -2.324710524099774, 0.0},
  {-1.860166964092891, 0.12169999999999999, 3.450406586480252, -13.79008574103742, 40.79938293194712, -30.221236813297068, 1.5},
  {1.0530884977290216, -0.1017, -2.490627285651252793, 16.54810288924490272, -47.37952196281928122, 34.87065786149660974, -2.5},
};

INLINE void argument(Block *b, const int i, V h) {
  for (int n = 0; n < NX; n++) {
    V sum = a_explicit[i][0] * b->k[0][n];
#pragma GCC unroll 8
    for (int j = 1; j <= i; j++) sum = sum + a_explicit[i][j] * b->k[j][n];
    b->u[n] = b->x[n] + h * sum;
  }
}

SEPARATE void explicit_slopes(Block *b, const int i, V t) {
  slopes(b, t);
  for (int n = 0; n < NX; n++) b->k[i][n] = b->f[n];
}

INLINE void explicit_stage(Block *b, const int i, V t, V h) {
  argument(b, i - 1, h);
  explicit_slopes(b, i, t + c_explicit[i] * h);
}

/* Lanes that came to their x by a jump or with other inputs do not have its slope in k[0] yet. */
SEPARATE void refresh_slopes(Block *b, V t, M stale) {
  for (int n = 0; n < NX; n++) b->u[n] = b->x[n];
  slopes(b, t);
  for (int n = 0; n < NX; n++) b->k[0][n] = zn_select(stale, b->f[n], b->k[0][n]);
}

/* One attempt from x at t, the slope of which is in k[0]: the new state is then in u, its slope in k[6]. */
SEPARATE Quality explicit_attempt(Block *b, V t, V h, Tolerance tolerance) {
  explicit_stage(b, 1, t, h);
  explicit_stage(b, 2, t, h);
  explicit_stage(b, 3, t, h);
  explicit_stage(b, 4, t, h);
  explicit_stage(b, 5, t, h);
  explicit_stage(b, 6, t, h);
  for (int n = 0; n < NX; n++) {
    V sum = error_explicit[0] * b->k[0][n];
#pragma GCC unroll 8
    for (int j = 1; j < EXPLICIT_STAGES; j++) sum = sum + error_explicit[j] * b->k[j][n];
    b->sum[n] = h * sum;
  }
  return judge(b, b->sum, tolerance);
}

SEPARATE void prepare_between_explicit(Block *b, V h) {
  for (int n = 0; n < NX; n++)
    for (int r = 0; r < 3; r++) {
      V sum = dense_explicit[r][0] * b->k[0][n];
#pragma GCC unroll 8
      for (int j = 1; j < EXPLICIT_STAGES; j++) sum = sum + dense_explicit[r][j] * b->k[j][n];
      b->dense[r][n] = h * sum;
    }
}

#endif
