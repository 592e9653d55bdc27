"""Jobs for pages: exact numbers, the same bytes each time, and refusals that name the place."""

import json
from dataclasses import replace

import numpy as np
from tests.helpers import refused
from tests.small_crowd import CLOSED, MODEL, TIMES, TREATED, UNTIL, many, values

from zonula.codegen.webassembly import loader
from zonula.exchange import browser_job
from zonula.exchange.browser_job import FORMAT, job_of, write_job
from zonula.ground.errors import KernelError, UsageError
from zonula.language.expression import Name, Number, call
from zonula.simulation.ensemble import Crowd
from zonula.simulation.timetable import Way, timetable, units_of_ways


def crowd(**more):
    return Crowd(**{"model": MODEL, "parameters": many(count=5), "until": UNTIL, "times": TIMES, "arms": (TREATED, CLOSED),
                    "arm_of": np.array([0, 1, 0, 1, 1]), "readouts": ("pain_vas", "drug"), "rtol": 1e-5, **more})


def valued(tree, parameters):
    """What zonula.mjs makes of a formula."""
    if isinstance(tree, float):
        return tree
    operator, left, *right = tree
    if operator == "parameter":
        return parameters[left]
    a, b = valued(left, parameters), valued(right[0], parameters)
    return {"+": a + b, "-": a - b, "*": a * b, "/": a / b}[operator]


def test_a_file_holds_every_number_exactly(tmp_path):
    write_job(tmp_path / "job.json", crowd())
    job, table = json.loads((tmp_path / "job.json").read_text(encoding="utf-8")), timetable(MODEL, (TREATED, CLOSED), UNTIL, TIMES)
    for name in ("segment_ptr", "segment_start", "segment_end", "segment_inputs", "inputs", "jump_ptr", "jump_state", "jump_way", "jump_amount",
                 "flow_ptr", "flow_state", "flow_way", "flow_rate"):
        assert np.array(job[name], dtype=getattr(table, name).dtype).tobytes() == getattr(table, name).tobytes(), name
    assert np.array(job["parameters"]).tobytes() == many(count=5).tobytes()
    assert job["arm_of"] == [0, 1, 0, 1, 1]
    assert [MODEL.readout_names[i] for i in job["chosen"]] == job["readouts"] == ["pain_vas", "drug"]
    assert (job["model"], job["rtol"], job["largest_step"]) == (MODEL.fingerprint, 1e-5, UNTIL)
    assert np.array(job["times"]).tobytes() == TIMES.tobytes()


def test_the_same_crowd_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_job(tmp_path / name, crowd())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_what_a_dose_is_in_a_body_goes_along_as_a_formula():
    job, table = job_of(crowd()), timetable(MODEL, (TREATED, CLOSED), UNTIL, TIMES)
    assert any(way["per_weight"] for way in job["ways"])
    rows = many(count=5)
    found = [[(row[job["weight"]] if way["per_weight"] else 1.0) / (1.0 if way["volume"] is None else valued(way["volume"], row)) for way in job["ways"]]
             for row in rows]
    assert np.array(found).tobytes() == units_of_ways(MODEL, table.ways, rows).tobytes()


def test_a_formula_that_a_page_does_not_know_is_refused(monkeypatch):
    name = next(iter(MODEL.parameters))
    real = browser_job.timetable
    for tree, word in ((call("exp", name), "exp"), (Name("nobody"), "nobody")):
        monkeypatch.setattr(browser_job, "timetable", lambda *given, tree=tree: replace(real(*given), ways=(Way(tree, False),)))
        with refused("ZN-6104", word, kind=KernelError):
            job_of(crowd())
    monkeypatch.setattr(browser_job, "timetable", lambda *given: replace(real(*given), ways=(Way(Number(2.0) / (name + 1.0) - name, False),)))
    place = ["parameter", 0]
    assert job_of(crowd())["ways"] == [{"per_weight": False, "volume": ["-", ["/", 2.0, ["+", place, 1.0]], place]}]


def test_people_who_are_no_numbers_are_refused():
    with refused("ZN-1223", "drug.k", kind=UsageError):
        job_of(crowd(parameters=np.array([values(), values(drug__k=np.nan)]), arm_of=None))
    with refused("ZN-1214", "nothing", kind=UsageError):
        job_of(crowd(readouts=("nothing",)))


def test_both_sides_speak_of_the_same_format():
    assert f'FORMAT = "{FORMAT}"' in loader().read_text(encoding="utf-8")
