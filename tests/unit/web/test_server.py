"""The server: files by their very names, lives and crowds within bounds, errors as data, one answer to one question."""

import gzip
import itertools
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from tests.page_server import KEY, ask, site, small_files

from zonula.organs.standard import standard_model
from zonula.web.api import Lives
from zonula.web.asked import SimulateTable
from zonula.web.bundle import DATA, PAGE
from zonula.web.files import packed
from zonula.web.jobs import CANCELLED, DONE, FAILED, Queued

LIFE = {"scenario": {"person": "ra_early", "sliders": {"stress": 0.5}, "bars": [{"treatment": "adalimumab", "start": 0, "end": 100}], "horizon": 120},
        "readouts": ["pain_vas", "crp"], "times": 13}
UP = ("..", "%2e%2e", "%252e%252e", ".%2e", "..%00", "....//", "..;", "..%c0%af", "..\\", "%5c..", "~", "%00")
WHERE = ("etc/passwd", "pyproject.toml", "server.py", "../web/server.py", "static/model.json", "model.json/..", "model.json%00.html", "Model.json")


@pytest.mark.parametrize("name", [*PAGE, *DATA])
def test_every_file_comes_as_it_is_packed_or_not(name):
    files = small_files()
    for encoding in ("identity", "gzip"):
        said = ask("GET", f"/{name}", headers={"accept-encoding": encoding})
        assert said.status_code == 200
        assert said.headers.get("content-encoding", "identity") == encoding
        if name != "index.html":
            assert said.content == files[name]
    assert ask("HEAD", f"/{name}").content == b""
    assert ask("GET", "/zn.wasm").headers["content-type"] == "application/wasm"


def test_packing_is_worth_it():
    texts = [(Path(__file__).parent / name).read_bytes() for name in ("test_server.py", "test_bundle.py")] + [b"", b"a" * 10_000]
    for text in (*texts, bytes(np.random.default_rng(1).integers(0, 40, 300_000, dtype=np.uint8).repeat(2))):
        small = packed(text)
        assert gzip.decompress(small) == text
        assert len(small) <= len(gzip.compress(text, 9, mtime=0))
        assert packed(text) == small


@pytest.mark.parametrize("path", [f"/{up}/{place}" for up, place in itertools.product(UP, WHERE)] + [f"/api/{up}/{place}" for up, place in itertools.product(UP[:4], WHERE)])
def test_no_path_leads_out(path):
    for written in (path, path.replace("/", "%2f"), path.replace("..", "..%2f..")):
        said = ask("GET", written)
        assert said.status_code == 404 or said.headers["location"] == f"/{KEY}/", written  # "x/.." is where it began
        assert b"root:" not in said.content
        assert b"import" not in said.content


def test_a_wrong_address_gives_a_friendly_page():
    said = ask("GET", "/nothing")
    assert said.status_code == 404
    assert f'<a href="/{KEY}/">' in said.text
    assert ask("GET", "").status_code == 307


def test_health_says_what_it_bears():
    said = ask("GET", "/api/health").json()
    assert (said["service"], said["status"], said["model"]) == ("zonula", "ok", standard_model().fingerprint)
    assert said["limits"]["persons"] == 2000


def test_a_life_is_simulated_and_a_treatment_matters():
    treated = ask("POST", "/api/simulate", json=LIFE).json()
    bare = ask("POST", "/api/simulate", json={**LIFE, "scenario": {**LIFE["scenario"], "bars": []}}).json()
    assert treated["status"] == bare["status"] == "finished"
    assert treated["times"] == bare["times"] == [float(day) for day in range(0, 121, 10)]
    assert treated["units"] == {"pain_vas": "mm", "crp": "mg/L"}
    assert treated["readouts"]["pain_vas"][0] == pytest.approx(bare["readouts"]["pain_vas"][0])
    assert treated["readouts"]["pain_vas"][-1] < bare["readouts"]["pain_vas"][-1] - 5


@pytest.mark.parametrize(("change", "place"), [
    ({"x": 1}, "x"), ({"times": 1}, "times"), ({"times": 501}, "times"), ({"readouts": []}, "readouts"), ({"readouts": ["pain"]}, "readouts"),
    ({"readouts": ["pain_vas"] * 9}, "readouts"), ({"scenario": {}}, "scenario.person"), ({"scenario": {"person": "nobody"}}, "person"),
    ({"scenario": {"person": "healthy", "horizon": 0.5}}, "scenario.horizon"), ({"scenario": {"person": "healthy", "horizon": 3651}}, "scenario.horizon"),
    ({"scenario": {"person": "healthy", "sliders": {"barrier": 1.01}}}, "scenario.sliders.barrier"),
    ({"scenario": {"person": "healthy", "sliders": {"nothing": 1}}}, "sliders"), ({"scenario": {"person": "healthy", "closed": ["road"]}}, "closed"),
    ({"scenario": {"person": "healthy", "bars": [{"treatment": "adalimumab", "start": 5, "end": 5}]}}, "bars"),
    ({"scenario": {"person": "healthy", "bars": [{"treatment": "snake oil", "start": 0, "end": 5}]}}, "scenario.bars.0.treatment"),
    ({"scenario": {"person": "healthy", "bars": [{"treatment": "adalimumab", "start": 0, "end": 3000, "every": 0.1}]}}, "scenario.bars.0.every"),
    ({"scenario": {"person": "healthy", "bars": [{"treatment": "adalimumab", "start": 0, "end": 1}] * 41}}, "scenario.bars")])
