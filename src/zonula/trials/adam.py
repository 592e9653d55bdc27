"""A study in CDISC's dress: ADaM data sets as Parquet, and what their variables mean in ``define.json``.

Rows are made of some lives at a time, so that memory does not grow with the study.  Every life is a subject: persons who live in several arms have
one
``TWINID``; the life to which chance put them has ``RANDFL`` "Y", and only such lives are of the intent-to-treat population.  Every file says that it
is
simulated, and the study's identifier begins with ``SIM-``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zonula.ground.errors import InputDataError
from zonula.simulation.equations import Vector
from zonula.trials.adam_harms import adae
from zonula.trials.adam_words import LABELS, RESPONSES, TITLES, code_of, parameters, span_of, treatment_of
from zonula.trials.criteria import Criterion, criterion
from zonula.trials.endpoints import WITHOUT_RESCUE, Endpoint, times
from zonula.trials.lived import Lived, lived_of

LIVES = 4096  # at a time
_LEFT = "left"  # among rules that acted: the person left the study, and with it the treatment
_YES = np.array(["N", "Y"], dtype=object)
_KINDS = {"AGE": "f", "BMIBL": "f", "HEIGHTBL": "f", "WEIGHTBL": "f", "RESCDY": "f", "ADHERNC": "f", "WEIGHT": "f", "AVAL": "f", "AVALTRU": "f",
          "BASE": "f",
          "CHG": "f", "PCHG": "f", "LLOQ": "f", "EXDOSE": "f", "SHARE": "f", "MEMBER": "i", "SIMSEED": "i", "ADY": "i", "AVISITN": "i", "CNSR": "i",
          "CNSRTRU": "i", "STARTDY": "i", "EXSEQ": "i", "EXSTDY": "i", "EXENDY": "i", "TRTSDY": "i", "TRTEDY": "i",
          "AESEQ": "i", "ASTDY": "i"}
Columns = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dress:
    """What a study is called, and what is to be told of it.

    study     : identifier, which begins with SIM-
    endpoints : whose responses and times are told
    events    : sentences of each arm
    titles    : of the arms
    rules     : sentences of each rule, and whether it ends the treatment of the arm
    units     : of measures that have no code here
    harms     : of each its title and when it is met
    """

    study: str
    seed: int
    version: str
    arms: tuple[str, ...]
    endpoints: Sequence[Endpoint] = ()
    events: Mapping[str, Sequence[str]] | None = None
    titles: Mapping[str, str] | None = None
    rules: Mapping[str, tuple[Sequence[str], bool]] | None = None
    units: Mapping[str, str] | None = None
    harms: Mapping[str, tuple[str, str]] | None = None

    def title(self, arm: str) -> str:
        """The name of an arm for people."""
        return (self.titles or {}).get(arm) or arm


def write_adam(folder: Path, *, lives: Path, visits: Path, dress: Dress, roads: Path | None = None, batch: int = LIVES) -> list[Path]:
    """Write ``adsl.parquet`` and its like, and ``define.json``, from the files of a study, which are sorted by person."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        into = _Writers(folder, dress, stack)
        for some_lives, some_visits in _together(lives, visits, batch):
            _write_batch(into, dress, some_lives, some_visits)
        if roads is not None and roads.exists():
            for table in _batches(roads, 16 * batch):
                into.add("adroute", _adroute(dress, table))
        for name in LABELS:
            into.add(name, {})  # an empty table rather than none
        into.finish()
    (folder / "define.json").write_text(json.dumps(define(dress), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return [*(folder / f"{name}.parquet" for name in LABELS), folder / "define.json"]


def define(dress: Dress) -> dict[str, Any]:
    """What each variable is."""
    kinds = {"f": "float", "i": "integer"}
    return {"simulated": True, "study": dress.study, "seed": dress.seed, "version": dress.version, "standard": "CDISC ADaM names; not a submission",
            "datasets": [{"name": name.upper(), "label": TITLES[name], "file": f"{name}.parquet", "simulated": True,
                          "variables": [{"name": key, "label": label, "type": kinds.get(_KINDS.get(key, ""), "text"), **_MEANING.get(key, {})}
                                        for key, label in labels.items()]} for name, labels in LABELS.items()]}


_MEANING: dict[str, dict[str, Any]] = {
    "USUBJID": {"derivation": "STUDYID, number of the person, number of the arm: each life is a subject"},
    "TWINID": {"derivation": "STUDYID and number of the person: equal for the lives of one person in several arms"},
    "RANDFL": {"codelist": ["Y", "N"], "derivation": "Y: chance put the person into this arm; N: the same person in another arm"},
    "ITTFL": {"codelist": ["Y", "N"], "derivation": "as RANDFL"},
    "SAFFL": {"codelist": ["Y", "N"], "derivation": "Y where the life could be simulated to its end"},
    "PPROTFL": {"codelist": ["Y", "N"], "derivation": "Y where RANDFL is Y, the person stayed and was not rescued"},
    "SEX": {"codelist": ["F", "M"]}, "CNSR": {"codelist": [0, 1], "derivation": "0 event, 1 censored"},
    "ADY": {"derivation": "day of the visit + 1: there is no day 0"},
    "AVALTRU": {"derivation": "of the simulator, without error and whether observed or not"},
    "BASE": {"derivation": "AVAL of the first visit"}, "PCHG": {"derivation": "100 (AVAL - BASE) / BASE"},
    "ASTDY": {"derivation": "day of the visit at which it was first met + 1, by values without error; not met on day 0"},
    "AECRIT": {"derivation": "of the protocol; nothing is coded by a dictionary, and severity is not said"},
    "SHARE": {"derivation": "AVAL over the sum of the absolute values of all roads"},
}


class _Writers:
    """The files, opened when they are first written to: written beside, and renamed when all are whole."""

    def __init__(self, folder: Path, dress: Dress, stack: ExitStack) -> None:
        self._folder, self._dress, self._stack = folder, dress, stack
        self._open: dict[str, Any] = {}

    def add(self, name: str, columns: Columns) -> None:
        import pyarrow.parquet as pq

        if name not in self._open:
            part = self._folder / f".{name}.parquet.part"
            writer = pq.ParquetWriter(part, schema_of(name, self._dress), compression="zstd")
            self._stack.callback(part.unlink, missing_ok=True)
            self._stack.callback(writer.close)
            self._open[name] = writer
        if columns and len(columns["STUDYID"]):
            self._open[name].write_table(_table(name, columns, self._dress))

    def finish(self) -> None:
        for name, writer in self._open.items():
            writer.close()
            (self._folder / f".{name}.parquet.part").replace(self._folder / f"{name}.parquet")


def schema_of(name: str, dress: Dress) -> Any:
    """The columns of a data set with their labels, and that it is simulated."""
    import pyarrow as pa

    kinds = {"f": pa.float64(), "i": pa.int64()}
    fields = [pa.field(key, kinds.get(_KINDS.get(key, ""), pa.string()), metadata={"label": label}) for key, label in LABELS[name].items()]
    return pa.schema(fields, metadata={"simulated": "true", "dataset": name.upper(), "label": TITLES[name], "STUDYID": dress.study,
                                       "seed": str(dress.seed), "version": dress.version})


def _table(name: str, columns: Columns, dress: Dress) -> Any:
    import pyarrow as pa

    schema = schema_of(name, dress)
    arrays = []
    for field in schema:
        values = columns[field.name]
        if pa.types.is_integer(field.type):
            values = np.asarray(values, dtype=np.int64)
        arrays.append(pa.array(values, type=field.type, from_pandas=True))
    return pa.table(arrays, schema=schema)


def _batches(path: Path, rows: int) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=rows):
            yield pa.Table.from_batches([batch])


def _together(lives: Path, visits: Path, batch: int) -> Iterator[tuple[Any, Any]]:
    """Some lives with all their visits: whole persons, in order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    coming, kept, waiting = _batches(visits, 8 * batch), None, None
    for last, table in _ends(_batches(lives, batch)):
        waiting = table if waiting is None else pa.concat_tables([waiting, table])
        end = waiting["person"][-1].as_py()
        ready = waiting if last else waiting.filter(pc.less(waiting["person"], end))
        waiting = None if last else waiting.filter(pc.equal(waiting["person"], end))
        if not len(ready):
            continue
        until = ready["person"][-1].as_py()
        while kept is None or (not len(kept)) or kept["person"][-1].as_py() <= until:
            more = next(coming, None)
            if more is None:
                break
            kept = more if kept is None else pa.concat_tables([kept, more])
        own = pc.less_equal(kept["person"], until) if kept is not None else None
        yield ready, None if kept is None else kept.filter(own)
        kept = None if kept is None else kept.filter(pc.invert(own))
    if (kept is not None and len(kept)) or next(coming, None) is not None:
        raise InputDataError.of("ZN-3044", "visits tell of persons who are not in the table of lives", file=str(visits), fix="merge the study again")


def _ends(tables: Iterator[Any]) -> Iterator[tuple[bool, Any]]:
    """Each table, and whether it is the last."""
    before = next(tables, None)
    while before is not None:
        after = next(tables, None)
        yield after is None, before
        before = after


def _write_batch(into: _Writers, dress: Dress, lives: Any, visits: Any) -> None:
    lived = lived_of(lives, visits, dress.arms)
    order = np.lexsort((_places(lives, lived.arms), lives["person"].to_numpy()))
    lives = lives.take(order)
    who = {"STUDYID": np.full(len(order), dress.study, dtype=object), "USUBJID": _subjects(dress.study, lived)}
    into.add("adsl", {**who, **_adsl(dress, lived, lives)})
    into.add("adex", _adex(dress, lived, lives, who))
    planned = np.array([dress.title(name) for name in lived.arms], dtype=object)[lived.arm]
    into.add("adae", adae(lived, dress.harms or {}, who, planned))
    codes = parameters(lived.seen, dress.units or {})
    for name, (dataset, code, label, unit) in codes.items():
        into.add(dataset, _bds(lived, name, (code, label, unit), {**who, "TRTP": planned}))
    taken = {code for _, code, _, _ in codes.values()}
    for asked in (one for one in dress.endpoints if one.kind == "time to event"):
        into.add("adtte", _adtte(lived, asked, code_of(asked.id, taken), {**who, "TRTP": planned}))
    for code, title, found in _responses(dress, lived, taken):
        into.add("adresp", _adresp(lived, (code, title, found), {**who, "TRTP": planned}))


def _places(lives: Any, arms: Sequence[str]) -> Vector:
    names = np.array(lives["arm"].to_pylist(), dtype=object)
    return np.array([arms.index(name) for name in names], dtype=np.float64)


def _subjects(study: str, lived: Lived) -> Any:
    return np.array([f"{study}-{person:08d}-{arm + 1:02d}" for person, arm in zip(lived.person.tolist(), lived.arm.tolist(), strict=True)],
                    dtype=object)


def _own(lives: Any, name: str, usual: Any = np.nan) -> Any:
    return lives[name].to_numpy() if name in lives.column_names else np.full(len(lives), usual)


def _flag(lives: Any, name: str) -> Any:
    return _YES[np.asarray(_own(lives, name, usual=False), dtype=np.int64)]


def _adsl(dress: Dress, lived: Lived, lives: Any) -> dict[str, Any]:
    count, titles = len(lived.person), np.array([dress.title(name) for name in lived.arms], dtype=object)[lived.arm]
    stayed = np.isnan(lived.dropout_day) & lived.finished
    end = np.fmin(np.where(np.isnan(lived.dropout_day), lived.days[-1], lived.dropout_day), lived.days[-1])
    reason = np.where(lived.finished, lived.dropout_reason, lived.status)
    return {
        "SUBJID": np.array([f"{p:08d}-{a + 1:02d}" for p, a in zip(lived.person.tolist(), lived.arm.tolist(), strict=True)], dtype=object),
        "SITEID": np.array([f"{site:05d}" for site in np.asarray(_own(lives, "site", 0), dtype=np.int64).tolist()], dtype=object),
        "AGE": _own(lives, "age"), "AGEU": np.full(count, "YEARS", dtype=object), "SEX": np.array(["M", "F"], dtype=object)[
            np.asarray(_own(lives, "female", usual=False), dtype=np.int64)],
        "BMIBL": _own(lives, "bmi"), "HEIGHTBL": _own(lives, "height"), "WEIGHTBL": _own(lives, "weight"), "HLAB27FL": _flag(lives, "hla_b27"),
        "SMOKFL": _flag(lives, "smoker"), "ARM": titles, "ACTARM": titles, "TRT01P": titles, "TRT01A": titles,
        "TRTSDY": np.ones(count), "TRTEDY": np.floor(end) + 1, "RANDFL": _YES[lived.randomised.astype(np.int64)],
        "SAFFL": _YES[lived.finished.astype(np.int64)],
        "ITTFL": _YES[lived.randomised.astype(np.int64)], "PPROTFL": _YES[(lived.randomised & stayed & np.isnan(lived.rescue_day)).astype(np.int64)],
        "EOSSTT": np.where(stayed, "COMPLETED", "DISCONTINUED").astype(object), "DCSREAS": np.where(stayed, "", reason).astype(object),
        "STRATAR": lived.stratum, "RESCUE": np.asarray(_own(lives, "rescue", ""), dtype=object), "RESCDY": lived.rescue_day + 1,
        "ADHERNC": _own(lives, "adherence"), "MEMBER": lived.member, "VARIANT": lived.variant,
        "TWINID": np.array([f"{dress.study}-{person:08d}" for person in lived.person.tolist()], dtype=object),
        "WEIGHT": np.ones(count) if lived.weights is None else lived.weights, "SIMSEED": np.full(count, dress.seed),
        "SIMVER": np.full(count, dress.version, dtype=object)}


def _visits_of(lived: Lived, first: int = 0) -> tuple[int, dict[str, Any]]:
    """How many visits from the *first* on, and the columns that name them, for each life in turn."""
    numbers = np.arange(first, len(lived.days))
    names = np.array(["Baseline" if day == 0 else f"Week {day / 7:g}" for day in lived.days[first:]], dtype=object)
    count = len(lived.person)
    return len(numbers), {"ADY": np.tile(np.floor(lived.days[first:]) + 1, count), "AVISIT": np.tile(names, count),
                          "AVISITN": np.tile(numbers, count)}


def _bds(lived: Lived, name: str, told: tuple[str, str, str], who: Columns) -> dict[str, Any]:
    visits, when = _visits_of(lived)
    value, total = lived.seen[name], lived.seen[name].size
    base = np.repeat(value[:, :1], visits, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(base == 0, np.nan, 100.0 * (value - base) / base)
    first = np.zeros(value.shape, dtype=np.int64)
    first[:, 0] = 1
    return {**{key: np.repeat(column, visits) for key, column in who.items()}, **when, "PARAMCD": _same(told[0], total),
            "PARAM": _same(told[1], total),
            "AVALU": _same(told[2], total), "AVAL": value.ravel(), "BASE": base.ravel(), "CHG": (value - base).ravel(), "PCHG": percent.ravel(),
            "ABLFL": np.array(["", "Y"], dtype=object)[first.ravel()], "ANL01FL": _YES[np.isfinite(value).ravel().astype(np.int64)],
            "DTYPE": _same("", total), "LLOQ": np.full(total, np.nan), "AVALTRU": lived.true[name].ravel()}


def _same(text: str, count: int) -> Any:
    return np.full(count, text, dtype=object)


def _adtte(lived: Lived, asked: Endpoint, code: str, who: Columns) -> dict[str, Any]:
    found = times(lived, asked)
    keep = np.isfinite(found.time)
    words = np.where(found.event, asked.criterion, np.where(np.isfinite(lived.dropout_day) & (found.time < asked.day), "lost to follow-up",
                                                            "end of study"))
    columns = {**who, "PARAMCD": _same(code, len(keep)), "PARAM": _same(f"Time to {asked.title or asked.id}"[:200], len(keep)), "AVAL": found.time,
               "AVALU": _same("d", len(keep)), "STARTDY": np.ones(len(keep)), "CNSR": 1 - found.event.astype(np.int64),
               "EVNTDESC": words.astype(object),
               "AVALTRU": found.true_time, "CNSRTRU": 1 - found.true_event.astype(np.int64)}
    return {key: column[keep] for key, column in columns.items()}


def _responses(dress: Dress, lived: Lived, taken: set[str]) -> Iterator[tuple[str, str, Criterion]]:
    """What responses are told: the usual ones of what was measured, and those of the protocol."""
    told = set()
    for text, code in RESPONSES.items():
        found = criterion(text)
        if set(found.measures) <= set(lived.seen):
            told.add(found.text)
            yield code, text, found
    for asked in dress.endpoints:
        if asked.kind == "response" and asked.asked.text not in told:
            told.add(asked.asked.text)
            yield code_of(asked.id, taken), asked.title or asked.criterion, asked.asked


def _adresp(lived: Lived, told: tuple[str, str, Criterion], who: Columns) -> dict[str, Any]:
    visits, when = _visits_of(lived, 1)
    code, title, asked = told
    met = []
    for of in (lived.seen, lived.true):
        before = {name: of[name][:, 0] for name in asked.measures}
        met.append(np.stack([asked.met(before, {name: of[name][:, visit] for name in asked.measures}) for visit in range(1, visits + 1)],
                            axis=1).ravel()
                   if visits else np.zeros(0))
    known = np.isfinite(met[0])
    letter = _YES[np.where(known, met[0], 0).astype(np.int64)]
    letter[~known] = None
    return {**{key: np.repeat(column, visits) for key, column in who.items()}, **when, "PARAMCD": _same(code, len(known)),
            "PARAM": _same(title[:200], len(known)), "AVAL": met[0], "AVALC": letter, "ANL01FL": _YES[known.astype(np.int64)], "AVALTRU": met[1]}


def _adex(dress: Dress, lived: Lived, lives: Any, who: Columns) -> dict[str, Any]:
    """A row for each life and sentence: of its arm, and of the rules that acted, from that day on."""
    switches = np.asarray(lives["switches"].to_pylist() if "switches" in lives.column_names else [""] * len(lives), dtype=object)
    last, adherence = np.floor(lived.days[-1]) + 1, np.asarray(_own(lives, "adherence"), dtype=np.float64)
    left = np.where(np.isnan(lived.dropout_day), last, np.floor(lived.dropout_day) + 1)
    rows: list[tuple[Any, list[tuple[str, float, float]]]] = []
    for arm in np.unique(lived.arm):
        for switch in np.unique(switches[lived.arm == arm].astype(str)):
            rows.append((np.flatnonzero((lived.arm == arm) & (switches == switch)), _given(dress, lived.arms[arm], str(switch), last)))
    parts: dict[str, list[Any]] = {name: [] for name in LABELS["adex"]}
    for here, sentences in rows:
        for number, (sentence, start, end) in enumerate(sentences):
            what, dose, unit = treatment_of(sentence)
            count = len(here)
            told = {"STUDYID": who["STUDYID"][here], "USUBJID": who["USUBJID"][here], "EXSEQ": np.full(count, number + 1),
                    "EXTRT": _same(what, count),
                    "EXDOSE": np.full(count, np.nan if dose is None else dose), "EXDOSU": _same(unit, count), "EXSTDY": np.full(count, start),
                    "EXENDY": np.maximum(np.minimum(left[here], end), start), "EXDESC": _same(sentence[:200], count), "ADHERNC": adherence[here]}
            for name, column in told.items():
                parts[name].append(column)
    if not parts["STUDYID"]:
        return {}
    whole = {name: np.concatenate(columns) for name, columns in parts.items()}
    order = np.lexsort((whole["EXSEQ"], whole["USUBJID"].astype(str)))
    return {name: column[order] for name, column in whole.items()}


def _given(dress: Dress, arm: str, switch: str, last: float) -> list[tuple[str, float, float]]:
    """Sentences with their first and last study day: those of the arm end where a rule ends them."""
    acted = [(name, float(day) + 1) for name, _, day in (one.rpartition("@") for one in switch.split("+") if "@" in one)]
    rules = dress.rules or {}
    stops = [day for name, day in acted if name == _LEFT or rules.get(name, ((), False))[1]]
    given = [(sentence, 1.0, min(stops, default=last)) for sentence in (dress.events or {}).get(arm.removesuffix(WITHOUT_RESCUE), ())]
    for name, day in acted:
        end = min((stop for stop in stops if stop > day), default=last)
        given += [(sentence, day, end) for sentence in rules.get(name, ((), False))[0]]
    told: list[tuple[str, float, float]] = []
    for sentence, begin, end in given:
        first, after = span_of(sentence)
        told.append((sentence, begin + first, min(end, begin + after)))
    return [one for one in told if one[1] <= one[2]]


def _adroute(dress: Dress, table: Any) -> dict[str, Any]:
    roads = [name for name in ("systemic", "products", "primed", "remainder") if name in table.column_names]
    if not roads or not len(table):
        return {}
    person, arms = table["person"].to_numpy(), table["arm"].to_pylist()
    known = tuple(dict.fromkeys((*dress.arms, *arms)))
    subject = np.array([f"{dress.study}-{p:08d}-{known.index(a) + 1:02d}" for p, a in zip(person.tolist(), arms, strict=True)], dtype=object)
    codes = parameters(dict.fromkeys(readouts := table["readout"].to_pylist()), dress.units or {})
    parts = np.stack([np.asarray(table[name].to_numpy(), dtype=np.float64) for name in roads], axis=1)
    total = np.abs(parts).sum(axis=1, keepdims=True)
    wide = len(roads)
    return {"STUDYID": _same(dress.study, parts.size), "USUBJID": np.repeat(subject, wide),
            "PARAMCD": np.repeat(np.array([codes[r][1] for r in readouts], dtype=object), wide),
            "PARAM": np.repeat(np.array([codes[r][2] for r in readouts], dtype=object), wide),
            "ADY": np.repeat(np.floor(table["day"].to_numpy()) + 1, wide), "ROAD": np.tile(np.array([r.upper() for r in roads], dtype=object),
                                                                                           len(parts)),
            "AVAL": parts.ravel(), "SHARE": np.divide(parts, total, out=np.full_like(parts, np.nan), where=total > 0).ravel()}
