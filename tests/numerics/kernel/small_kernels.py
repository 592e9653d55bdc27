"""The kernel built around small textbook models: writes ``model.inc``, compiles with the C compiler at hand, calls by ctypes."""

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np

SOURCES = Path(__file__).resolve().parents[3] / "src" / "zonula" / "codegen" / "kernel"
FINISHED, TOO_MANY, TOO_SMALL, NOT_FINITE, LEFT_RANGE, CANCELLED, NOT_RUN = range(7)
COMMON = ("-O2", "-std=gnu11", "-fno-math-errno", "-fno-trapping-math", "-Wall", "-Wextra", "-Werror", "-Wno-psabi", "-Wno-unknown-pragmas")
BUILDS = {"fast": ("-ffp-contract=fast", "-fno-signed-zeros"), "reproducible": ("-ffp-contract=off", "-DREPRODUCIBLE")}
FLOATS, DOUBLES = np.float64, ctypes.POINTER(ctypes.c_double)
WIDE = os.uname().machine == "x86_64" and "avx2" in Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else False
WIDEST = WIDE and "avx512vl" in Path("/proc/cpuinfo").read_text(encoding="utf-8")

RODAS5P, TSIT5 = range(2)  # as in kernel/job.h

MODEL = """\
#define NX {nx}
#define NP {np}
#define NS 0
#define NH 0
#define NI {ni}
#define NQ (NP + NI)
#define NLU (NX * NX)
#define NR {nr}
#define HAS_TIME {has_time}
#define MODEL_HASH "{name}"
static const double model_low[NX] = {{{low}}}, model_high[NX] = {{{high}}};
static const uint8_t model_of_treatment[NX] = {{{treatment}}};
static void model_constants(const double *p, const double *s, const double *h, const double *in, double *q) {{
  (void)s, (void)h, (void)in;
  for (int i = 0; i < NP; i++) q[i] = p[i];
  for (int i = 0; i < NI; i++) q[NP + i] = in[i];
}}
static void model_rhs(const V *restrict x, const V *restrict q, V t, V *restrict f) {{
  (void)x, (void)q, (void)t;
{rhs}
}}
static V model_factor(const V *restrict x, const V *restrict q, V t, V gh, V *restrict w, V *restrict f, V *restrict ft) {{
  (void)ft;
  for (int i = 0; i < NX * NX; i++) w[i] = zn_splat(0.0);
{jacobian}
{time_slope}
  for (int i = 0; i < NX; i++) w[i * NX + i] = w[i * NX + i] + gh;
  model_rhs(x, q, t, f);
  V least = zn_splat(ZN_INFINITY);
  for (int k = 0; k < NX; k++) {{ /* no pivoting, as in the generated code */
    least = zn_min(least, zn_abs(w[k * NX + k]) * zn_rcp(gh));
    w[k * NX + k] = zn_rcp(w[k * NX + k]);
    for (int i = k + 1; i < NX; i++) {{
      const V m = w[i * NX + k] * w[k * NX + k];
      w[i * NX + k] = m;
      for (int j = k + 1; j < NX; j++) w[i * NX + j] = w[i * NX + j] - m * w[k * NX + j];
    }}
  }}
  return {pivot};
}}
static void model_solve(const V *restrict w, const V *restrict f, const V *restrict acc, V hinv, V *restrict k) {{
  for (int i = 0; i < NX; i++) {{
    k[i] = f[i] + hinv * acc[i];
    for (int j = 0; j < i; j++) k[i] = k[i] - w[i * NX + j] * k[j];
  }}
  for (int i = NX - 1; i >= 0; i--) {{
    for (int j = i + 1; j < NX; j++) k[i] = k[i] - w[i * NX + j] * k[j];
    k[i] = k[i] * w[i * NX + i];
  }}
}}
static void model_readouts(const V *restrict x, const double *restrict q, V t, V *restrict out) {{
  (void)x, (void)q, (void)t, (void)out;
{readouts}
}}
"""


