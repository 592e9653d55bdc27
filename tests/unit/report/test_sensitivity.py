"""The table, the figure and the folder of what matters say what was found."""

import json
import math
from dataclasses import replace

import pytest
from matplotlib.colors import to_hex
from tests.small_effects import FACTORS, made_ready

from zonula.ground.errors import StorageError
from zonula.report.sensitivity import draw_bars, lines, table, write_sensitivity
from zonula.report.style import DATA, MODEL, house_style
from zonula.sensitivity import screen, sobol


@pytest.fixture(scope="module")
def screened():
    return screen(made_ready(status={"sums.a": "measured"}), ["product", "sum"], trajectories=10)


def drawn(found, name, top=20):
    with house_style() as pyplot:
        canvas = draw_bars(found, name, top, pyplot)
        canvas.canvas.draw()
        return canvas.axes[0], [text.get_text() for legend in canvas.legends for text in legend.get_texts()]


def test_a_row_for_each_that_matters_with_what_its_value_rests_on(screened):
    head, *rows = table(screened, "product", 20)
    assert head == ("product at the end (day 5)", "status", "grade", "mu*", "95 %", "mu", "sigma", "share", "steps")
    assert [row[0] for row in rows] == [e.path for e in screened.effects["product"][:3]]  # not what has no effect
    assert {row[0]: row[1] for row in rows} == {"sums.a": "measured", "sums.b": "assumed", "sums.c": "assumed"}
    assert float(rows[0][3]) == pytest.approx(screened.effects["product"][0].mu_star, rel=0.01)
    assert all(row[-1] == "10" for row in rows)
    assert len(table(screened, "product", 2)) == 3


def test_bars_are_as_long_as_effects_and_coloured_by_status(screened):
    axis, legend = drawn(screened, "product")
    bars = {round(-(bar.get_y() + bar.get_height() / 2)): bar for bar in axis.patches}
    for i, e in enumerate(screened.effects["product"][:3]):
        assert bars[i].get_width() == pytest.approx(e.mu_star)
        assert to_hex(bars[i].get_facecolor()) == (MODEL if e.path == "sums.a" else DATA)
        ends = axis.lines[i].get_xdata()
        assert max(ends) == pytest.approx(e.mu_star + e.half_width)
    assert [text.get_text() for text in axis.get_yticklabels()] == [e.path for e in screened.effects["product"][:3]]
    assert legend == ["measured", "assumed"]


def test_nothing_is_left_out_of_the_figure(screened):
    axis, _ = drawn(screened, "sum", 1)
    canvas = axis.figure
    for text in (axis.xaxis.label, axis.title, *axis.get_yticklabels()):
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= canvas.bbox.x1, text.get_text()


def test_indices_of_sobol_have_a_tick_for_the_parameter_alone():
    found = sobol(made_ready(), FACTORS, ["product"], samples=64)
    axis, _ = drawn(found, "product")
    ticks = [line.get_xdata()[0] for line in axis.lines if len({*line.get_xdata()}) == 1]
    assert ticks == pytest.approx([max(i.first, 0.0) for i in found.indices["product"]])
    assert table(found, "product", 20)[0][3:] == ("total", "95 %", "first", "95 %")


def test_where_nothing_matters_that_is_drawn_and_said():
    found = screen(made_ready(), ["sum"], parameters=["sums.idle"], trajectories=2)
    axis, _ = drawn(found, "sum")
    assert "none of the parameters" in axis.texts[0].get_text()
    assert any("depends on none" in line for line in lines(found, 20))


def test_an_effect_without_an_interval_is_a_bar_without_a_line(screened):
    first, *others = screened.effects["product"]
    found = replace(screened, effects={"product": (replace(first, half_width=math.nan), *others)})
    axis, _ = drawn(found, "product", 1)
    assert len(axis.lines) == 0


def test_the_folder_holds_words_numbers_and_figures_and_is_the_same_again(screened, tmp_path):
    a, b = (write_sensitivity(screened, tmp_path / name, top=5, force=False, seconds=1.0, more={"more": 1}) for name in "ab")
    names = {p.relative_to(a).as_posix() for p in a.rglob("*") if p.is_file()}
    assert names == {"manifest.json", "sensitivity.json", "sensitivity.md", *(f"figures/{r}.{e}" for r in ("product", "sum") for e in ("svg", "png"))}
    assert all((a / name).read_bytes() == (b / name).read_bytes() for name in names - {"manifest.json"})
    manifest = json.loads((a / "manifest.json").read_text("utf-8"))
    assert (manifest["seed"], manifest["runs"], manifest["sha256"].keys()) == (0, screened.runs, names - {"manifest.json"})
    assert json.loads((a / "sensitivity.json").read_text("utf-8")) == json.loads(json.dumps(screened.as_dict(5) | {"more": 1}))
    page = (a / "sensitivity.md").read_text("utf-8")
    assert "Guessed, of the 3 parameters that matter most" in page
    assert "| sums.b | assumed | E |" in page
    assert {p.name for p in tmp_path.iterdir()} == {"a", "b"}


def test_a_folder_that_cannot_be_written_leaves_nothing(screened, tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StorageError, match="ZN-7005"):
        write_sensitivity(screened, tmp_path / "file" / "inside", top=5, force=False, seconds=1.0)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
