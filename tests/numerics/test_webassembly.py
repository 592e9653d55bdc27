"""The kernel in WebAssembly gives the bytes of the native reproducible build: health, whole courses, outcomes, in any company."""

import gzip
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from tests import small_days
from tests.browser import in_node, needs_node_and_zig
from tests.small_crowd import CLOSED, LEAKING, MODEL, NOTHING, TIMES, TREATED, UNTIL, many, values

from zonula.codegen.webassembly import loader, webassembly
from zonula.exchange.browser_job import job_of
from zonula.organs.standard import standard_model
from zonula.simulation import kernel
from zonula.simulation.draws import Drawn
from zonula.simulation.ensemble import Crowd
from zonula.simulation.kernel import Course, load_kernel
from zonula.simulation.prepare import prepare
from zonula.simulation.scenario import read_scenario
from zonula.simulation.timetable import timetable

SCENARIOS = {"lps_bolus": 3.0, "enteric_infection": 12.0, "nsaid_course": 21.0, "ra_adalimumab": 90.0, "lps_infusion": 2.0}  # days
DRAWN = 3
MOST_BYTES = 125_000  # gzipped: what a page has for it
OUTCOMES = ("finished", "too_many_steps", "step_too_small", "not_finite", "left_range", "cancelled", "not_run")
HEALTH = ("state", "setpoints", "healthy", "residual", "status", "worst")
ARMS = (TREATED, LEAKING, CLOSED, NOTHING)

pytestmark = pytest.mark.slow


@lru_cache(maxsize=2)
def made(model):
    needs_node_and_zig()
    return webassembly(model)


def scenario(name, days):
    """The typical person and some who are drawn, as they are and as they are known."""
    setup = prepare(read_scenario(name, [f"solve.until={days}", "solve.every=0.25"]))
    problem = setup.problem
    drawn = Drawn(model=problem.model, evidence=setup.evidence, typical=problem.parameters, count=DRAWN, said=frozenset(setup.changed),
                  spread="both", seed=20261123)
    return Crowd(model=problem.model, parameters=np.vstack([problem.parameters, drawn[:]]), until=problem.until, times=problem.times,
                 arms=(problem.arm,), rtol=1e-4)


def small(rows=None, **more):
    return Crowd(**{"model": MODEL, "parameters": many(count=9) if rows is None else rows, "until": UNTIL, "times": TIMES, "arms": ARMS,
                    "arm_of": None if rows is not None else np.arange(9) % 4, **more})


@lru_cache(maxsize=8)
def _native(model):
    return load_kernel(model, "reproducible")


def native(crowd):
    """Health and courses by the native reproducible build."""
    names, own = crowd.model.readout_names, _native(crowd.model)
    course = Course(table=timetable(crowd.model, crowd.arms, crowd.until, crowd.times), readouts=tuple(map(names.index, crowd.shown)),
                    rtol=crowd.rtol, cancel=np.zeros(1, dtype=np.int32), done=np.zeros(1, dtype=np.int64), states=True)
    arms = np.zeros(len(crowd), dtype=np.int32) if crowd.arm_of is None else crowd.arm_of
    health = own.health(np.array(crowd.parameters))
    return health, own.run(np.array(crowd.parameters), health, arms, course)


def assert_same(found, crowd):
    health, runs = native(crowd)
    for name in HEALTH:
        assert found["health"][name].tobytes() == getattr(health, name).tobytes(), name
    assert found["values"].tobytes() == runs.values.tobytes()
    assert found["states"].tobytes() == runs.states.tobytes()
    told = [(OUTCOMES.index(o["reason"]) if o["status"] != "no_healthy_state" else kernel.NOT_RUN, o["worst"], o["steps"], o["refused"])
            for o in found["outcomes"]]
    assert told == list(zip(*(a.tolist() for a in (runs.status, runs.worst, runs.steps, runs.refused)), strict=True))
    assert [np.nan if o["reached"] is None else o["reached"] for o in found["outcomes"]] == pytest.approx(runs.reached.tolist(), rel=0, abs=0, nan_ok=True)
    return runs


