/* The kernel of one model: people in lanes through their timetables. The model is MODEL_INC, generated; the rest is here. */
#include "vector.h"

#include MODEL_INC

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default"), used))
#endif

#include "job.h"
#include "rodas5p.h"
#include "tsit5.h"
#include "people.h"
#include "control.h"
#ifdef NZ
#include "health.h"
#endif

#ifdef NZ
#define NUMBER_OF_UNKNOWNS NZ
#define WORKSPACE (sizeof(Crowd) > sizeof(HealthBlock) ? sizeof(Crowd) : sizeof(HealthBlock))
#else
#define NUMBER_OF_UNKNOWNS 0
#define WORKSPACE sizeof(Crowd)
#endif
#ifdef REPRODUCIBLE
#define IS_REPRODUCIBLE 1
#else
#define IS_REPRODUCIBLE 0
#endif

/* Bytes that zn_run (and zn_health, where the model has a healthy state) needs, at an address that is a multiple of 64. */
EXPORT int64_t zn_workspace(void) { return (int64_t)WORKSPACE; }

/* 0: every person has an outcome; 1: no job, or a workspace at an odd address. */
EXPORT int zn_run(const Job *job, void *workspace) {
  if (!job || !workspace || ((uintptr_t)workspace & 63)) return 1;
  carry((Crowd *)workspace, job);
  return 0;
}

EXPORT const char *zn_model(void) { return MODEL_HASH; }

EXPORT void zn_sizes(int64_t out[16]) {
  const int64_t sizes[16] = {NX, NP, NS, NH, NI, NQ, NLU, NR, LANES, IS_REPRODUCIBLE, sizeof(Job), HAS_TIME, NUMBER_OF_UNKNOWNS};
  for (int i = 0; i < 16; i++) out[i] = sizes[i];
}

/* ---- one evaluation each, for tests ---- */

static void fill(V *to, const double *from, int count) {
  for (int i = 0; i < count; i++) to[i] = zn_splat(from[i]);
}

EXPORT void zn_rhs(const double *p, const double *s, const double *h, const double *in, const double *x, double t, double *f) {
  double constants[NQ + 1];
  V q[NQ + 1], state[NX], slope[NX];
  model_constants(p, s, h, in, constants);
  fill(q, constants, NQ);
  fill(state, x, NX);
  model_rhs(state, q, zn_splat(t), slope);
  for (int n = 0; n < NX; n++) f[n] = slope[n][0];
}

/* k = (gh I - J)^-1 b */
EXPORT void zn_solve(const double *p, const double *s, const double *h, const double *in, const double *x, double t, double gh,
                       const double *b, double *k) {
  double constants[NQ + 1];
  V q[NQ + 1], w[NLU + 1], state[NX], slope[NX], time_slope[NX], right[NX], none[NX], solution[NX];
  model_constants(p, s, h, in, constants);
  fill(q, constants, NQ);
  fill(state, x, NX);
  fill(right, b, NX);
  for (int n = 0; n < NX; n++) none[n] = (V){0};
  model_factor(state, q, zn_splat(t), zn_splat(gh), w, slope, time_slope);
  model_solve(w, right, none, (V){0}, solution);
  for (int n = 0; n < NX; n++) k[n] = solution[n][0];
}

EXPORT void zn_readouts(const double *p, const double *s, const double *h, const double *in, const double *x, double t, double *out) {
  double constants[NQ + 1];
  V state[NX], shown[NR + 1];
  model_constants(p, s, h, in, constants);
  fill(state, x, NX);
  model_readouts(state, constants, zn_splat(t), shown);
  for (int j = 0; j < NR; j++) out[j] = shown[j][0];
}
