/* The same kernel for WebAssembly: what a page or a worker of it needs beyond ensemble.c. Nothing is imported from the host.

   Memory is one pile: the host reserves what a call needs, fills it in, calls, reads, and clears the pile. Where the words of
   a Job stand is told by the compiler that laid them out, so that no other text has to know. */
#include "ensemble.c"

#include <stddef.h>

#define MEMORY_PAGE 65536u

extern unsigned char __heap_base; /* by the linker: what is beyond is free */
static uintptr_t reserved_until;

/* So many bytes at a multiple of 64, of no particular content; 0: there is no more memory. */
EXPORT void *zn_reserve(uint32_t bytes) {
  const uintptr_t from = reserved_until ? reserved_until : (uintptr_t)&__heap_base;
  const uint64_t at = ((uint64_t)from + 63u) & ~(uint64_t)63u, end = at + bytes, have = (uint64_t)__builtin_wasm_memory_size(0) * MEMORY_PAGE;
  if (end > UINT32_MAX) return 0;
  if (end > have && __builtin_wasm_memory_grow(0, (size_t)((end - have + MEMORY_PAGE - 1) / MEMORY_PAGE)) == (size_t)-1) return 0;
  reserved_until = (uintptr_t)end;
  return (void *)(uintptr_t)at;
}

/* Forget all that was reserved. */
EXPORT void zn_clear(void) { reserved_until = 0; }

/* ---- the words of a Job ---- */

#define KIND(word) _Generic(((Job *)0)->word, int64_t: 'l', int32_t: 'i', double: 'd', default: 'p')
#define WORDS(X) \
  X(persons) X(parameters) X(start) X(setpoints) X(healthy) X(scale) X(skip) X(schedule_of) X(schedules) X(segment_ptr) \
  X(segment_start) X(segment_end) X(segment_inputs) X(inputs) X(jump_ptr) X(jump_state) X(jump_way) X(jump_amount) \
  X(flow_ptr) X(flow_state) X(flow_way) X(flow_rate) X(ways_count) X(ways) X(output_ptr) X(output_time) X(output_most) \
  X(chosen_count) X(chosen) X(out) X(states) X(rtol) X(atol_share) X(first_step) X(largest_step) X(most_steps) \
  X(most_steps_here) X(status) X(worst) X(reached) X(steps) X(rejected) X(cancel) X(done) X(method)
#define WORD_NAME(word) #word " "
#define WORD_PLACE(word) {KIND(word), offsetof(Job, word)},

static const int32_t job_places[][2] = {WORDS(WORD_PLACE)};

/* Names of the words of a Job, each with a space behind it. */
EXPORT const char *zn_job_words(void) { return WORDS(WORD_NAME); }

/* For each of them its kind (p: address, l: int64, i: int32, d: double) and where it stands. */
EXPORT const int32_t *zn_job_places(void) { return job_places[0]; }
