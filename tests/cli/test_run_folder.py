"""The folder of a run: whole, honest, self-contained, and enough to have the run again."""

import base64
import hashlib
import json
import re
import shutil

import numpy as np
import pytest
from tests.running import CONTRACT, ROOT, manifest, zonula


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """One run with everything, with data of one's own beside those of the volunteers."""
    home = tmp_path_factory.mktemp("whole")
    (home / "data").mkdir()
    (home / "mine.csv").write_text("who,what,h,v\na,IL-6,2,500\nb,IL-6,2,800\n", "utf-8")
    (home / "data" / "mine.csv").write_text("who,what,h,v\na,IL-6,3,5\nb,IL-6,3,8\n", "utf-8")
    text = (ROOT / "examples" / "lps_bolus.toml").read_text("utf-8").replace('until = "8 d"', 'until = "3 d"')
    for k, file in enumerate(("mine.csv", "data/mine.csv")):
        text += (f'\n[[compare]]\nlabel = "my <b>people</b> & $x_{k}$"\nfile = "{file}"\nquantity = "what"\nnames = {{ "IL-6" = "il6" }}\n'
                 'time = { column = "h", unit = "h", zero = "day 1" }\nvalue = { column = "v", unit = "pg/mL" }\nsubject = "who"\n')
    (home / "mine.toml").write_text(text, "utf-8")
    said = zonula("run", home / "mine.toml", "-o", home / "run", "--set", "person.weight=71.23456789 kg", "--seed", "7")
    assert said.code == 0, said.err
    return home / "run", said


def test_every_file_that_the_readme_names_is_there_and_none_besides(whole):
    folder, _ = whole
    text = (folder / "README.txt").read_text("utf-8")
    named = {line.split()[0].rstrip("/") for line in text.splitlines() if re.match(r"\S+\.\w+ |\w+/ ", line)}
    assert {"report.html", "series.parquet", "scenario.toml", "manifest.json", "figures", "data"} <= named
    assert {p.name for p in folder.iterdir()} == named | {"README.txt"}


def test_the_hashes_of_the_manifest_are_those_of_the_files(whole):
    folder, _ = whole
    hashes = manifest(folder)["sha256"]
    files = {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}
    del files["manifest.json"]
    assert hashes == files
    assert len(hashes) >= 10


