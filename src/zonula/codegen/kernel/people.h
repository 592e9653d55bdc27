/* People in lanes: loading, events, outputs, outcomes. How they are carried along is control.h.

   Each lane is a seat. A person takes a free seat, is carried through the segments of their timetable with an own time and
   step, and leaves it to the next. Nothing is ever summed or compared across seats, so that nobody's bits depend on the
   company. Arithmetic is done on whole vectors; loops over seats only copy, compare and count. */
#ifndef ZN_PEOPLE_H
#define ZN_PEOPLE_H

typedef struct {
  int64_t person;              /* -1: the seat is empty */
  int64_t segment, segments_end;
  int64_t output, outputs_end; /* next output and the end of this person's, in output_time */
  int64_t outputs_begin;
  int32_t row;                 /* of the inputs that q was made with */
  int64_t steps, rejected;
  int64_t here;                /* attempts in this segment */
  int held;                    /* moments kept for the readouts, below */
  int64_t held_output[LANES];
} Seat;

typedef struct {
  Block block;
  V step;          /* the step to try next */
  V remembered;    /* the step that worked after the last event */
  V start, end;    /* of the segment */
  V length, gone;  /* of the segment: its length and how much of it is over. Time is start + gone, and at last exactly the end */
  M fresh;         /* since the last event no step was taken that its error limited */
  M refused;       /* the last attempt was refused */
  M seated;
  M stale;         /* Tsit5: the slope at x is not known yet */
  V former;        /* Tsit5: error of the last step that was taken */
  V moments[LANES][NX];          /* per seat: one person at up to LANES moments, so that readouts too fill the vectors */
  V moment_time[LANES];
  V shown[NR + 1];
  double constants[LANES][NQ + 1]; /* per seat: the q of its person */
  Seat seat[LANES];
  const Job *job;
  Tolerance tolerance;
  int64_t next;    /* person */
} Crowd;

/* ---- outputs ---- */

/* Evaluates and writes the readouts of the moments kept for a seat. Unused lanes repeat the last moment. */
SEPARATE void write_held(Crowd *c, int l) {
  Seat *s = &c->seat[l];
  const Job *job = c->job;
  if (s->held == 0) return;
  for (int i = s->held; i < LANES; i++) {
    for (int n = 0; n < NX; n++) c->moments[l][n][i] = c->moments[l][n][s->held - 1];
    c->moment_time[l][i] = c->moment_time[l][s->held - 1];
  }
  model_readouts(c->moments[l], c->constants[l], c->moment_time[l], c->shown);
  for (int i = 0; i < s->held; i++) {
    double *row = job->out + (s->person * job->output_most + s->held_output[i]) * job->chosen_count;
    for (int32_t j = 0; j < job->chosen_count; j++) row[j] = c->shown[job->chosen[j]][i];
  }
  s->held = 0;
}

/* Takes the next output of a seat's person from lane l of state. */
SEPARATE void take_output(Crowd *c, int l, const V *state) {
  Seat *s = &c->seat[l];
  const Job *job = c->job;
  const int64_t place = s->output - s->outputs_begin;
  if (job->states) {
    double *row = job->states + (s->person * job->output_most + place) * NX;
    for (int n = 0; n < NX; n++) row[n] = state[n][l];
  }
  if (job->out && job->chosen_count > 0) {
    if (s->held == LANES) write_held(c, l);
    for (int n = 0; n < NX; n++) c->moments[l][n][s->held] = state[n][l];
    c->moment_time[l][s->held] = job->output_time[s->output];
    s->held_output[s->held++] = place;
  }
  s->output++;
}

static void take_outputs_until(Crowd *c, int l, double time) {
  Seat *s = &c->seat[l];
  while (s->output < s->outputs_end && c->job->output_time[s->output] <= time) take_output(c, l, c->block.x);
}

/* Outputs strictly inside the step from `before` to `after` of each lane that took it; step is its length. */
SEPARATE void take_outputs_inside(Crowd *c, M taken, V before, V after, V step) {
  const double *times = c->job->output_time;
  for (int round = 0;; round++) {
    V time = before;
    int lanes[LANES], count = 0;
    for (int l = 0; l < LANES; l++) {
      const Seat *s = &c->seat[l];
      if (!taken[l] || s->output >= s->outputs_end || !(times[s->output] < after[l])) continue;
      time[l] = times[s->output];
      lanes[count++] = l;
    }
    if (count == 0) return;
    if (round == 0 && c->job->method == ZN_TSIT5) prepare_between_explicit(&c->block, step);
    else if (round == 0) prepare_between(&c->block);
    between(&c->block, zn_max((V){0}, zn_min(zn_splat(1.0), (time - before) / step)));
    for (int i = 0; i < count; i++) take_output(c, lanes[i], c->block.sum);
  }
}

