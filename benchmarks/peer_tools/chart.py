"""The work-precision diagram: how fast each tool is at which error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from peer_tools.measure import Row

_MARKS = "osD^vP*Xdh"


def draw_chart(rows: Sequence[Row], path: Path) -> None:
    """Draw one curve for each tool to *path* (PNG, SVG or PDF, by its name)."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8.0, 5.2), layout="constrained")
    for k, tool in enumerate(dict.fromkeys(row.tool for row in rows)):
        points = sorted((row.achieved_error, row.speed) for row in rows if row.tool == tool and not row.failed)
        if points:
            errors, speeds = zip(*points, strict=True)
            color, width = (f"C{k - 1}", 1.2) if k else ("black", 2.2)
            axes.plot(errors, speeds, marker=_MARKS[k % len(_MARKS)], label=tool, color=color, linewidth=width)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.invert_xaxis()
    axes.set_xlabel("achieved error: worst over days and states, median over people (more exact to the right)")
    axes.set_ylabel("person-years per second, one core")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    figure.savefig(path, dpi=140)
    pyplot.close(figure)