def test_the_manifest_says_what_made_the_result_and_nothing_of_who(whole):
    folder, _ = whole
    data = manifest(folder)
    assert data["seed"] == 7
    assert data["outcome"] == {"status": "finished"}
    assert data["changed"]["body.weight"] == {"value": 71.23456789, "unit": "kg"}
    assert set(data["environment"]["packages"]) >= {"numpy", "scipy", "pyarrow"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", data["written"])
    assert "no medical advice" in data["notice"]


def test_the_series_hold_every_state_and_readout_with_its_unit(whole):
    from pyarrow import parquet

    folder, said = whole
    table = parquet.read_table(folder / "series.parquet")
    assert table.column_names == ["time", "draw", "quantity", "kind", "unit", "value"]
    units = json.loads(table.schema.metadata[b"units"])
    assert units["tnf"] == "pg/mL"
    assert units["liver.crp"] == "mg/L"
    frame = {name: table[name].to_pylist() for name in table.column_names}
    assert set(frame["kind"]) == {"readout", "state", "p05", "p95"}
    assert set(units) == set(frame["quantity"]) >= set(CONTRACT)
    assert set(zip(frame["quantity"], frame["unit"], strict=True)) == set(units.items())
    values = [v for v, name, kind in zip(frame["value"], frame["quantity"], frame["kind"], strict=True) if (name, kind) == ("tnf", "readout")]
    assert values == json.loads((folder / "summary.json").read_text("utf-8"))["readouts"]["tnf"]["median"]
    assert np.all(np.isfinite(frame["value"]))
    assert said.out


def test_the_scenario_in_the_folder_repeats_the_run_to_the_byte(whole, tmp_path):
    folder, _ = whole
    copy = shutil.copytree(folder, tmp_path / "moved somewhere é")
    said = zonula("run", copy / "scenario.toml", "-o", tmp_path / "again", "--no-report", "--quiet")
    assert said.code == 0
    assert said.err == ""
    assert manifest(tmp_path / "again")["fingerprint"] == manifest(folder)["fingerprint"]
    for name in ("series.parquet", "scenario.toml", "citations.bib", "summary.md", "data/mine.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes(), name
    before, after = (json.loads((place / "summary.json").read_text("utf-8")) for place in (folder, tmp_path / "again"))
    del before["seed"], after["seed"]
    assert before == after


def test_another_plan_has_another_fingerprint(whole, tmp_path):
    folder, _ = whole
    zonula("run", folder / "scenario.toml", "-o", tmp_path / "other", "--no-report", "--quiet", "--set", "person.weight=72")
    assert manifest(tmp_path / "other")["fingerprint"] != manifest(folder)["fingerprint"]


def test_data_that_were_brought_along_are_kept_apart_even_with_equal_names(whole):
    folder, _ = whole
    copies = sorted((folder / "data").iterdir())
    assert len(copies) == 2
    assert len({p.read_text("utf-8") for p in copies}) == 2
    text = (folder / "scenario.toml").read_text("utf-8")
    assert all(f'file = "data/{p.name}"' in text for p in copies)


def test_the_report_is_one_file_that_asks_for_nothing_from_outside(whole):
    folder, _ = whole
    page = (folder / "report.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    low = page.lower()
    assert "<script" not in low
    assert "<link" not in low
    assert "<iframe" not in low
    assert "@import" not in low
    assert not re.search(r"\bsrc\s*=\s*(?![\"']?data:)", low)
    assert low.count(' src="data:image/svg+xml;base64,') == 2
    assert not re.search(r"url\((?!['\"]?(data:|#))", low)
    assert not re.search(r"\son\w+\s*=", re.sub(r"base64,[^\"]*", "", low))
    assert "default-src 'none'" in page
    assert page.count("no medical advice") >= 2
    assert "Traceback" not in page


def test_the_pictures_of_the_report_are_the_figures_of_the_folder(whole):
    folder, _ = whole
    pictures = [base64.b64decode(text) for text in re.findall(r"data:image/svg\+xml;base64,([^\"]+)", (folder / "report.html").read_text("utf-8"))]
    body, *drawn = sorted((folder / "figures").glob("*.svg"))
    assert sorted(pictures) == sorted(p.read_bytes() for p in drawn)
    assert len(pictures) == 2
    assert body.name == "00_anatomy.svg"
    assert body.read_text("utf-8") in (folder / "report.html").read_text("utf-8")


def test_labels_of_a_scenario_are_text_in_the_report_and_never_markup(whole):
    folder, _ = whole
    page = (folder / "report.html").read_text("utf-8")
    assert "<b>people</b>" not in page
    assert "my &lt;b&gt;people&lt;/b&gt; &amp; $x_0$" in page


def test_the_report_holds_the_numbers_that_count(whole):
    folder, _ = whole
    page = re.sub(r"<[^>]+>", " ", (folder / "report.html").read_text("utf-8"))
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    assert f"{summary['peaks']['tnf']['value']:.0f}" in page
    assert summary["fingerprint"] in page
    assert "71.2" in page
    for word in ("mean of 20 men", "What this cannot tell you", "cytokines.k_tnf", "Windoloski"):
        assert word in page


def test_figures_show_something(whole):
    from matplotlib import image

    folder, _ = whole
    for picture in sorted((folder / "figures").glob("*.png")):
        pixels = image.imread(picture)[..., :3]
        assert pixels.shape[0] > 400
        assert pixels.shape[1] > 600
        assert 0.005 < np.mean(pixels.min(axis=2) < 0.9) < 0.6
        assert len(np.unique((pixels[::3, ::3] * 255).astype(int) @ [65536, 256, 1])) > 20


def test_the_citations_are_the_sources_that_were_used(whole):
    folder, _ = whole
    keys = re.findall(r"^@\w+\{([^,]+),", (folder / "citations.bib").read_text("utf-8"), flags=re.MULTILINE)
    assert sorted(keys) == json.loads((folder / "summary.json").read_text("utf-8"))["sources"]
    assert len(keys) == len(set(keys)) > 10
    assert "Windoloski2024code" in keys
