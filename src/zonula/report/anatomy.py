"""The anatomy: the body drawn at two or three moments, from the gut wall to the sore joint.

Every part is coloured by how far its readout is off the normal range, and says the same by a pattern, by size or number of what is
drawn, and by the number itself: it can be read in grey.  Arrows are as wide as the logarithm of what flows, relative to health.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from zonula.report import body_drawing, gut_drawing
from zonula.report.ranges import LEVELS, RANGES
from zonula.report.strokes import (
    BACTERIAL,
    FAINT,
    IMMUNE,
    INK,
    NERVE,
    PAPER,
    SOFT,
    UNKNOWN_EDGE,
    antibody,
    arrow,
    arrow_width,
    bacterium,
    edge_of,
    group,
    immune_cell,
    label,
    path,
    patterns,
    pips,
    plain,
    ring,
    shape,
    square,
    tag,
    triangle,
    words,
)

_PANEL, _SPACE = 322.0, 17.0
_TOPS = {"gut": 58.0, "blood": 292.0, "joint": 476.0, "head": 646.0}
_BOTTOM, _LEGEND = 804.0, 124.0
_CHIPS = {
    "gut": ("lactulose_mannitol_ratio", "mucus_thickness", "eroded_fraction", "calprotectin"),
    "blood": ("plasma_lps", "il6", "tnf", "crp"),
    "joint": ("autoantibody", "swelling", "cartilage"),
    "head": ("pain_vas", "phq9", "symptom_score"),
}
_NERVE = [(86.0, -62.0), (84.0, -8.0), (10.0, 8.0), (2.0, 84.0), (16.0, 147.0), (62.0, 147.0), (67.0, 102.0)]  # from joint to brain stem
_CHIP_LEFT, _CHIP_WIDTH, _CHIP_HEIGHT = 210.0, 107.0, 39.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyPicture:
    """The body at one moment, in plain numbers; None for what the model in use lacks.

    title, day : what the moment is called, and when it is, in words
    the rest   : readouts, in the units of :data:`zonula.report.ranges.RANGES`
    """

    title: str
    day: str
    lactulose_mannitol_ratio: float | None = None
    mucus_thickness: float | None = None
    calprotectin: float | None = None
    eroded_fraction: float | None = None
    plasma_lps: float | None = None
    il6: float | None = None
    tnf: float | None = None
    crp: float | None = None
    autoantibody: float | None = None
    swelling: float | None = None
    cartilage: float | None = None
    pain_vas: float | None = None
    phq9: float | None = None
    symptom_score: float | None = None

    def value(self, name: str) -> float | None:
        """A readout by its name."""
        found: float | None = getattr(self, name)
        return found

    def level(self, name: str) -> int | None:
        """How far off the normal range a readout is, 0 to 3."""
        value = self.value(name)
        return None if value is None else RANGES[name].level(value)

    def fold(self, name: str) -> float | None:
        """A readout relative to its usual healthy value."""
        value, usual = self.value(name), RANGES[name].usual
        return None if value is None else (value / usual if usual else 1 + value)


def anatomy_svg(pictures: Sequence[BodyPicture]) -> str:
    """Draw the pictures side by side.

    Parameters
    ----------
    pictures : one to three moments
    """
    count = len(pictures)
    beside = count < 3  # the legend stands beside fewer than three pictures, and below three
    width, height = (count + beside) * (_PANEL + _SPACE) - _SPACE, _BOTTOM + (0 if beside else _LEGEND)
    panels = [group(_panel(picture, k), x=k * (_PANEL + _SPACE)) for k, picture in enumerate(pictures)]
    between = [path(f"M{plain((k + 1) * _PANEL + k * _SPACE + 4)} 22 l9 8 l-9 8", stroke=SOFT, stroke_width=2.2, stroke_linecap="round",
                    stroke_linejoin="round") for k in range(count - 1)]
    places = [(count, 40 + 130 * k) if beside else (k, _BOTTOM + 14) for k in range(3)]
    legends = [group(block, x=10 + column * (_PANEL + _SPACE), y=y) for block, (column, y) in zip(_legend(), places, strict=True)]
    return tag("svg", tag("title", "The body, from the gut wall to the sore joint"), tag("desc", escape(_description(pictures))),
               tag("defs", patterns()), *panels, *between, *legends,
               xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {plain(width)} {plain(height)}", role="img", width="100%",
               font_family="system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif",
               style=f"max-width:{width * 1.12:.0f}px;background:{PAPER};border-radius:10px")


def _panel(p: BodyPicture, k: int) -> str:
    frame = tag("rect", x=0.5, y=0.5, width=_PANEL - 1, height=_BOTTOM - 1, rx=10, fill=PAPER, stroke=FAINT, stroke_width=1)
    header = words(12, 27, p.title, size=18, weight=700) + words(12, 46, p.day, size=13, fill=SOFT)
    return "".join((frame, header, _behind(p), group(_gut(p, k), x=8, y=_TOPS["gut"]), group(_blood(p), x=8, y=_TOPS["blood"]),
                    group(_head(p), x=8, y=_TOPS["head"]), group(body_drawing.nerve(_NERVE, p.fold("pain_vas")), x=8, y=_TOPS["head"]),
                    group(_joint(p, named=not k), x=8, y=_TOPS["joint"]), _chips(p)))


def _behind(p: BodyPicture) -> str:
    """Arrows from part to part, drawn first so that the parts lie over their ends."""
    gut, blood, joint, head = (_TOPS[part] for part in _TOPS)
    floor = gut + gut_drawing.HEIGHT
    ways = (
        ([(72.0, floor - 4), (72.0, blood + 14)], "plasma_lps", "plasma_lps", BACTERIAL, "bacterial products in the portal vein"),
        ([(72.0, blood + 70), (72.0, blood + 100)], "plasma_lps", "crp", BACTERIAL, "bacterial products that pass the liver"),
        ([(184.0, floor - 4), (184.0, blood + 100)], "calprotectin", "il6", IMMUNE, "cytokines and immune cells from the gut wall"),
        ([(94.0, blood + 150), (94.0, joint + 20)], "il6", "swelling", IMMUNE, "what the blood brings to the joint"),
        ([(194.0, blood + 150), (194.0, head + 6), (138.0, head + 34)], "il6", "symptom_score", IMMUNE, "what the blood tells the brain"),
    )
    drawn = []
    for points, name, reached, colour, meaning in ways:
        fold = p.fold(name)
        if fold is None or p.value(reached) is None:  # the model lacks what flows, or what it would reach
            drawn.append(arrow(points, 1.8, UNKNOWN_EDGE, f"{meaning}: not simulated", dashed=True))
        else:
            drawn.append(arrow(points, arrow_width(fold), colour, meaning))
    return "".join(drawn)


def _counted(fold: float | None, *, least: int, each: float, most: int) -> int:
    """How many of something are drawn: more with the logarithm of how much there is."""
    return 0 if fold is None else int(min(max(least + each * math.log2(max(fold, 1e-9)), 0), most))


def _gut(p: BodyPicture, k: int) -> str:
    thick, eroded = p.fold("mucus_thickness"), p.level("eroded_fraction")
    leak = p.level("lactulose_mannitol_ratio")
    holes = eroded if eroded is not None else max((leak or 0) - 1, 0)
    drawn = gut_drawing.gut_wall(leak=leak, mucus=thick, mucus_level=p.level("mucus_thickness"), inflamed=p.level("calprotectin"),
                                 cells=_counted(p.fold("calprotectin"), least=3, each=2.9, most=18), holes=holes,
                                 fold=p.fold("lactulose_mannitol_ratio"))
    drawn = drawn.replace("zn-gut", f"zn-gut-{k}")
    missing = all(p.value(name) is None for name in _CHIPS["gut"])
    return drawn + (body_drawing.unknown(gut_drawing.WIDTH / 2, 46) if missing else "")


def _blood(p: BodyPicture) -> str:
    levels = [level for name in _CHIPS["blood"] if (level := p.level(name)) is not None]
    cytokines = max((fold for name in ("il6", "tnf") if (fold := p.fold(name)) is not None), default=None)
    seen = {"lps": _counted(p.fold("plasma_lps"), least=2, each=2.4, most=16), "cytokine": _counted(cytokines, least=2, each=2.2, most=18),
            "crp": _counted(p.fold("crp"), least=1, each=1.7, most=10), "antibody": _counted(p.fold("autoantibody"), least=0, each=0.8, most=6)}
    tube = body_drawing.vessel(max(levels) if levels else None, seen)
    return (group(body_drawing.liver(p.level("crp")), x=2, y=12) + group(tube, y=98) + label(100, 93, "blood")
            + ("" if levels else body_drawing.unknown(99, 131)))


def _joint(p: BodyPicture, *, named: bool) -> str:
    drawn = body_drawing.joint(p.value("swelling"), p.level("swelling"), p.value("cartilage"), p.level("cartilage"), p.value("pain_vas"),
                               named=named and p.value("swelling") is not None)
    return group(drawn, y=10) + label(6, 26, "joint") + ("" if p.level("swelling") is not None else body_drawing.unknown(86, 79))


def _head(p: BodyPicture) -> str:
    felt = [level for name in _CHIPS["head"] if (level := p.level(name)) is not None]
    return group(body_drawing.head(max(felt) if felt else None), x=20, y=8) + ("" if felt else body_drawing.unknown(80, 52))


def _chips(p: BodyPicture) -> str:
    out = []
    for part, names in _CHIPS.items():
        for k, name in enumerate(names):
            out.append(group(_chip(p, name), x=_CHIP_LEFT, y=_TOPS[part] + (10 if part != "gut" else 0) + (_CHIP_HEIGHT + 3) * k))
    return "".join(out)


def _chip(p: BodyPicture, name: str) -> str:
    """A readout: its name, its level as dots, its value, and what is normal."""
    value, level, known = p.value(name), p.level(name), RANGES[name]
    box = tag("rect", x=0, y=0, width=_CHIP_WIDTH, height=_CHIP_HEIGHT, rx=5, fill=PAPER, stroke=edge_of(level), stroke_width=1,
              **({} if value is not None else {"stroke_dasharray": "4 3"}))
    flag = shape(f"M5 0 H9 V{plain(_CHIP_HEIGHT)} H5 q-5 0 -5 -5 V5 q0 -5 5 -5 Z", level, width=0.8)
    said = words(24, 14, known.label, size=10.5, fill=SOFT)
    if value is None:
        return box + flag + said + words(24, 31, "not simulated", size=11, fill=SOFT)
    text, unit = known.text(value)
    shown = tag("text", escape(text), tag("tspan", escape(f" {unit}") if unit else "", font_size=11, font_weight="400"), x=24, y=32, font_size=16,
                font_weight="700", fill=INK)
    return box + flag + said + shown + pips(16.5, 28.5, level)


def _legend() -> tuple[str, str, str]:
    box = "M4 0 H24 q4 0 4 4 V12 q0 4 -4 4 H4 q-4 0 -4 -4 V4 q0 -4 4 -4 Z"
    swatches = [group(shape(box, k, width=1), pips(40, 8, k, across=True), words(70, 12.5, said), y=22 + 22 * k) for k, said in enumerate(LEVELS)]
    symbols = (("bacterium", bacterium), ("LPS (endotoxin)", triangle), ("cytokine (TNF, IL-6)", square), ("CRP", ring), ("antibody", antibody))
    things = []
    for k, (said, draw) in enumerate(symbols):
        mark = bacterium(6, 8, 0) if draw is bacterium else draw(10, 8)  # type: ignore[operator]
        things.append(group(mark, words(26, 12.5, said), x=160 * (k // 3), y=22 + 22 * (k % 3)))
    things.append(group(*(immune_cell(8 + 14 * k, 8, k) for k in range(3)), words(50, 12.5, "immune cells"), x=160, y=66))
    ways = [group(arrow([(0, 8), (34, 8)], width, colour, said), words(44, 12.5, said), y=22 + 22 * k) for k, (said, colour, width) in enumerate((
        ("bacterial products", BACTERIAL, 4.0), ("immune signals", IMMUNE, 4.0), ("pain", NERVE, 4.0)))]
    ways.append(words(0, 99, "Width: logarithm of how much, relative to health.", size=11, fill=SOFT))
    return (words(0, 12, "Against the normal range", weight=700) + "".join(swatches), words(0, 12, "What is seen", weight=700) + "".join(things),
            words(0, 12, "What flows", weight=700) + "".join(ways))


def _description(pictures: Sequence[BodyPicture]) -> str:
    """The drawing in words."""
    parts = []
    for p in pictures:
        said = []
        for names in _CHIPS.values():
            for name in names:
                value, level = p.value(name), p.level(name)
                if value is not None and level is not None:
                    said.append(f"{RANGES[name].label} {' '.join(RANGES[name].text(value)).strip()} ({LEVELS[level]})")
        parts.append(f"{p.title}, {p.day}: {', '.join(said) or 'nothing simulated'}.")
    return " ".join(parts)
