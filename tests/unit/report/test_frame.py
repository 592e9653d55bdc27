"""A panel's axes drawn at once look as the library draws them one by one; figures are written as the library writes them."""

from __future__ import annotations

import io

import numpy as np
import pytest

from zonula.ground.errors import StorageError
from zonula.report.frame import settle
from zonula.report.pictures import save_figure
from zonula.report.style import house_style


def pixels(pyplot, low, high, *, settled):
    canvas = pyplot.figure(figsize=(4, 2.5), dpi=150)
    axis = canvas.add_axes((0.15, 0.25, 0.8, 0.6))
    axis.plot([0, 10], [low, high])
    axis.set_title("A curve")
    axis.set_xlabel("months")
    axis.set_xlim(0, 9.7)
    axis.set_ylim(low, high)
    if settled:
        settle(axis)
    canvas.canvas.draw()
    return np.asarray(canvas.canvas.buffer_rgba()).astype(int), axis


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.25), (0.0, 780.0), (-3.0, 2.0), (99.5, 101.0), (0.0, 1e-3)])
def test_a_settled_panel_looks_as_the_library_draws_it(low: float, high: float) -> None:
    with house_style() as pyplot:
        (usual, _), (ours, axis) = (pixels(pyplot, low, high, settled=settled) for settled in (False, True))
        assert not axis.xaxis.get_visible()
        assert not axis.yaxis.get_visible()
        assert np.array_equal(usual[:290, 80:], ours[:290, 80:])  # all but the numbers
        assert np.abs(ink(usual) - ink(ours)).max() < 6  # their outlines are not moved to whole pixels
        assert min(ink(usual)[:, :3].max(), ink(usual)[-4:].max()) > 10  # there are some on both sides
        for part in (slice(0, 290), slice(0, 80)), (slice(292, 315), slice(0, None)):
            assert np.all(np.abs(np.array(edges(ours[part])) - edges(usual[part])) <= [1, 1, 2, 1])
        assert np.abs(np.array(rows_of_name(ours)) - rows_of_name(usual)).max() <= 1


def ink(picture):
    """How dark it is, square by square."""
    rows, columns = (size // 25 for size in picture.shape[:2])
    return (255 - picture[: 25 * rows, : 25 * columns, :3].mean(axis=2)).reshape(rows, 25, columns, 25).mean(axis=(1, 3))


def edges(picture):
    """From where to where there is something dark, down and across."""
    return [where[k] for axis in (1, 0) for where in [np.flatnonzero((picture.min(axis=2) < 200).any(axis=axis))] for k in (0, -1)]


def rows_of_name(picture):
    """The first and the last row of the name below the numbers: the lowest thing that is dark."""
    rows = np.flatnonzero((picture.min(axis=2) < 150).any(axis=1))
    breaks = np.flatnonzero(np.diff(rows) > 1)
    assert len(breaks) > 1  # there is more to be seen
    return rows[breaks[-1] + 1], rows[-1]


def test_numbers_that_share_a_power_of_ten_are_left_to_the_library() -> None:
    with house_style() as pyplot:
        (usual, _), (ours, axis) = (pixels(pyplot, 0.0, 3e9, settled=settled) for settled in (False, True))
        assert axis.xaxis.get_visible()
        assert axis.yaxis.get_visible()
        assert np.array_equal(usual, ours)


def test_a_figure_is_written_as_the_library_writes_it(tmp_path) -> None:
    with house_style() as pyplot:
        _, axis = pixels(pyplot, 0.0, 1.0, settled=True)
        save_figure(axis.figure, tmp_path, "a")
        for ending, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
            usual = io.BytesIO()
            axis.figure.savefig(usual, format=ending, metadata=metadata)
            assert (tmp_path / f"a.{ending}").read_bytes() == usual.getvalue()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "a.svg"]


def test_a_disk_that_takes_no_pixels_is_told(tmp_path) -> None:
    (tmp_path / "a.png").mkdir()
    with house_style() as pyplot:
        _, axis = pixels(pyplot, 0.0, 1.0, settled=True)
        with pytest.raises(StorageError, match="cannot be written"):
            save_figure(axis.figure, tmp_path, "a")
