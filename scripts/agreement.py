"""Whether other programs make the same of the exported model as we do.

``python scripts/agreement.py [N] [--seed S] [--scenarios A,B] [--programs roadrunner,copasi,amici] [--method Radau] [--json FILE] [--examples]``
draws N people (20) as scripts/two_hundred_people.py does, exports each under each scenario (a dose, a drug, an infection), and runs the export
with libRoadRunner, COPASI and AMICI, as far as they are installed (``pip install libroadrunner copasi-basico amici``; AMICI needs a C++
compiler, CMake and SWIG, ``pip install cmake swig``; it compiles a scenario once, for minutes, for all people).  Every readout is compared
with the reference engine.  All of it takes about an hour.

A difference is relative to the value, or to a hundredth of the readout's largest value where that is more.  It may be 1e-6 times the
amplification of the case: how much further apart two of our own tight runs get than they began, when start and doses are moved by 1e-8.
Cases beyond an amplification of 1000 are named.  ``--examples`` checks every example against libSBML (and libSEDML, where it is installed).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from two_hundred_people import accepted, person_values

from zonula.exchange.omex import COURSE, MODEL, omex_files
from zonula.exchange.sbml_out import complaints, healthy_or_refuse, sbml_text
from zonula.organs.standard import standard_model
from zonula.simulation.equations import Vector, parameter_vector
from zonula.simulation.health import Health
from zonula.simulation.prepare import Setup, prepare
from zonula.simulation.problem import Problem, stretches
from zonula.simulation.reference import solve
from zonula.simulation.scenario import read_scenario

SCENARIOS = ("lps_bolus", "nsaid_course", "enteric_infection")
POINTS = 201
TIGHT, ALLOWED, SEPARATRIX = 1e-10, 1e-6, 1e3
MOVED = 1e-8  # by how much start and doses are moved to measure the amplification
FLOOR = 0.01  # of a readout's largest value: smaller values are compared with that
THEIR_RTOL = {"roadrunner": 1e-11, "copasi": 1e-11, "amici": 1e-11}
Course = Callable[[str, float, Sequence[str]], Vector]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one program did on one person under one scenario."""

    scenario: str
    person: int
    program: str
    worst: float
    readout: str
    day: float
    amplification: float
    seconds: float
    failed: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the worst difference is as small as it should be."""
        return not self.failed and self.worst <= ALLOWED * max(1.0, self.amplification)


# --- the programs: a course of readouts over POINTS even times, shape (time, readout) --------------------

def roadrunner(text: str, until: float, names: Sequence[str]) -> Vector:
    """The course by libRoadRunner with CVODE."""
    import roadrunner as program

    program.Logger.setLevel(program.Logger.LOG_CRITICAL)
    program.Config.setValue(program.Config.LLVM_BACKEND, program.Config.LLJIT)
    program.Config.setValue(program.Config.LLJIT_OPTIMIZATION_LEVEL, 0)  # compiling takes longer than running
    runner = program.RoadRunner(text)
    runner.selections = ["time", *(f"y_{name}" for name in names)]
    rtol = THEIR_RTOL["roadrunner"]
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = rtol, 1e-3 * rtol
    # one per state, by its size at the start: a single one is scaled anew at each event, to nothing where a state has faded
    scaled = runner.integrator.getAbsoluteToleranceVector()
    runner.integrator.absolute_tolerance = [float(x) if x > 1e-12 * rtol else 1e-3 * rtol for x in scaled]
    runner.integrator.maximum_num_steps = 10_000_000
    return _checked(np.array(runner.simulate(0.0, until, POINTS)), until)


def copasi(text: str, until: float, names: Sequence[str]) -> Vector:
    """The course by COPASI with LSODA."""
    import basico

    loaded = basico.load_model_from_string(text)
    try:
        table = basico.run_time_course_with_output(
            output_selection=["Time", *(f"Values[{name}]" for name in names)], duration=until, intervals=POINTS - 1, use_numbers=False,
            method="deterministic", r_tol=THEIR_RTOL["copasi"], a_tol=1e-3 * THEIR_RTOL["copasi"], max_steps=10_000_000)
    finally:
        basico.remove_datamodel(loaded)
    return _checked(np.asarray(table.values, dtype=float), until)


def amici(text: str, until: float, names: Sequence[str]) -> Vector:
    """The course by AMICI with CVODES: compiled once for people who differ in numbers only, then given the numbers of each."""
    import libsbml
    from amici.sim.sundials import run_simulation

    document = libsbml.readSBMLFromString(text)
    source = document.getModel()
    model = _compiled_once(_without_numbers(text), text, tuple(names))
    for name in model.get_free_parameter_ids():
        model.set_free_parameter_by_id(name, source.getParameter(name).getValue())
    model.set_initial_state([_start(source, name) for name in model.get_state_ids()])
    model.set_timepoints(np.linspace(0.0, until, POINTS))
    solver = model.create_solver()
    solver.set_relative_tolerance(THEIR_RTOL["amici"])
    solver.set_absolute_tolerance(1e-16)
    solver.set_max_steps(10_000_000)
    found = run_simulation(model, solver)
    if found.status != 0:
        raise RuntimeError(f"status {found.status}")
    ids = list(model.get_observable_ids())
    return np.asarray(found.y)[:, [ids.index(f"shown_{name}") for name in names]]


def _start(source: Any, name: str) -> float:
    species = source.getSpecies(name)
    if species is None:
        return float(source.getParameter(name).getValue())
    return float(species.getInitialAmount() if species.getHasOnlySubstanceUnits() else species.getInitialConcentration())


PROGRAMS: dict[str, tuple[str, Course]] = {"roadrunner": ("roadrunner", roadrunner), "copasi": ("basico", copasi), "amici": ("amici", amici)}


def _checked(table: Vector, until: float) -> Vector:
    """The table without its column of time, which must be the one that was asked for."""
    if table.shape[0] != POINTS or not np.allclose(table[:, 0], np.linspace(0.0, until, POINTS), rtol=0, atol=1e-5 * until):
        raise RuntimeError(f"{table.shape[0]} times came back, or others than were asked for")
    return table[:, 1:]


def _without_numbers(text: str) -> str:
    """What determines the code that AMICI compiles: the structure of the model, not a person's numbers."""
    import libsbml

    document = libsbml.readSBMLFromString(text)
    model = document.getModel()
    for i in range(model.getNumParameters()):
        model.getParameter(i).setValue(0.0)
        model.getParameter(i).unsetNotes()
        model.getParameter(i).unsetCVTerms()
    for i in range(model.getNumSpecies()):
        species = model.getSpecies(i)
        (species.setInitialAmount if species.getHasOnlySubstanceUnits() else species.setInitialConcentration)(0.0)
    for i in range(model.getNumCompartments()):
        model.getCompartment(i).setSize(1.0)
    model.unsetNotes()
    return str(libsbml.writeSBMLToString(document))


