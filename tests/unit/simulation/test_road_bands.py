"""How well the shares of roads are known: quantiles over draws, counted leaders, and a verdict by a rule that is fixed beforehand."""

import json
from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from tests.helpers import refused
from tests.small_roads import ADDITIVE, FRAGILE, LEARNING, OVERLAPPING, asked, leaking, people

from zonula.ground.errors import BrokenOffError
from zonula.simulation import road_bands as module
from zonula.simulation.closings import Closing
from zonula.simulation.forecast import forecast_of
from zonula.simulation.ribbon import drawn_lives
from zonula.simulation.road_bands import road_bands
from zonula.simulation.roads import by_road, sentence

THREE = ("systemic", "products", "primed")
EDGES = (0.05, 0.25, 0.5, 0.75, 0.95)


def bands_of(setup, **more):
    return road_bands(setup, setup.question, **more)


def among(problem, count=20, **several):
    """The bands of people who differ from the problem's in what is given."""
    return bands_of(asked(problem, typical=people(problem, count, **several)), draws=count)


def edges(band):
    return [band.low, band.lower, band.median, band.upper, band.high]


def test_where_roads_add_bands_are_quantiles_of_the_effects_in_both_senses():
    setup = asked(leaking(ADDITIVE, 1.5))
    found = bands_of(setup, draws=40)
    rows = drawn_lives(setup, 40)[0][:]
    of = {name: 1.5 * rows[:, ADDITIVE.parameter_index[f"additive.of_{letter}"]] for name, letter in zip(THREE, "abc", strict=True)}
    of["primed"] = -of["primed"]
    base = rows[:, ADDITIVE.parameter_index["additive.base"]]
    pieces = {**of, "remainder": base, "whole": base + sum(of.values())}
    leaders = np.argmax([of[road] for road in THREE], axis=0)
    for sense in (found.never, found.from_now):
        assert list(sense.bands) == [*THREE, "remainder", "whole"]
        for name, band in sense.bands.items():
            assert edges(band) == pytest.approx(np.quantile(pieces[name], EDGES), rel=2e-3), name
        assert (sense.draws, sense.finished, sense.bringing, sense.failures) == (40, 40, 40, ())
        assert sense.largest == {road: int(np.sum(leaders == k)) for k, road in enumerate(THREE)}
        assert min(sense.largest["systemic"], sense.largest["products"]) > 2, "the draws are to differ"
        sizes = sum(np.abs(pieces[name]) for name in (*THREE, "remainder"))
        for road in THREE:
            assert sense.ranges[road] == pytest.approx(np.quantile(of[road] / sizes, (0.05, 0.95)), rel=2e-3)


def test_draws_that_are_all_the_typical_person_have_their_shares():
    problem = leaking(LEARNING, until=365.0)
    roads = by_road(problem, day=180.0)
    found = bands_of(asked(problem, 180.0, typical=people(problem, 20)), draws=20)
    assert found.never.bands["primed"].median > 1.05 * found.from_now.bands["primed"].median
    for sense, drawn in ((roads.never, found.never), (roads.from_now, found.from_now)):
        for name, share in {**sense.shares, "whole": roads.at_end}.items():
            assert edges(drawn.bands[name]) == pytest.approx([share] * 5, rel=1e-3), name
            assert len(set(edges(drawn.bands[name]))) == 1, "the same person, the same bytes"


def test_a_person_depends_on_nobody_and_on_no_threads():
    problem = leaking(LEARNING, until=60.0)
    pains = np.linspace(0.5, 4.0, 20)
    one = among(problem, learning__per_one=pains)
    assert among(problem, learning__per_one=pains[::-1]).as_dict() == one.as_dict()
    setup = asked(problem, typical=people(problem, 20, learning__per_one=pains))
    assert bands_of(setup, draws=20, jobs=1).as_dict() == bands_of(setup, draws=20, jobs=3).as_dict() == one.as_dict()
    fragile = leaking(FRAGILE)
    alone = among(fragile, 17, fragile__per_one=np.linspace(0.5, 1.0, 17))
    beside = among(fragile, 20, fragile__per_one=[2.4, *np.linspace(0.5, 1.0, 17), 2.4, 2.4])
    assert beside.never.bands == alone.never.bands


def test_a_draw_that_fails_is_counted_told_and_left_out_in_that_sense():
    problem = leaking(FRAGILE)
    found = bands_of(asked(problem, 1e-3, typical=people(problem, 20, fragile__per_one=[2.4] * 3 + [1.0] * 17)), draws=20)
    assert (found.never.draws, found.never.finished) == (20, 17)
    (reason, count), = found.never.failures
    assert count == 3
    assert "left its range" in reason
    assert reason.endswith("with primed closed")
    assert "the roads' bands are of 17 draws (3 of 20 draws: " in found.remark
    assert found.as_dict()["never"]["failed"] == [{"reason": reason, "draws": 3}]
    assert edges(found.never.bands["whole"]) == pytest.approx([1.0] * 5, rel=1e-4)


