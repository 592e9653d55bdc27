/* Step control: planning an attempt in each lane, taking or refusing it, bounds, and the loop over everybody. */
#ifndef ZN_CONTROL_H
#define ZN_CONTROL_H

typedef struct {
  V length, before, after; /* of the attempt: its length, the time before and after it */
  M whole;                 /* all that is left of the segment */
  M cut;                   /* shortened so as to meet the segment's end */
  M taken;
} Attempt;

/* Length of the next attempt: what is left when the step reaches that far; half of it rather than a sliver later. */
static Attempt plan(const Crowd *c) {
  Attempt a;
  const V left = c->length - c->gone;
  const M half = left < 2.0 * c->step;
  a.whole = left <= c->step * 1.000001;
  a.length = zn_select(a.whole, left, zn_select(half, 0.5 * left, c->step));
  a.cut = a.whole | half;
  a.before = c->start + c->gone;
  a.after = zn_select(a.whole, c->end, c->start + (c->gone + a.length));
  return a;
}

/* What the next step may be, relative to this one, for an error of order 5 whose square is given: (1/error)^(1/5), with safety.
   Explicit steps run into the border of stability, where an error that has just grown says more than its size (Gustafsson). */
static V growth(const Crowd *c, V square) {
  const V exponent = zn_log(square);
  if (c->job->method != ZN_TSIT5) return 0.9 * zn_exp(-0.1 * exponent);
  return 0.9 * zn_exp(zn_select(square < 1e-3, -0.1 * exponent, -0.07 * exponent + 0.04 * zn_log(c->former)));
}

/* Takes or refuses the attempt in each lane. */
static void decide(Crowd *c, Attempt *a, Quality quality) {
  const V largest = zn_splat(c->job->largest_step);
  const M bad = ~((quality.square < ZN_INFINITY) & (quality.pivot >= 1e-9)) | quality.outside;
  const V square = zn_max(zn_min(quality.square, zn_splat(1e12)), zn_splat(1e-12));
  V factor = growth(c, square);
  factor = zn_max(zn_min(factor, zn_splat(6.0)), zn_splat(0.2));
  factor = zn_select(bad, zn_splat(0.25), zn_select(c->refused, zn_min(factor, zn_splat(1.0)), factor));
  a->taken = c->seated & ~bad & (quality.square <= 1.0);
  const V wanted = zn_min(a->length * factor, largest);
  /* a step cut short says little about longer ones: it must not shrink what was planned or remembered */
  const V planned = zn_select(a->taken & a->cut, zn_max(wanted, c->step), wanted);
  const V worked = zn_select(a->cut, zn_max(0.95 * wanted, c->remembered), 0.95 * wanted);
  c->remembered = zn_select(a->taken & c->fresh, worked, c->remembered);
  c->step = zn_select(c->seated, planned, c->step);
  c->former = zn_select(a->taken, zn_max(square, zn_splat(1e-3)), c->former);
  c->refused = ~a->taken;
  c->fresh &= ~a->taken | (factor >= 6.0); /* growth at its limit: the step was still far from what the event allows */
}

/* Moves the lanes that took their step; outputs inside it come first, while its two ends are there. */
static void move(Crowd *c, const Attempt *a) {
  Block *b = &c->block;
  take_outputs_inside(c, a->taken, a->before, a->after, a->length);
  for (int n = 0; n < NX; n++) b->x[n] = zn_select(a->taken, b->u[n], b->x[n]);
  if (c->job->method == ZN_TSIT5)
    for (int n = 0; n < NX; n++) b->k[0][n] = zn_select(a->taken, b->k[EXPLICIT_STAGES - 1][n], b->k[0][n]);
  c->gone = zn_select(a->taken, zn_select(a->whole, c->length, c->gone + a->length), c->gone);
}

/* Goes on to the next segment, or to the next person when there is none. */
static void end_segment(Crowd *c, int l) {
  Seat *s = &c->seat[l];
  const Job *job = c->job;
  const int any_flow = job->flow_ptr[s->segment + 1] > job->flow_ptr[s->segment];
  s->segment++;
  if (enter_segment(c, l, any_flow)) return;
  take_outputs_until(c, l, c->end[l]);
  leave_seat(c, l, ZN_FINISHED, -1, c->end[l]);
  fill_seat(c, l);
}

/* Counts, ends segments, and gives up where bounds are met. Returns 1 if the seat was emptied for good. */
static int account(Crowd *c, int l, const Attempt *a, V smallest) {
  Seat *s = &c->seat[l];
  const Job *job = c->job;
  int32_t worst = -1, status = ZN_FINISHED;
  const int ended = a->taken[l] && a->whole[l], last = s->segment + 1 == s->segments_end;
  s->here++;
  if (a->taken[l]) s->steps++;
  else s->rejected++;
  if (!ended && !(c->step[l] >= smallest[l])) status = reason(c, l, &worst);
  else if ((s->steps + s->rejected >= job->most_steps && !(ended && last)) || (s->here >= job->most_steps_here && !ended)) {
    status = ZN_TOO_MANY_STEPS;
    worst = fastest(&c->block, l);
  }
  if (status == ZN_FINISHED) {
    if (ended) end_segment(c, l);
    return !c->seated[l];
  }
  leave_seat(c, l, status, worst, a->taken[l] ? a->after[l] : a->before[l]);
  fill_seat(c, l);
  return !c->seated[l];
}

static void cancel_all(Crowd *c) {
  const V now = c->start + c->gone;
  for (int l = 0; l < LANES; l++)
    if (c->seated[l]) leave_seat(c, l, ZN_CANCELLED, -1, now[l]);
  for (; c->next < c->job->persons; c->next++) {
    clear_outputs(c->job, c->next);
    if (!c->job->skip || !c->job->skip[c->next]) record(c->job, c->next, ZN_CANCELLED, -1, ZN_NAN, 0);
  }
}

static int anybody(const Crowd *c) {
  int any = 0;
  for (int l = 0; l < LANES; l++) any |= c->seated[l] != 0;
  return any;
}

static Quality try(Crowd *c, const Attempt *a) {
  if (c->job->method != ZN_TSIT5) return attempt(&c->block, a->before, a->length, c->tolerance);
  int any = 0;
  for (int l = 0; l < LANES; l++) any |= c->stale[l] != 0;
  if (any) refresh_slopes(&c->block, a->before, c->stale);
  c->stale ^= c->stale; /* nobody */
  return explicit_attempt(&c->block, a->before, a->length, c->tolerance);
}

/* Carries everybody of a job through their timetables. */
static void carry(Crowd *c, const Job *job) {
  __builtin_memset(c, 0, sizeof *c);
  c->job = job;
  c->tolerance = (Tolerance){job->rtol, job->atol_share, 1e-6 + 10.0 * job->rtol};
  for (int l = 0; l < LANES; l++) fill_seat(c, l);
  for (int l = 0; l < LANES; l++)
    if (!c->seated[l]) shadow(c, l);
  while (anybody(c)) {
    if (job->cancel && *job->cancel) {
      cancel_all(c);
      return;
    }
    Attempt a = plan(c);
    decide(c, &a, try(c, &a));
    move(c, &a);
    const V smallest = 1e-13 * zn_max(zn_splat(1.0), zn_abs(a.before));
    int emptied[LANES];
    for (int l = 0; l < LANES; l++) emptied[l] = c->seated[l] && account(c, l, &a, smallest);
    for (int l = 0; l < LANES; l++)
      if (emptied[l]) shadow(c, l);
  }
}

#endif
