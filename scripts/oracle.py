"""Whether the compiled kernel computes what an independent solver computes: drawn people under every scenario.

``python scripts/oracle.py [--persons N] [--scenarios A,B] [--days D] [--jobs J] [--seed S] [--method cvode|Radau] [--json FILE]`` draws N
people (100) as the evidence says they differ, and lets each live through every scenario that ships with zonula (or through its first D
days): by the kernel at two tolerances, and by an oracle at 1e-10, CVODE of SUNDIALS (``pip install scikit-sundae``) or, where that is not
installed, SciPy's Radau.  The oracle shares no step with the kernel: health is solved by the reference engine, slopes and readouts are the
reference engine's; its rates are those of the kernel's ``reproducible`` build (tests compare them with the reference engine's).

A difference is relative to the value, to a hundredth of the readout's largest value in that life, or to the least that matters (a tenth of
a millimeter, point or joint for scores, else 1e-9 of the unit), whichever is most.  It is taken at 200 even times, and 5 and 30 minutes,
2 and 8 hours after each of the first ten changes.  The rule: at rtol 1e-8 everything within 1e-6 times the amplification of the case (how
much further apart two lives of the oracle get than they began, when start and doses are moved by 1e-8); at the default tolerance 99.9 %
of all values within 1e-4.  Exit code 1 where it is broken.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from agreement import ALLOWED, FLOOR, MOVED, SEPARATRIX, TIGHT
from two_hundred_people import workers

from zonula.language.model import Model
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.equations import Equations, Inputs, Vector
from zonula.simulation.health import Health, NoHealth, solve_health, usual_sizes
from zonula.simulation.kernel import load_kernel
from zonula.simulation.prepare import Setup, prepare
from zonula.simulation.problem import Problem, Stretch, stretches
from zonula.simulation.scenario import read_scenario
from zonula.simulation.simulate import people_of

SHIPPED = Path(__file__).resolve().parent.parent / "examples"
RTOLS = (1e-8, 1e-5)  # the fine one, and the default
CLOSE, SHARE = 1e-4, 0.999  # of values at the default
EVEN, AFTER, LOOKED_AT = 201, (5 / 1440, 30 / 1440, 2 / 24, 8 / 24), 10  # when to look: even times, days after a change, changes
SCORES, LEAST_SCORE, LEAST = ("sjc28", "tjc28", "haq", "swelling", "fatigue"), 0.1, 1e-9  # these, and what is in points or mm
BINS = np.linspace(-16.0, 2.0, 181)  # of the decimal logarithm of differences: quantiles to a tenth of a decade
_MOST_STEPS = 10_000_000
_SAME = 1e-9  # day


@dataclass
class Life:
    """One person under one scenario: how far the kernel is from the oracle, by tolerance."""

    scenario: str
    person: int
    failed: str = ""
    amplification: float = float("nan")
    worst: dict[float, tuple[float, str, float]] = field(default_factory=dict)  # difference, readout, day
    counts: list[int] = field(default_factory=list)  # of the differences at the default tolerance, in BINS
    values: int = 0
    within: int = 0
    plain: int = 0  # within, however little it matters
    misses: Counter[str] = field(default_factory=Counter)  # readouts, at the default tolerance
    moments: Counter[str] = field(default_factory=Counter)  # how long after a change they are
    seconds: float = 0.0

    @property
    def agrees(self) -> bool:
        """Whether the fine run is as near as it should be."""
        return not self.failed and self.worst[RTOLS[0]][0] <= ALLOWED * max(1.0, self.amplification)


# --- the oracle -------------------------------------------------------------------------------------------

def method_of(wanted: str) -> str:
    """The oracle's method: what is wanted, or what is there."""
    return wanted or ("cvode" if find_spec("sksundae") else "Radau")