def test_a_draw_that_fails_in_one_sense_only_counts_in_the_other():
    problem = leaking(FRAGILE, until=40.0)
    setup = asked(problem, 39.9, typical=people(problem, 20, fragile__per_one=[2.3] * 2 + [1.0] * 18))
    late = bands_of(setup, draws=20)  # closed late, it has no time to leave the range
    assert (late.never.finished, late.from_now.finished) == (18, 20)
    assert late.remark.startswith("the roads' bands (never open) are of 18 draws")
    assert "closed from" not in late.remark


def test_too_few_that_reach_the_end_make_no_bands():
    found = among(leaking(FRAGILE), 20, fragile__per_one=[2.4] * 5 + [1.0] * 15)
    assert (found.never.bands, found.never.verdict, found.never.leader) == ({}, "unknown", None)
    assert "only 15 draws reached the end, too few to tell" in found.sentence
    assert found.as_dict()["never"]["shares"] == {}
    json.dumps(found.as_dict(), allow_nan=False)


def test_what_the_scenario_says_holds_in_all_draws():
    problem = leaking(ADDITIVE, **{"additive.of_a": 9.0})
    said = {"additive.of_a": (9.0, "mm")}
    for typical in (None, people(problem, 20, additive__of_a=np.linspace(1, 5, 20))):
        band = bands_of(asked(problem, changed=said, typical=typical), draws=20).never.bands["systemic"]
        assert edges(band) == pytest.approx([9.0] * 5, rel=2e-3)
    free = bands_of(asked(problem), draws=20).never.bands["systemic"]
    assert free.high > 1.3 * free.low


def test_in_a_variant_without_a_road_nothing_comes_by_it():
    problem = leaking(ADDITIVE)
    typical = replace(people(problem, 20), closed=((), ("systemic",)) * 10, variant=("all", "without") * 10)
    found = bands_of(asked(problem, typical=typical), draws=20)
    for sense in (found.never, found.from_now):
        assert edges(sense.bands["systemic"]) == pytest.approx([0.0, 0.0, 2.0, 4.0, 4.0], abs=1e-2)
        assert sense.largest == {"systemic": 10, "products": 10, "primed": 0}


def test_what_the_scenario_closes_is_closed_in_all_draws_and_not_lived_twice(monkeypatch):
    crowds = []
    monkeypatch.setattr(module, "stream_people", lambda crowd, **more: crowds.append(crowd) or stream(crowd, **more))
    found = bands_of(asked(leaking(ADDITIVE, closed=(Closing("products"),))), draws=16)
    assert found.never.bands["products"].high == found.never.bands["products"].low == 0.0
    assert found.never.bands["systemic"].low > 1
    assert len(crowds[0]) == 16 * 7


stream = module.stream_people


# --- the verdict ---------------------------------------------------------------------------------------

