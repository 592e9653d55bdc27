"""A figure as files, and as a part of a page."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from zonula.ground.files import write_atomically


def save_figure(canvas: Any, folder: Path, name: str) -> None:
    """Write a figure as SVG and as PNG, without a date or the name of a program in it: the same figure gives the same bytes."""
    with ThreadPoolExecutor(max_workers=1) as beside:  # pixels are packed while the SVG is written: that asks for no turn of the interpreter
        packed = beside.submit(write_atomically, folder / f"{name}.png", _packing(canvas))
        write_atomically(folder / f"{name}.svg", partial(canvas.savefig, format="svg", metadata={"Date": None}))
        packed.result()


def _packing(canvas: Any) -> Any:
    """Draw the figure as pixels; what writes them as PNG into the file that it is given."""
    from matplotlib import rcParams
    from matplotlib.image import imsave

    canvas.set_dpi(rcParams["savefig.dpi"])
    canvas.canvas.draw()
    write: Any = imsave
    return partial(write, arr=canvas.canvas.buffer_rgba(), format="png", origin="upper", dpi=canvas.dpi, metadata={"Software": None})


def data_uri(svg: str) -> str:
    """A figure for the ``src`` of a page that needs no other file."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")
