"""The story of one person of a study: lived again in every arm, day by day, and told in a page of its own."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from zonula.ground.errors import UsageError
from zonula.ground.files import write_atomically, write_text
from zonula.ground.provenance import digest, environment
from zonula.language.units import pretty
from zonula.population.recruit import Recruits, recruit
from zonula.report.folder import MARK, place_named, readable, stamp, whole
from zonula.report.pictures import data_uri
from zonula.report.ranges import RANGES, label_of
from zonula.report.style import house_style
from zonula.report.trial_figures import hands
from zonula.report.trial_tables import arm_title, shown
from zonula.scale import study_plan
from zonula.simulation.ensemble import Crowd, solve_people
from zonula.simulation.equations import Vector
from zonula.simulation.forecast import NOT_MEDICAL
from zonula.simulation.words import listed
from zonula.trials.live import Lives, arms_of_lives, lead_trial
from zonula.trials.plan import open_trial
from zonula.trials.tables import FINISHED, lives_table, visits_table
from zonula.trials.work import TrialWork

SCHEMA = "zonula/trial-person/1"
_WIDTH = 9.6  # inches
_README = """What is in this folder: one simulated person of a study, lived in every arm of the trial

person.html    the page: one file, opens without a network (not with --no-report)
person.json    who it is, and what was seen at the visits
curves.parquet the curves, day by day: day, arm, readout, value (without errors of measurement)

{notice}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One person.

    lives     : a line for each arm, as in the table of the study
    visits    : what was measured, as in the table of the study
    curves    : by arm and readout, on *days*, without errors
    sentences : the same in words
    """

    study: str
    number: int
    said: Mapping[str, Any]
    units: Mapping[str, str]
    lives: Sequence[Mapping[str, Any]]
    visits: Sequence[Mapping[str, Any]]
    days: Vector
    curves: Mapping[str, Mapping[str, Vector]]
    sentences: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data; the curves are in their own file."""
        return {"schema": SCHEMA, "simulated": True, "study": self.study, "protocol": self.said["id"], "person": self.number,
                "story": list(self.sentences), "lives": [_plain(one) for one in self.lives], "visits": [_plain(one) for one in self.visits],
                "notice": NOT_MEDICAL}


def person_of(folder: str | Path, number: int) -> Story:
    """Live one person of a study again, with the site to which they belong.

    Raises
    ------
    UsageError     where the study has no such place, or nobody fills it
    StorageError   where there is no study
    """
    plan = study_plan(folder)
    if not 0 <= number < plan.persons:
        raise UsageError.of("ZN-1361", f"the study has no person {number}", path="ID", expected=f"0 to {plan.persons - 1}", fix="choose another")
    work = open_trial(plan.as_dict())
    first = number // work.unit * work.unit
    places = range(first, min(first + work.unit, plan.persons))
    people = recruit(work.model, work.evidence, work.protocol.group, work.members, places, recruiting=work.recruiting)
    if number not in people.slot:
        raise UsageError.of("ZN-1362", f"nobody fills place {number} of the study", path="ID", found=f"filled nearby: {_near(people, number)}",
                            fix="choose one of these")
    lives = lead_trial(people, work.treatments, work.leading)
    return _story(plan.hash, number, work, people, lives)


def _near(people: Recruits, number: int) -> str:
    near = sorted(people.slot.tolist(), key=lambda slot: abs(slot - number))[:5]
    return ", ".join(map(str, sorted(near))) or "nobody"


def _story(study: str, number: int, work: TrialWork, people: Recruits, lives: Lives) -> Story:
    protocol = work.protocol
    which = np.flatnonzero(people.slot[lives.person] == number)
    days = np.unique(np.concatenate([np.arange(0.0, protocol.last_day + 1.0), protocol.days]))
    days = days[days <= protocol.last_day]
    arms, arm_of = arms_of_lives(lives, work.treatments, 0.0, protocol.last_day, which)
    at = lives.person[which]
    found = solve_people(Crowd(model=work.model, parameters=people.cohort.rows[at], until=protocol.last_day, times=days, arms=arms, arm_of=arm_of,
                               readouts=protocol.measures, rtol=work.leading.rtol, build=work.leading.build, thorough=False,
                               begins=people.cohort.moment.rows(at)), jobs=1)
    names = [protocol.lived_arms[k] for k in lives.arm[which].tolist()]
    curves = {name: {readout: found.values[i, :, j] for j, readout in enumerate(protocol.measures)} for i, name in enumerate(names)}
    rows = _rows(lives_table(protocol, people, lives, work.treatments), number)
    said = protocol.table.model_dump(by_alias=True)
    units = {name: work.model.readout(name).unit_text for name in protocol.measures}
    return Story(study=study, number=number, said=said, units=units, lives=rows, days=days, curves=curves,
                 visits=_rows(visits_table(protocol, people, lives), number), sentences=tuple(_sentences(said, units, rows, curves)))


