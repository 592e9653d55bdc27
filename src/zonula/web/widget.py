"""The explorer in a notebook: the page as one file, in a frame of its own that can reach nothing else."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from zonula.ground.errors import UsageError
from zonula.organs.standard import standard_model
from zonula.web.files import page_files, single_file
from zonula.web.library import anywidget_or_refuse

_LOWEST, _HIGHEST = 300, 4000
_FRAME = """
function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.title = "Zonula explorer";
  frame.setAttribute("sandbox", "allow-scripts allow-downloads");
  Object.assign(frame.style, { width: "100%", border: "0", height: model.get("height") + "px" });
  const address = URL.createObjectURL(new Blob([model.get("page")], { type: "text/html" }));
  frame.src = address;  // not srcdoc: links within the page would lead to the notebook's own address
  model.on("change:height", () => { frame.style.height = model.get("height") + "px"; });
  el.appendChild(frame);
  return () => URL.revokeObjectURL(address);
}
export default { render };
"""


def Explorer(start: str = "#body", *, height: int = 800) -> Any:  # noqa: N802 - it is a widget to those who write it
    """The explorer as a widget for Jupyter, marimo and their like.

    Parameters
    ----------
    start  : where it opens: a screen such as ``"#treat"``, or what a shared address has from its ``#`` on
    height : of the frame [pixels]

    Raises
    ------
    KernelError, UsageError, StorageError   without anywidget, for a start that is none, without the built page
    """
    if not start.startswith("#") or len(start) > 4000:
        raise UsageError.of("ZN-1822", f"the explorer cannot open at {start[:60]!r}", path="start", expected="what follows the # of an address",
                            fix='write it like "#treat"')
    if not _LOWEST <= height <= _HIGHEST:
        raise UsageError.of("ZN-1823", f"a height of {height} pixels", path="height", expected=f"{_LOWEST} to {_HIGHEST}", fix="leave it out")
    kind = _widget()
    return kind(page=_page(start), height=height)


def _page(start: str) -> str:
    return single_file(page_files(standard_model()), start=start).decode("utf-8")


@lru_cache(maxsize=1)
def _widget() -> Any:
    """The class of the widget, made where it is first wanted."""
    anywidget = anywidget_or_refuse()
    import traitlets

    return type("ExplorerWidget", (anywidget.AnyWidget,), {
        "__doc__": "The explorer in a frame.", "_esm": _FRAME, "page": traitlets.Unicode("").tag(sync=True),
        "height": traitlets.Int(800).tag(sync=True)})
