"""The body of the anatomy: liver, blood vessel, joint, and the head with its nerve."""

from __future__ import annotations

import math

from zonula.report.strokes import (
    INK,
    NERVE,
    PAPER,
    SOFT,
    UNKNOWN_EDGE,
    UNKNOWN_FILL,
    antibody,
    arrow,
    arrow_width,
    edge_of,
    label,
    path,
    plain,
    ring,
    scattered,
    shape,
    smooth,
    square,
    tag,
    triangle,
)

WIDTH = 198.0
_BONE = "#f3ead6"
_SWIMMERS = (("lps", triangle, 16, 0), ("cytokine", square, 18, 16), ("crp", ring, 10, 34), ("antibody", antibody, 6, 44))  # most, and from where


def liver(level: int | None) -> str:
    """The liver, 130 wide and 78 high, in the colour of what it makes (CRP)."""
    d = "M4 34 C4 12 34 2 66 5 C92 3 124 10 127 22 C128 36 104 40 86 48 C70 58 44 76 22 70 C8 66 4 50 4 34 Z"
    return (shape(d, level) + path("M78 5 C74 18 76 32 84 48", stroke=edge_of(level), stroke_width=1.2)
            + path("M30 20 C40 14 52 14 60 17 M24 34 C40 26 54 26 66 30", stroke=edge_of(level), stroke_width=0.9, opacity="0.6")
            + label(42, 46, "liver", anchor="middle"))


def vessel(level: int | None, seen: dict[str, int]) -> str:
    """A blood vessel cut lengthwise, 198 wide and 58 high, with as many LPS, cytokines, CRP and antibodies in it as *seen* says."""
    tube = f"M9 0 H{plain(WIDTH - 9)} q9 29 0 58 H9 q-9 -29 0 -58 Z"
    inner = f"M9 9 H{plain(WIDTH - 9)} q5 20 0 40 H9 q-5 -20 0 -40 Z"
    parts = [shape(tube, level)]
    if level is None:
        return "".join(parts)
    parts.append(path(inner, fill="#fdf6f4", stroke=edge_of(level), stroke_width=0.9))
    for x, y in scattered(6, x=18, y=16, width=WIDTH - 38, height=27, shift=7):
        parts += [tag("ellipse", cx=x, cy=y, rx=7, ry=4.2, fill="#f0d3ce", stroke="#cf9d96", stroke_width=0.7),
                  tag("ellipse", cx=x, cy=y, rx=3, ry=1.5, fill="#e2b9b2")]
    for name, draw, most, shift in _SWIMMERS:
        parts += [draw(x, y) for x, y in scattered(min(seen.get(name, 0), most), x=13, y=15, width=WIDTH - 26, height=28, shift=shift)]
    return "".join(parts)


def joint(swelling: float | None, level: int | None, cartilage: float | None, cartilage_level: int | None, pain: float | None, *,
          named: bool) -> str:
    """A joint cut open, 178 wide and 130 high: two bones with cartilage, the cavity, and the lining that swells.

    Parameters
    ----------
    swelling, level   : 0 to 1, and its level; None where the joint is not simulated
    cartilage, cartilage_level : share that is left, and its level
    pain              : VAS [mm]: sparks around the joint
    named             : whether the names of its parts are written beside it
    """
    bulge = 0.0 if swelling is None else 26 * min(max(swelling, 0.0), 1.0)
    middle, half = 86.0, 34.0
    top, low = 65 - half - 4 - bulge, 65 + half + 4 + bulge
    capsule = (f"M46 {plain(65 - half + 4)} C58 {plain(top)} 74 {plain(top - 2)} {plain(middle)} {plain(top - 2)} "
               f"S114 {plain(top)} 126 {plain(65 - half + 4)} L126 {plain(65 + half - 4)} C114 {plain(low)} 98 {plain(low + 2)} {plain(middle)} "
               f"{plain(low + 2)} S58 {plain(low)} 46 {plain(65 + half - 4)} Z")
    cavity = tag("ellipse", cx=middle, cy=65, rx=13, ry=half + 1 + 0.35 * bulge, fill="#f4fafc" if level is not None else UNKNOWN_FILL,
                 stroke=edge_of(level), stroke_width=0.8)
    parts = [_sparks(middle, 65, half + bulge, pain), shape(capsule, level), cavity,
             _bone(-1, middle, cartilage, cartilage_level, known=level is not None), _bone(1, middle, cartilage, cartilage_level,
                                                                                         known=level is not None)]
    if level:
        parts += [antibody(middle + dx, 65 + dy) for dx, dy in ((-2, -half - 1), (4, half + 1), (-20, half + 2))[:level]]
    if named:
        parts += [path(f"M{plain(middle + 27)} {plain(top + 7)} L134 12 M{plain(middle - 8)} 88 L52 118", stroke=SOFT, stroke_width=0.9),
                  label(136, 14, "lining"), label(50, 128, "cartilage", anchor="end"), label(middle + 56, 69, "bone", anchor="middle")]
    return "".join(parts)