class Oracle:
    """One person's equations, and how they are solved between two changes."""

    def __init__(self, problem: Problem, health: Health, method: str) -> None:
        self.method, self.scale = method, usual_sizes(health.state)
        self.equations = Equations(problem.model, problem.parameters, health.setpoints, health.healthy)
        self.person = (problem.parameters, np.array(health.setpoints), np.array(health.healthy))
        self.kernel = load_kernel(problem.model, "reproducible")

    def rates(self, inputs: Inputs, x: Vector) -> Vector:
        """d(state)/d(day)."""
        row = np.array([*inputs.exposures, *inputs.gates, *inputs.roads], dtype=np.float64)
        return self.kernel.slopes(self.person, row, x, 0.0) + inputs.inflow

    def piece(self, piece: Stretch, x: Vector, times: Vector) -> Vector:
        """States at *times*, the last of which is the end of the piece, shape (time, state)."""
        return (self._cvode if self.method == "cvode" else self._radau)(piece, x, times)

    def _cvode(self, piece: Stretch, x: Vector, times: Vector) -> Vector:
        from sksundae.cvode import CVODE

        def rates(_: float, y: Vector, out: Vector) -> None:
            out[:] = self.rates(piece.inputs, y)

        def jacobian(_: float, y: Vector, __: Vector, out: Vector) -> None:
            out[:, :] = self.equations.jacobian(y, piece.inputs)

        solver = CVODE(rates, jacfn=jacobian, rtol=TIGHT, atol=1e-3 * TIGHT * self.scale, max_num_steps=_MOST_STEPS)
        asked = [piece.start, *(times if len(times) > 1 else (0.5 * (piece.start + piece.end), piece.end))]  # of two it would show all steps
        found = solver.solve(np.array(asked), x)
        if not found.success:
            raise RuntimeError(f"CVODE on day {found.t[-1]:.3g}: {found.message}")
        return np.asarray(found.y[-len(times):])

    def _radau(self, piece: Stretch, x: Vector, times: Vector) -> Vector:
        from scipy.integrate import solve_ivp

        found = solve_ivp(lambda _, y: self.rates(piece.inputs, y), (piece.start, piece.end), x, "Radau", t_eval=times, rtol=TIGHT,
                          atol=1e-3 * TIGHT * self.scale, jac=lambda _, y: self.equations.jacobian(y, piece.inputs))
        if found.status != 0:
            raise RuntimeError(f"Radau: {found.message}")
        return np.asarray(found.y.T)


def truth(problem: Problem, health: Health, method: str) -> Vector:
    """The oracle's readouts at the problem's times, shape (time, readout); at a change those after it."""
    oracle, names = Oracle(problem, health, method), len(problem.model.readouts)
    x, out = health.state, np.full((len(problem.times), names), np.nan)
    for piece in stretches(problem):
        x = x + piece.jump
        here = np.flatnonzero((problem.times >= piece.start) & (problem.times <= piece.end))
        inside = problem.times[here[(problem.times[here] > piece.start) & (problem.times[here] < piece.end)]]
        states = oracle.piece(piece, x, np.array([*inside, piece.end]))
        known = {piece.start: x, **dict(zip([*inside.tolist(), piece.end], states, strict=True))}
        for k in here:
            out[k] = oracle.equations.observe(known[float(problem.times[k])], piece.inputs)[:names]
        x = states[-1]
    return out


def moved(problem: Problem, health: Health, method: str) -> Vector:
    """The same from a start, and under doses, that are a little off."""
    signs = np.where(np.arange(len(health.state)) % 2, 1.0, -1.0)
    plan = replace(problem.plan, doses=tuple(replace(dose, amount=dose.amount * (1 + MOVED)) for dose in problem.plan.doses))
    return truth(replace(problem, plan=plan), replace(health, state=health.state * (1 + MOVED * signs)), method)


# --- one life -----------------------------------------------------------------------------------------------

def least_of(model: Model) -> Vector:
    """What is the least that matters of each readout, in its unit."""
    return np.array([LEAST_SCORE if r.unit_text in ("mm", "point") or r.name in SCORES else LEAST for r, _ in model.readouts])


def difference(exact: Vector, found: Vector, least: Vector | float = 1e-12) -> Vector:
    """Relative differences, shape (time, readout); infinite where nothing was found."""
    size = np.maximum(np.abs(exact), np.maximum(FLOOR * np.max(np.abs(exact), axis=0), least))
    return np.where(np.isfinite(found), np.abs(found - exact) / size, np.inf)