def test_what_makes_no_sense_is_refused_with_its_place(change, place):
    said = ask("POST", "/api/simulate", json={**LIFE, **change})
    assert said.status_code == 422
    problem = said.json()["error"]
    assert problem["path"] == place
    assert problem["fix"]
    assert problem["code"].startswith("ZN-18")


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b"\xff", b'{"scenario": NaN}', b"[" * 5000, b'{"times": 1e400}', b'{"times": 9' + b"9" * 400 + b"}"])
def test_what_is_no_request_is_refused(body):
    said = ask("POST", "/api/simulate", content=body, headers={"content-type": "application/json"})
    assert said.status_code == 422
    assert said.json()["error"]["message"]


def test_only_json_is_read():
    assert ask("POST", "/api/simulate", content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
    assert ask("POST", "/api/simulate", data={"a": "b"}).status_code == 415


def test_the_same_question_is_computed_once_and_answered_in_the_same_bytes():
    lives, counted = Lives(standard_model()), []
    real = lives._simulate
    def slow(asked):
        counted.append(1)
        time.sleep(0.2)
        return real(asked)
    lives._simulate = slow
    asked = SimulateTable.model_validate(LIFE)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(lives.simulate(asked))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counted) == 1
    assert len(answers) == 20
    assert len(set(answers)) == 1


def test_a_crowd_is_a_job_that_ends_with_its_people():
    app = site()
    asked = {"scenario": {"person": "ra_early", "horizon": 60}, "persons": 12, "seed": 3}
    begun = ask("POST", "/api/crowd", app=app, json=asked)
    assert begun.status_code == 202
    where = f"/api/jobs/{begun.json()['id']}"
    assert begun.headers["location"].endswith(where)
    events = ask("GET", f"{where}/events", app=app).text.strip().split("\n\n")
    assert '"state": "done"' in events[-1]
    result = ask("GET", where, app=app).json()["result"]
    assert (len(result["persons"]), result["finished"], result["days"], result["unit"]) == (12, 12, [0.0, 60.0], "mm")
    assert len({round(person[1], 6) for person in result["persons"]}) == 12
    assert ask("POST", "/api/crowd", app=app, json={**asked, "persons": 2001}).status_code == 422
    assert ask("GET", "/api/jobs/0000000000000000", app=app).status_code == 404


def test_the_queue_is_bounded_and_what_waits_can_be_taken_out():
    queue, go = Queued(most=2), threading.Event()
    def work(tell, cancel):
        tell(0.5)
        go.wait(5)
        return {"cancelled": cancel.is_set()}
    first, second = queue.add(work), queue.add(work)
    assert queue.add(work) is None
    queue.stop(second)
    go.set()
    until = time.monotonic() + 5
    while not first.over and time.monotonic() < until:
        time.sleep(0.01)
    assert (first.state, second.state) == (DONE, CANCELLED)
    assert queue.add(work) is not None
    queue.close()


def test_a_job_that_fails_or_takes_too_long_leaves_room_for_the_next():
    queue = Queued(seconds=0.1)
    def broken(tell, cancel):
        raise KeyError("inner words")
    def endless(tell, cancel):
        from zonula.ground.errors import BrokenOffError
        cancel.wait(10)
        raise BrokenOffError.of("ZN-9002", "over", fix="")
    jobs = [queue.add(broken), queue.add(endless), queue.add(lambda tell, cancel: {"a": 1})]
    until = time.monotonic() + 10
    while not jobs[-1].over and time.monotonic() < until:
        time.sleep(0.01)
    assert [job.state for job in jobs] == [FAILED, FAILED, DONE]
    assert "inner words" not in str(jobs[0].as_dict())
    assert "longer" in jobs[1].problem["message"]
    queue.close()


def test_old_results_are_forgotten():
    queue = Queued(kept=3)
    names = []
    for _ in range(8):
        job = queue.add(lambda tell, cancel: {})
        names.append(job.id)
        until = time.monotonic() + 5
        while not job.over and time.monotonic() < until:
            time.sleep(0.005)
    assert queue.get(names[0]) is None
    assert queue.get(names[-1]) is not None
    queue.close()


def test_a_bug_is_told_without_its_inside(monkeypatch):
    def broken(self, asked):
        raise ZeroDivisionError("inner words")
    monkeypatch.setattr(Lives, "simulate", broken)
    said = ask("POST", "/api/simulate", json=LIFE)
    assert said.status_code == 500
    assert "inner words" not in said.text
    assert said.headers["content-type"] == "application/json"


def test_a_queue_that_is_closed_ends_its_thread_and_takes_nothing_more():
    queue, begun = Queued(), threading.Event()
    def work(tell, cancel):
        begun.set()
        return {"cancelled": cancel.wait(5)}
    job = queue.add(work)
    assert begun.wait(5)
    queue.close()
    queue.worker.join(5)
    assert not queue.worker.is_alive()
    assert job.result == {"cancelled": True}
    assert queue.add(work) is None
