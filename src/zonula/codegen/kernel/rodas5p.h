/* One attempt of a step with Rodas5P for a block of LANES people, each with its own time and step.

   Rosenbrock method of order 5(4), stiffly accurate and L-stable: G. Steinebach, BIT Numer. Math. 63:27 (2023). In the
   usual transformed form a stage solves (I/(h gamma) - J) k_i = f(t + alpha_i h, u_i) + sum_j c_ij k_j / h + h gamma_i df/dt.
   Stages 6 and 7 and the new state differ from the stage before by one k only: u_i = u_{i-1} + k_{i-1}. The last k is the
   difference to the embedded method of order 4, hence the estimate of the error. */
#ifndef ZN_RODAS5P_H
#define ZN_RODAS5P_H

#define STAGES 8
#define INLINE static inline __attribute__((always_inline))
#define SEPARATE static __attribute__((noinline))

static const double gamma_of_method = 0.21193756319429014;

static const double a_of_method[6][5] = {
  {0},
  {3.0},
  {2.849394379747939, 0.45842242204463923},
  {-6.954028509809101, 2.489845061869568, -10.358996098473584},
  {2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641},
  {-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946},
};

static const double c_of_method[STAGES][STAGES - 1] = {
  {0},
  {-14.155112264123755},
  {-17.97296035885952, -2.859693295451294},
  {147.12150275711716, -1.41221402718213, 71.68940251302358},
  {165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306},
  {24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471},
  {30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623, -28.087943162872662},
  {37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002, -54.66780262877968,
   -9.48861652309627},
};

/* moments of the stages and weights of df/dt: row sums of the method's alpha and Gamma */
static const double alpha_of_method[STAGES] = {
  0.0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1.0, 1.0, 1.0};
static const double gamma_of_stage[STAGES] = {
  0.21193756319429014, -0.42387512638858027, -0.3384627126235924, 1.8046452872882734, 2.325825639765069, 0.0, 0.0, 0.0};

/* between the ends of a step, with s its fraction: y = (1-s) x + s (u + (1-s) (d_0 + s (d_1 + s d_2))), d_r = sum_j of row r; order 4 */
static const double dense_of_method[3][STAGES] = {
  {25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204, 0.524948541321073, 1.1241088310450404,
   0.4272876194431874, -0.17202221070155493},
  {-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796, 20.176138334709044, 15.98066361424651,
   -6.789040303419874, -6.710236069923372},
  {11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643, -52.072871366152654, -59.78993625266729,
   -0.15582684282751913, 4.883087185713722},
};

typedef struct {
  V x[NX];              /* state at the start of the step */
  V u[NX];              /* argument of a stage; after an attempt the new state */
  V sum[NX], f[NX], k[STAGES][NX];
#if HAS_TIME
  V ft[NX];             /* df/dt at the start of the step */
#endif
  V w[NLU + 1];         /* factors of I/(h gamma) - J */
  V q[NQ + 1];          /* constants of each person */
  V scale[NX];          /* how large each state usually is: the absolute tolerance is a share of it */
  V inflow[NX];         /* constant inflow into each state during the segment of the lane's person */
  int32_t flowing[NX];  /* the states with an inflow in some lane */
  int32_t flowing_count;
  V dense[3][NX];       /* d_0 d_1 d_2 of the last attempt */
} Block;

typedef struct {
  double rtol;
  double atol_share; /* absolute tolerance / (rtol scale) */
  double slack;      /* how far a step may leave a state's range, relative to scale + |x| */
} Tolerance;

typedef struct {
  V square;  /* mean over states of (error / tolerance)^2; NaN when a number was lost */
  V pivot;   /* smallest |pivot| h gamma: the elimination is not pivoted, a tiny one spoils the step */
  M outside; /* some state left its range */
} Quality;

/* Lanes without an inflow keep their bits: even x + 0 would turn -0 into 0. */
SEPARATE void add_inflows(Block *b) {
  for (int32_t i = 0; i < b->flowing_count; i++) {
    const int32_t n = b->flowing[i];
    b->f[n] = zn_select(b->inflow[n] != 0.0, b->f[n] + b->inflow[n], b->f[n]);
  }
}

SEPARATE void slopes(Block *b, V t) {
  model_rhs(b->u, b->q, t, b->f);
  add_inflows(b);
}

SEPARATE void solve_stage(Block *b, V hinv, V *k) { model_solve(b->w, b->f, b->sum, hinv, k); }