@dataclass(frozen=True)
class Small:
    """A small model in C: expressions in ``x[i]``, ``q[i]`` (parameters, then inputs) and ``t``."""

    name: str
    rhs: tuple[str, ...]
    jacobian: dict[tuple[int, int], str]
    time_slope: tuple[str, ...] = ()  # df/dt; given: the rates depend on time
    parameters: int = 0
    inputs: int = 0
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    treatments: tuple[int, ...] = ()  # which states are of a treatment
    readouts: tuple[str, ...] = ()
    pivot: str = "least"  # what the factorization says of its smallest pivot

    @property
    def size(self) -> int:
        return len(self.rhs)

    def text(self) -> str:
        def lines(target, expressions):
            return "\n".join(f"  {target(i)} = {e};" for i, e in expressions)

        def bounds(values, other):
            return ", ".join("-__builtin_inf()" if v == -np.inf else "__builtin_inf()" if v == np.inf else repr(float(v)) for v in values or other)

        return MODEL.format(
            nx=self.size, np=self.parameters, ni=self.inputs, nr=len(self.readouts), has_time=int(bool(self.time_slope)),
            name=self.name, pivot=self.pivot,
            low=bounds(self.low, (-np.inf,) * self.size), high=bounds(self.high, (np.inf,) * self.size),
            treatment=", ".join(str(int(i in self.treatments)) for i in range(self.size)),
            rhs=lines("f[{}]".format, [(i, f"zn_splat(0.0) + ({e})") for i, e in enumerate(self.rhs)]),
            jacobian=lines(lambda ij: f"w[{ij[0]} * NX + {ij[1]}]", [(ij, f"-({e} + zn_splat(0.0))") for ij, e in self.jacobian.items()]),
            time_slope=lines("ft[{}]".format, [(i, f"zn_splat(0.0) + ({e})") for i, e in enumerate(self.time_slope)]),
            readouts=lines("out[{}]".format, [(i, f"zn_splat(0.0) + ({e})") for i, e in enumerate(self.readouts)]))


def polynomial(name, processes, size, **more):
    """A model of processes (rate constant, {state: power}, {state: change}), with its exact Jacobian."""
    def product(constant, powers):
        return " * ".join([f"({constant!r})", *(f"x[{i}]" for i, power in powers.items() for _ in range(power))])

    rhs, jacobian = [[] for _ in range(size)], {}
    for constant, powers, changes in processes:
        for state, change in changes.items():
            rhs[state].append(product(float(constant * change), powers))
            for by, power in powers.items():
                lowered = {**powers, by: power - 1}
                jacobian.setdefault((state, by), []).append(product(float(constant * change * power), lowered))
    return Small(name, tuple(" + ".join(terms) or "0.0" for terms in rhs), {ij: " + ".join(terms) for ij, terms in jacobian.items()}, **more)


@dataclass(frozen=True)
class Segment:
    """A stretch of time between events; jumps and flows are (state, amount or rate, way)."""

    start: float
    end: float
    inputs: int = 0
    jumps: tuple = ()
    flows: tuple = ()


WORDS = """persons:l parameters:p start:p setpoints:p healthy:p scale:p skip:p schedule_of:p schedules:i segment_ptr:p segment_start:p
    segment_end:p segment_inputs:p inputs:p jump_ptr:p jump_state:p jump_way:p jump_amount:p flow_ptr:p flow_state:p flow_way:p flow_rate:p
    ways_count:i ways:p output_ptr:p output_time:p output_most:l chosen_count:i chosen:p out:p states:p rtol:d atol_share:d first_step:d
    largest_step:d most_steps:l most_steps_here:l status:p worst:p reached:p steps:p rejected:p cancel:p done:p method:i"""
TYPES = {"i": ctypes.c_int32, "l": ctypes.c_int64, "d": ctypes.c_double, "p": ctypes.c_void_p}


class Job(ctypes.Structure):
    """As in kernel/job.h."""

    _fields_ = [(word[:-2], TYPES[word[-1]]) for word in WORDS.split()]