@pytest.mark.timeout(400)  # where nothing is compiled yet
def test_people_of_the_standard_model_live_the_same_lives_to_the_last_bit(tmp_path):
    crowds = [scenario(name, days) for name, days in SCENARIOS.items()]
    jobs = [job_of(crowd) for crowd in crowds]
    results = in_node("return data.jobs.map((job) => kernel.solve(job, { states: true }));", tmp_path, made(standard_model()), jobs=jobs)
    for crowd, found in zip(crowds, results, strict=True):
        runs = assert_same(found, crowd)
        assert found["readouts"] == list(crowd.model.readout_names)
        assert found["times"].tolist() == crowd.times.tolist()
        assert (runs.status == kernel.FINISHED).sum() >= DRAWN, "too few lives to compare"
        assert np.ptp(runs.values[0], axis=0).max() > 0


def test_arms_doses_roads_and_early_ends_are_those_of_the_native_kernel(tmp_path):
    odd = np.array([values(joint__half=1e-320, drug__volume=1e-300), values(body__weight=1e300), values(joint__k=1e300), values(gut__k=-1.0),
                    np.zeros(len(values())), values(fuse__lit=1e3), values()])
    crowds = [small(), small(odd), small(rtol=1e-8), small(readouts=("pain_vas", "drug")), small(arms=(CLOSED,), arm_of=None)]
    results = in_node("return data.jobs.map((job) => kernel.solve(job, { states: true }));", tmp_path, made(MODEL), jobs=list(map(job_of, crowds)))
    ends = [assert_same(found, crowd).status.tolist() for crowd, found in zip(crowds, results, strict=True)]
    assert len(set(ends[1])) >= 3, "early ends are not seen"
    assert results[1]["outcomes"][4]["status"] == "no_healthy_state"
    assert np.isnan(results[1]["states"].reshape(len(odd), -1)[4]).all()


def test_a_clock_shows_a_page_what_it_shows_here(tmp_path):
    rows = np.array([small_days.values(), small_days.values(daily__period=1.0, evening__peak=0.2), small_days.values(daily__k=0.3)])
    crowd = Crowd(model=small_days.BOTH, parameters=rows, until=9.0, times=np.arange(0.0, 9.01, 0.25), arms=(NOTHING,), rtol=1e-6)
    found = in_node("return kernel.solve(data.job, { states: true });", tmp_path, made(small_days.BOTH), job=job_of(crowd))
    runs = assert_same(found, crowd)
    assert np.max(np.abs(runs.states[0, :, 0] - small_days.level(crowd.times))) < 1e-4
    assert np.ptp(runs.states[0, :, 0]) > 0.5


def test_nobody_depends_on_the_company(tmp_path):
    script = """
      const whole = kernel.solve(data.job), parts = [];
      for (let first = 0; first < 9; first += 2) parts.push(kernel.solve(data.job, { first, count: Math.min(2, 9 - first) }));
      const alone = kernel.solve(data.job, { parameters: data.job.parameters[4], armOf: [data.job.arm_of[4]] });
      const known = kernel.solve(data.job, { health: kernel.health(data.job.parameters) });
      return { whole: whole.values, parts: parts.map((part) => part.values), alone: alone.values, known: known.values };"""
    found = in_node(script, tmp_path, made(MODEL), job=job_of(small()))
    assert np.concatenate(found["parts"]).tobytes() == found["whole"].tobytes() == found["known"].tobytes()
    assert found["alone"].tobytes() == found["whole"].reshape(9, -1)[4].tobytes()


def test_memory_does_not_grow_from_call_to_call(tmp_path):
    script = """
      const seen = [];
      for (let i = 0; i < 50; i++) { kernel.solve(data.job); if (i === 0 || i === 49) seen.push(kernel.memory); }
      return seen;"""
    first, last = in_node(script, tmp_path, made(MODEL), job=job_of(small()))
    assert first == last < 4_000_000


