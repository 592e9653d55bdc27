"""How far the kernel is from what the machine can do: operations of a step, counted in the generated text, beside a measured peak."""

from __future__ import annotations

import ctypes
import re
import time
from collections import Counter

from peer_tools.workload import Workload, run_kernel, setup_of
from zonula.codegen.c import model_source
from zonula.codegen.compiler import LANES, built, cpu_class
from zonula.language.model import Model
from zonula.simulation.kernel import load_kernel

RTOL, STAGES = 1e-4, 8
_WORTH = {"rcp": 1, "sqrt": 1, "exp": 33, "expm1": 36, "log": 31, "pow": 66, "tanh": 39, "sin": 45, "cos": 45}  # as elementary.h has them
_TIMES = {"model_factor": 1, "model_rhs": STAGES - 1, "model_solve": STAGES}  # in one attempt of a step
_FREE = ("select", "splat", "abs", "min", "max")  # no arithmetic
_COMBINE, _JUDGE = 81, 12  # operations per state and step outside the generated text: rodas5p.h, `combine` of all stages and `judge`
_ROUNDS = 20_000_000
_C = """
#include <stdint.h>
#include <time.h>
typedef double V __attribute__((vector_size(8 * LANES)));
#define EXPORT __attribute__((visibility("default")))
static double now(void) {{ struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec + 1e-9 * t.tv_nsec; }}

/* seconds for `rounds` additions that wait for each other: one a cycle */
EXPORT double cycles(int64_t rounds) {{
  int64_t x = 0;
  const double begin = now();
  for (int64_t i = 0; i < rounds; i += 8) {{ {adds} }}
  return now() - begin + 0 * (double)x;
}}

/* the same for vectors: 12 that do not wait for each other, each multiplied and added to */
EXPORT double multiply_add(int64_t rounds) {{
  V b = (V){{0}} + 0.999999, c = (V){{0}} + 1e-9;
  {vectors}
  __asm__ volatile("" : "+x"(b), "+x"(c));
  const double begin = now();
  for (int64_t i = 0; i < rounds; i += 12) {{ {fused} }}
  return now() - begin;
}}

EXPORT double divide(int64_t rounds) {{
  V b = (V){{0}} + 1.000001;
  {vectors}
  __asm__ volatile("" : "+x"(b));
  const double begin = now();
  for (int64_t i = 0; i < rounds; i += 12) {{ {divided} }}
  return now() - begin;
}}
"""


def operations(text: str) -> Counter[str]:
    """Operations in a piece of C as the generator writes it: ``+``, ``-`` and ``*`` between blanks, and calls of functions."""
    found: Counter[str] = Counter()
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    for sign in re.findall(r" ([-+*]) ", code):
        found[sign] += 1
    for name in re.findall(r"zn_(\w+)\(", code):
        found[name] += 1
    return found


def flops(found: Counter[str]) -> int:
    """Floating-point operations, a division as one."""
    return sum(found[sign] for sign in "+-*") + sum(_WORTH[name] * count for name, count in found.items() if name not in (*"+-*", *_FREE))


def functions(source: str) -> dict[str, Counter[str]]:
    """The operations of each function of generated C that a step calls, by name."""
    bodies = re.findall(r"^static \w+ (model_\w+)\([^;{]*\)\n\{\n(.*?)^\}", source, flags=re.DOTALL | re.MULTILINE)
    return {name: operations(body) for name, body in bodies if name in _TIMES}


def step_operations(model: Model) -> tuple[int, int]:
    """Of one attempt of a step of one person: floating-point operations, and how many of them are divisions."""
    parts = functions(model_source(model))
    states = len(model.states)
    whole = sum(times * flops(parts[name]) for name, times in _TIMES.items()) + (_COMBINE + _JUDGE) * states
    return whole, sum(times * parts[name]["rcp"] for name, times in _TIMES.items()) + states


def told(work: Workload) -> list[str]:
    """The account, in sentences."""
    model = setup_of(work.days).problem.model
    whole, divisions = step_operations(model)
    kernel = load_kernel(model)
    best, attempts = float("inf"), 0
    for _ in range(3):
        begin = time.process_time()
        runs = run_kernel(kernel, work, RTOL)
        best, attempts = min(best, time.process_time() - begin), int((runs.steps + runs.refused).sum())
    clock, peak, division = _machine()
    speed = whole * attempts / best
    per_step = best / attempts
    parts = {name: flops(found) for name, found in functions(model_source(model)).items()}
    sums = (_COMBINE + _JUDGE) * len(model.states)
    step = (f"one attempt of a step: {whole} floating-point operations a person ({parts['model_factor']} in the factors, 7 x "
            f"{parts['model_rhs']} in rates, 8 x {parts['model_solve']} in solves, {sums} in sums of stages and the error), {divisions} divisions")
    pace = (f"rtol {RTOL:g}: {attempts / work.persons / work.days:.1f} attempts a day; one takes {1e6 * per_step:.2f} us a person, "
            f"{1e6 * per_step * kernel.lanes:.1f} us for {kernel.lanes} lanes: {speed / 1e9:.1f} GF/s")
    share = (f"this machine now: {clock / 1e9:.2f} GHz, {peak / 1e9:.1f} GF/s of multiply-add in vectors of {kernel.lanes}: the kernel has "
             f"{100 * speed / peak:.0f} % of it")
    waits = (f"divisions alone would take {100 * divisions * division / kernel.lanes / per_step:.0f} % of the time "
             f"({1e9 * division:.2f} ns a vector)")
    return [step, pace, share, waits]


def _machine() -> tuple[float, float, float]:
    """Clock [Hz], peak of multiply-add [flop/s], and seconds for one vector division, as measured now."""
    text = _C.format(adds=" ".join(['x += 1; __asm__ volatile("" : "+r"(x));'] * 8), fused=_each("a{0} = a{0} * b + c;"),
                     divided=_each("a{0} = a{0} / b;"), vectors=" ".join(f"V a{j} = (V){{0}} + 1.0 + {j};" for j in range(12)))
    library = ctypes.CDLL(str(built(lambda: {"ensemble.c": text}, name="peak", facts=(text,))))
    seconds = {}
    for name in ("cycles", "multiply_add", "divide"):
        measure = getattr(library, name)
        measure.restype, measure.argtypes = ctypes.c_double, (ctypes.c_int64,)
        seconds[name] = min(measure(_ROUNDS) for _ in range(3)) / _ROUNDS
    return 1 / seconds["cycles"], 2 * LANES[cpu_class()] / seconds["multiply_add"], seconds["divide"]


def _each(statement: str) -> str:
    """A statement for each of twelve vectors, which are kept apart from what the compiler could foresee."""
    return " ".join(statement.format(j) + f' __asm__ volatile("" : "+x"(a{j}));' for j in range(12))