@dataclass
class Result:
    out: np.ndarray
    states: np.ndarray
    status: np.ndarray
    worst: np.ndarray
    reached: np.ndarray
    steps: np.ndarray
    rejected: np.ndarray
    done: int

    def same(self, other, mine=slice(None), others=slice(None)) -> bool:
        """Every byte of what was found for some people equals what was found for some others."""
        return all(np.ascontiguousarray(getattr(self, name)[mine]).tobytes() == np.ascontiguousarray(getattr(other, name)[others]).tobytes()
                   for name in ("out", "states", "status", "worst", "reached", "steps", "rejected"))


def _joined(parts):
    """Offsets and the concatenation of lists."""
    return np.cumsum([0, *(len(part) for part in parts)]).astype(np.int64), [item for part in parts for item in part]


@dataclass
class Kernel:
    """A compiled kernel of one small model."""

    library: ctypes.CDLL
    method: int = RODAS5P
    sizes: dict[str, int] = field(init=False)

    def __post_init__(self):
        sizes = (ctypes.c_int64 * 16)()
        self.library.zn_sizes(sizes)
        self.library.zn_workspace.restype = ctypes.c_int64
        self.library.zn_model.restype = ctypes.c_char_p
        names = ("NX", "NP", "NS", "NH", "NI", "NQ", "NLU", "NR", "LANES", "REPRODUCIBLE", "JOB", "HAS_TIME", "NZ")
        self.sizes = dict(zip(names, sizes, strict=False))
        assert self.sizes["JOB"] == ctypes.sizeof(Job)

    def workspace(self):
        raw = np.full(self.library.zn_workspace() + 64, 0xA5, dtype=np.uint8)  # rubbish: nothing may rely on zeros
        return raw[-raw.ctypes.data % 64:]

    def run(self, start, schedules, outputs, *, parameters=(), ways=((1.0,),), inputs=((),), scale=None, schedule_of=None, skip=None, chosen=None,
            rtol=1e-6, atol_share=1e-3, first_step=1e-3, largest_step=1e300, most_steps=1_000_000, most_steps_here=1_000_000, cancel=None,
            without=()):
        """Run people from *start* [person, state]; *schedules* are lists of segments, *outputs* a list of times for each; *without*: NULL."""
        start = np.atleast_2d(np.asarray(start, FLOATS))
        persons = len(start)
        each = lambda values, width: np.ascontiguousarray(np.broadcast_to(np.asarray(values, FLOATS).reshape(-1, width), (persons, width)))
        segment_ptr, segments = _joined(schedules)
        jump_ptr, jumps = _joined([s.jumps for s in segments])
        flow_ptr, flows = _joined([s.flows for s in segments])
        output_ptr, times = _joined(outputs)
        ways = np.asarray(ways, FLOATS).reshape(-1, np.shape(ways)[-1])
        chosen = np.asarray(range(self.sizes["NR"]) if chosen is None else chosen, np.int32)
        most = max(len(o) for o in outputs)
        arrays = {
            "parameters": each(parameters, self.sizes["NP"]) if self.sizes["NP"] else np.zeros((persons, 1)), "start": start,
            "setpoints": np.zeros(1), "healthy": np.zeros(1),
            "scale": each(np.ones(1) if scale is None else scale, 1 if scale is None else start.shape[1])
            * np.ones_like(start), "skip": None if skip is None else np.asarray(skip, np.uint8),
            "schedule_of": np.zeros(persons, np.int32) if schedule_of is None else np.asarray(schedule_of, np.int32),
            "segment_ptr": segment_ptr, "segment_start": np.array([s.start for s in segments]), "segment_end": np.array([s.end for s in segments]),
            "segment_inputs": np.array([s.inputs for s in segments], np.int32), "inputs": np.asarray(inputs, FLOATS),
            "jump_ptr": jump_ptr, "jump_state": np.array([j[0] for j in jumps], np.int32), "jump_way": np.array([j[2] for j in jumps], np.int32),
            "jump_amount": np.array([j[1] for j in jumps], FLOATS),
            "flow_ptr": flow_ptr, "flow_state": np.array([j[0] for j in flows], np.int32), "flow_way": np.array([j[2] for j in flows], np.int32),
            "flow_rate": np.array([j[1] for j in flows], FLOATS), "ways": each(ways, ways.shape[1]),
            "output_ptr": output_ptr, "output_time": np.asarray(times, FLOATS), "chosen": chosen,
            "out": np.full((persons, most, len(chosen)), 777.0), "states": np.full((persons, most, start.shape[1]), 777.0),
            "status": np.full(persons, NOT_RUN, np.int32), "worst": np.full(persons, -9, np.int32), "reached": np.zeros(persons),
            "steps": np.zeros(persons, np.int64), "rejected": np.zeros(persons, np.int64), "cancel": cancel, "done": np.zeros(1, np.int64)}
        numbers = {"persons": persons, "schedules": len(schedules), "ways_count": ways.shape[1], "output_most": most, "chosen_count": len(chosen),
                   "rtol": rtol, "atol_share": atol_share, "first_step": first_step, "largest_step": largest_step,
                   "most_steps": most_steps, "most_steps_here": most_steps_here, "method": self.method}
        job = Job(**numbers, **{name: None if a is None or name in without else a.ctypes.data for name, a in arrays.items()})
        workspace = self.workspace()
        assert self.library.zn_run(ctypes.byref(job), workspace.ctypes.data_as(ctypes.c_void_p)) == 0
        found = {name: arrays[name] for name in ("out", "states", "status", "worst", "reached", "steps", "rejected")}
        return Result(**found, done=int(arrays["done"][0]))

    def call(self, name, size, *arguments, parameters=(), inputs=()):
        """One of the exported single evaluations: numbers and arrays in, an array out."""
        result = np.zeros(size)
        pointer = lambda a: np.ascontiguousarray(a, FLOATS).ctypes.data_as(DOUBLES)
        fixed = [pointer(parameters), pointer([0.0]), pointer([0.0]), pointer(inputs)]
        given = [ctypes.c_double(a) if np.ndim(a) == 0 else pointer(a) for a in arguments]
        getattr(self.library, name)(*fixed, *given, pointer(result))
        return result


