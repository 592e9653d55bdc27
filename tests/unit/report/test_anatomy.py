"""The anatomy: well-formed, self-contained, and every number, colour, pattern and width says what it should."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from zonula.report import anatomy
from zonula.report.anatomy import BodyPicture, anatomy_svg
from zonula.report.ranges import LEVELS, RANGES
from zonula.report.strokes import LEVEL_FILL, UNKNOWN_FILL, arrow_width

SVG = "{http://www.w3.org/2000/svg}"
WELL = BodyPicture(title="Healthy", day="day 0", lactulose_mannitol_ratio=0.0176, mucus_thickness=200, calprotectin=25, eroded_fraction=0.001,
                   plasma_lps=5.1, il6=1.8, tnf=2.0, crp=1.4, autoantibody=2.0, swelling=0.0, cartilage=1.0, pain_vas=1.5, phq9=3.0,
                   symptom_score=0.0)
ILL = BodyPicture(title="At the end", day="day 365", lactulose_mannitol_ratio=0.119, mucus_thickness=82, calprotectin=736, eroded_fraction=0.0325,
                  plasma_lps=32.3, il6=11.7, tnf=4.42, crp=16.6, autoantibody=327, swelling=0.464, cartilage=0.864, pain_vas=62, phq9=7.1,
                  symptom_score=0.6)
NOTHING = BodyPicture(title="Empty", day="never")


def read(*pictures: BodyPicture) -> ET.Element:
    return ET.fromstring(anatomy_svg(pictures))


def said(root: ET.Element) -> str:
    return " ".join(" ".join(t.itertext()) for t in root.iter(f"{SVG}text"))


def chip(root: ET.Element, label: str, picture: int = 0) -> ET.Element:
    """The box of a readout: the smallest group that holds its name."""
    found = [g for g in root.iter(f"{SVG}g") if any(t.text == label for t in g.findall(f"{SVG}text"))]
    return found[picture]


def with_value(**values: float | None) -> BodyPicture:
    return BodyPicture(title="x", day="y", **values)


@pytest.mark.parametrize("pictures", [(WELL,), (WELL, ILL), (WELL, ILL, ILL), (NOTHING,), (WELL, NOTHING)])
def test_it_is_one_well_formed_image_with_a_title_and_a_description(pictures):
    root = read(*pictures)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[1].tag == f"{SVG}desc"
    assert all(p.title in (root[1].text or "") for p in pictures)


def test_it_asks_for_nothing_from_outside_and_runs_nothing():
    text = anatomy_svg((WELL, ILL, NOTHING))
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<script|<image|<use|href|@import|\son\w+=", text)
    references = set(re.findall(r"url\(([^)]*)\)", text))
    assert all(reference.startswith("#") for reference in references)
    assert {f'id="{reference[1:]}"' for reference in references} <= set(re.findall(r'id="[^"]+"', text))
    assert len(re.findall(r'id="[^"]+"', text)) == len(set(re.findall(r'id="[^"]+"', text)))


def test_every_number_is_there_as_text_with_its_name_in_both_places():
    root = read(WELL, ILL)
    told = root[1].text or ""
    for p in (WELL, ILL):
        for names in anatomy._CHIPS.values():
            for name in names:
                value = p.value(name)
                assert value is not None
                text, unit = RANGES[name].text(value)
                assert f"{text} {unit}".strip() in re.sub(r"\s+", " ", said(root))
                assert f"{RANGES[name].label} {text}" in told


def test_it_names_no_unsimulated_part_and_draws_it_grey():
    whole = read(NOTHING)
    fills = {e.get("fill") for e in whole.iter() if e.get("fill")}
    legend = set(LEVEL_FILL)
    assert UNKNOWN_FILL in fills
    assert said(whole).count("not simulated") >= 14 + 4
    assert "nothing simulated" in (whole[1].text or "")
    panel = whole.findall(f"{SVG}g")[0]
    assert legend.isdisjoint({e.get("fill") for e in panel.iter()})


def test_a_part_that_is_missing_leaves_the_others_as_they_are():
    blood = read(with_value(il6=709, crp=2.0, tnf=300))
    assert "709" in said(blood)
    assert said(chip(blood, "calprotectin")).split(maxsplit=1)[1] == "not simulated"
    assert "not simulated" not in said(chip(blood, "IL-6"))


@pytest.mark.parametrize("name", sorted({name for names in anatomy._CHIPS.values() for name in names}))
def test_the_range_decides_colour_pattern_and_dots(name):
    known = RANGES[name]
    first, second, third = known.limits
    step = -1e-6 if known.low_is_bad else 1e-6
    values = (first - step, first + step, second + step, third + step)
    for level, value in enumerate(values):
        assert known.level(value) == level
        box = chip(read(with_value(**{name: value})), known.label)
        fills = [e.get("fill") for e in box.iter(f"{SVG}path")]
        assert LEVEL_FILL[level] in fills
        assert (f"url(#zn-level-{level})" in fills) == (level > 0)
        dots = list(box.iter(f"{SVG}circle"))
        assert [len(dots), sum(d.get("fill") != "#ffffff" for d in dots)] == [3, level]


def test_the_levels_are_told_apart_in_grey():
    grey = [0.299 * int(c[1:3], 16) + 0.587 * int(c[3:5], 16) + 0.114 * int(c[5:7], 16) for c in LEVEL_FILL]
    assert all(a - b > 20 for a, b in pairwise(grey))


def test_arrows_are_wider_the_more_flows():
    widths = [arrow_width(fold) for fold in (0.0, 0.5, 1, 2, 4, 10, 40, 200)]
    assert widths[0] > 0
    assert widths == sorted(widths)
    assert all(b > a for a, b in pairwise(widths[2:7]))


def arrows(root: ET.Element, meaning: str) -> list[float]:
    return [float(g[1].get("stroke-width", "0")) for g in root.iter(f"{SVG}g") if len(g) > 1 and g[0].tag == f"{SVG}title" and g[0].text == meaning]


@pytest.mark.parametrize(("name", "others", "meaning"), [
    ("lactulose_mannitol_ratio", {}, "what leaks through the wall"), ("plasma_lps", {"crp": 1.0}, "bacterial products that pass the liver"),
    ("calprotectin", {"il6": 1.0}, "cytokines and immune cells from the gut wall"), ("il6", {"swelling": 0.1}, "what the blood brings to the joint"),
    ("pain_vas", {}, "pain along the nerve")])
def test_each_arrow_follows_its_own_flux(name, others, meaning):
    usual = RANGES[name].usual
    drawn = [arrows(read(with_value(**{name: usual * fold}, **others)), meaning) for fold in (1, 3, 20)]
    assert [len(widths) for widths in drawn] == [1, 1, 1]
    assert drawn[0][0] < drawn[1][0] < drawn[2][0]
    assert arrows(read(with_value(**others)), meaning) == []
    assert not others or arrows(read(with_value(**{name: usual})), meaning) == []  # nor is there an arrow to a part that the model lacks


def test_more_inflammation_draws_more_immune_cells_and_more_leak_opens_more_of_the_wall():
    def cells(calprotectin):
        return anatomy_svg((with_value(calprotectin=calprotectin, lactulose_mannitol_ratio=0.02),)).count("#fbfcff")

    assert cells(25) < cells(100) < cells(700)
    closed, open_ = (anatomy_svg((with_value(lactulose_mannitol_ratio=value, eroded_fraction=hole),)) for value, hole in ((0.0176, 0.001), (0.3, 0.1)))
    strand = 'width="11" height="2.8"'  # a junction that bridges two cells
    assert closed.count(strand) == 12
    assert open_.count(strand) == 0


def test_text_that_looks_like_markup_stays_text():
    root = read(BodyPicture(title="<script>&", day='"now"'))
    assert "<script>&" in said(root)
    assert not list(root.iter(f"{SVG}script"))


@pytest.mark.parametrize("name", RANGES)
def test_the_degree_is_the_level_without_steps(name):
    known = RANGES[name]
    for k, limit in enumerate(known.limits, start=1):
        assert known.degree(limit) == pytest.approx(k)
    low, high = sorted((known.usual, known.limits[-1]))
    degrees = [known.degree(low + (high - low) * k / 20) for k in range(21)]
    assert degrees == sorted(degrees, reverse=known.low_is_bad)
    assert known.level(known.usual) == 0
    assert len(LEVELS) == 4
