"""The page of a validation: self-contained, harmless, and drawn where the numbers are."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from tests.small_validation import two_studies

from zonula.cli.validate import _compared
from zonula.evidence.load import evidence_of
from zonula.experiments.not_modelled import NotModelled
from zonula.experiments.predict import Settings
from zonula.experiments.read import read_experiments
from zonula.experiments.validate import Validation, judged, validate
from zonula.organs.standard import standard_model
from zonula.population.sampling import prior_members
from zonula.report.validation import _cards, _csv, link_of, validation_page
from zonula.report.validation_figures import blocks, directions, distance, ranks, worst

MISSING = {"M-1": NotModelled(domain="markers", quantity="<i>zonulin</i>", source="A 2020", reason="no zonulin")}


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> Validation:
    model = standard_model()
    experiments = read_experiments([two_studies(tmp_path_factory.mktemp("page") / "studies")], model)
    members = prior_members(model, evidence_of(model), 4, seed=0)
    return validate(experiments, model, evidence_of(model), members, Settings(persons=3), not_modelled=MISSING)


@pytest.fixture(scope="module")
def page(found) -> str:
    return validation_page(found)


def by_id(found, name):
    return next(v for v in found.verdicts if v.id == name)


def moved(verdict, observed):
    """The same row, had something else been observed."""
    return judged(replace(verdict.prediction, observed=observed))


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(page):
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!#|https://doi\.org/)([^"]*)"', page) == []
    assert "default-src 'none'" in page
    assert "@import" not in page
    assert "url(" not in page


def test_text_of_studies_is_text(page):
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Other &lt;b&gt;2021&lt;/b&gt;" in page
    assert "&lt;i&gt;zonulin&lt;/i&gt;" in page


def test_every_row_stands_on_it_with_its_verdict_and_a_name_for_those_who_cannot_see(found, page):
    for v in found.verdicts:
        assert page.count(f"<code>{v.id}</code>") >= 1
    assert page.count('role="img" aria-label="observed ') == sum(v.prediction.row.said.judged != "direction" for v in found.verdicts)
    assert "not calibrated" in page
    assert "no medical advice" in page
    assert page.count('<th scope="row"') == len(found.verdicts)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:labelledby="|href="#)([^"]+)"', page)) <= set(ids)


def test_only_identifiers_that_were_seen_are_links(page):
    assert '<a href="https://doi.org/10.1000/xyz">' in page
    assert "pubmed" not in page
    assert "PMID:123: identifier not checked" in page


@pytest.mark.parametrize(("identifier", "link"), [
    ("10.1136/gut.32.3.275", "https://doi.org/10.1136/gut.32.3.275"), ("PMID:8835562", "https://pubmed.ncbi.nlm.nih.gov/8835562/"),
    ("javascript:alert(1)", ""), ("10.1/x", ""), ("", ""), ('10.1000/a"onclick', "https://doi.org/10.1000/a%22onclick")])
def test_links(identifier, link):
    assert link_of(identifier) == link


def test_a_level_lies_where_its_multiple_is(found):
    block, = blocks([by_id(found, "ONE-1")])
    line, = block.lines
    v = line.verdict
    at = {text: x for x, text in block.marks}
    assert block.zero == at["1"] == line.seen
    top = max(float(text) for text in at if "/" not in text)
    for place, value in ((line.middle, v.predicted), (line.low50, v.p25), (line.high50, v.p75)):
        if 1 / top < value / v.prediction.observed < top:
            share = math.log(value / v.prediction.observed) / math.log(top)
            assert place == pytest.approx(at["1"] + share * (at[f"{top:g}"] - at["1"]), abs=0.01)
    assert line.low <= line.low50 <= line.middle <= line.high50 <= line.high
    assert (line.low <= line.seen <= line.high) == v.inside90


def test_a_share_lies_at_its_percent_and_what_is_beyond_is_told(found):
    v = by_id(found, "TWO-3")
    block, = blocks([v])
    at = {text: x for x, text in block.marks}
    assert block.zero is None
    assert block.lines[0].middle == at["100 %"]
    assert block.lines[0].seen == pytest.approx(at["75 %"] + 0.6 * (at["100 %"] - at["75 %"]), abs=0.01)
    wide = by_id(found, "TWO-1")
    lines = [line for b in blocks([*[by_id(found, "ONE-1")] * 30, replace(wide, p05=1e-6)]) for line in b.lines]
    assert [line.beyond[0] for line in lines if line.verdict.id == "TWO-1"] == [True]


def test_misses_come_first_the_furthest_before(found):
    v = by_id(found, "ONE-1")
    near, far = moved(v, v.p95 * 1.5), moved(v, v.p95 * 5)
    assert 1 < distance(near) < distance(far)
    assert distance(moved(v, v.p95)) == pytest.approx(1)
    assert distance(moved(v, v.p05)) == pytest.approx(1)
    assert distance(moved(v, v.predicted)) == pytest.approx(0, abs=1e-9)
    assert [w.prediction.observed for w in worst([v, near, far], 9)] == [far.prediction.observed, near.prediction.observed]
    block, = blocks([v, near, far])
    assert [line.verdict for line in block.lines] == [far, near, v]
    assert 1 < distance(by_id(found, "TWO-5")) <= 2
    assert distance(by_id(found, "TWO-4")) == 0


def test_directions_are_shares_of_members(found):
    line, = directions(found.verdicts)
    assert (line.verdict.id, line.seen) == ("TWO-5", "more")
    assert dict(line.shares) == {"less": 0.0, "no difference": 100.0, "more": 0.0}


def test_ranks_count_each_number_once_in_its_tenth(found):
    v = by_id(found, "ONE-1")
    draws = np.arange(100.0)
    rows = [judged(replace(v.prediction, draws=draws, observed=x, log=False)) for x in (-5.0, 24.5, 99.5, 1e9)]
    assert ranks(rows) == [1, 0, 1, 0, 0, 0, 0, 0, 0, 2]
    assert sum(ranks(found.verdicts)) == 4  # not the bound, not the direction


def test_of_bounds_and_directions_no_share_would_be_right(found):
    """They are inside whenever they are not contradicted: the card tells numbers apart."""
    told = {name: (share, note) for name, share, note in _cards(found)}["inside the 90 % interval"]
    numbers = [v for v in found.verdicts if v.prediction.row.said.judged == "number"]
    share = f"{100 * sum(v.inside90 for v in numbers) / len(numbers):.0f} %"
    assert told == (f"{100 * sum(v.inside90 for v in found.verdicts) / 6:.0f} %", f"of 6 rows; {share} of the 4 that are numbers, of which 90 % would be right")
    alone = {name: note for name, _, note in _cards(replace(found, verdicts=tuple(numbers)))}
    assert alone["inside the 90 % interval"] == "of 4 rows; 90 % would be right"


def test_a_calibration_of_which_nothing_can_be_compared_is_no_nought(found):
    empty = replace(found, verdicts=())
    assert _compared(None, found) == []
    assert _compared(empty, found) == _compared(found, empty) == ["Beside what was thought before: no number was predicted that could be compared."]
    prior = {v.id: v.width * 2 for v in found.verdicts if v.verdict != "not predicted"}
    line, = _compared(found, replace(found, prior=prior))
    assert "intervals are 0.5 times as wide" in line
    assert "nan" not in line


def test_a_validation_of_nothing_has_a_page(found):
    empty = replace(found, verdicts=(), not_modelled={}, met=())
    assert "Observed and predicted" in validation_page(empty)
    assert _csv(empty) == ""


def test_no_cell_of_the_table_is_a_formula(found):
    v = found.verdicts[0]
    said = v.prediction.row.said.model_copy(update={"quality": "=1+1"})
    row = replace(v.prediction.row, said=said)
    assert ",'=1+1" in _csv(replace(found, verdicts=(replace(v, prediction=replace(v.prediction, row=row)),)))
