"""The few strokes from which the anatomy is drawn: SVG elements as text, in the colours and patterns of the four levels."""

from __future__ import annotations

import math
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

INK, SOFT, FAINT, PAPER = "#1d2329", "#5a6066", "#c9ced2", "#ffffff"
LEVEL_FILL = ("#e2efee", "#f3d48c", "#e5904f", "#a8322c")  # each darker than the one before: they differ without colour, too
LEVEL_EDGE = ("#6f9a97", "#a27a1c", "#99500f", "#651512")
UNKNOWN_FILL, UNKNOWN_EDGE = "#eff1f2", "#a9afb4"
BACTERIAL, IMMUNE, NERVE = "#6a3d9a", "#0b5c8a", "#8a5a00"


def tag(name: str, *inside: str, **attributes: str | float) -> str:
    """One element; numbers are rounded to a tenth, ``_`` in names stands for ``-``."""
    written = "".join(f" {key.rstrip('_').replace('_', '-')}={quoteattr(value if isinstance(value, str) else plain(value))}"
                      for key, value in attributes.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def plain(value: float) -> str:
    """A coordinate without needless digits."""
    return f"{value:.1f}".removesuffix(".0").replace("-0.0", "0")


def path(d: str, **attributes: str | float) -> str:
    """A path, filled with nothing unless said otherwise."""
    return tag("path", d=d, **{"fill": "none", **attributes})


def words(x: float, y: float, said: str, *, size: float = 12, weight: int = 400, fill: str = INK, anchor: str = "start") -> str:
    """Text, as text."""
    return tag("text", escape(said), x=x, y=y, font_size=size, font_weight=str(weight), fill=fill, text_anchor=anchor)


def label(x: float, y: float, said: str, *, anchor: str = "start", weight: int = 400) -> str:
    """The name of a part, with a rim of paper so that it is read over anything."""
    return tag("text", escape(said), x=x, y=y, font_size=11, font_weight=str(weight), fill=INK, text_anchor=anchor, paint_order="stroke",
               stroke=PAPER, stroke_width=3, stroke_linejoin="round")


def group(*inside: str, x: float = 0, y: float = 0, **attributes: str | float) -> str:
    """Elements moved together."""
    return tag("g", *inside, transform=f"translate({plain(x)} {plain(y)})", **attributes)


def fill_of(level: int | None) -> str:
    """The colour of a level; grey where it is not known."""
    return UNKNOWN_FILL if level is None else LEVEL_FILL[level]


def edge_of(level: int | None) -> str:
    """The outline of a level."""
    return UNKNOWN_EDGE if level is None else LEVEL_EDGE[level]


def shape(d: str, level: int | None, *, width: float = 1.4) -> str:
    """A closed outline in the colour of a level, its pattern over it, dashed where the level is not known."""
    dash = {"stroke_dasharray": "4 3"} if level is None else {}
    over = path(d, fill=f"url(#zn-level-{level})") if level else ""
    return path(d, fill=fill_of(level)) + over + path(d, stroke=edge_of(level), stroke_width=width, stroke_linejoin="round", **dash)


def patterns() -> str:
    """Definitions of the patterns: dots, lines, crossed lines."""
    dots = tag("circle", cx=2.2, cy=2.2, r=0.9, fill="#6b4d05", opacity="0.55")
    line = path("M0 6 L6 0 M-1 1 L1 -1 M5 7 L7 5", stroke="#5b2c03", stroke_width=1.1, opacity="0.5")
    cross = path("M0 6 L6 0 M-1 1 L1 -1 M5 7 L7 5 M0 0 L6 6 M-1 5 L1 7 M5 -1 L7 1", stroke="#ffffff", stroke_width=0.9, opacity="0.42")
    return "".join(tag("pattern", inside, id=f"zn-level-{k}", width=size, height=size, patternUnits="userSpaceOnUse")
                   for k, (inside, size) in enumerate(((dots, 6), (line, 6), (cross, 6)), start=1))


def pips(x: float, y: float, level: int | None, *, across: bool = False) -> str:
    """Three dots, one above the other or side by side, as many filled as the level says."""
    if level is None:
        return ""
    return "".join(tag("circle", cx=x + 9 * k * across, cy=y - 9 * k * (not across), r=3, fill=INK if k < level else PAPER, stroke=INK,
                       stroke_width=0.9) for k in range(3))


def scattered(count: int, *, x: float, y: float, width: float, height: float, shift: int = 0) -> Iterable[tuple[float, float]]:
    """Points spread evenly over a rectangle, always the same, and the first ones the same however many there are.

    Stretches of one series, told apart by *shift*, keep apart from each other, too.
    """
    for k in range(1 + shift, 1 + shift + count):
        yield x + width * ((0.5 + 0.7548776662466927 * k) % 1), y + height * ((0.5 + 0.5698402909980532 * k) % 1)


def arrow_width(fold: float) -> float:
    """How wide an arrow is drawn for a flux that is *fold* times the healthy one: by its logarithm, within what can be drawn."""
    return 1.8 + 1.75 * min(max(math.log2(max(fold, 1e-9)), -0.5), 6.0)


def arrow(points: list[tuple[float, float]], width: float, colour: str, meaning: str, *, dashed: bool = False) -> str:
    """A line through *points* with a head at its end; two points make it straight, more make it smooth."""
    (x0, y0), (x1, y1) = points[-2:]
    length = math.hypot(x1 - x0, y1 - y0)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    head, half = 5 + 1.05 * width, 3 + 0.95 * width
    bx, by = x1 - ux * head, y1 - uy * head
    tip = f"M{plain(x1)} {plain(y1)} L{plain(bx - uy * half)} {plain(by + ux * half)} L{plain(bx + uy * half)} {plain(by - ux * half)} Z"
    line = tag("path", d=smooth([*points[:-1], (bx + ux, by + uy)]), fill="none", stroke=colour, stroke_width=width,
               **({"stroke_dasharray": "3 3"} if dashed else {}))
    return tag("g", tag("title", escape(meaning)), line, path(tip, fill=colour), opacity="0.92" if not dashed else "0.6")


def smooth(points: list[tuple[float, float]]) -> str:
    """Straight for two points; for more, each inner point bends the way (quadratic curves through the middles)."""
    start = f"M{plain(points[0][0])} {plain(points[0][1])}"
    bends = ""
    for k in range(1, len(points) - 1):
        (x, y), (nx, ny) = points[k], points[k + 1]
        end = (nx, ny) if k == len(points) - 2 else ((x + nx) / 2, (y + ny) / 2)
        bends += f" Q{plain(x)} {plain(y)} {plain(end[0])} {plain(end[1])}"
    return start + (bends or f" L{plain(points[-1][0])} {plain(points[-1][1])}")


# small things that swim, each with its own shape, so that they are told apart without colour

def triangle(x: float, y: float) -> str:
    """LPS."""
    return path(f"M{plain(x)} {plain(y - 3.6)} l3.4 6 h-6.8 z", fill=BACTERIAL, stroke=PAPER, stroke_width=0.5)


def square(x: float, y: float) -> str:
    """A cytokine."""
    return tag("rect", x=x - 2.5, y=y - 2.5, width=5, height=5, rx=0.8, fill=IMMUNE, stroke=PAPER, stroke_width=0.5)


def ring(x: float, y: float) -> str:
    """CRP: a ring of five."""
    dots = ((x + 3.5 * math.sin(2 * math.pi * k / 5), y - 3.5 * math.cos(2 * math.pi * k / 5)) for k in range(5))
    return "".join(tag("circle", cx=cx, cy=cy, r=1.75, fill="#1f6b46", stroke=PAPER, stroke_width=0.4) for cx, cy in dots)


def antibody(x: float, y: float) -> str:
    """An antibody: a Y."""
    d = f"M{plain(x)} {plain(y + 5)} v-5 l-4 -4.5 M{plain(x)} {plain(y)} l4 -4.5"
    return path(d, stroke=PAPER, stroke_width=3.4, stroke_linecap="round") + path(d, stroke=INK, stroke_width=1.7, stroke_linecap="round")


def bacterium(x: float, y: float, turn: float) -> str:
    """A rod with a whip."""
    return tag("g", path("M6 0 q3 -3 6 0 t6 0", stroke="#3f5d3a", stroke_width=0.9),
               tag("rect", x=-6.5, y=-3, width=13, height=6, rx=3, fill="#a9c29b", stroke="#3f5d3a", stroke_width=1),
               transform=f"translate({plain(x)} {plain(y)}) rotate({plain(turn)})")


def immune_cell(x: float, y: float, kind: int) -> str:
    """A neutrophil (three lobes), a lymphocyte (one large nucleus) or a macrophage (uneven)."""
    nucleus = "#3d4f8f"
    if kind % 3 == 0:
        lobes = "".join(tag("circle", cx=x + dx, cy=y + dy, r=1.8, fill=nucleus) for dx, dy in ((-1.9, 0.9), (0.3, -1.6), (2.0, 1.0)))
        return tag("circle", cx=x, cy=y, r=5.2, fill="#fbfcff", stroke=nucleus, stroke_width=0.9) + lobes
    if kind % 3 == 1:
        return (tag("circle", cx=x, cy=y, r=4.5, fill="#fbfcff", stroke=nucleus, stroke_width=0.9)
                + tag("circle", cx=x, cy=y, r=3, fill=nucleus, opacity="0.85"))
    d = f"M{plain(x - 6)} {plain(y)} q0 -6 5 -5.5 q5 -1.5 6.5 3.5 q2.5 4.5 -2 6.5 q-4 3 -6.5 0.5 q-4 0 -3 -5 z"
    return path(d, fill="#fbfcff", stroke=nucleus, stroke_width=0.9) + tag("ellipse", cx=x + 0.3, cy=y, rx=2.8, ry=2, fill=nucleus, opacity="0.6")
