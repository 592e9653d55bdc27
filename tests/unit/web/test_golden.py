"""The page's kernel (WebAssembly, in Node) gives what the native ``reproducible`` build gives on fifty scenarios, and what is new in its loader holds."""

from functools import lru_cache

import numpy as np
import pytest
from tests.browser import in_node, needs_node_and_zig
from tests.small_crowd import MODEL as SMALL
from tests.small_crowd import NOTHING, TIMES, TREATED, UNTIL, many, values

from zonula.codegen.webassembly import webassembly
from zonula.exchange.browser_job import job_of
from zonula.organs.standard import standard_model
from zonula.simulation.ensemble import Crowd
from zonula.simulation.kernel import load_kernel
from zonula.tipping.person import Person
from zonula.web.golden import golden, scenarios
from zonula.web.scenario import page_of

WITHIN = 1e-10  # of a readout; in truth they agree to the last bit

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]  # where no kernel is compiled yet


@lru_cache(maxsize=1)
def fifty():
    needs_node_and_zig()
    return golden(standard_model())


def test_there_are_fifty_and_they_are_of_every_kind():
    found = scenarios(page_of(standard_model()))
    assert len(found) == len({str(s.as_dict()) for s in found}) == 50
    assert {s.person for s in found} == set(page_of(standard_model()).persons)
    assert len({bar.treatment for s in found for bar in s.bars}) >= 20
    assert {road for s in found for road in s.closed} >= {"systemic", "products", "primed"}


def test_the_page_computes_what_the_reproducible_build_computes(tmp_path):
    said = fifty()["scenarios"]
    found = in_node("return data.jobs.map((job) => kernel.solve(job).values);", tmp_path, webassembly(standard_model()), jobs=[s["job"] for s in said])
    moved = 0
    for scenario, got in zip(said, found, strict=True):
        wanted = np.array(scenario["values"])
        assert scenario["status"] == "finished", scenario["scenario"]
        assert np.max(np.abs(got - wanted) / np.maximum(np.abs(wanted), 1e-9)) <= WITHIN, scenario["scenario"]
        readouts = wanted.reshape(len(scenario["job"]["times"]), -1)
        moved += np.ptp(readouts[:, scenario["job"]["readouts"].index("pain_vas")]) > 1
    assert moved > 25, "too few scenarios in which anything happens"


def test_every_life_can_be_shown_at_once(tmp_path):
    script = """
      for (const job of data.jobs) kernel.solve(job);
      return data.jobs.map((job) => { const from = performance.now(); kernel.solve(job); return performance.now() - from; });"""
    took = in_node(script, tmp_path, webassembly(standard_model()), jobs=[s["job"] for s in fifty()["scenarios"]])
    assert np.median(took) < 50  # ms, on the slowest of the machines on which this is run
    assert max(took) < 400


def test_who_goes_on_from_somewhere_lives_as_if_never_stopped(tmp_path):
    rows = many(count=5)
    first = Crowd(model=SMALL, parameters=rows, until=2.0, times=np.array([0.0, 2.0]), arms=(NOTHING,), rtol=1e-8)
    whole = Crowd(model=SMALL, parameters=rows, until=UNTIL, times=TIMES[TIMES >= 0], arms=(TREATED,), rtol=1e-8)
    script = """
      const health = kernel.health(data.first.parameters);
      const begun = kernel.solve(data.first, { states: true, health }), n = kernel.sizes.states, people = begun.states.length / (2 * n);
      const shifted = health.state.map((x) => 1.5 * x);
      return { same: kernel.solve(data.whole, { health, start: health.state }).values, plain: kernel.solve(data.whole).values,
               other: kernel.solve(data.whole, { health, start: shifted, states: true }).states, shifted,
               lost: kernel.solve(data.whole, { health, start: health.state.map((x, i) => (i < n ? NaN : x)) }).values,
               wrong: await refused(() => kernel.solve(data.whole, { start: new Float64Array(3) })) };"""
    found = in_node(script, tmp_path, webassembly(SMALL), first=job_of(first), whole=job_of(whole))
    assert found["same"].tobytes() == found["plain"].tobytes()
    states = found["other"].reshape(5, len(whole.times), -1)
    moved = states[:, 0] - found["shifted"].reshape(5, -1)
    assert np.count_nonzero(np.abs(moved) > 1e-12) <= 5 * 3, "only what the first dose moves at once differs from where they begin"
    lost = found["lost"].reshape(5, -1)
    assert np.isnan(lost[0]).all()
    assert np.isfinite(lost[1:]).all()
    assert found["wrong"][0] == "wrong_shape"


def test_slopes_are_those_of_the_native_kernel_and_of_the_reference(tmp_path):
    model = standard_model()
    page = page_of(model)
    problem = page.crowd(next(s for s in scenarios(page) if s.person == "crohn")).problem(page.persons["crohn"].values(_typical(model), model), NOTHING)
    person = Person.of(problem)
    health, state = person.health, 1.1 * person.health.state
    row = np.array([*(e.neutral for e in model.exposures), *np.ones(len(model.reactions) + len(model.roads))])
    own = {"parameters": problem.parameters.tolist(), "setpoints": list(health.setpoints), "healthy": list(health.healthy)}
    script = """return { slopes: kernel.slopes(data.own, data.row, data.state, 3),
                         wrong: await refused(() => kernel.slopes(data.own, data.row.slice(1), data.state)),
                         missing: await refused(() => kernel.slopes({ parameters: data.own.parameters }, data.row, data.state)) };"""
    found = in_node(script, tmp_path, webassembly(model), own=own, row=row.tolist(), state=state.tolist())
    native = load_kernel(model, "reproducible").slopes((problem.parameters, np.array(health.setpoints), np.array(health.healthy)), row, state, 3.0)
    assert found["slopes"].tobytes() == native.tobytes()
    assert np.count_nonzero(native) > 60
    assert found["wrong"][0] == found["missing"][0] == "wrong_shape"


def _typical(model):
    from zonula.web.persons import typical

    return typical(model)


def test_a_small_person_has_slopes_too(tmp_path):
    own = {"parameters": values().tolist()}
    script = """const health = kernel.health(data.own.parameters);
      const row = new Float64Array(kernel.sizes.inputs).fill(1);
      return kernel.slopes({ ...data.own, setpoints: health.setpoints, healthy: health.healthy }, row, health.state);"""
    found = in_node(script, tmp_path, webassembly(SMALL), own=own)
    assert len(found) == len(SMALL.states)
    assert np.isfinite(found).all()