CASES = {  # effects of the three roads in each of twenty draws (the third takes away), and what is left: the verdict and the leader
    "one road in all": ([4.0] * 20, [2.0] * 20, 1.0, "identifiable", "systemic"),
    "one road in nine tenths": ([4.0] * 18 + [1.5] * 2, [2.0] * 20, 1.0, "identifiable", "systemic"),
    "one road in less": ([4.0] * 17 + [1.5] * 3, [2.0] * 20, 1.0, "not identifiable", None),
    "now this, now that": ([4.0, 2.0] * 10, [2.0, 4.0] * 10, 1.0, "not identifiable", None),
    "a hair apart, as the solver sees it": ([3.0] * 20, [2.998] * 20, 1.0, "not identifiable", None),
    "a little apart, but in all": ([3.0] * 20, [2.9] * 20, 1.0, "identifiable", "systemic"),
    "level": ([3.0] * 20, [3.0] * 20, 1.0, "not identifiable", None),
    "next to nothing or more than half": ([9.0] * 18 + [0.2] * 2, [0.1] * 18 + [2.0] * 2, 1.0, "not identifiable", None),
    "nothing beside the rest": ([4.0] * 20, [2.0] * 20, 100.0, "little", None),
    "something in a tenth": ([90.0] * 2 + [4.0] * 18, [2.0] * 20, 100.0, "little", None),
    "something in a few": ([90.0] * 15 + [4.0] * 5, [2.0] * 20, 100.0, "not identifiable", None),
    "something in enough": ([90.0] * 16 + [4.0] * 4, [2.0] * 20, 100.0, "identifiable", "systemic"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_follows_the_rule(case):
    first, second, base, verdict, leader = CASES[case]
    found = among(leaking(ADDITIVE, **{"additive.base": base, "additive.of_c": 0.0}), additive__of_a=first, additive__of_b=second)
    for sense in (found.never, found.from_now):
        assert (sense.verdict, sense.leader) == (verdict, leader)
    assert ("which road the pain comes by, cannot be told" in found.sentence) == (verdict == "not identifiable")
    assert ("hardly any pain comes by these roads" in found.sentence) == (verdict == "little")
    assert ("the largest road is inflammation carried by the blood" in found.sentence) == (leader == "systemic")


def test_a_road_that_holds_down_brings_nothing():
    found = among(leaking(ADDITIVE, **{"additive.of_a": 0.0, "additive.of_b": 0.0, "additive.of_c": 3.0, "additive.base": 4.0}))
    assert (found.never.verdict, found.never.bringing) == ("little", 0)
    assert found.never.bands["primed"].median == pytest.approx(-3.0, rel=1e-3)


def test_roads_that_need_each_other_are_level_and_that_is_told():
    found = among(leaking(OVERLAPPING, 2.0))
    assert found.never.largest == {"systemic": 0, "products": 0}
    assert found.never.verdict == "not identifiable"
    assert "(in 20 none is larger than the others)" in found.sentence


def test_fewer_than_sixteen_draws_have_bands_but_no_verdict():
    found = among(leaking(ADDITIVE), 6)
    assert found.never.bands["systemic"].median == pytest.approx(4.0, rel=1e-3)
    assert (found.never.verdict, found.never.leader) == ("unknown", None)


def test_the_sentence_counts_and_names_the_senses():
    found = among(leaking(ADDITIVE, **{"additive.of_c": 0.0}), additive__of_a=[4.0, 2.0] * 10)
    verdict = ("which road the pain comes by, cannot be told: the largest is inflammation carried by the blood in 10, bacterial products in the "
               "joint in 10 and immunity primed in the gut in 0 of 20 draws.")
    assert f"20 draws were made. In both senses, {verdict}" in found.sentence
    later = replace(found.from_now, largest={"systemic": 6, "products": 9, "primed": 2}, bringing=17)
    two = replace(found, from_now=later).sentence
    assert f"20 draws were made. Never open, {verdict}" in two
    assert "Nor can it be told with roads closed only from day 20 on: the largest in 6, 9 and 2 of 20 draws (in 3 none brings a tenth of the whole)." in two
    clear = replace(found, from_now=replace(later, largest={"systemic": 17, "products": 0, "primed": 0})).sentence
    assert "Closed only from day 20 on, the largest road is inflammation carried by the blood, in 17 of 20 draws (in 3 none brings" in clear
    same = among(leaking(ADDITIVE)).sentence
    assert "In both senses, the largest road is inflammation carried by the blood, in 20 of 20 draws." in same
    wide = among(leaking(ADDITIVE, **{"additive.of_c": 0.0, "additive.base": 0.1}), additive__of_a=[9.0] * 10 + [0.2] * 10).sentence
    assert "of the whole may come by inflammation carried by the blood from 6 % to 74 %" in wide


# --- as part of a forecast -----------------------------------------------------------------------------

@pytest.mark.parametrize(("engine", "draws", "want"), [("kernel", None, 32), ("kernel", 20, 20), ("kernel", 0, 0), ("reference", None, 0)])
def test_a_forecast_has_the_bands_that_were_asked_for(engine, draws, want):
    run = forecast_of(asked(leaking(ADDITIVE)), engine=engine, draws=draws)
    assert (run.roads.bands.draws if run.roads.bands else 0) == want
    said = run.roads.as_dict()
    assert ("bands" in said) == bool(want)
    assert ("what is not known of the typical person" in run.summary) == bool(want)
    if want:
        assert set(said["bands"]) == {"draws", "never", "from_now"}
        assert set(said["bands"]["never"]["shares"]["systemic"]) == {"p05", "p25", "median", "p75", "p95", "largest"}
        assert sum(said["bands"]["never"]["shares"][road]["largest"] for road in THREE) == 1.0
        json.dumps(said, allow_nan=False)


def test_nobody_draws_for_roads_that_were_not_asked_for(monkeypatch):
    monkeypatch.setattr("zonula.simulation.forecast.road_bands", lambda *_, **__: pytest.fail("drawn"))
    assert forecast_of(replace(asked(leaking(ADDITIVE)), question=None), draws=16).roads is None


def test_draws_that_fail_are_remarked_on():
    problem = leaking(FRAGILE, **{"fragile.per_one": 1.0})
    run = forecast_of(asked(problem, 1.0, typical=people(problem, 20, fragile__per_one=[2.4] * 2 + [1.0] * 18)), draws=20)
    assert any("the roads' bands are of 18 draws" in remark for remark in run.remarks)


def test_a_person_who_is_no_ordinary_draw_is_told():
    problem = leaking(ADDITIVE)
    roads = by_road(problem)
    strange = replace(roads, bands=among(problem, additive__of_a=np.linspace(5.0, 9.0, 20)))
    assert "what comes by inflammation carried by the blood lies outside nine tenths of the draws" in sentence(strange)
    assert "no ordinary draw" not in sentence(replace(roads, bands=among(problem, additive__of_a=np.linspace(3.0, 9.0, 20))))


def test_it_is_broken_off_and_tells_how_far_it_is():
    over = Event()
    over.set()
    setup = asked(leaking(ADDITIVE))
    with pytest.raises(BrokenOffError):
        bands_of(setup, draws=16, cancel=over)
    told = []
    bands_of(setup, draws=16, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_an_unknown_readout_is_refused():
    setup = asked(leaking(ADDITIVE))
    with refused("ZN-1214", "pain_vsa"):
        road_bands(setup, replace(setup.question, readout="pain_vsa"), draws=16)