/* Every place of a person's outputs starts as NaN: what is not reached stays so. */
static void clear_outputs(const Job *job, int64_t person) {
  const int64_t shown = job->output_most * job->chosen_count, states = job->output_most * NX;
  if (job->out)
    for (int64_t i = 0; i < shown; i++) job->out[person * shown + i] = ZN_NAN;
  if (job->states)
    for (int64_t i = 0; i < states; i++) job->states[person * states + i] = ZN_NAN;
}

/* ---- events ---- */

/* Constants of the seat's person under a row of inputs. Moments kept so far belong to the old ones. */
SEPARATE void use_inputs(Crowd *c, int l, int32_t row) {
  Seat *s = &c->seat[l];
  const Job *job = c->job;
  if (s->row == row) return;
  write_held(c, l);
  s->row = row;
  model_constants(job->parameters + s->person * NP, job->setpoints + s->person * NS, job->healthy + s->person * NH,
                  job->inputs + (int64_t)row * NI, c->constants[l]);
  for (int i = 0; i < NQ; i++) c->block.q[i][l] = c->constants[l][i];
}

SEPARATE void jump(Crowd *c, int l) {
  const Seat *s = &c->seat[l];
  const Job *job = c->job;
  const double *way = job->ways + s->person * job->ways_count;
  for (int64_t e = job->jump_ptr[s->segment]; e < job->jump_ptr[s->segment + 1]; e++)
    c->block.x[job->jump_state[e]][l] += job->jump_amount[e] * way[job->jump_way[e]];
}

/* Inflows of the seat's segment in place of those of the segment before (any_before: there may be some). */
SEPARATE void change_inflows(Crowd *c, int l, int any_before) {
  const Seat *s = &c->seat[l];
  const Job *job = c->job;
  Block *b = &c->block;
  const int64_t from = job->flow_ptr[s->segment], to = job->flow_ptr[s->segment + 1];
  const double *way = job->ways + s->person * job->ways_count;
  if (from == to && !any_before) return;
  for (int n = 0; n < NX; n++) b->inflow[n][l] = 0.0;
  for (int64_t e = from; e < to; e++) b->inflow[job->flow_state[e]][l] += job->flow_rate[e] * way[job->flow_way[e]];
  b->flowing_count = 0;
  for (int n = 0; n < NX; n++) {
    int any = 0;
    for (int i = 0; i < LANES; i++) any |= b->inflow[n][i] != 0.0;
    if (any) b->flowing[b->flowing_count++] = n;
  }
}

/* Enters the seat's segment; those of no length only have their jumps. Returns 0 when the timetable is at its end. */
SEPARATE int enter_segment(Crowd *c, int l, int any_flow_before) {
  Seat *s = &c->seat[l];
  const Job *job = c->job;
  for (; s->segment < s->segments_end; s->segment++) {
    const double start = job->segment_start[s->segment], end = job->segment_end[s->segment];
    jump(c, l);
    use_inputs(c, l, job->segment_inputs[s->segment]);
    c->start[l] = start;
    c->end[l] = end;
    c->length[l] = end - start;
    c->gone[l] = 0.0;
    if (!(end > start)) continue;
    change_inflows(c, l, any_flow_before);
    take_outputs_until(c, l, start);
    c->step[l] = c->remembered[l];
    c->fresh[l] = -1;
    c->refused[l] = 0;
    c->stale[l] = -1;
    s->here = 0;
    return 1;
  }
  return 0;
}

/* ---- outcomes ---- */

static int is_finite(double x) { return x - x == 0.0; }

static void record(const Job *job, int64_t person, int32_t status, int32_t worst, double reached, const Seat *s) {
  job->status[person] = status;
  job->worst[person] = worst;
  job->reached[person] = reached;
  job->steps[person] = s ? s->steps : 0;
  job->rejected[person] = s ? s->rejected : 0;
  if (job->done) __atomic_fetch_add(job->done, 1, __ATOMIC_RELAXED);
}

static void leave_seat(Crowd *c, int l, int32_t status, int32_t worst, double reached) {
  Seat *s = &c->seat[l];
  write_held(c, l);
  record(c->job, s->person, status, worst, reached, s);
  s->person = -1;
  c->seated[l] = 0;
}

/* A dose says how large a state of a treatment is: what is left of 2000 umol need not be known to a millionth of one. States of
   organs keep their usual size, as few pathogens may become many. */
SEPARATE void widen_by_doses(Crowd *c, int l, int32_t schedule) {
  const Job *job = c->job;
  const double *way = job->ways + c->seat[l].person * job->ways_count;
  const int64_t from = job->segment_ptr[schedule], to = job->segment_ptr[schedule + 1];
  for (int64_t e = job->jump_ptr[from]; e < job->jump_ptr[to]; e++) {
    const int32_t n = job->jump_state[e];
    const double dose = zn_abs1(job->jump_amount[e] * way[job->jump_way[e]]);
    if (model_of_treatment[n] && is_finite(dose)) c->block.scale[n][l] = zn_max1(c->block.scale[n][l], dose);
  }
}

