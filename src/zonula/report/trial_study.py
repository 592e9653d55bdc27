"""A virtual trial from its protocol to its page: run what is not run yet, put it together, answer the questions, write what came out.

A study is a folder (or a place on the network); whatever stopped it, the same call goes on, and where nothing is left to do nothing is done.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zonula.ground.errors import StorageError
from zonula.ground.provenance import environment, version_of
from zonula.report.folder import readable
from zonula.report.trial import Told, trial_page
from zonula.report.trial_courses import Courses, courses_of
from zonula.scale import run_study, study_merge, study_plan, study_status, study_verify
from zonula.scale.store import Store, open_store
from zonula.simulation.forecast import NOT_MEDICAL
from zonula.trials.adam import Dress, write_adam
from zonula.trials.dataset_json import dataset_json
from zonula.trials.lived import read_lived
from zonula.trials.plan import open_trial, plan_trial, work_of
from zonula.trials.read import read_protocol
from zonula.trials.results import Results, analyse, endpoint_of
from zonula.trials.tables import UNFILLED

if TYPE_CHECKING:
    from zonula.scale.run import Outcome
    from zonula.trials.read import Protocol
    from zonula.trials.work import TrialWork

PERSONS = 400  # to be randomised, where nobody says how many
RESULTS, PAGE, ADAM, MADE, README = "results.json", "report.html", "adam", "made.json", "README.txt"
_README = """What is in this folder: a study of simulated persons

report.html    the page: one file, opens without a network
results.json   the answers in numbers
adam/          the data in the form of CDISC ADaM, as Parquet; define.json says what each column is. All of it is simulated
merged/        the tables of the study: lives, visits, roads, screening
plan.json      what was run: the protocol word for word, how many persons, the seed; `zonula trial` with the same goes on here
shards, done   the study in parts, each with its marker
made.json      from what the page and the answers were made