@lru_cache(maxsize=4)
def setup_of(scenario: str) -> Setup:
    """A scenario made ready."""
    return prepare(read_scenario(scenario))


def times_of(problem: Problem) -> Vector:
    """When to look."""
    changes = np.array(sorted({piece.start for piece in stretches(problem)}))
    close = [change + later for change in changes[:LOOKED_AT] for later in AFTER]
    times = np.array([*np.linspace(0.0, problem.until, EVEN), *(t for t in close if t < problem.until)])
    nearest = changes[np.argmin(np.abs(times[:, np.newaxis] - changes), axis=1)]
    times = np.unique(np.where(np.abs(times - nearest) < _SAME, nearest, times))  # no solver makes a step as short as a rounding
    return times[np.diff(times, prepend=-np.inf) >= _SAME]


def one_life(count: int, seed: int, days: float, method: str, case: tuple[str, int]) -> Life:
    """Let one person live through one scenario, by the kernel and by the oracle."""
    started, life = time.perf_counter(), Life(*case)
    setup = setup_of(life.scenario)
    parameters = people_of(setup, count, seed=seed)[life.person: life.person + 1]
    problem = replace(setup.problem, parameters=parameters[0], until=min(setup.problem.until, days or np.inf))
    problem = replace(problem, times=times_of(problem))
    health = solve_health(problem.model, problem.parameters)
    if isinstance(health, NoHealth):
        life.failed = f"no healthy state: {health.reason}"
    else:
        try:
            _compare(life, problem, health, method)
        except RuntimeError as error:
            life.failed = str(error)[:200]
    life.seconds = time.perf_counter() - started
    return life


def by_kernel(problem: Problem, rtol: float) -> Vector:
    """The kernel's readouts at the problem's times, from the health that it finds itself."""
    crowd = Crowd(model=problem.model, parameters=problem.parameters[np.newaxis, :], until=problem.until, times=problem.times,
                  arms=(problem.arm,), rtol=rtol, thorough=False)
    people = solve_people(crowd, jobs=1)
    if not people.finished[0]:
        raise RuntimeError(f"the kernel at {rtol:g}: {people.outcomes[0].as_dict()}")
    return np.asarray(people.values[0])


def _compare(life: Life, problem: Problem, health: Health, method: str) -> None:
    exact, names, least = truth(problem, health, method), problem.model.readout_names, least_of(problem.model)
    life.amplification = float(np.max(difference(exact, moved(problem, health, method), least))) / MOVED
    changes = np.array([piece.start for piece in stretches(problem)])
    since = problem.times - changes[np.searchsorted(changes, problem.times, side="right") - 1]
    for rtol in RTOLS:
        found = by_kernel(problem, rtol)
        apart = difference(exact, found, least)
        row, column = np.unravel_index(int(np.argmax(apart)), apart.shape)
        life.worst[rtol] = float(apart[row, column]), names[column], float(problem.times[row])
    life.counts = np.histogram(np.log10(np.clip(apart, 1e-16, 1e2)), BINS)[0].tolist()
    life.values, life.within, life.plain = apart.size, int(np.sum(apart <= CLOSE)), int(np.sum(difference(exact, found) <= CLOSE))
    for row, column in np.argwhere(apart > CLOSE):
        life.misses[names[column]] += 1
        life.moments[next((name for limit, name in MOMENTS if since[row] <= limit))] += 1


MOMENTS = ((1e-9, "at a change"), (1 / 24, "within an hour"), (1.0, "within a day"), (30.0, "within 30 days"), (np.inf, "later"))


# --- counting -------------------------------------------------------------------------------------------------

def quantile(counts: Sequence[int], share: float) -> float:
    """Below which that share of the differences lie: the upper end of a bin."""
    total = np.cumsum(counts)
    return float(10.0 ** BINS[1 + int(np.searchsorted(total, share * total[-1]))]) if len(total) and total[-1] else float("nan")


