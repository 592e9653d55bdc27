"""The gut wall of the anatomy: lumen with bacteria, mucus, epithelium with its tight junctions and holes, and the tissue below."""

from __future__ import annotations

from zonula.report.strokes import (
    BACTERIAL,
    INK,
    PAPER,
    SOFT,
    UNKNOWN_EDGE,
    arrow,
    arrow_width,
    bacterium,
    edge_of,
    immune_cell,
    label,
    path,
    plain,
    scattered,
    shape,
    tag,
    triangle,
)

WIDTH, HEIGHT = 198.0, 212.0
_TOP, _BASE = 108.0, 152.0  # of the epithelial cells
_CELLS = 7
_PITCH = WIDTH / _CELLS
_GOBLET = 1  # the cell that makes mucus
_BACTERIA = ((0.10, 0.75, -40), (0.24, 0.30, 70), (0.36, 0.85, 15), (0.47, 0.35, -25), (0.60, 0.80, 60), (0.70, 0.15, 5), (0.80, 0.62, -60),
             (0.91, 0.30, 40))  # where in the free lumen, and how turned
_LOST = (4, 2, 5)  # which cells are missing, in this order, where the wall is eroded


def gut_wall(*, leak: int | None, mucus: float | None, mucus_level: int | None, inflamed: int | None, cells: int, holes: int,
             fold: float | None) -> str:
    """Draw the wall of the gut, 198 wide and 212 high.

    Parameters
    ----------
    leak, mucus_level, inflamed : levels of the sugar test, the mucus and calprotectin; None where they are not simulated
    mucus : thickness relative to health
    cells : how many immune cells are seen below the wall
    holes : how many cells of the wall are missing
    fold  : how much more leaks through than in health
    """
    lost = set(_LOST[:holes])
    known = leak is not None
    gap = 0.0 if leak is None else (0.8, 3.2, 5.5, 8.0)[leak]
    frame = f"M8 0 H{plain(WIDTH - 8)} q8 0 8 8 V{plain(HEIGHT - 8)} q0 8 -8 8 H8 q-8 0 -8 -8 V8 q0 -8 8 -8 Z"
    parts = [tag("clipPath", path(frame, fill=INK), id="zn-gut"), path(frame, fill="#f7f4ea" if known else "#f7f8f8"),
             shape(f"M0 {plain(_BASE)} H{plain(WIDTH)} V{plain(HEIGHT)} H0 Z", inflamed, width=0.8),
             tag("rect", x=0, y=_BASE + 1, width=WIDTH, height=HEIGHT - _BASE, fill=PAPER, opacity="0.45"), _mucus(mucus, mucus_level)]
    parts += [_cell(k, gap, leak) for k in range(_CELLS) if k not in lost]
    parts += [_junction(k, gap, leak, open_=bool({k - 1, k} & lost)) for k in range(1, _CELLS)]
    parts += [_stumps(k, leak) for k in sorted(lost)]
    parts += [_swimmers(mucus, sorted(lost), leak)] if known else []
    parts += [immune_cell(x, y, k) for k, (x, y) in enumerate(scattered(cells, x=10, y=161, width=WIDTH - 20, height=31))]
    if fold is not None:
        x = _PITCH * ((_LOST[0] + 0.5) if lost else 3)
        width = arrow_width(fold)
        parts.append(arrow([(x, _TOP - 26), (x, _BASE + 14 + width)], width, BACTERIAL, "what leaks through the wall"))
    inside = tag("g", *parts, clip_path="url(#zn-gut)")
    return (inside + path(frame, stroke=SOFT if known else UNKNOWN_EDGE, stroke_width=1, **({} if known else {"stroke_dasharray": "4 3"}))
            + label(8, 16, "gut") + label(8, HEIGHT - 7, "tissue below the wall"))


def _mucus(thickness: float | None, level: int | None) -> str:
    height = 34 * min(max(1.0 if thickness is None else thickness, 0.0), 1.4)
    if height < 0.5:
        return ""
    top, step = _TOP - 5 - height, WIDTH / 6
    waves = "".join(f" q{plain(step / 2)} {plain(-5 if k % 2 else 5)} {plain(step)} 0" for k in range(6))
    d = f"M0 {plain(top)}{waves} V{plain(_TOP)} H0 Z"
    return tag("g", shape(d, level, width=1.0), opacity="0.85")