_TEXTS: dict[str, str] = {}


def _compiled_once(structure: str, text: str, names: tuple[str, ...]) -> Any:
    key = hashlib.sha256(structure.encode()).hexdigest()[:12]
    _TEXTS.setdefault(key, text)
    model, why = _compiled(key, names)
    if model is None:
        raise RuntimeError(why)
    return model


@lru_cache(maxsize=8)
def _compiled(key: str, names: tuple[str, ...]) -> tuple[Any, str]:
    """The model, or None and why it could not be compiled: that takes minutes, and is not tried again for the next person."""
    from amici import MeasurementChannel, SbmlImporter, import_model_module

    folder = Path(tempfile.mkdtemp(prefix="zonula-amici-")) / f"zonula_{key}"
    beside = str(Path(sys.executable).parent)  # where pip puts CMake and SWIG, whether or not the environment is active
    os.environ["PATH"] = os.pathsep.join([beside, os.environ.get("PATH", "")])
    try:
        SbmlImporter(_TEXTS[key], from_file=False).sbml2amici(
            folder.name, folder, generate_sensitivity_code=False, compute_conservation_laws=False, simplify=None,
            observation_model=[MeasurementChannel(id_=f"shown_{name}", formula=f"y_{name}") for name in names])
    except Exception as error:  # noqa: BLE001 - another program may fail in any way, and that is a finding
        return None, f"AMICI's model could not be compiled: {error}"
    return import_model_module(folder.name, folder).get_model(), ""


# --- our own runs ------------------------------------------------------------------------------------------

def tight(problem: Problem, health: Health, method: str) -> Vector:
    """Our readouts at even times, shape (time, readout)."""
    times = np.linspace(0.0, problem.until, POINTS)
    result = solve(replace(problem, times=times, rtol=TIGHT), method=method, health=health)
    if result.outcome.status != "finished":
        raise RuntimeError(f"our own run: {result.outcome}")
    return np.asarray(result.readouts[[int(np.argmin(np.abs(result.times - t))) for t in times]])


def moved(problem: Problem, health: Health, method: str) -> Vector:
    """The same from a start, and under doses, that are a little off."""
    signs = np.where(np.arange(len(health.state)) % 2, 1.0, -1.0)
    plan = replace(problem.plan, doses=tuple(replace(dose, amount=dose.amount * (1 + MOVED)) for dose in problem.plan.doses))
    return tight(replace(problem, plan=plan), replace(health, state=health.state * (1 + MOVED * signs)), method)


def quiet_times(problem: Problem) -> list[int]:
    """Places of the times at which nothing changes: at a change one program shows before, another after."""
    changes = [piece.start for piece in stretches(problem)]
    times = np.linspace(0.0, problem.until, POINTS)
    return [k for k, t in enumerate(times) if min(abs(t - change) for change in changes) > 1e-6]


def difference(ours: Vector, theirs: Vector) -> Vector:
    """Relative differences, shape (time, readout)."""
    size = np.maximum(np.abs(ours), np.maximum(FLOOR * np.max(np.abs(ours), axis=0), 1e-12))
    apart = np.abs(theirs - ours) / size
    return np.where(np.isfinite(theirs), apart, np.inf)


# --- the study -----------------------------------------------------------------------------------------------

