/* What the caller gives and gets; the same structure stands in simulation/kernel.py. */
#ifndef ZN_JOB_H
#define ZN_JOB_H

typedef struct { /* all arrays C-contiguous; times in days */
  int64_t persons;             /* people in this call */
  const double *parameters;    /* [persons][NP] */
  const double *start;         /* [persons][NX] state at the first segment's start, before its jumps */
  const double *setpoints;     /* [persons][NS] */
  const double *healthy;       /* [persons][NH] */
  const double *scale;         /* [persons][NX] > 0: absolute tolerance is atol_share * rtol * scale */
  const uint8_t *skip;         /* [persons] 1: not simulated; outputs NaN, status left as it is. May be NULL */
  /* a few shared timetables; person i follows schedule_of[i] */
  const int32_t *schedule_of;  /* [persons] */
  int32_t schedules;
  const int64_t *segment_ptr;  /* [schedules + 1] into the arrays of segments */
  const double *segment_start, *segment_end; /* consecutive segments of a schedule touch exactly */
  const int32_t *segment_inputs;             /* row of `inputs` */
  const double *inputs;                      /* [rows][NI] */
  const int64_t *jump_ptr;     /* [segments + 1]: at a segment's start x[jump_state] += jump_amount * ways[person][jump_way] */
  const int32_t *jump_state, *jump_way;
  const double *jump_amount;
  const int64_t *flow_ptr;     /* [segments + 1]: during a segment dx/dt[flow_state] += flow_rate * ways[person][flow_way] */
  const int32_t *flow_state, *flow_way;
  const double *flow_rate;
  int32_t ways_count;
  const double *ways;          /* [persons][ways_count]: what one unit of a dose is in this person's state */
  /* outputs: rising, from the first segment's start to the last one's end. At the start of a segment: after its jumps and with
     its inputs; at the very end: the final state */
  const int64_t *output_ptr;   /* [schedules + 1] into output_time */
  const double *output_time;
  int64_t output_most;         /* largest number of outputs of any schedule: second dimension of out and states */
  int32_t chosen_count;
  const int32_t *chosen;       /* which readouts */
  double *out;                 /* [persons][output_most][chosen_count] or NULL; NaN where not reached */
  double *states;              /* [persons][output_most][NX] or NULL */
  double rtol, atol_share, first_step, largest_step;
  int64_t most_steps;          /* attempts per person */
  int64_t most_steps_here;     /* attempts per segment */
  /* outcomes */
  int32_t *status;             /* [persons] ZN_* */
  int32_t *worst;              /* [persons] state to blame (left its range, not finite, else the one changing fastest) or -1 */
  double *reached;             /* [persons] last time reached */
  int64_t *steps, *rejected;   /* [persons] steps taken, attempts refused */
  const volatile int32_t *cancel; /* 1: stop soon; who is not finished gets ZN_CANCELLED. May be NULL */
  volatile int64_t *done;         /* grows by 1 with each person, whatever the outcome. May be NULL */
  int32_t method;                 /* ZN_RODAS5P, ZN_TSIT5 */
} Job;

enum { ZN_RODAS5P = 0, ZN_TSIT5 = 1 };
enum { ZN_FINISHED = 0, ZN_TOO_MANY_STEPS = 1, ZN_STEP_TOO_SMALL = 2, ZN_NOT_FINITE = 3, ZN_LEFT_RANGE = 4, ZN_CANCELLED = 5, ZN_NOT_RUN = 6 };

#endif