/* Argument u and right-hand sum of stage i; i is a constant where this is inlined, so that the loops over j vanish. */
INLINE void combine(Block *b, const int i) {
  for (int n = 0; n < NX; n++) {
    V u = i < 6 ? b->x[n] + a_of_method[i < 6 ? i : 0][0] * b->k[0][n] : b->u[n] + b->k[i - 1][n];
    V sum = c_of_method[i][0] * b->k[0][n];
#pragma GCC unroll 8
    for (int j = 1; j < i; j++) {
      if (i < 6) u = u + a_of_method[i][j] * b->k[j][n];
      sum = sum + c_of_method[i][j] * b->k[j][n];
    }
    b->u[n] = u;
    b->sum[n] = sum;
  }
}

INLINE void add_time_slope(Block *b, const int i, V h) {
#if HAS_TIME
  if (gamma_of_stage[i] != 0.0)
    for (int n = 0; n < NX; n++) b->f[n] = b->f[n] + h * gamma_of_stage[i] * b->ft[n];
#else
  (void)b, (void)i, (void)h;
#endif
}

INLINE void later_stage(Block *b, const int i, V t, V h, V hinv) {
  combine(b, i);
  slopes(b, t + alpha_of_method[i] * h);
  add_time_slope(b, i, h);
  solve_stage(b, hinv, b->k[i]);
}

SEPARATE V first_stage(Block *b, V t, V h, V hinv) {
#if HAS_TIME
  V *const ft = b->ft;
#else
  V *const ft = b->f; /* not touched */
#endif
  const V gh = hinv * (1.0 / gamma_of_method);
  const V pivot = model_factor(b->x, b->q, t, gh, b->w, b->f, ft);
  add_inflows(b);
  add_time_slope(b, 0, h);
  for (int n = 0; n < NX; n++) b->sum[n] = (V){0};
  solve_stage(b, hinv, b->k[0]);
  return pivot;
}

/* Judges the new state u by the estimate of its error. */
SEPARATE Quality judge(const Block *b, const V *error, Tolerance tolerance) {
  Quality quality = {.square = {0}, .pivot = zn_splat(1.0), .outside = {0}};
  for (int n = 0; n < NX; n++) {
    const V x = b->x[n], u = b->u[n], size = zn_abs(x);
    /* 1e-300: a state of scale 0 that stays 0 has no error, not 0/0 */
    const V allowed = (tolerance.rtol * tolerance.atol_share) * b->scale[n] + tolerance.rtol * zn_max(size, zn_abs(u)) + 1e-300;
    const V part = error[n] * zn_rcp(allowed);
    quality.square = quality.square + part * part;
    const V room = tolerance.slack * (b->scale[n] + size);
    quality.outside |= (u < model_low[n] - room) | (u > model_high[n] + room);
  }
  quality.square = quality.square * (1.0 / NX);
  return quality;
}

/* One attempt from x at t: the new state is then in u, the stages in k; x is as before. */
SEPARATE Quality attempt(Block *b, V t, V h, Tolerance tolerance) {
  const V hinv = 1.0 / h;
  const V pivot = first_stage(b, t, h, hinv);
  later_stage(b, 1, t, h, hinv);
  later_stage(b, 2, t, h, hinv);
  later_stage(b, 3, t, h, hinv);
  later_stage(b, 4, t, h, hinv);
  later_stage(b, 5, t, h, hinv);
  later_stage(b, 6, t, h, hinv);
  later_stage(b, 7, t, h, hinv);
  for (int n = 0; n < NX; n++) b->u[n] = b->u[n] + b->k[STAGES - 1][n];
  Quality quality = judge(b, b->k[STAGES - 1], tolerance);
  quality.pivot = pivot;
  return quality;
}

/* Prepares `between` for all lanes. */
SEPARATE void prepare_between(Block *b) {
  for (int n = 0; n < NX; n++) {
    V d0 = {0}, d1 = {0}, d2 = {0};
#pragma GCC unroll 8
    for (int j = 0; j < STAGES; j++) {
      d0 = d0 + dense_of_method[0][j] * b->k[j][n];
      d1 = d1 + dense_of_method[1][j] * b->k[j][n];
      d2 = d2 + dense_of_method[2][j] * b->k[j][n];
    }
    b->dense[0][n] = d0;
    b->dense[1][n] = d1;
    b->dense[2][n] = d2;
  }
}

/* State at the fraction s of the attempted step, into `sum` (free after an attempt). */
SEPARATE void between(Block *b, V s) {
  const V rest = 1.0 - s;
  for (int n = 0; n < NX; n++)
    b->sum[n] = rest * b->x[n] + s * (b->u[n] + rest * (b->dense[0][n] + s * (b->dense[1][n] + s * b->dense[2][n])));
}

#endif