def person_setup(name: str, values: Mapping[str, float] | None) -> Setup:
    """A scenario with a drawn person in it; what the scenario itself says of the person holds."""
    setup = prepare(read_scenario(name))
    if values is None:
        return setup
    said = dict(values) | {path: value for path, (value, _) in setup.changed.items()}
    return replace(setup, problem=replace(setup.problem, parameters=parameter_vector(setup.problem.model, said)))


def compare(scenario: str, person: int, values: Mapping[str, float] | None, programs: Sequence[str], method: str) -> list[Verdict]:
    """What the programs make of one person under one scenario."""
    setup = person_setup(scenario, values)
    problem, names = setup.problem, setup.problem.model.readout_names
    health = healthy_or_refuse(problem)
    text = sbml_text(setup, health)
    ours, keep = tight(problem, health, method), quiet_times(problem)
    amplification = float(np.max(difference(ours, moved(problem, health, method))[keep])) / MOVED
    found = []
    for program in programs:
        started, worst, place, failed = time.perf_counter(), np.inf, (0, 0), ""
        try:
            apart = difference(ours, PROGRAMS[program][1](text, problem.until, names))[keep]
            row, column = np.unravel_index(int(np.argmax(apart)), apart.shape)
            worst, place = float(apart[row, column]), (int(row), int(column))
        except Exception as error:  # noqa: BLE001 - another program may fail in any way, and that is a finding
            failed = " ".join(str(error).split())[:200] or type(error).__name__
        day = float(np.linspace(0.0, problem.until, POINTS)[keep[place[0]]])
        found.append(Verdict(scenario, person, program, worst, names[place[1]], day, amplification, time.perf_counter() - started, failed))
        print(told(found[-1]), flush=True)
    return found


def told(v: Verdict) -> str:
    """One row of the table."""
    verdict = "agrees" if v.agrees else f"FAILED: {v.failed}" if v.failed else "DIFFERS"
    who = "typical" if v.person < 0 else str(v.person)
    beyond = "  (beyond a separatrix?)" if v.amplification > SEPARATRIX else ""
    return (f"{v.scenario:28s} {who:>8s} {v.program:11s} {v.worst:9.2e}  {v.readout:26s} day {v.day:7.2f}  amplification {v.amplification:8.1f}"
            f"  {v.seconds:6.1f} s  {verdict}{beyond}")


def check_examples() -> list[str]:
    """Every example as an archive: what libSBML and libSEDML find wrong."""
    faults = []
    for path in sorted((Path(__file__).resolve().parent.parent / "examples").glob("*.toml")):
        files = omex_files(prepare(read_scenario(str(path))))
        found = complaints(files[MODEL])
        if find_spec("libsedml"):
            import libsedml

            course = libsedml.readSedMLFromString(files[COURSE])
            found += [course.getError(i).getMessage() for i in range(course.getNumErrors())]
        print(f"{path.stem:32s} {'valid' if not found else f'{len(found)} faults: {found[0]}'}", flush=True)
        faults += [f"{path.stem}: {fault}" for fault in found]
    return faults


def main() -> None:
    """Read the command line, do the study, print and keep it."""
    parser = argparse.ArgumentParser(description="Do other programs make the same of the exported model?")
    parser.add_argument("count", nargs="?", type=int, default=20, help="drawn people; the typical person comes first")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenarios", default=",".join(SCENARIOS))
    parser.add_argument("--programs", default=",".join(PROGRAMS))
    parser.add_argument("--method", default="Radau", help="of the reference engine: Radau, BDF or LSODA")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--examples", action="store_true", help="check every example against libSBML, too")
    given = parser.parse_args()
    programs = [program for program in given.programs.split(",") if find_spec(PROGRAMS[program][0])]
    print(f"programs: {', '.join(programs)}; not installed: {', '.join(sorted(set(given.programs.split(',')) - set(programs))) or 'none'}")
    faults = check_examples() if given.examples else []
    people: list[tuple[int, Mapping[str, float] | None]] = [(-1, None)]
    if given.count:
        people += [(person, person_values(given.seed, person)) for person in accepted(given.count, given.seed, 1)[0]]
    verdicts = [v for scenario in given.scenarios.split(",") for person, values in people
                for v in compare(scenario, person, values, programs, given.method)]
    wrong = [v for v in verdicts if not v.agrees]
    print(f"\n{len(verdicts)} comparisons of {len(standard_model().readout_names)} readouts at {POINTS} times: {len(verdicts) - len(wrong)} agree, "
          f"{sum(v.worst <= ALLOWED for v in verdicts)} within {ALLOWED:g} flat; {len(faults)} faults in examples")
    print("\n".join(told(v) for v in wrong))
    if given.json:
        kept = {"people": given.count, "seed": given.seed, "method": given.method, "allowed": ALLOWED, "faults in examples": faults,
                "comparisons": [asdict(v) | {"agrees": v.agrees, "worst": v.worst if np.isfinite(v.worst) else None} for v in verdicts]}
        given.json.write_text(json.dumps(kept, indent=1, allow_nan=False) + "\n", "utf-8")
    raise SystemExit(bool(wrong or faults))


if __name__ == "__main__":
    main()
