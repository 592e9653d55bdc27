"""Studies that are held out: how they are dealt, and that nobody who foresees one was fitted to it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripts"))

import held_out
from held_out import Sizes, dealt, publication, told

from zonula.calibration.fit import Plan
from zonula.experiments.read import read_experiments, shipped_experiments
from zonula.ground.files import packaged
from zonula.organs.standard import standard_model

MODEL = standard_model()
PLAN = Plan(members=40, persons=3, steps=1, seed=3, jobs=2)


@pytest.mark.parametrize("folds", [2, 5])
def test_every_study_is_in_one_part_and_publications_stay_whole(folds):
    everything = shipped_experiments(MODEL)
    parts = dealt(everything, folds, seed=0)
    assert sorted(e.id for part in parts for e in part) == sorted(e.id for e in everything)
    where = [{publication(e) for e in part} for part in parts]
    assert sum(map(len, where)) == len(set().union(*where))
    rows = [sum(len(e.rows) for e in part) for part in parts]
    assert max(rows) < 1.5 * min(rows), rows
    for domain in ("trial", "endotoxemia", "permeability"):
        mine = [sum(len(e.rows) for e in part if e.table.domain == domain) for part in parts]
        assert max(mine) <= min(mine) + max(len(e.rows) for e in everything), (domain, mine)


def test_the_parts_are_the_same_for_the_same_seed_alone():
    everything = shipped_experiments(MODEL)
    names = [[[e.id for e in part] for part in dealt(order, 2, seed)] for order, seed in ((everything, 0), (everything, 1))]
    assert names[0] == [[e.id for e in part] for part in dealt(everything, 2, 0)]
    assert names[0] != names[1]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    studies = read_experiments([packaged("experiments", "human", f"{name}.toml") for name in ("janum_bolus", "kiers2017_two_doses")], MODEL)
    seen, asked, real = [], [], (held_out.fit, held_out.validate)

    def fit(experiments, *given):
        seen.append({e.id for e in experiments})
        return real[0](experiments, *given)

    def validate(experiments, *given, **more):
        asked.append(({e.id for e in experiments}, given[2].name))
        return real[1](experiments, *given, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(held_out, "fit", fit)
        patch.setattr(held_out, "validate", validate)
        said = []
        found = held_out.held_out(studies, MODEL, PLAN, Sizes(folds=2, typical=12, around=3), out=tmp_path_factory.mktemp("parts"),
                                  tell=said.append)
    return studies, seen, asked, found, said


def test_nobody_who_foresees_a_study_was_fitted_to_it(small):
    studies, seen, asked, (found, before, fits), said = small
    everything = {e.id for e in studies}
    assert asked[0] == (everything, "prior")
    assert [(part | fitted, part & fitted) for fitted, (part, _) in zip(seen, asked[1:], strict=True)] == [(everything, set())] * 2
    assert [who for _, who in asked[1:]] == [f"calibration {one.population().hash[:12]}" for one in fits]
    for one, (part, _) in zip(fits, asked[1:], strict=True):
        rows = {row.id for e in studies if e.id in part for row in e.rows}
        assert rows
        assert not rows & set(one.targets.ids)
    assert [v.id for v in found.verdicts] == [v.id for v in before.verdicts]
    assert len(said) == 3


def test_what_is_kept_says_of_each_row_whether_it_was_foreseen(small):
    _, _, _, (found, before, fits), _ = small
    kept = told(found, before, fits, PLAN)
    assert [row["id"] for row in kept["rows"]] == [v.id for v in found.verdicts]
    assert kept["totals"]["n"] == len(found.verdicts) == kept["before"]["n"]
    assert kept["totals"]["mean_width_ratio_to_prior"] not in (None, 1.0)
    assert kept["population"]["calibrations"] == [one.fingerprint for one in fits]
    moved = [row for row in kept["rows"] if row["score"] != row["before"]]
    assert moved, "the calibration changed nothing"
