"""More figures of a trial: who responded, time to an event, harms, who benefits, roads by arm, and looks before the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from zonula.language.units import pretty
from zonula.report.style import HEALTHY, MODEL, RIBBON
from zonula.report.trial_courses import ROAD_PARTS, Courses
from zonula.report.trial_figures import INK, SOFT, WIDTH, Hand, apart, below, fitted, hands
from zonula.simulation.words import name_of

_ROAD_SHADES = {"remainder": "#d0ccc4", "systemic": "#0b5c8a", "products": "#ecb95c", "primed": "#a0522d"}
_ROAD_WORDS = {"remainder": "by none of these roads", "systemic": "systemic: by the blood", "products": "products of bacteria in joints",
               "primed": "immunity primed in the gut"}
_MOST_PREDICTORS = 9
_MOSTLY = 0.5  # where more are free of an event to the end, the axis need not begin at 0


def draw_shares(several: Sequence[Mapping[str, Any]], said: Mapping[str, Any], pyplot: Any) -> Any | None:
    """Draw shares of persons by arm, a block for each of *several* endpoints or harms; the canvas, or None."""
    drawn = hands(said["arms"])
    known = [one for one in several if any(_has(arm) for arm in one["arms"].values())]
    if not known:
        return None
    lines = sum(1 + len(one["arms"]) for one in known)
    height = 0.26 * lines + 0.95
    canvas = pyplot.figure(figsize=(WIDTH, height))
    axis = canvas.add_axes((0.36, 0.5 / height, 0.44, 1 - 0.7 / height))
    y = 0.0
    for one in known:
        words = str(one.get("title") or one.get("id")) + (f", week {one['week']:g}" if one.get("week") is not None else "")
        axis.text(-0.8, y, fitted(words, 80), transform=axis.get_yaxis_transform(), va="center", fontsize=9.5, fontweight="bold", color=INK,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5}, zorder=6)
        for arm, share in one["arms"].items():
            y -= 1.0
            _share(axis, y, share, drawn.get(arm, Hand(arm, MODEL, "o", "-")))
        y -= 1.15
    axis.set_xlim(left=0, right=min(100.0, axis.get_xlim()[1]))
    axis.set_ylim(y + 0.7, 0.7)
    axis.set_yticks([])
    axis.spines["left"].set_color(INK)
    axis.grid(visible=False, axis="y")
    axis.set_xlabel("of the randomised persons  [%]")
    return canvas


def _share(axis: Any, y: float, share: Mapping[str, Any], hand: Hand) -> None:
    axis.text(-0.03, y, fitted(hand.title, 44).split("\n")[0], transform=axis.get_yaxis_transform(), va="center", ha="right", fontsize=8.8, color=INK)
    if not _has(share):
        return
    if share.get("lo") is not None:
        axis.plot([100 * share["lo"], 100 * share["hi"]], [y, y], color=hand.color, lw=5, alpha=0.3, solid_capstyle="butt", zorder=2)
    axis.plot([100 * share["value"]], [y], hand.mark, color=hand.color, ms=6.5, mec="white", mew=0.8, zorder=3)
    count = f"{100 * share['value']:.0f} %" + (f"   {share['events']} of {share['n']}" if share.get("events") is not None else "")
    axis.text(1.03, y, count, transform=axis.get_yaxis_transform(), va="center", fontsize=8.5, color=SOFT)


def draw_events(one: Mapping[str, Any], said: Mapping[str, Any], pyplot: Any) -> Any | None:
    """Draw who is still free of an event (Kaplan and Meier), with how many are at risk; the canvas, or None."""
    arms = {arm: curve for arm, curve in one["arms"].items() if curve.get("day")}
    if not arms:
        return None
    drawn = hands(said["arms"])
    below = 0.62 + 0.2 * len(arms)
    height = 3.2 + below
    canvas = pyplot.figure(figsize=(WIDTH, height))
    axis = canvas.add_axes((0.2, (below + 0.45) / height, 0.55, (height - below - 0.8) / height))
    ends = {}
    for arm, curve in arms.items():
        hand, weeks, free = drawn[arm], np.array([0.0, *curve["day"]]) / 7, np.array([1.0, *curve["free"]])
        axis.step(weeks, 100 * free, where="post", color=hand.color, ls=hand.line, lw=1.8)
        if curve.get("lo"):
            low_end, high_end = (100 * np.array([1.0, *curve[key]], dtype=np.float64) for key in ("lo", "hi"))
            axis.fill_between(weeks, low_end, high_end, step="post", color=hand.color, alpha=0.10, lw=0)
        ends[arm] = float(free[-1])
    lowest = min(min(curve["free"]) for curve in arms.values())
    low = 0.0 if lowest < _MOSTLY else 100 * (lowest - 0.12)
    axis.set_ylim(max(low, 0.0), 102)
    axis.set_xlim(left=0)
    axis.set_ylabel("still free of it  [%]")
    axis.set_xlabel("weeks since randomisation")
    axis.set_title(str(one["title"]))
    floor, span = axis.get_ylim()[0], axis.get_ylim()[1] - axis.get_ylim()[0]
    names = sorted(ends, key=lambda arm: ends[arm])
    places = apart([(100 * ends[arm] - floor) / span for arm in names], 0.09)
    for arm, place in zip(names, places, strict=True):
        axis.plot([1.004, 1.022, 1.03], [(100 * ends[arm] - floor) / span, place, place], color=drawn[arm].color, lw=1.1, clip_on=False,
                  transform=axis.transAxes)
        axis.text(1.04, place, fitted(drawn[arm].title, 30), transform=axis.transAxes, va="center", fontsize=8.5, fontweight="bold",
                  color=drawn[arm].color)
    _at_risk(axis, arms, drawn)
    return canvas


def _at_risk(axis: Any, arms: Mapping[str, Mapping[str, Any]], drawn: Mapping[str, Hand]) -> None:
    """The table under the curves."""
    across, inches = axis.get_xlim(), below(axis)
    axis.text(-0.33, -0.62, "still at risk", transform=inches, fontsize=8, color=SOFT, va="center")
    for k, (arm, curve) in enumerate(arms.items()):
        axis.text(-0.33, -0.84 - 0.2 * k, fitted(drawn[arm].title, 26).split("\n")[0], transform=inches, fontsize=8, color=drawn[arm].color,
                  va="center", fontweight="bold")
        for day, n in curve.get("at_risk") or ():
            axis.text((day / 7 - across[0]) / (across[1] - across[0]), -0.84 - 0.2 * k, f"{n}", transform=inches, fontsize=8, color=INK, va="center",
                      ha="center")


def draw_benefit(benefit: Mapping[str, Any], pyplot: Any) -> Any | None:
    """Draw how much each simulated person gains, and what on day 0 goes with it; the canvas, or None."""
    histogram = benefit.get("histogram") or {}
    if not histogram.get("counts"):
        return None
    predictors = [p for p in benefit.get("predictors") or () if p.get("correlation") is not None][:_MOST_PREDICTORS]
    canvas = pyplot.figure(figsize=(WIDTH, 3.5))
    axis = canvas.add_axes((0.07, 0.15, 0.5 if predictors else 0.9, 0.73))
    edges, counts = np.array(histogram["edges"], dtype=np.float64), np.array(histogram["counts"], dtype=np.float64)
    share = 100 * counts / max(counts.sum(), 1)
    unit = pretty(str(benefit.get("unit") or ""))
    least, middles = float(benefit.get("mcid") or np.inf), (edges[1:] + edges[:-1]) / 2
    shades = np.where(middles >= least, MODEL, np.where(middles <= -least, "#8a1c3b", "#c9cfd4"))
    axis.bar(edges[:-1], share, width=np.diff(edges), align="edge", color=shades.tolist(), ec="white", lw=0.4)
    axis.axvline(0, color=INK, lw=1.0)
    top = 1.2 * float(share.max(initial=1.0))
    axis.set_ylim(0, top)
    for sign, key, word, color in ((1, "share_benefit", "better by", MODEL), (-1, "share_harm", "worse by", "#8a1c3b")):
        if np.isfinite(least) and benefit.get(key) is not None:
            axis.axvline(sign * least, color=color, lw=0.9, ls=":")
            axis.annotate(f"{100 * benefit[key]:.0f} % {word}\n{f'{least:g} {unit}'.strip()} or more", (sign * least, 0.97 * top),
                          xytext=(5 * sign, 0), textcoords="offset points", va="top", ha="left" if sign > 0 else "right", color=color,
                          fontsize=8.5, fontweight="bold")
    room = 2.6 * least if np.isfinite(least) else 0.0
    axis.set_xlim(min(-room, edges[0]), max(room, edges[-1]))
    axis.set_title("What each person gains in one arm against the other")
    axis.set_xlabel("benefit of the same person" + (f"  [{unit}]" if unit else ""))
    axis.set_ylabel("of the persons  [%]")
    if predictors:
        _predictors(canvas.add_axes((0.77, 0.15, 0.2, 0.73)), predictors)
    return canvas


def _predictors(axis: Any, predictors: Sequence[Mapping[str, Any]]) -> None:
    """Rank correlations of what is known on day 0 with the benefit."""
    for k, one in enumerate(predictors):
        axis.plot([0, one["correlation"]], [-k, -k], color=MODEL if one["correlation"] > 0 else "#c0560b", lw=7, solid_capstyle="butt", zorder=2)
        if one.get("lo") is not None:
            axis.plot([one["lo"], one["hi"]], [-k, -k], color=INK, lw=1.1, zorder=3)
    axis.set_yticks([-k for k in range(len(predictors))], [fitted(name_of(str(p["name"])), 22) for p in predictors])
    axis.tick_params(axis="y", length=0, labelcolor=INK, labelsize=8.5)
    axis.axvline(0, color=INK, lw=0.9)
    most = max(0.3, *(abs(p.get(end) or 0.0) for p in predictors for end in ("correlation", "lo", "hi")))
    axis.set_xlim(-1.08 * most, 1.08 * most)
    axis.grid(visible=False, axis="y")
    axis.spines["left"].set_visible(False)
    axis.set_title("What goes with benefit", x=-0.7)
    axis.set_xlabel("rank correlation")


def draw_roads(courses: Courses, readout: str, said: Mapping[str, Any], pyplot: Any) -> Any | None:
    """Draw a readout by road in each arm at the days that were sampled; the canvas, or None."""
    roads = courses.roads.get(readout)
    if roads is None or not len(roads.arms):
        return None
    lines = len(roads.arms) * len(roads.days)
    height = 0.27 * lines + 0.3 * len(roads.arms) + 1.15
    canvas = pyplot.figure(figsize=(WIDTH, height))
    axis = canvas.add_axes((0.36, 0.5 / height, 0.61, 1 - 1.15 / height))
    drawn, y = hands(said["arms"]), 0.0
    for j, arm in enumerate(roads.arms):
        for k, day in enumerate(roads.days):
            _stack(axis, y, roads.parts[j, k])
            axis.text(-0.02, y, f"week {day / 7:g}", transform=axis.get_yaxis_transform(), ha="right", va="center", fontsize=8.5, color=SOFT)
            y -= 1.0
        axis.text(-0.14, y + (len(roads.days) + 1) / 2, fitted(drawn[arm].title, 34), transform=axis.get_yaxis_transform(), ha="right", va="center",
                  fontsize=9, fontweight="bold", color=drawn[arm].color)
        y -= 0.55
    axis.axvline(0, color=INK, lw=0.9)
    axis.set_ylim(y + 0.8, 0.75)
    axis.set_yticks([])
    axis.grid(visible=False, axis="y")
    axis.spines["left"].set_visible(False)
    unit = "  [mm]" if readout.startswith("pain") else ""
    axis.set_xlabel(f"{name_of(readout)}{unit}")
    handles = [pyplot.Rectangle((0, 0), 1, 1, color=_ROAD_SHADES[name]) for name in ("remainder", "systemic", "products", "primed")]
    canvas.legend(handles, [_ROAD_WORDS[name] for name in ("remainder", "systemic", "products", "primed")], loc="upper left", ncols=4,
                  bbox_to_anchor=(0.0, 1.0), handlelength=1.0, columnspacing=1.4)
    return canvas


def _stack(axis: Any, y: float, parts: Any) -> None:
    """A bar in parts: those that add go right of 0, those that take away left."""
    up = down = 0.0
    for name in ("remainder", "systemic", "products", "primed"):
        value = float(parts[ROAD_PARTS.index(name)])
        if not np.isfinite(value) or value == 0:
            continue
        base = up if value > 0 else down
        axis.barh(y, value, left=base, height=0.78, color=_ROAD_SHADES[name], ec="white", lw=0.6)
        up, down = (up + value, down) if value > 0 else (up, down + value)


def draw_interim(interim: Mapping[str, Any], pyplot: Any) -> Any | None:
    """Draw the statistic at each look between the borders at which the trial would stop; the canvas, or None."""
    looks = [look for look in interim.get("looks") or () if look.get("bound") is not None]
    if len(looks) <= 1:
        return None
    canvas, axis = pyplot.subplots(figsize=(WIDTH, 2.9))
    canvas.subplots_adjust(left=0.075, right=0.97, top=0.88, bottom=0.18)
    at = np.array([100 * look["share"] for look in looks])
    bound = np.array([look["bound"] for look in looks], dtype=np.float64)
    top = 1.15 * max(float(bound.max()), *(abs(look["z"]) for look in looks if look.get("z") is not None))
    for sign in (1, -1):
        axis.fill_between(at, sign * bound, sign * top, color=RIBBON, alpha=0.35, lw=0)
        axis.plot(at, sign * bound, color=HEALTHY, lw=1.3, marker="_", ms=12, ls=(0, (4, 2)))
    axis.text(float(at[-1]), 0.95 * top, "outside: the trial stops ", fontsize=8, color=SOFT, va="top", ha="right")
    seen = [(x, look["z"]) for x, look in zip(at, looks, strict=True) if look.get("z") is not None]
    axis.plot([x for x, _ in seen], [z for _, z in seen], color=MODEL, marker="o", ms=6.5, mec="white", lw=1.6, zorder=3)
    axis.axhline(0, color=INK, lw=0.8)
    axis.set_ylim(-top, top)
    axis.set_xticks(at, [f"{x:g} %" + (f"\nn = {look['n']}" if look.get("n") else "") for x, look in zip(at, looks, strict=True)])
    axis.set_title("Looks before the end")
    axis.set_ylabel("test statistic z")
    return canvas


def _has(one: Mapping[str, Any] | None) -> bool:
    return one is not None and one.get("value") is not None