{notice}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What is in a folder after a run: the answers, and whether anything had to be done for them."""

    folder: str
    results: Mapping[str, Any]
    content: str
    computed: int
    written: bool
    partial: bool
    seconds: float
    failures: Mapping[str, int]


def trial(protocol: str | Path, *, n: int | None = None, seed: int = 0, out: str | Path, jobs: int | None = None, members: int = 40,
          population: str = "calibrated", twins: bool = True) -> Results:
    """Run a virtual trial, or go on with it, and give its answers.

    Parameters
    ----------
    protocol   : one that ships (``zonula trial --list``), or a file
    n          : persons to be randomised; what the protocol says, else 400, where it is not said
    out        : folder of the study, where page and tables are written too
    jobs       : processes; no result depends on it
    members    : typical persons, by what is not known
    population : "calibrated", "evidence", or a ``posterior.npz``
    twins      : whether every person is lived in every arm
    """
    work = work_for(protocol, n=n, seed=seed, members=members, population=population, twins=twins)
    run = run_study(out, work, open_trial, jobs=jobs)
    return Results(document=settled(out, run).results)


def work_for(protocol: str | Path, *, n: int | None, seed: int, members: int, population: str, twins: bool) -> TrialWork:
    """The work of a study.

    Raises
    ------
    UsageError   with every problem of the protocol
    """
    from zonula.organs.standard import standard_model

    said = read_protocol(protocol, standard_model())
    return work_of(plan_trial(said, n=n or said.table.size.n or PERSONS, seed=seed, members=members, population=population, twins=twins).as_dict())


def settled(folder: str | Path, run: Outcome | None, *, report: bool = True, again: bool = False, partial: bool = False,
            tell: Callable[[str], None] | None = None) -> Study:
    """Put the shards together, answer the questions, and write what is not written yet.

    Parameters
    ----------
    again   : write it whatever is there
    partial : take what is done, though it is not all

    Raises
    ------
    UnfinishedError   where shards are missing, and no rule said that enough is known
    """
    store, tell = open_store(folder), tell or _silent
    tell("putting the tables together")
    merged = study_merge(folder, partial=partial)
    wanted: dict[str, Any] = {"tables": {name: facts.get("sha256", "") for name, facts in sorted(merged.tables.items())}, "report": report,
              "zonula": version_of("zonula"), "partial": merged.shards < merged.of or bool(merged.stopped)}
    made = None if again else _made(store)
    if made is not None and made.get("of") in (wanted, wanted | {"report": True}):
        results, content = json.loads(store.get(RESULTS)), str(made["content"])
    else:
        content = study_verify(folder).content
        results = _write(store, folder, wanted, content, tell)
    return Study(folder=store.url, results=results, content=content, computed=run.computed if run else 0, seconds=run.seconds if run else 0.0,
                 written=made is None or made.get("of") not in (wanted, wanted | {"report": True}), partial=wanted["partial"],
                 failures=dict(study_status(folder).failures))


def _silent(_: str) -> None:
    """Say nothing."""


def _made(store: Store) -> dict[str, Any] | None:
    """From what the results that are there were made; nothing where some are missing."""
    try:
        said = json.loads(store.get(MADE))
        there = {*store.names()}
        return said if isinstance(said, dict) and {RESULTS, ADAM, *([PAGE] if said.get("of", {}).get("report") else [])} <= there else None
    except (FileNotFoundError, ValueError):
        return None


def _write(store: Store, folder: str | Path, wanted: Mapping[str, Any], content: str, tell: Callable[[str], None]) -> dict[str, Any]:
    """Analyse and write all; the marker last."""
    store.remove(MADE)
    scaled = study_plan(folder)
    work = open_trial(scaled.as_dict())
    protocol = work.protocol
    with tables_here(store) as tables, _room(store) as room:
        tell("answering the questions")
        arms = tuple(protocol.arms)
        lived = read_lived(tables / "lives.parquet", tables / "visits.parquet", arms)
        screening, unfilled = screening_of(tables / "screening.parquet")
        document = analyse(lived, protocol.table, screening=screening, unfilled=unfilled, seed=work.leading.seed, units=units_of(work),
                           match=work.identity.get("tilt")).as_dict()
        document["partial"] = bool(wanted["partial"])
        _put_text(store, RESULTS, readable(document) + "\n")
        tell("writing the tables")
        for path in write_adam(room / ADAM, lives=tables / "lives.parquet", visits=tables / "visits.parquet", dress=dress_of(work),
                               roads=tables / "roads.parquet"):
            if store.path is None:
                store.put(f"{ADAM}/{path.name}", path.read_bytes())
        if wanted["report"]:
            tell("drawing the page")
            courses = courses_in(tables, protocol, arms)
            facts = facts_of(work, scaled.hash, content, study_status(folder).as_dict())
            _put_text(store, PAGE, trial_page(told_of(work, document, courses, facts)))
    _put_text(store, README, _README.format(notice=NOT_MEDICAL))
    _put_text(store, MADE, json.dumps({"schema": "zonula/made/1", "of": dict(wanted), "content": content, "simulated": True,
                                       "environment": environment(), "notice": NOT_MEDICAL}, ensure_ascii=False, indent=1) + "\n")
    return document


def told_of(work: TrialWork, document: Mapping[str, Any], courses: Courses | None, facts: Sequence[tuple[str, str]]) -> Told:
    """What the page is made of."""
    import tomlkit

    said = work.protocol.table.model_dump(by_alias=True)
    return Told(said=said, text=tomlkit.dumps(work.identity["protocol"]), results=document, courses=courses,
                units=units_of(work), facts=facts, twins=work.leading.twins)


def units_of(work: TrialWork) -> dict[str, str]:
    """The units of what can be measured."""
    return {name: work.model.readout(name).unit_text for name in work.model.readout_names}


def dress_of(work: TrialWork) -> Dress:
    """What the study is called in the form of CDISC ADaM, and what is told of it."""
    table = work.protocol.table
    units = units_of(work)
    return Dress(study=f"SIM-{table.id.upper()}", seed=work.leading.seed, version=version_of("zonula"), arms=tuple(work.protocol.arms),
                 endpoints=[endpoint_of(one, units) for one in table.endpoints], events={name: arm.events for name, arm in table.arms.items()},
                 titles={name: arm.title for name, arm in table.arms.items()}, rules={rule.id: (rule.events, rule.stop) for rule in table.rules},
                 units=units, harms={harm.id: (harm.title, harm.when) for harm in table.harms})


def facts_of(work: TrialWork, plan: str, content: str, status: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How it was made, names with values."""
    said = work.identity
    command = f"zonula trial {said['protocol']['id']} --n {work.persons} --seed {said['seed']} --members {said['members']}"
    command += ("" if said["twins"] else " --no-twins") + ("" if said["population"] == "calibrated" else f" --population {said['population']}")
    return [("command", command), ("study", plan), ("content", content), ("places", f"{status['persons_done']} of {status['persons']}"),
            ("typical persons", f"{said['members']}, {said['population']}"), ("could not be simulated", f"{sum(status['failures'].values())} lives"),
            *((f"fingerprint: {name}", str(value)) for name, value in said["made_of"].items() if name != "zonula")]


