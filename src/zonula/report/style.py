"""The house style of figures: calm, legible in print, safe for colour-blind readers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MODEL, DATA, PEOPLE, HEALTHY, DOSE = "#0b5c8a", "#c0560b", "#b9b4ad", "#7a7f85", "#8a1c3b"
BAND = "#e8f2f0"  # the normal range
RIBBON = "#9cc3dc"  # where the curve may lie
BARS = ("#8a1c3b", "#0b5c8a", "#7a5a10", "#3f6b4c", "#5b4a8a", "#8a4a20", "#455a64")  # what was done; white is read on each
_RC: Any = {
    "font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 10, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.labelsize": 8.5, "axes.labelcolor": "#3d4247", "axes.edgecolor": "#b6bbc0", "axes.linewidth": 0.8,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#eceef0", "grid.linewidth": 0.8,
    "axes.axisbelow": True, "xtick.color": "#5a6066", "ytick.color": "#5a6066", "xtick.labelsize": 8, "ytick.labelsize": 8,
    "legend.frameon": False, "legend.fontsize": 8.5, "figure.facecolor": "white", "svg.fonttype": "path", "svg.hashsalt": "zonula",
    "savefig.dpi": 150,
}


def drawing() -> Any:
    """``matplotlib.pyplot``, on a backend that needs no screen; the first time, loading it takes half a second."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    return pyplot


@contextmanager
def house_style() -> Iterator[Any]:
    """Give ``matplotlib.pyplot`` in the house style, on a backend that needs no screen."""
    import matplotlib as mpl

    pyplot = drawing()
    with mpl.rc_context(_RC):
        yield pyplot
        pyplot.close("all")