def _bone(side: int, middle: float, cartilage: float | None, level: int | None, *, known: bool) -> str:
    """The end of a bone, left (-1) or right (1) of the cavity, with a cap of cartilage that wears off."""
    def x(distance: float) -> str:
        return plain(middle + side * distance)

    thick = 11 * min(max(1.0 if cartilage is None else cartilage, 0.0), 1.0) ** 3  # a loss of a tenth is to be seen
    head = 13 - thick / 2
    outer = (f"M{x(84)} 50 L{x(50)} 49 C{x(40)} 46 {x(36)} 33 {x(24)} 33 C{x(head - 2)} 33 {x(head - 6)} 52 {x(head - 6)} 65 "
             f"C{x(head - 6)} 78 {x(head - 2)} 97 {x(24)} 97 C{x(36)} 97 {x(40)} 84 {x(50)} 81 L{x(84)} 80 "
             f"q{4 * side} -7 {-3 * side} -14 q{6 * side} -8 {3 * side} -16 Z")
    cap = (f"M{x(24)} 33 C{x(head - 2)} 33 {x(head - 6)} 52 {x(head - 6)} 65 C{x(head - 6)} 78 {x(head - 2)} 97 {x(24)} 97 "
           f"C{x(head - 2 + thick)} 93 {x(head - 6 + thick)} 78 {x(head - 6 + thick)} 65 "
           f"C{x(head - 6 + thick)} 52 {x(head - 2 + thick)} 37 {x(24)} 33 Z")
    bone = path(outer, fill=_BONE if known else UNKNOWN_FILL, stroke="#9c8a63" if known else UNKNOWN_EDGE, stroke_width=1.3,
                stroke_linejoin="round", **({} if known else {"stroke_dasharray": "4 3"}))
    marrow = "".join(tag("circle", cx=float(x(d)), cy=y, r=1.3, fill="#d9c79c") for d, y in ((36, 60), (46, 70), (58, 60), (66, 71), (74, 62)))
    return bone + (marrow if known else "") + (shape(cap, level, width=1) if known else "")


def _sparks(x: float, y: float, radius: float, pain: float | None) -> str:
    """Rays around what hurts: more and longer with more pain."""
    if pain is None or pain < 5:
        return ""
    count, length = (2, 4, 6)[min(int(pain // 30), 2)], 5 + 0.1 * min(pain, 100)
    out = []
    for k in range(count):
        for sign in (-1, 1):
            turn = math.pi / 2 + 0.24 * (k - (count - 1) / 2)
            dx, dy = math.cos(turn), sign * math.sin(turn)
            r = radius + 11
            out.append(f"M{plain(x + r * dx)} {plain(y + r * dy)} L{plain(x + (r + length) * dx)} {plain(y + (r + length) * dy)}")
    return path(" ".join(out), stroke=INK, stroke_width=1.9, stroke_linecap="round", opacity="0.75")


def head(level: int | None) -> str:
    """A head in profile with its brain, 124 wide and 130 high, in the colour of the pain that is felt."""
    profile = ("M26 130 C28 112 25 104 17 92 C4 74 3 46 18 26 C34 5 66 -1 88 10 C106 19 114 36 112 52 C112 58 120 67 124 75 "
               "C126 79 122 81 117 82 C118 86 118 90 115 92 C117 96 115 103 108 105 C100 107 92 105 88 109 C84 114 84 122 86 130")
    brain = ("M24 60 C16 56 16 44 23 40 C22 30 32 23 40 25 C45 16 58 15 64 20 C72 14 86 18 89 27 C98 28 103 38 99 46 C104 54 98 63 90 63 "
             "C86 70 74 71 68 66 C60 72 48 72 43 66 C36 70 26 67 24 60 Z")
    stem = "M50 68 C52 78 48 90 42 104 L52 106 C56 92 60 80 60 69 Z"
    lobe = "M26 68 C24 76 30 84 40 83 C47 82 49 75 47 69 C40 72 32 72 26 68 Z"
    known = level is not None
    folds = ("M30 44 C38 40 42 46 38 52 M46 28 C44 36 50 40 56 38 C60 36 60 30 66 30 M52 56 C56 48 66 50 66 44 C68 38 78 40 78 32 "
             "M84 40 C82 48 90 50 90 56 M40 60 C46 60 48 54 44 50 M72 58 C76 56 78 52 76 48")
    return (path(profile, fill="#fbf6ef" if known else "#f7f8f8", stroke="#b7a58c" if known else UNKNOWN_EDGE, stroke_width=1.3,
                 **({} if known else {"stroke_dasharray": "4 3"}))
            + shape(stem, level, width=1) + shape(lobe, level, width=1) + shape(brain, level)
            + path(folds, stroke=edge_of(level), stroke_width=1.2, stroke_linecap="round", opacity="0.8")
            + (tag("circle", cx=101, cy=62, r=2.2, fill="#6d5f4c") if known else ""))


def nerve(points: list[tuple[float, float]], fold: float | None) -> str:
    """A nerve from the joint to the brain: a line with a sheath, as wide as there is pain."""
    if fold is None:
        return arrow(points, 1.8, UNKNOWN_EDGE, "pain is not simulated", dashed=True)
    width = arrow_width(fold)
    sheath = path(smooth(points), stroke=PAPER, stroke_width=width / 4, stroke_dasharray="7 4", opacity="0.75") if width > 3 else ""
    return arrow(points, width, NERVE, "pain along the nerve") + sheath


def unknown(x: float, y: float) -> str:
    """What is said where the model in use lacks a part."""
    return label(x, y, "not simulated", anchor="middle", weight=700)