def test_what_cannot_be_computed_is_refused_with_its_name(tmp_path):
    script = """
      const job = data.job, other = (change) => refused(() => kernel.solve({ ...job, ...change }));
      const astray = [];
      for (const name of ["segment_inputs", "jump_state", "jump_way", "flow_state", "flow_way", "chosen"])
        for (const wrong of [-1, 1e6]) astray.push(await other({ [name]: job[name].map((x, i) => (i ? x : wrong)) }));
      for (const name of ["segment_ptr", "jump_ptr", "flow_ptr"])
        for (const wrong of [-1, 1e6]) astray.push(await other({ [name]: job[name].map((x, i) => (i === 1 ? wrong : x)) }));
      for (const name of ["segment_end", "jump_amount", "jump_way", "flow_rate", "inputs", "flow_ptr"]) astray.push(await other({ [name]: job[name].slice(1) }));
      return {
        other_model: await other({ model: "another" }),
        bad_job: [...astray, await other({ format: "zonula job 0" }), await other({ jump_state: [999, ...job.jump_state.slice(1)] }), await other({ chosen: [-1] }),
                  await other({ segment_inputs: job.segment_inputs.map(() => 99) }), await other({ inputs: "none" }), await other({ rtol: null }),
                  await other({ times: [0, 1e9] }), await other({ segment_ptr: [0, 5] }), await other({ parameters: [["a"]] }),
                  await other({ ways: [{ per_weight: false, volume: ["exp", 1, 1] }, ...job.ways.slice(1)] })],
        wrong_shape: [await other({ parameters: [1, 2, 3] }), await other({ arm_of: [0] }), await other({ arm_of: job.arm_of.map(() => 4) }),
                      await refused(() => kernel.solve(job, { first: 8, count: 2 })), await refused(() => kernel.solve(job, { health: {} })),
                      await refused(() => kernel.health(new Float64Array(0)))],
        not_webassembly: await refused(() => load(new Uint8Array([1, 2, 3]))),
        not_a_kernel: await refused(() => load(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))),
        no_memory: await refused(() => kernel.solve({ ...job, times: Float64Array.from({ length: 2e6 }, (_, i) => i / 1e5) }, { parameters: Array(100).fill(job.parameters[0]) })),
        still: kernel.solve(job).outcomes[0].status,
      };"""
    found = in_node(script, tmp_path, made(MODEL), job=job_of(small()))
    assert found.pop("still") == "finished"
    for code, told in found.items():
        for one in told if isinstance(told[0], list) else [told]:
            assert one[0] == code, (code, one)
            assert one[1].count(";") == 1, "what to do is not said"


def test_the_words_of_a_job_are_those_that_python_knows(tmp_path):
    words = in_node("return [...kernel.words];", tmp_path, made(MODEL))
    kinds = {"c_long": "l", "c_longlong": "l", "c_int": "i", "c_double": "d", "c_void_p": "p"}
    assert [(name, kind) for name, (kind, _) in words] == [(name, kinds[kind.__name__]) for name, kind in kernel._Job._fields_]
    places = [place for _, (_, place) in words]
    assert places == sorted(set(places))


def test_a_page_can_afford_it():
    data = made(standard_model()).read_bytes()
    assert len(gzip.compress(data, 9)) <= MOST_BYTES
    assert b"/tmp" not in data, "a path has come in"


def test_too_many_steps_end_a_life_with_what_was_reached(tmp_path):
    job = {**job_of(small()), "most_steps": 12}
    found = in_node("return kernel.solve(data.job);", tmp_path, made(MODEL), job=job)
    ends = {(o["status"], o["reason"]) for o in found["outcomes"]}
    assert ("stopped", "too_many_steps") in ends
    shown = found["values"].reshape(9, len(TIMES), -1)[0]
    assert np.isfinite(shown[0]).all()
    assert np.isnan(shown[-1]).all()


def test_other_people_get_the_doses_that_their_bodies_make_of_it(tmp_path):
    rows = np.array([values(body__weight=35.0), values(drug__volume=0.1)])
    crowd = small(np.array([values()]), arms=(TREATED,))
    found = in_node("return kernel.solve(data.job, { parameters: data.rows, states: true });", tmp_path, made(MODEL), job=job_of(crowd), rows=rows.tolist())
    assert_same(found, replace(crowd, parameters=rows))


def test_a_worker_makes_the_same_of_a_module_that_is_posted_to_it(tmp_path):
    script = """
      const { Worker } = await import("node:worker_threads");
      const text = `const { parentPort, workerData } = require("node:worker_threads");
        import(workerData.loader).then(async ({ load }) => {
          const { values } = (await load(workerData.module)).solve(workerData.job);
          parentPort.postMessage(values, [values.buffer]);
        });`;
      const module = await WebAssembly.compile(readFileSync(data.wasm));
      const worker = new Worker(text, { eval: true, execArgv: [], workerData: { loader: data.loader, module, job: data.job } });
      const there = await new Promise((done, failed) => worker.on("message", done).on("error", failed));
      return { there, here: kernel.solve(data.job).values };"""
    found = in_node(script, tmp_path, made(MODEL), job=job_of(small()), loader=loader().as_uri())
    assert found["there"].tobytes() == found["here"].tobytes()
    assert np.isfinite(found["here"]).all()
