"""The numbers, strokes and grid of a panel, drawn together: a part of their own for each, as they are usually drawn, takes longer than the curves."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

_BELOW = 0.5  # where the library itself puts what lies below the curves
_LETTERS = 1.05  # height of a line of letters, of their size


def settle(axis: Any) -> None:
    """Draw the axes of a panel whose limits are set, at once; an axis whose numbers share a power of ten is left to the library."""
    found = [_ticks(each) for each in (axis.xaxis, axis.yaxis)]
    if any(offset for _, _, offset in found):
        return
    axis.set_title(axis.get_title(loc="left"), y=1.0)  # nothing is in its way
    for each, (places, words, _) in zip((axis.xaxis, axis.yaxis), found, strict=True):
        each.set_visible(False)
        if places:
            _strokes(axis, each.axis_name, places)
            _numbers(axis, each.axis_name, places, words)
    _name(axis)


def _ticks(axis: Any) -> tuple[list[float], list[str], str]:
    """Where the numbers stand, the numbers, and the power of ten that they share."""
    places, (low, high) = axis.get_majorticklocs(), sorted(axis.get_view_interval())
    formatter = axis.get_major_formatter()
    near = 1e-9 * (high - low)
    shown = [(float(place), said) for place, said in zip(places, formatter.format_ticks(places), strict=True) if low - near <= place <= high + near]
    return [place for place, _ in shown], [said for _, said in shown], formatter.get_offset()


def _strokes(axis: Any, name: str, places: list[float]) -> None:
    """The grid, and the strokes by the numbers."""
    from matplotlib.lines import Line2D

    rc, across = _style(), name == "x"
    to = axis.get_xaxis_transform() if across else axis.get_yaxis_transform()
    nothing, ends = [0.0] * len(places), [0.0, 1.0, float("nan")] * len(places)
    along = [place for place in places for _ in range(3)]
    axis.add_artist(Line2D(*((along, ends) if across else (ends, along)), color=rc["grid.color"], lw=rc["grid.linewidth"],
                           transform=to, zorder=_BELOW))
    axis.add_artist(Line2D(*((places, nothing) if across else (nothing, places)), ls="", marker=3 if across else 0, ms=rc[f"{name}tick.major.size"],
                           color=rc[f"{name}tick.color"], mew=rc[f"{name}tick.major.width"], transform=to, zorder=_BELOW, clip_on=False))


def _numbers(axis: Any, name: str, places: list[float], words: list[str]) -> None:
    """The numbers as outlines: those of a panel are mostly those of the one before."""
    from matplotlib.collections import PathCollection
    from matplotlib.transforms import Affine2D

    rc, across = _style(), name == "x"
    shift = rc[f"{name}tick.major.size"] + rc[f"{name}tick.major.pad"]
    outlines = [_outline(said, rc["font.family"][0], rc[f"{name}tick.labelsize"], shift, across=across) for said in words]
    axis.add_artist(PathCollection(
        outlines, offsets=[(place, 0.0) if across else (0.0, place) for place in places], color=rc[f"{name}tick.color"], linewidths=0, zorder=_BELOW,
        offset_transform=axis.get_xaxis_transform() if across else axis.get_yaxis_transform(), clip_on=False,
        transform=Affine2D().scale(1 / 72) + axis.figure.dpi_scale_trans))


@lru_cache(maxsize=1000)
def _outline(said: str, family: str, size: float, shift: float, *, across: bool) -> Any:
    """The outline of a number in points, *shift* below where it belongs, or to the left of it."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath, text_to_path

    font = FontProperties(family=family, size=size)
    width, *_ = text_to_path.get_text_width_height_descent(said, font, ismath=False)
    _, height, descent = text_to_path.get_text_width_height_descent("lp", font, ismath=False)
    above = height - descent
    return TextPath((-width / 2, -shift - above) if across else (-shift - width, -above / 2), said, prop=font)


def _name(axis: Any) -> None:
    """The name of what goes across, below its numbers."""
    rc = _style()
    down = rc["xtick.major.size"] + rc["xtick.major.pad"] + _LETTERS * rc["xtick.labelsize"] + rc["axes.labelpad"]
    there, up, side = axis.get_xaxis_text1_transform(down)
    left, right = axis.get_xlim()
    axis.text((left + right) / 2, 0.0, axis.get_xlabel(), transform=there, va=up, ha=side, color=rc["axes.labelcolor"],
              fontsize=rc["axes.labelsize"])


def _style() -> Any:
    """The settings of the library that are in force."""
    from matplotlib import rcParams

    return rcParams