def _rows(table: Any, number: int) -> list[dict[str, Any]]:
    import pyarrow.compute as pc

    rows: list[dict[str, Any]] = table.filter(pc.equal(table["person"], number)).to_pylist()
    return rows


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in row.items()}


def _sentences(said: Mapping[str, Any], units: Mapping[str, str], rows: Sequence[Mapping[str, Any]],
               curves: Mapping[str, Mapping[str, Vector]]) -> list[str]:
    """Who it is, what chance decided, and what became of them in each arm."""
    one = next((row for row in rows if row["randomised"]), rows[0])
    they = "She" if one["female"] else "He"
    traits = ["smokes" if one["smoker"] else "does not smoke", "carries HLA-B27" if one["hla_b27"] else "does not carry HLA-B27"]
    found = [f"Person {one['person']} is a {'woman' if one['female'] else 'man'} of {one['age']:.0f} years, {one['height']:.0f} cm and "
             f"{one['weight']:.0f} kg, who {listed(traits)}; one of those around typical person {one['member']}"
             + (f", in the model's variant {str(one['variant']).replace('_', ' ')}." if one["variant"] != "standard" else "."),
             f"Chance put {'her' if one['female'] else 'him'} into the arm: {arm_title(said, one['arm'])}."]
    found += _ends(said, units, curves)
    order = list(said["arms"])
    for row in sorted(rows, key=lambda row: (not row["randomised"], order.index(row["arm"]) if row["arm"] in order else len(order))):
        if told := _told(row, said):
            found.append(f"{arm_title(said, row['arm'])}{'' if row['randomised'] else ' (had chance decided so)'}: {told}.")
    lost = one.get("dropout_day")
    if lost is not None and math.isfinite(lost):
        found.append(f"{they} left the study on day {lost:.0f} ({one['dropout_reason']}); what came after, nobody would have seen.")
    return found


def _ends(said: Mapping[str, Any], units: Mapping[str, str], curves: Mapping[str, Mapping[str, Vector]]) -> list[str]:
    """The measure that decides, on day 0 and at the end, in each arm."""
    name = _first_measure(said, units)
    unit = f" {pretty(units[name])}".rstrip()
    begin = next(iter(curves.values()))[name][0]
    ends = [f"{arm_title(said, arm)} {shown(float(values[name][-1]))}" for arm, values in _ordered(curves, said)]
    return [f"On day 0, {label_of(name)} is {shown(float(begin))}{unit}; at the end, by arm: {'; '.join(ends)}{unit} (errors of measurement apart)."]


def _first_measure(said: Mapping[str, Any], measures: Mapping[str, Any]) -> str:
    """The measure of the question that decides; the first one, where it has none."""
    estimand = next(e for e in said["estimands"] if e["id"] == said["primary"])
    named = next(e for e in said["endpoints"] if e["id"] == estimand["endpoint"]).get("measure")
    return str(named) if named in measures else next(iter(measures))


def _ordered(curves: Mapping[str, Any], said: Mapping[str, Any]) -> list[tuple[str, Any]]:
    order = list(said["arms"])
    return sorted(curves.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))


