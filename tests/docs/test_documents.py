"""What README, LIMITS and the docs say is run: commands, scenarios, code, and the numbers they quote."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import zonula as zn
from zonula.cli.door import guarded
from zonula.cli.main import app
from zonula.evidence.load import evidence_of
from zonula.language import Organ, assemble
from zonula.organs.standard import ORGANS, standard_model
from zonula.simulation.equations import parameter_vector
from zonula.simulation.events import Plan
from zonula.simulation.problem import Problem
from zonula.simulation.reference import solve

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
LIMITS = (ROOT / "LIMITS.md").read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def commands() -> list[str]:
    lines = [line.split("#")[0].strip() for block in blocks(README, "sh") for line in block.splitlines()]
    return [line.split("|")[0].strip() for line in lines if line.startswith("zonula ")]


def test_the_readme_shows_commands() -> None:
    assert len(commands()) >= 8


@pytest.mark.slow
@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_runs(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command)[1:]
    if words[0] == "run":
        words.append("--no-report")
    assert guarded(app, words) == 0


def test_the_scenario_of_the_readme_runs(tmp_path: Path) -> None:
    (text,) = blocks(README, "toml")
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    run = zn.forecast(str(tmp_path / "mine.toml"))
    assert run.result.outcome.status == "finished"
    assert run.setup.changed["mucosa.EC50_products"][0] == pytest.approx(300)
    assert run.setup.changed["body.hla_b27"][0] == 1
    given = [d.substance for d in run.setup.problem.plan.doses]
    assert given.count("adalimumab") == 6
    assert 18 <= given.count("naproxen") <= 27  # of 28, four in five are taken


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = next(block for block in blocks(README, "python") if "import zonula" in block)
    names: dict[str, object] = {}
    exec(compile(text, "README.md", "exec"), names)
    assert float(names["data"]["il6"].max()) > 100  # type: ignore[index]


def test_the_organ_of_the_docs_is_an_organ_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    text = blocks((ROOT / "docs" / "organs.md").read_text("utf-8"), "python")[0]
    names: dict[str, type[Organ]] = {}
    exec(compile(text, "organs.md", "exec"), names)
    model = assemble(*ORGANS, names["Thyroid"])
    assert model.state_index["thyroid.t3"] == len(model.states) - 1


def test_the_organ_of_the_docs_with_a_clock_is_one_that_swings_about_its_health() -> None:
    text = blocks((ROOT / "docs" / "organs.md").read_text("utf-8"), "python")[1]
    names: dict[str, type[Organ]] = {}
    exec(compile(text, "organs.md", "exec"), names)
    model = assemble(names["Pineal"])
    values = {"pineal.mean": 30.0, "pineal.swing": 0.9, "pineal.period": 1.0, "pineal.peak": 2 / 24, "pineal.k": 20.0}
    result = solve(Problem(model=model, parameters=parameter_vector(model, values), plan=Plan(), until=4.0, times=np.arange(0.0, 4.001, 1 / 96)))
    shown, last = result.readout("melatonin"), result.times >= 3.0
    assert shown[0] == pytest.approx(30.0)
    assert np.trapezoid(shown[last], result.times[last]) == pytest.approx(30.0, rel=1e-4)
    assert 40 < shown[last].max() < 57
    assert 2.0 < 24 * (result.times[last][np.argmax(shown[last])] - 3.0) < 5.0  # after the peak of what makes it


def test_the_numbers_that_the_readme_quotes_are_those_of_the_model() -> None:
    bolus, slow = zn.forecast("lps_bolus").result, zn.forecast("lps_infusion").result
    for name, written in (("TNF", "tnf"), ("IL-6", "il6"), ("IL-8", "il8"), ("IL-10", "il10")):
        quoted = re.search(rf"\| {name}, highest \| [^|]+\| (\d+) at ([\d.]+) h", README)
        assert quoted is not None
        value, day = bolus.peak(written)
        assert float(quoted[1]) == pytest.approx(value, rel=0.01)
        assert float(quoted[2]) == pytest.approx(24 * (day - 1), abs=0.06)
    quoted = re.search(r"TNF, IL-6, IL-10 \| [^|]+\| (\d+), (\d+), (\d+)", README)
    assert quoted is not None
    assert [float(n) for n in quoted.groups()] == pytest.approx([slow.peak(n)[0] for n in ("tnf", "il6", "il10")], rel=0.02)
    crp, day = bolus.peak("crp")
    assert f"{24 * (day - 1):.1f} h" in README
    assert f"{crp:.0f} mg/L: **too low**" in README


def test_the_limits_count_the_statuses_of_the_numbers() -> None:
    counts = Counter(e.status for e in evidence_of(standard_model()).values())
    said = re.search(r"(\d+) measured, (\d+) derived, (\d+) calibrated, (\d+) assumed \(of (\d+)\)", LIMITS)
    assert said is not None
    assert [int(n) for n in said.groups()] == [counts["measured"], counts["derived"], counts["calibrated"], counts["assumed"], counts.total()]


def test_links_between_documents_lead_somewhere() -> None:
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
            assert (path.parent / link).exists(), f"{path.name} links to {link}"


def test_the_model_page_is_that_of_the_model() -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("write_model_page", ROOT / "scripts" / "write_model_page.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.PAGE.read_text("utf-8") == script.page(), "run python scripts/write_model_page.py"


def test_the_limits_in_the_report_quote_the_model() -> None:
    from zonula.report.page import LIMITS as SHORT

    value, _ = zn.forecast("lps_bolus").result.peak("crp")
    assert any(f"peaks near {value:.0f} mg/L" in limit for limit in SHORT)
