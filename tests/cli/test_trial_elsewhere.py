"""``zonula trial`` on a cluster and into an object store: the same people, lives and answers as on this machine alone."""

import json

import pytest
from tests.object_store import object_store
from tests.running import zonula
from tests.short_trial import FEW, N, protocol

from zonula.scale.store import open_store
from zonula.trials.adam_words import LABELS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.filterwarnings("ignore")]  # of the libraries of others


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    home = tmp_path_factory.mktemp("here")
    said = zonula("trial", protocol(home), *FEW, "-o", home / "study", "--json", "--no-report")
    assert said.code == 0, said.err
    return home / "short.toml", said.json


def test_ray_computes_the_same(here, tmp_path, monkeypatch):
    pytest.importorskip("ray")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    file, told = here
    for _ in range(3):  # on a busy machine Ray may not come up in the time that it gives itself
        said = zonula("trial", file, *FEW[:-1], "2", "--on", "ray", "-o", tmp_path / "study", "--json", "--no-report")
        if said.code == 0:
            break
    assert said.code == 0, said.err + said.out
    assert said.json["status"] == "finished"
    assert {json.loads(line)["shard"] for line in (tmp_path / "study" / "log.jsonl").read_text("utf-8").splitlines()} == {0, 1, 2, 3}
    assert said.json["content"] == told["content"]
    assert said.json["results"] == told["results"]
    again = zonula("trial", file, *FEW, "-o", tmp_path / "study", "--json", "--no-report")  # begun by a cluster, and gone on with here
    assert (again.json["computed_shards"], again.json["content"]) == (0, told["content"])


def test_an_object_store_holds_the_same(here):
    file, told = here
    with object_store():
        url = "s3://trials/a study"
        said = zonula("trial", file, *FEW, "-o", url, "--json")
        assert said.code == 0, said.err
        assert (said.json["folder"], said.json["computed_shards"]) == (url, 4)
        assert said.json["content"] == told["content"]
        assert said.json["results"] == told["results"]
        again = zonula("trial", file, *FEW, "-o", url, "--json")
        assert (again.json["computed_shards"], again.json["written"], again.json["content"]) == (0, False, told["content"])
        store = open_store(url)
        store.remove("done/000001.json")
        assert zonula("study", "status", url, "--json").json["done"] == 3
        mended = zonula("trial", file, *FEW, "-o", url, "--json")
        assert (mended.json["computed_shards"], mended.json["content"]) == (1, told["content"])
        verified = zonula("study", "verify", url, "--again", "1", "--json")
        assert (verified.code, verified.json["content"], verified.json["again"][0]["same"]) == (0, told["content"], True)
        merged = zonula("study", "merge", url, "--format", "dataset-json", "--json").json
        assert merged["tables"] == [f"adam/{name}.json" for name in LABELS]
        adsl = json.loads(store.get("adam/adsl.json"))
        assert (adsl["records"], adsl["name"], len(adsl["rows"])) == (2 * N, "ADSL", 2 * N)
        assert store.get("report.html").startswith(b"<!doctype html>")
        assert zonula("study", "person", url, "3", "-o", f"{file.parent}/person", "--json").json["person"] == 3