def screening_of(path: Path) -> tuple[dict[str, int], int]:
    """Who was left out, by reason; and places for which nobody was found."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    counts = dict(zip(table["reason"].cast("string").to_pylist(), map(int, table["count"].to_pylist()), strict=True))
    unfilled = counts.pop(UNFILLED, 0)
    return {reason: count for reason, count in counts.items() if reason not in ("screened", "taken") and count}, unfilled


def courses_in(tables: Path, protocol: Protocol, arms: Sequence[str]) -> Courses:
    """Means by arm, read in pieces."""
    import pyarrow.parquet as pq

    def batches(name: str) -> Iterator[Any]:
        path = tables / f"{name}.parquet"
        if path.exists():
            with pq.ParquetFile(path) as file:
                yield from file.iter_batches()

    return courses_of(batches("lives"), batches("visits"), arms, protocol.measures, batches("roads"))


@contextmanager
def tables_here(store: Store) -> Iterator[Path]:
    """The merged tables as files of this machine."""
    if store.path is not None:
        yield store.path / "merged"
        return
    with tempfile.TemporaryDirectory() as place:
        for name in store.sizes("merged"):
            (Path(place) / Path(name).name).write_bytes(store.get(f"merged/{Path(name).name}"))
        yield Path(place)


def as_dataset_json(folder: str | Path) -> list[str]:
    """Write the ADaM data sets of a study that is put together as CDISC Dataset-JSON too; which files were written."""
    store = open_store(folder)
    if store.path is not None:
        return [f"{ADAM}/{path.name}" for path in dataset_json(store.path / ADAM)]
    with tempfile.TemporaryDirectory() as place:
        for name in store.sizes(ADAM):
            if name.endswith(".parquet"):
                (Path(place) / Path(name).name).write_bytes(store.get(name))
        made = dataset_json(Path(place))
        for path in made:
            store.put(f"{ADAM}/{path.name}", path.read_bytes())
        return [f"{ADAM}/{path.name}" for path in made]


@contextmanager
def _room(store: Store) -> Iterator[Path]:
    """Where tables can be written: the study's own folder, or one beside it for a while."""
    if store.path is not None:
        yield store.path
        return
    place = Path(tempfile.mkdtemp())
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _put_text(store: Store, name: str, text: str) -> None:
    try:
        store.put(name, text.encode("utf-8"))
    except OSError as error:
        raise StorageError.of("ZN-7005", "the results cannot be written", file=store.url, found=str(error.strerror or error),
                              fix="check the place, its permissions and the space on the disk") from error