def compilers() -> dict[str, tuple[str, ...]]:
    """The C compilers at hand by name; ZONULA_CC names one more."""
    found = {name: (name,) for name in ("gcc", "clang") if shutil.which(name)} or {"cc": ("cc",)}
    if importlib.util.find_spec("ziglang"):
        found["zig"] = (sys.executable, "-m", "ziglang", "cc")
    named = os.environ.get("ZONULA_CC")
    return {**found, "named": tuple(named.split())} if named else found


def adapted(arguments, command):
    """Zig has its own names of processors, and traps of its own."""
    if not any(Path(word).stem in ("zig", "ziglang") for word in command):
        return list(arguments)
    own = [f"-mcpu={a.removeprefix('-march=').replace('-', '_')}" if a.startswith("-march=") else a for a in arguments]
    return [*own, "-fno-sanitize=undefined"]


def flags(build, lanes):
    """Flags of a build for this machine: the widest instructions it has that make sense for that many lanes."""
    march = () if not WIDE else ("-march=x86-64-v4",) if WIDEST and build == "fast" else ("-march=x86-64-v3",)
    return (*COMMON, *BUILDS[build], *march, f"-DLANES={lanes}")


def compiled(text: str, folder: Path, arguments, *, command=None, main="ensemble.c", more=()) -> Path:
    """The shared library of the kernel (or another main file) with this model text."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.inc").write_text(text, encoding="utf-8")
    command = command or next(iter(compilers().values()))
    target = folder / "kernel.so"
    source = SOURCES / main if (SOURCES / main).exists() else folder / main
    places = [f'-DMODEL_INC="{folder / "model.inc"}"', f"-I{SOURCES}", str(source), "-o", str(target)]
    call = [*command, *adapted(arguments, command), *more, "-shared", "-fPIC", *places]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


@cache
def _loaded(text, folder, arguments, command):
    key = hashlib.sha256(repr((text, arguments, command)).encode()).hexdigest()[:16]
    return Kernel(ctypes.CDLL(str(compiled(text, folder / key, arguments, command=command))))


def kernel_of(model: Small, folder: Path, *, build="fast", lanes=4, command=None, method=RODAS5P) -> Kernel:
    """The compiled kernel of a small model; each is built once per run of the tests."""
    return replace(_loaded(model.text(), folder, flags(build, lanes), command), method=method)