def _told(row: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    """What happened in one life."""
    if row["status"] != FINISHED:
        return f"could not be simulated to the end ({row['status']})"
    words = []
    if row["adherence"] is not None and math.isfinite(row["adherence"]) and row["adherence"] < 1:
        words.append(f"took {100 * row['adherence']:.0f} % of the doses")
    rules = {rule["id"]: rule.get("title") or rule["id"].replace("_", " ") for rule in said.get("rules") or ()}
    acted = [part.partition("@") for part in str(row.get("switches") or "").split("+") if part]
    words += [f"{rules.get(rule, rule)} (day {day})" for rule, _, day in acted]
    words += [f"{harm.get('title') or harm['id']} from day {row[harm['id']]:.0f} on" for harm in said.get("harms") or ()
              if row.get(harm["id"]) is not None and math.isfinite(row[harm["id"]])]
    return "; ".join(words)


def write_person(story: Story, out: Path | None, *, force: bool, report: bool) -> Path:
    """Write the story into a folder of its own, and return it.

    Raises
    ------
    StorageError   when the disk refuses; nothing half-written is left
    """
    folder = place_named(f"person_{story.number}", digest(story.study, str(story.number)), out, force=force)
    with whole(folder, force=force) as part:
        write_text(part / "person.json", readable(story.as_dict()) + "\n")
        write_text(part / "README.txt", _README.format(notice=NOT_MEDICAL))
        write_atomically(part / "curves.parquet", lambda path: _write_curves(story, path))
        if report:
            write_text(part / "person.html", person_page(story))
        manifest = {"schema": "zonula/manifest/1", "study": story.study, "person": story.number, "simulated": True, **stamp(part, 0.0)}
        write_text(part / MARK, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return folder


def _write_curves(story: Story, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, list[Any]] = {"day": [], "arm": [], "readout": [], "unit": [], "value": []}
    for arm, readouts in story.curves.items():
        for name, values in readouts.items():
            n = len(values)
            for key, column in (("day", story.days.tolist()), ("arm", [arm] * n), ("readout", [name] * n),
                                ("unit", [story.units[name]] * n), ("value", values.tolist())):
                columns[key] += column
    told = {"simulated": "true", "study": story.study, "person": str(story.number)}
    pq.write_table(pa.table(columns).replace_schema_metadata(told), path)


def person_page(story: Story) -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(loader=PackageLoader("zonula.report", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    with house_style() as pyplot:
        canvas = _draw(story, pyplot)
        buffer = BytesIO()
        canvas.savefig(buffer, format="svg", metadata={"Date": None})
    drawn = next((row["arm"] for row in story.lives if row["randomised"]), "")
    return pages.get_template("trial_person.html.j2").render(
        number=story.number, title=story.said["title"], sentences=story.sentences, image=data_uri(buffer.getvalue().decode("utf-8")),
        arm=arm_title(story.said, drawn), notice=NOT_MEDICAL, environment=environment(), study=story.study)


def _draw(story: Story, pyplot: Any) -> Any:
    """Each measure by arm, day by day, with what was measured in the arm to which chance put the person."""
    first = _first_measure(story.said, story.units)
    names = [first, *(name for name in story.units if name != first)]
    rows = -(-len(names) // 2)
    canvas, axes = pyplot.subplots(rows, 2, figsize=(_WIDTH, 2.5 * rows + 0.5), squeeze=False)
    canvas.subplots_adjust(left=0.06, right=0.985, top=1 - 0.3 / (2.5 * rows), bottom=0.85 / (2.5 * rows + 0.5), wspace=0.15, hspace=0.55)
    drawn = hands(story.said["arms"])
    own = next((row["arm"] for row in story.lives if row["randomised"]), "")
    for axis, name in zip(axes.flat, names, strict=False):
        known = RANGES.get(name)
        factor = known.factor if known else 1.0
        for arm, readouts in _ordered(story.curves, story.said):
            if arm in drawn:
                hand = drawn[arm]
                axis.plot(story.days / 7, factor * readouts[name], color=hand.color, ls=hand.line, lw=2.2 if arm == own else 1.2, label=hand.title)
        seen = [(visit["day"] / 7, factor * visit[name]) for visit in story.visits if visit["arm"] == own and visit["observed"]]
        axis.plot([x for x, _ in seen], [y for _, y in seen], "o", mfc="white", mec="#1d2329", ms=5, zorder=4, label="measured, in the arm of chance")
        label, unit = label_of(name), known.shown if known and known.shown is not None else pretty(story.units[name])
        axis.set_title(f"{label[0].upper()}{label[1:]}" + (f"  [{unit}]" if unit else ""))
        axis.set_xlabel("weeks since randomisation")
        axis.set_ylim(bottom=min(0.0, axis.get_ylim()[0]))
    for axis in axes.flat[len(names):]:
        axis.set_visible(False)
    handles, labels = axes.flat[0].get_legend_handles_labels()
    canvas.legend(handles, labels, loc="lower center", ncols=min(4, len(labels)))
    return canvas
