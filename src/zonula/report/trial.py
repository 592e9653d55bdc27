"""The page of a virtual trial: what was asked, who took part, what came out, and what is not known, for a clinician to read from top to bottom."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from zonula.ground.provenance import environment
from zonula.language.units import pretty
from zonula.report import trial_tables as words
from zonula.report.figures import Figure
from zonula.report.pictures import data_uri
from zonula.report.ranges import label_of
from zonula.report.style import house_style
from zonula.report.trial_charts import draw_benefit, draw_events, draw_interim, draw_roads, draw_shares
from zonula.report.trial_courses import Courses
from zonula.report.trial_figures import draw_courses, draw_estimands, draw_power, draw_subgroups, hands
from zonula.report.trial_match import match_rows, match_warning, match_words
from zonula.simulation.forecast import NOT_MEDICAL
from zonula.simulation.words import listed

_TOO_MANY_FAILURES = 0.001
_ODD = 0.05  # a p-value of a subgroup that is told
_MOST_SHARES = 8  # endpoints or harms in one figure
LIMITS = (
    "It shows what follows from the mechanisms and numbers of this model; where these are wrong, so is every arm alike, and no interval here knows.",
    "Intervals of chance shrink with more persons; what is not known of the body does not. Look at both.",
    "People of a virtual trial come to visits, take what they are given with the regularity that the protocol assumes, and have one illness.",
    "In this model autoimmunity against joints lasts only where the gut stays ill: all its patients have an ill gut, which is not so in people.",
    "Harms are those that the model has: leak, erosions, inflammation of the gut, mood; not infections, bleeding, liver, heart, or cost.",
    "Subgroups and predictors are of simulated persons; they tell what to look for, not whom to treat.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that a page is made of.

    said    : the protocol as plain data, with its defaults
    text    : the protocol, word for word
    results : of the analysis, as plain data
    courses : means by arm over time
    units   : of measures
    facts   : how it was made, names with values
    """

    said: Mapping[str, Any]
    text: str
    results: Mapping[str, Any]
    courses: Courses | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    facts: Sequence[tuple[str, str]] = ()
    twins: bool = True