def summary(lives: Sequence[Life]) -> dict[str, Any]:
    """What is said of the lives of one scenario, or of all."""
    known = [life for life in lives if not life.failed]
    counts = np.sum([life.counts for life in known], axis=0).tolist() if known else []
    values, within = sum(life.values for life in known), sum(life.within for life in known)
    failed = [f"person {life.person}, {life.scenario}: {life.failed}" for life in lives if life.failed]
    differing = [life for life in known if not life.agrees]
    worst = {f"{rtol:g}": max((life.worst[rtol] for life in known), default=(float("nan"), "", 0.0)) for rtol in RTOLS}
    share = within / values if values else float("nan")
    return {
        "people": len(lives), "failed": failed, "values": values, "worst": worst, "q999 at default": quantile(counts, SHARE), "share": share,
        "share however little it matters": sum(life.plain for life in known) / values if values else float("nan"),
        "amplification": max((life.amplification for life in known), default=float("nan")),
        "beyond a separatrix": sum(life.amplification > SEPARATRIX for life in known),
        "differing at 1e-8": [f"person {life.person}, {life.scenario}: {life.worst[RTOLS[0]]}, amplification {life.amplification:.3g}"
                              for life in differing],
        "misses": dict(sum((life.misses for life in known), Counter()).most_common(8)),
        "moments": dict(sum((life.moments for life in known), Counter()).most_common()),
        "ok": bool(known) and not differing and share >= SHARE and not failed,
    }


def row_of(name: str, found: dict[str, Any]) -> str:
    """One line of the table."""
    fine, coarse = (found["worst"][f"{rtol:g}"] for rtol in RTOLS)
    verdict = "agrees" if found["ok"] else "BROKEN"
    return (f"{name:30s} {found['people']:5d} {len(found['failed']):6d}  {fine[0]:8.1e} {fine[1]:22.22s} {found['amplification']:8.3g}  "
            f"{coarse[0]:8.1e} {coarse[1]:22.22s} {found['q999 at default']:8.1e} {100 * found['share']:9.4f} %  {verdict}")


def study(scenarios: Sequence[str], count: int, *, seed: int, days: float, jobs: int, method: str) -> dict[str, Any]:
    """All lives, scenario by scenario."""
    head = f"{'':30s} people failed  worst at 1e-8 {'':18s} amplif.  worst at 1e-4 {'':17s}    99.9 %   within 1e-4"
    print(f"oracle: {method} at {TIGHT:g}\n{head}", flush=True)
    table: dict[str, Any] = {}
    every: list[Life] = []
    with workers(jobs) as pool:
        for scenario in scenarios:
            work = partial(one_life, count, seed, days, method)
            lives = list(pool.imap(work, [(scenario, person) for person in range(count)]))
            table[scenario] = summary(lives)
            every += lives
            print(row_of(scenario, table[scenario]), flush=True)
    table["all"] = summary(every)
    print(row_of("all", table["all"]))
    return {"method": method, "people": count, "seed": seed, "days": days or None, "table": table,
            "seconds of a life": float(np.mean([life.seconds for life in every]))}


def main() -> None:
    """Read the command line, do the study, print and keep it."""
    parser = argparse.ArgumentParser(description="Does the kernel compute what an independent solver computes?")
    parser.add_argument("--persons", type=int, default=100)
    parser.add_argument("--scenarios", default=",".join(path.stem for path in sorted(SHIPPED.glob("*.toml"))))
    parser.add_argument("--days", type=float, default=0.0, help="at most so many of each scenario")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--method", default="", choices=("", "cvode", "Radau"))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    load_kernel(setup_of("lps_bolus").problem.model)
    load_kernel(setup_of("lps_bolus").problem.model, "reproducible")  # compiled once, before there are many who would
    found = study(given.scenarios.split(","), given.persons, seed=given.seed, days=given.days, jobs=given.jobs, method=method_of(given.method))
    whole = found["table"]["all"]
    for title in ("failed", "differing at 1e-8"):
        print(f"\n{title}: {len(whole[title])}")
        print("\n".join(whole[title][:40]))
    print(f"\nwithin 1e-4 without a least that matters: {100 * whole['share however little it matters']:.4f} %")
    print(f"beyond 1e-4 at the default, by readout: {whole['misses']}\nand by the time since a change: {whole['moments']}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    raise SystemExit(not whole["ok"])


if __name__ == "__main__":
    main()
