"""The figure of pain by road shows what the runs said: areas that add up to the whole, bars with their numbers."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from tests.small_roads import ADDITIVE, FRAGILE, LEARNING, OVERLAPPING, asked, leaking, people

from zonula.report import roads_figures
from zonula.report.roads_figures import _apart, draw_roads, road_caption, road_title
from zonula.report.style import house_style
from zonula.report.tables import road_lines, road_rows
from zonula.simulation.closings import REMAINDER, ROADS
from zonula.simulation.road_bands import road_bands
from zonula.simulation.roads import by_road


def drawn(roads):
    with house_style() as pyplot:
        canvas = draw_roads(roads, pyplot)
        canvas.canvas.draw()
        above, below = canvas.axes
        return above, below, [text.get_text() for text in (*above.texts, *below.texts)]


def heights(axis, at):
    """From where to where each area reaches at the time *at*."""
    reach = {}
    for area in axis.collections:
        corners = area.get_paths()[0].vertices
        ys = corners[np.isclose(corners[:, 0], at), 1]
        reach.setdefault(area.get_label(), []).append((ys.min(), ys.max()))
    return reach


@pytest.mark.parametrize("model", [LEARNING, ADDITIVE, OVERLAPPING])
def test_areas_add_up_to_the_whole_at_every_time(model):
    roads = by_road(leaking(model, 1.5))
    above, _, _ = drawn(roads)
    whole = np.asarray(next(line for line in above.lines if line.get_label() == "whole").get_ydata())
    for k in (0, 5, 20, 40):
        reach = heights(above, roads.times[k])
        signed = sum((high - low) * (1 if high > 1e-9 or low >= 0 else -1) for spans in reach.values() for low, high in spans)
        assert signed == pytest.approx(whole[k], rel=1e-5, abs=1e-5)
        low, high = above.get_ylim()
        assert all(low <= a <= b <= high for spans in reach.values() for a, b in spans)
    assert set(reach) == {*roads.never.roads, REMAINDER}


@pytest.mark.parametrize("model", [LEARNING, ADDITIVE])
def test_bars_are_as_long_as_their_shares_and_bear_their_numbers(model):
    roads = by_road(leaking(model, 1.5), day=25.0)
    _, below, texts = drawn(roads)
    shares = [*roads.never.shares.values(), *roads.from_now.shares.values()]
    assert sorted(patch.get_width() for patch in below.patches) == pytest.approx(sorted(shares))
    left, right = below.get_xlim()
    assert all(left <= min(p.get_x(), p.get_x() + p.get_width()) and max(p.get_x(), p.get_x() + p.get_width()) <= right for p in below.patches)
    bears = " ".join(texts)
    for road in (*roads.never.roads, REMAINDER):
        assert road in bears
    for text in ("had the roads never been open", "were they closed from day 25 on", ROADS["primed"]):
        assert text in texts


def test_a_piece_too_narrow_for_its_number_has_it_below():
    roads = by_road(leaking(ADDITIVE, 1.0, **{"additive.of_a": 0.01, "additive.base": 50.0}))
    _, below, texts = drawn(roads)
    assert texts.count("0.01") == 2
    assert sum(p.get_width() < 0.02 for p in below.patches if p.get_width() > 0) == 2


def test_what_failed_is_said_and_what_did_not_is_drawn(monkeypatch):
    roads = by_road(leaking(FRAGILE), day=1.0)
    above, below, texts = drawn(roads)
    assert not above.collections
    assert not below.patches
    assert sum("failed" in text for text in texts) == 3


def test_colours_of_roads_are_far_apart_in_grey_too():
    def lightness(shade):
        red, green, blue = (int(shade[k:k + 2], 16) / 255 for k in (1, 3, 5))
        return 0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2

    shades = [lightness(shade) for shade, _ in roads_figures._COLOURS.values()]
    assert set(roads_figures._COLOURS) == {*ROADS, REMAINDER}
    for shade, ink in roads_figures._COLOURS.values():
        a, b = sorted((lightness(shade), lightness(ink)))
        assert (b + 0.05) / (a + 0.05) > 4.5, "the ink cannot be read on it"
    assert len({round(s, 2) for s in shades}) == 4


def test_labels_are_moved_apart_and_stay_within():
    places = _apart([0.5, 0.51, 0.52, 0.99], 0.13)
    assert all(b - a > 0.13 - 1e-12 for a, b in pairwise(places))
    assert max(places) <= 1
    assert _apart([0.1, 0.9], 0.13) == [0.1, 0.9]


def test_the_table_holds_every_number_once_and_failed_ones_as_unknown():
    roads = by_road(leaking(ADDITIVE, 1.5), day=20.0)
    assert [row[:3] for row in road_rows(roads)] == [("systemic", "6", "6"), ("products", "4.5", "4.5"), ("primed", "-1.5", "-1.5"),
                                                    ("none of them; all closed", "2", "2"), ("together", "11", "11")]
    assert [row[3] for row in road_rows(roads)] == ["5", "6.5", "12.5", "2", ""]
    assert road_lines(roads)[0].startswith("pain [mm] by road")
    assert ("primed", "unknown", "unknown", "unknown", "unknown") in road_rows(by_road(leaking(FRAGILE), day=1.0))


def test_title_and_caption_name_the_readout_and_warn():
    roads = by_road(leaking(ADDITIVE), day=20.0)
    assert road_title(roads) == "Pain by road"
    assert "day 20" in road_caption(roads)
    assert "convention" in road_caption(roads)


# --- how well the shares are known -----------------------------------------------------------------------

def known(problem, **several):
    """The roads of a person with the bands of twenty who differ in what is given."""
    setup = asked(problem, typical=people(problem, 20, **several))
    return replace(by_road(problem, day=20.0), bands=road_bands(setup, setup.question, draws=20))


def test_draws_are_shown_beside_the_person_in_a_panel_of_their_own():
    effects = np.linspace(2.05, 9.0, 20)
    roads, count = known(leaking(ADDITIVE), additive__of_a=effects), int(np.sum(effects > 3.0))
    with house_style() as pyplot:
        canvas = draw_roads(roads, pyplot)
        canvas.canvas.draw()
        *_, lowest = canvas.axes
        assert len(canvas.axes) == 3
        texts = [text.get_text() for text in lowest.texts]
        lines = [sorted(line.get_xdata()) for line in lowest.lines]
        boxes = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in lowest.patches]
        left, right = lowest.get_xlim()
    for drawn in (roads.bands.never, roads.bands.from_now):
        for name, band in drawn.bands.items():
            assert [band.low, band.high] in lines, name
            assert any(box == pytest.approx((band.lower, band.upper)) for box in boxes), name
            assert left < band.low
            assert band.high < right
    assert [roads.at_end] in lines
    assert [roads.never.shares["systemic"]] in lines
    assert f"largest in {count} of 20 draws, later {count} of 20" in texts
    for text in ("systemic", REMAINDER, "whole", "never open", "closed from day 20 on"):
        assert texts.count(text) == 1


def test_without_draws_there_is_no_such_panel_and_no_word_of_it():
    roads = by_road(leaking(ADDITIVE), day=20.0)
    with house_style() as pyplot:
        assert len(draw_roads(roads, pyplot).axes) == 2
    assert "draws" not in road_caption(roads)
    assert "90 % of draws" not in road_lines(roads)[0]
    told = road_caption(known(leaking(ADDITIVE)))
    assert "20 draws of what is not known" in told
    assert "90 %" in told


def test_too_few_draws_are_told_where_their_bands_would_be():
    problem = leaking(FRAGILE, **{"fragile.per_one": 1.0})
    roads = known(problem, fragile__per_one=[2.4] * 8 + [1.0] * 12)
    with house_style() as pyplot:
        lowest = draw_roads(roads, pyplot).axes[2]
        assert "too few draws reached the end" in [text.get_text() for text in lowest.texts]
        assert not lowest.patches
    assert {row[2] for row in road_rows(roads)} == {"unknown"}


def test_the_table_has_the_draws_behind_each_share():
    roads = known(leaking(ADDITIVE, **{"additive.of_b": 1e-5}), additive__of_a=[3.0] * 10 + [9.0] * 10)
    assert road_lines(roads)[0].count("90 % of draws") == 2
    rows = road_rows(roads)
    assert [len(row) for row in rows] == [7] * 5
    assert rows[0][1:5] == ("4", "3 to 9", "4", "3 to 9")
    assert rows[1][1:3] == ("0", "0"), "next to nothing is nothing"
    assert rows[2][2] == "-1"
    assert rows[-1][1:] == ("5", "4 to 10", "5", "4 to 10", "", "")