def trial_page(told: Told) -> str:
    """The whole page as text."""
    import hashlib

    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(loader=PackageLoader("zonula.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    said, results = told.said, words.as_shown(told.results, told.units)
    shades = {name: hand.color for name, hand in hands(said["arms"]).items()}
    flow = words.flow_of(results, said)
    return pages.get_template("trial.html.j2").render(
        said={"title": said["title"], "about": said.get("about", ""), "context": said.get("context", "")}, notice=NOT_MEDICAL,
        warnings=_warnings(results), summary=words.summary(results), cards=words.cards(results), protocol_text=told.text,
        protocol_hash=hashlib.sha256(told.text.encode()).hexdigest(), asked=words.asked_rows(said), design=words.design_rows(said), flow=flow,
        arms=[row | {"color": shade} for row, shade in zip(words.arm_rows(said), shades.values(), strict=True)], twins=told.twins,
        colors=[shades.get(name, "#7a7f85") for name in (results["flow"].get("arms") or {})], estimands=words.estimand_rows(results),
        harms=words.harm_rows(results, said), limits=LIMITS, facts=list(told.facts), environment=environment(),
        sources=list(said.get("source") or ()), match=match_rows(results), match_words=match_words(results),
        figures=[(figure, data_uri(svg)) for figure, svg in figures_of(told)])


def figures_of(told: Told) -> list[tuple[Figure, str]]:
    """The figures, each with its SVG text; those for which there is nothing are left out."""
    made: list[tuple[Figure, str]] = []
    with house_style() as pyplot, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a title in a script that the font lacks is drawn as boxes; the page shows it
        for figure, canvas in _canvases(told, pyplot):
            if canvas is not None:
                buffer = BytesIO()
                canvas.savefig(buffer, format="svg", metadata={"Date": None})
                made.append((figure, buffer.getvalue().decode("utf-8")))
                pyplot.close(canvas)
    return made


def _canvases(told: Told, pyplot: Any) -> list[tuple[Figure, Any]]:
    results, said = words.as_shown(told.results, told.units), told.said
    drawn: list[tuple[Figure, Any]] = []
    if told.courses is not None and (shown := words.measures_shown(said, told.courses.of)):
        drawn.append((Figure("01_courses", "Means by arm over time", _courses_say(told)),
                      draw_courses(told.courses, said, shown, told.units, pyplot)))
    drawn += [(Figure("02_estimands", "The answers", _estimands_say(results)), draw_estimands(results, pyplot)),
              (Figure("03_subgroups", "By subgroup", _subgroups_say(results)), draw_subgroups(results, pyplot)),
              (Figure("04_benefit", "Who benefits", _benefit_says(results)), draw_benefit(results.get("benefit") or {}, pyplot))]
    responders = list(results.get("responders") or ())[:_MOST_SHARES]
    drawn.append((Figure("05_responders", "Responders", _shares_say(responders, "responded")), draw_shares(responders, said, pyplot)))
    drawn += [(Figure(f"06_events_{one['endpoint']}", str(one["title"]), _event_says(one)), draw_events(one, said, pyplot))
              for one in results.get("events") or ()]
    harms = list(results.get("harms") or ())[:_MOST_SHARES]
    drawn.append((Figure("07_harms", "Harms", _shares_say(harms, "had it at some visit, and not on day 0")), draw_shares(harms, said, pyplot)))
    drawn.append((Figure("08_power", "Power", _power_says(results)), draw_power(results.get("power") or {}, words.compared(results), pyplot)))
    if told.courses is not None:
        drawn += [(Figure(f"09_roads_{name}", "By road", _roads_say(roads.persons)), draw_roads(told.courses, name, said, pyplot))
                  for name, roads in told.courses.roads.items()]
    drawn.append((Figure("10_interim", "Looks before the end", _interim_says(results)), draw_interim(results.get("interim") or {}, pyplot)))
    return drawn


def _warnings(results: Mapping[str, Any]) -> list[str]:
    """What a reader must know before anything else."""
    arms = (results["flow"].get("arms") or {}).values()
    failed, of = sum(sum((arm.get("failed") or {}).values()) for arm in arms), sum(int(arm["randomised"]) for arm in arms)
    said = []
    if of and failed / of > _TOO_MANY_FAILURES:
        said.append(f"{failed} of {of} lives could not be simulated to the end: more than one in a thousand. They count as not seen.")
    if results["flow"].get("unfilled"):
        said.append(f"{results['flow']['unfilled']} places found nobody who fulfils what the trial asks, mostly where a reading of the evidence "
                    "makes such people rare; the trial is smaller by so many.")
    if results.get("partial"):
        said.append("Not all parts of the study are done; this is what the finished ones say.")
    return [*said, *match_warning(results)]


def _courses_say(told: Told) -> str:
    last = "dotted: all persons, lived in every arm, without errors of measurement" if told.twins else \
        "dotted: all persons of the arm, without errors of measurement"
    return (f"Lines: means of those who were randomised to the arm and came to the visit, as measured, with 95 % intervals; {last}. "
            "Pale green: the normal range.")


def _estimands_say(results: Mapping[str, Any]) -> str:
    e = words.primary_of(results)
    share = ((e or {}).get("unknown") or {}).get("between_share")
    tail = "" if share is None else (f" Of the deciding answer's doubt, {words.share_words(share)} is not chance: more participants would not take "
                                     "it away.")
    lived = any(words.known(one.get("twins")) for one in results["estimands"])
    same = ", what the same persons would have in both arms," if lived else ""
    return (f"Each answer {'three times' if lived else 'twice'}: what a trial of this size would see{same} and how far it depends on what is not "
            f"known of the body.{tail}")


def _subgroups_say(results: Mapping[str, Any]) -> str:
    groups = results.get("subgroups") or ()
    odd = [str(group["title"]) for group in groups if group.get("interaction_p") is not None and group["interaction_p"] < _ODD]
    told = f"The effect seems to differ by: {listed(odd)}" if odd else "No subgroup differs by more than chance would make it"
    many = "one way of dividing people was" if len(groups) == 1 else f"{len(groups)} ways of dividing people were"
    return f"The deciding comparison among persons who were alike on day 0. {told}; {many} looked at, and chance alone makes one in twenty look so."


def _benefit_says(results: Mapping[str, Any]) -> str:
    b = results.get("benefit") or {}
    if b.get("share_benefit") is None:
        return ""
    unit = pretty(str(b.get("unit") or ""))
    sure = [p for p in b.get("predictors") or () if p.get("correlation") is not None and p["lo"] * p["hi"] > 0]
    best = max(sure, key=lambda p: abs(p["correlation"]), default=None)
    more = " Nothing that is known on day 0 goes with it by more than chance would make it." if best is None else (
        f" Of what is known on day 0, {label_of(best['name'])} goes with it most (rank correlation {best['correlation']:.2f}).".replace("-", "−"))
    middle = words.together((b.get("quantiles") or {}).get("p50"), b.get("mcid"))[0]
    return (f"The same simulated person in both arms, which no real trial can see: half gain {f'{middle} {unit}'.strip()} or more, "
            f"{words.share_words(b['share_benefit'])} gain what matters to a person, {words.share_words(b.get('share_harm'))} lose as much.{more}")


def _shares_say(several: Sequence[Mapping[str, Any]], what: str) -> str:
    return f"Who {what}, by arm; bars: 95 % intervals." if several else ""


def _event_says(one: Mapping[str, Any]) -> str:
    ratio = one.get("hazard_ratio")
    told = f" Hazard ratio of the first arm compared: {words.interval_words(ratio)}." if words.known(ratio) else ""
    return f"Who is still free of it, among those who were still seen; bands: 95 % intervals.{told}"


def _power_says(results: Mapping[str, Any]) -> str:
    power = results.get("power") or {}
    if not power.get("curve"):
        return ""
    wanted = f"{100 * float(power.get('wanted') or 0.9):.0f} %"
    largest = words.largest_of(power)
    middle = f"{round(power['needed'])} persons" if power.get("needed") is not None else f"more than {largest} persons"
    sure = f"{round(power['needed_assurance'])} persons" if power.get("needed_assurance") is not None else f"no size up to {largest} reaches it"
    return (f"How often a trial of so many persons would find the deciding effect: for {wanted}, {middle} if the middle of what is known is right; "
            f"averaged over all that is not known, {sure}, because readings of the evidence differ in how much there is to find.")


def _roads_say(persons: int) -> str:
    return (f"How much comes by each road from the gut to the joint, in {persons} sampled persons who are lived again with roads closed; "
            "left of the line, what a road takes away.")


def _interim_says(results: Mapping[str, Any]) -> str:
    interim = results.get("interim") or {}
    stops = next((look for look in interim.get("looks") or () if look.get("stops")), None)
    told = "It would not have stopped before the end." if stops is None or stops["share"] >= 1 else \
        f"It would have stopped at {words.share_words(stops['share'])} of the persons."
    return f"The test at each look against borders that spend the chance of a false alarm ({interim.get('spending', '')}). {told}"