def _cell(k: int, gap: float, level: int | None) -> str:
    left, right = k * _PITCH + gap / 2, (k + 1) * _PITCH - gap / 2
    width, middle = right - left, (left + right) / 2
    d = (f"M{plain(left)} {plain(_TOP + 4)} q0 -4 4 -4 H{plain(right - 4)} q4 0 4 4 V{plain(_BASE - 4)} q0 4 -4 4 H{plain(left + 4)} "
         f"q-4 0 -4 -4 Z")
    brush = path(f"M{plain(left + 3)} {plain(_TOP - 3)} H{plain(right - 2)}", stroke=edge_of(level), stroke_width=6, stroke_dasharray="1.3 1.5")
    if k == _GOBLET:
        cup = (f"M{plain(middle - 6)} {plain(_TOP)} q-7 15 4 25 h4 q11 -10 4 -25 Z")
        inside = path(cup, fill="#f4fbff" if level is not None else PAPER, stroke=edge_of(level), stroke_width=0.8)
        drop, rim = ("#cfe3ef", "#7fa6bb") if level is not None else (PAPER, UNKNOWN_EDGE)
        inside += "".join(tag("circle", cx=middle + dx, cy=_TOP + dy, r=2.4, fill=drop, stroke=rim, stroke_width=0.5)
                          for dx, dy in ((-3.5, 6), (2.5, 5), (-1, 11), (4.5, 11), (0.5, 17)))
        return shape(d, level) + inside + tag("ellipse", cx=middle, cy=_BASE - 8, rx=5, ry=3.5, fill=PAPER, stroke=edge_of(level), stroke_width=0.9)
    nucleus = tag("ellipse", cx=middle, cy=_BASE - 14, rx=min(5.5, width / 2 - 3), ry=7.5, fill=PAPER, stroke=edge_of(level), stroke_width=0.9,
                  opacity="0.9")
    return brush + shape(d, level) + nucleus


def _junction(k: int, gap: float, level: int | None, *, open_: bool) -> str:
    """A tight junction: two dark bars across the boundary when closed, torn into halves when open."""
    x, strands = k * _PITCH, []
    colour = UNKNOWN_EDGE if level is None else INK
    for y in (_TOP + 6, _TOP + 11):
        if gap < 2 and not open_:
            strands.append(tag("rect", x=x - 5.5, y=y - 1.4, width=11, height=2.8, rx=1.4, fill=colour))
        else:
            strands += [tag("rect", x=x - gap / 2 - 4, y=y - 1.4, width=4, height=2.8, rx=1.2, fill=colour),
                        tag("rect", x=x + gap / 2, y=y - 1.4, width=4, height=2.8, rx=1.2, fill=colour)]
    return "" if open_ else "".join(strands)


def _stumps(k: int, level: int | None) -> str:
    """What is left of a lost cell: a ragged floor."""
    left = k * _PITCH
    ragged = f"M{plain(left + 1)} {plain(_BASE + 1)} l5 -6 l4 4 l5 -7 l4 6 l5 -4 l4 7 Z"
    return shape(ragged, level, width=1)


def _swimmers(mucus: float | None, lost: list[int], leak: int | None) -> str:
    """Bacteria above the mucus (nearer where it is thin, and through the holes), and LPS on both sides of the wall."""
    floor = _TOP - 18 - 34 * min(1.0 if mucus is None else mucus, 1.4)
    out = [bacterium(8 + (WIDTH - 22) * x, 20 + (floor - 24) * y, turn) for x, y, turn in _BACTERIA]
    out += [triangle(x, y) for x, y in scattered(5, x=10, y=28, width=WIDTH - 20, height=floor - 26, shift=20)]
    for n, k in enumerate(lost):
        x = (k + 0.5) * _PITCH
        out += [bacterium(x - 8, _TOP - 12, 70), bacterium(x + 11 - 4 * n, _BASE + 16, 20)]
    crossed = 0 if leak is None else (1, 4, 9, 14)[leak]
    out += [triangle(x, y) for x, y in scattered(crossed, x=12, y=159, width=WIDTH - 24, height=34, shift=40)]
    return "".join(out)