/* Gives seat l to the next people until one has time to live through; nobody left: the seat stays empty. */
SEPARATE void fill_seat(Crowd *c, int l) {
  Seat *s = &c->seat[l];
  const Job *job = c->job;
  while (c->next < job->persons) {
    const int64_t person = c->next++;
    clear_outputs(job, person);
    if (job->skip && job->skip[person]) {
      if (job->done) __atomic_fetch_add(job->done, 1, __ATOMIC_RELAXED);
      continue;
    }
    const int32_t schedule = job->schedule_of[person];
    *s = (Seat){.person = person, .segment = job->segment_ptr[schedule], .segments_end = job->segment_ptr[schedule + 1], .row = -1};
    s->output = s->outputs_begin = job->output_ptr[schedule];
    s->outputs_end = job->output_ptr[schedule + 1];
    for (int n = 0; n < NX; n++) {
      c->block.x[n][l] = job->start[person * NX + n];
      c->block.scale[n][l] = job->scale[person * NX + n];
    }
    widen_by_doses(c, l, schedule);
    c->remembered[l] = job->first_step < job->largest_step ? job->first_step : job->largest_step;
    c->seated[l] = -1;
    c->former[l] = 1.0;
    if (enter_segment(c, l, 1)) return;
    take_outputs_until(c, l, c->end[l]);
    leave_seat(c, l, ZN_FINISHED, -1, c->end[l]);
  }
}

/* An empty seat goes on as a shadow of a person who is seated, so that its numbers stay finite; it never writes. */
static void shadow(Crowd *c, int l) {
  int from = 0;
  while (from < LANES && !c->seated[from]) from++;
  if (from == LANES) return;
  Block *b = &c->block;
  for (int n = 0; n < NX; n++) {
    b->x[n][l] = b->x[n][from];
    b->scale[n][l] = b->scale[n][from];
    b->inflow[n][l] = b->inflow[n][from];
  }
  for (int i = 0; i < NQ; i++) b->q[i][l] = b->q[i][from];
  c->step[l] = c->step[from];
  c->stale[l] = -1;
  c->start[l] = c->start[from];
  c->end[l] = c->end[from];
  c->length[l] = c->length[from];
  c->gone[l] = c->gone[from];
}

/* The state with the largest relative rate, by the slopes in f. */
static int32_t fastest(const Block *b, int l) {
  int32_t worst = -1;
  double most = -1.0;
  for (int n = 0; n < NX; n++) {
    const double rate = zn_abs1(b->f[n][l]) / (zn_abs1(b->x[n][l]) + b->scale[n][l]);
    if (rate > most) most = rate, worst = n;
  }
  return worst;
}

/* The state that an attempt carried farthest out of its range, or -1. */
static int32_t farthest(const Crowd *c, int l) {
  const Block *b = &c->block;
  int32_t worst = -1;
  double most = c->tolerance.slack;
  for (int n = 0; n < NX; n++) {
    const double u = b->u[n][l], unit = b->scale[n][l] + zn_abs1(b->x[n][l]);
    const double past = zn_max1(model_low[n] - u, u - model_high[n]) / unit;
    if (past > most) most = past, worst = n;
  }
  return worst;
}

/* The first state whose slope at x + ahead * f(x) is no number, or whose value at x is none; -1: all are. */
static int32_t lost(Crowd *c, int l, V ahead) {
  Block *b = &c->block;
  V there[NX], slope[NX];
  model_rhs(b->x, b->q, c->start + c->gone, slope);
  for (int n = 0; n < NX; n++) {
    b->f[n][l] = slope[n][l]; /* this lane alone: others may yet be asked for theirs */
    there[n] = b->x[n] + ahead * slope[n];
  }
  model_rhs(there, b->q, c->start + c->gone + ahead, slope);
  for (int32_t n = 0; n < NX; n++)
    if (!is_finite(b->x[n][l]) || !is_finite(slope[n][l])) return n;
  return -1;
}

/* Why the step of a seat has become too small: what the last attempt did says it. */
SEPARATE int32_t reason(Crowd *c, int l, int32_t *worst) {
  const Block *b = &c->block;
  *worst = lost(c, l, (V){0});
  /* an attempt spreads what is lost over all states: where it begins shows a little ahead of an attempt's length */
  for (int n = 0; n < NX && *worst < 0; n++)
    if (!is_finite(b->u[n][l])) {
      *worst = lost(c, l, 40.0 * c->step);
      if (*worst < 0) *worst = n;
    }
  if (*worst >= 0) return ZN_NOT_FINITE;
  *worst = farthest(c, l);
  if (*worst >= 0) return ZN_LEFT_RANGE;
  *worst = fastest(b, l);
  return ZN_STEP_TOO_SMALL;
}

#endif
