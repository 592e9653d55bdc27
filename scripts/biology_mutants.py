"""Who notices when the biology is wrong: mutants of the standard model, and the first who tells each from the model.

``python scripts/biology_mutants.py [N] [--seed S] [--minutes M] [--jobs J] [--members K] [--persons P] [--out FOLDER]`` draws N mutants (150),
of every kind as many (see ``biology_mutations.py``), and asks in this order until one notices:

1. health: the typical person has no stable healthy state, or shows at rest what no healthy person shows (population/plausible.toml);
2. battery: a test of what the model does fails: those of tests/validation, tests/metamorphic and tests/battery, and for a mutant of a
   treatment those of treatments, too.  Not asked are tests that hold for any biology, and tests of texts (``BLIND``);
3. validation: the studies in people miss more rows than by chance.  K typical persons and P people around each are the same, with the same
   chances, as for the model as it is.  How many more are beyond chance is settled first: one more than the model's own misses differ by
   between five seeds;
4. claims: more statements of the thirteen claims come out otherwise than between any two of these seeds, with the same people.

The model as it is must pass the same tests first.  A timeout, a crash or an error that is no failed assertion is never counted as noticed;
where nobody else notices such a mutant it is an error, apart from those that were noticed and those that were not.

Answers are written to FOLDER/mutants.jsonl one by one: a run that was broken off goes on where it was, as long as sources and sizes are the
same.  FOLDER/table.txt says how many were noticed, by whom, and names what nothing tests.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from biology_mutations import KINDS, Mutant, sampled, told
from scipy.stats import binomtest

from zonula.drugs.standard import TREATMENTS

ROOT = Path(__file__).resolve().parent.parent
SEEDS = 5  # of the model as it is: how much misses differ by chance
SECONDS = {"health": 300.0, "battery": 1800.0, "validation": 1800.0, "claims": 1800.0, "baseline": 14400.0}
FIRST = ("tests/battery/test_directions.py", "tests/validation/test_whole_body.py", "tests/validation/test_lasting_illness.py",
         "tests/validation/test_volunteers.py",
         "tests/metamorphic/test_roads.py")  # those that notice most in the least time
OF_EQUATIONS = "tests/battery/test_every_organ.py"  # of persons who are drawn far wider than by a factor of two: blind to constants
OF_TREATMENTS = ("tests/unit/drugs/test_concentrations.py", "tests/unit/drugs/test_effects.py", "tests/unit/drugs/test_what_people_do.py")
# what holds for any biology (units, the words of plans, the time of doses), and what is about texts and reports: what fails there is no notice
BLIND = ("tests/metamorphic/test_rescaling.py", "tests/battery/test_nobody_escapes.py")
BLIND_TESTS = tuple(f"{file}::{test}" for file, tests in {
    "tests/metamorphic/test_plans.py": (
        "test_time_has_no_origin", "test_a_dose_of_nothing_is_no_dose_bit_for_bit", "test_neutral_exposures_and_open_roads_are_nothing",
        "test_the_same_dose_in_other_words_gives_the_same_curves",
        "test_halves_of_a_bolus_given_almost_together_act_like_the_whole", "test_an_ever_shorter_infusion_becomes_the_bolus",
        "test_a_setting_that_changes_nothing_changes_nothing"),
    "tests/battery/test_every_organ.py": (
        "test_every_organ_says_what_everything_means", "test_every_process_is_named_by_what_it_does", "test_slopes_are_exact",
        "test_every_parameter_has_evidence_and_no_evidence_is_left_over", "test_what_leaves_one_state_arrives_in_the_other"),
    "tests/validation/test_volunteers.py": (
        "test_the_command_line_shows_the_misfit_of_the_infusion", "test_the_reported_misfits_of_the_bolus_are_those_computed_by_hand"),
}.items() for test in tests)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody said of a mutant.

    by, why : which test, row or finding, and its words
    error   : what went wrong with the machinery, if anything did: it is not counted as noticed
    more    : what else was found
    """

    noticed: bool = False
    by: str = ""
    why: str = ""
    error: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


Judge = Callable[[Mutant, "Place"], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a mutant is worked on: the folder of the run, one for its own files, how many people, and by which chances."""

    out: Path
    own: Path
    members: int
    persons: int
    seed: int


# --- who is asked ------------------------------------------------------------------------------------------

def ask(who: str, place: Place, mutant: Mutant | None, *more: str) -> Answer:
    """Ask one of ``biology_judges.py`` in a process of its own."""
    file = place.own / f"{who}.json"
    command = [sys.executable, str(ROOT / "scripts" / "biology_judges.py"), who, "--answer", str(file), "--members", str(place.members),
               "--persons", str(place.persons), *(["--mutant", mutant.name] if mutant else []), *more]
    code, said = _run(command, place, mutant, SECONDS[who])
    found = _json(file)
    if code or not found:
        return Answer(error=f"{who}: {said}")
    return Answer(noticed=bool(found.pop("noticed", False)), by=found.pop("by", ""), why=found.pop("why", ""), more=found)


def health(mutant: Mutant, place: Place) -> Answer:
    """The typical person's health."""
    return ask("health", place, mutant)


def validation(mutant: Mutant, place: Place) -> Answer:
    """The studies in people."""
    return ask("validation", place, mutant, "--baseline", str(place.out / "baseline.json"), "--seeds", str(place.seed))


def claims(mutant: Mutant, place: Place) -> Answer:
    """The story's claims."""
    return ask("claims", place, mutant, "--baseline", str(place.out / "baseline.json"), "--seeds", str(place.seed))


def battery(mutant: Mutant | None, place: Place) -> Answer:
    """The project's own tests of what the model does; all of them, of the model as it is, where there is no mutant."""
    file = place.own / "battery.json"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "biology_plugin", "--timeout=600",
               *(f"--deselect={test}" for test in BLIND_TESTS), *tests_for(mutant)]
    code, said = _run(command, place, mutant, SECONDS["battery"], ZONULA_MUTANT=mutant.name if mutant else "", ZONULA_MUTANT_ANSWER=str(file))
    return heard(_json(file), code, said)


def heard(found: Mapping[str, Any], code: int, said: str) -> Answer:
    """What the tests said; whether they came to an end is told by pytest's exit code: 0, 1 for failed tests, 2 where they were ended early."""
    if found.get("noticed"):
        return Answer(noticed=True, by=found["noticed"]["test"], why=found["noticed"]["why"], more={"ran": found["ran"]})
    crashes = found.get("crashes", [])
    if not found or crashes or code or not found["ran"]:
        first = f"{crashes[0]['test']}: {crashes[0]['why']}" if crashes else said
        return Answer(error=f"battery: {first}", more={"ran": found.get("ran", 0), "crashes": crashes})
    return Answer(more={"ran": found["ran"]})


JUDGES: dict[str, Judge] = {"health": health, "battery": battery, "validation": validation, "claims": claims}


def tests_for(mutant: Mutant | None) -> list[str]:
    """The files of tests that may notice a mutant, those first that are likely to.

    A treatment changes nothing where it is not given (a test says so): a file that does not name it cannot notice.
    """
    folders = ("tests/validation", "tests/metamorphic", "tests/battery")
    rest = sorted(path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).glob("test_*.py"))
    files = [*FIRST, *(file for file in rest if file not in (*FIRST, *BLIND, OF_EQUATIONS))]
    equations = [OF_EQUATIONS] if mutant is None or mutant.of_model else []
    if mutant is None:
        return [*files, *equations, *OF_TREATMENTS]
    treatment = next((t for t in TREATMENTS if t.path == mutant.organ), None)
    if treatment is None:
        return [*files, *equations]
    words = (treatment.path, *treatment.exposures)
    named = [file for file in files if any(word in (ROOT / file).read_text("utf-8") for word in words)]
    return [*equations, *OF_TREATMENTS, *named]


def _run(command: Sequence[str], place: Place, mutant: Mutant | None, seconds: float, **environment: str) -> tuple[int, str]:
    """Run one of them; returns the exit code and the last words, or -1 and why there is none.

    Kernels of other equations are kept with the mutant, and go with it.
    """
    cache = {"ZONULA_CACHE": str(place.own / "cache")} if mutant is not None and mutant.of_model else {}
    paths = os.pathsep.join(str(ROOT / part) for part in ("src", "scripts", ""))
    whole = {**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", **cache, **environment}
    try:
        done = subprocess.run(list(command), cwd=ROOT, env=whole, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",  # noqa: S603
                              errors="replace", timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return -1, f"no answer after {seconds:g} s"
    return done.returncode, " ".join((done.stderr.strip() or done.stdout.strip())[-300:].split()) or f"exit code {done.returncode}"


def _json(file: Path) -> dict[str, Any]:
    try:
        said = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


# --- one mutant --------------------------------------------------------------------------------------------

def judged(mutant: Mutant, place: Place, judges: Mapping[str, Judge]) -> dict[str, Any]:
    """Ask one after the other until one notices; the row for the file of results."""
    seconds: dict[str, float] = {}
    more: dict[str, Any] = {}
    errors: list[str] = []
    row = {"mutant": mutant.name, "kind": mutant.kind, "told": told(mutant), "noticed_by": "nobody", "by": "", "why": ""}
    for name, judge in judges.items():
        started = time.monotonic()
        answer = judge(mutant, place)
        seconds[name] = round(time.monotonic() - started, 1)
        more |= {name: dict(answer.more)} if answer.more else {}
        errors += [answer.error] if answer.error else []
        if answer.noticed:
            row |= {"noticed_by": name, "by": answer.by, "why": answer.why}
            break
    if errors and row["noticed_by"] == "nobody":
        row["noticed_by"] = "error"
    return {**row, "errors": errors, "more": more, "seconds": seconds}


# --- many, and their file ----------------------------------------------------------------------------------

def results(file: Path) -> list[dict[str, Any]]:
    """The rows that were written whole; what was cut short with a run is taken out of the file."""
    if not file.is_file():
        return []
    rows, whole = [], []
    for line in file.read_text("utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
        whole.append(line)
    file.write_text("".join(f"{line}\n" for line in whole), encoding="utf-8")
    return rows


def add(file: Path, row: Mapping[str, Any]) -> None:
    """Write a row behind the others, so that it is there even if the machine stops."""
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(row, allow_nan=False) + "\n")
        out.flush()
        os.fsync(out.fileno())


def sources() -> str:
    """SHA-256 of all that decides who notices: the package, the tests, and these scripts."""
    whole = hashlib.sha256()
    files = [path for folder in ("src/zonula", "tests") for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".toml", ".csv", ".c", ".h")]
    for path in sorted([*files, *(ROOT / "scripts").glob("biology_*.py")]):
        whole.update(f"{path.relative_to(ROOT)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def run(mutants: Sequence[Mutant], file: Path, place: Place, *, seed: int, jobs: int = 1, minutes: float = float("inf"),
        judges: Mapping[str, Judge] = JUDGES, unchanged: Callable[[], bool] = lambda: True) -> None:
    """Judge those of whom nothing is written yet, and begin with nobody after so many minutes; who is begun with is judged to the end."""
    done = {row["mutant"] for row in results(file)}
    started = time.monotonic()

    def one(item: tuple[int, Mutant]) -> None:
        number, mutant = item
        if time.monotonic() - started > 60 * minutes:
            return
        if not unchanged():
            raise SystemExit("the sources have changed: what was found and what would be found do not go together")
        with tempfile.TemporaryDirectory(dir=place.out, prefix="mutant-") as own:
            row = judged(mutant, replace(place, own=Path(own)), judges)
        add(file, {"number": number, "seed": seed, **row})
        print(f"{number:4d}  {row['noticed_by']:10s} {sum(row['seconds'].values()):6.0f} s  {mutant.name}  {row['by']}", flush=True)

    with ThreadPoolExecutor(max_workers=jobs) as threads:
        list(threads.map(one, [(number, mutant) for number, mutant in enumerate(mutants) if mutant.name not in done]))


# --- the table ---------------------------------------------------------------------------------------------

def share(k: int, n: int) -> tuple[float, float, float]:
    """So many of so many, and the exact (Clopper-Pearson) 95 % interval."""
    interval = binomtest(k, n).proportion_ci(0.95, method="exact")
    return k / n, float(interval.low), float(interval.high)


def table(rows: Iterable[Mapping[str, Any]], judges: Sequence[str] = tuple(JUDGES)) -> str:
    """Kinds by who noticed, the share that was noticed of those who were judged to the end, and by name what nobody noticed."""
    rows = list(rows)
    lines = [f"{'':14s}{''.join(f'{name:>12s}' for name in (*judges, 'nobody', 'error'))}   noticed (95 % interval)"]
    for kind in (*KINDS, "all"):
        mine = [row["noticed_by"] for row in rows if kind in (row["kind"], "all")]
        n = len(mine) - mine.count("error")
        k = n - mine.count("nobody")
        said = "{:5.0%} ({:.0%} to {:.0%})".format(*share(k, n)) if n else "  none judged"
        lines.append(f"{kind:14s}{''.join(f'{mine.count(name):12d}' for name in (*judges, 'nobody', 'error'))}   {said}")
    for which, head in (("nobody", "Survivors: nothing tests this"), ("error", "Errors of the machinery: nothing can be said")):
        found = [row for row in rows if row["noticed_by"] == which]
        lines += ["", f"{head} ({len(found)})"] if found else []
        for row in found:
            lines.append(f"  {row['mutant']}: {row['told']}{_nearly(row)}{''.join(f' [{error}]' for error in row['errors'])}")
    return "\n".join(lines) + "\n"


def _nearly(row: Mapping[str, Any]) -> str:
    """How many rows of the studies a mutant misses, and how many it no longer misses, where that is not enough to be noticed."""
    found = row["more"].get("validation", {})
    return f" ({len(found['lost'])} rows of studies lost, {len(found['gained'])} gained)" if found.get("lost") or found.get("gained") else ""


# --- before the first --------------------------------------------------------------------------------------

def begin(place: Place, settings: Mapping[str, Any]) -> None:
    """See that the model as it is passes the very tests and what it misses by chance; once for a folder.

    Raises
    ------
    SystemExit   where it does not, or where the folder is of other sources or sizes
    """
    head = place.out / "head.json"
    known = _json(head)
    if known and known["settings"] != dict(settings):
        raise SystemExit(f"{place.out} was made of other sources, or with other settings: name another folder with --out")
    if known:
        return
    started = time.monotonic()
    answer = battery(None, place)
    if answer.noticed or answer.error:
        raise SystemExit(f"the model as it is does not pass: {answer.by or answer.error} {answer.why}")
    took = time.monotonic() - started
    well = ask("health", place, None)
    if well.noticed or well.error:
        raise SystemExit(f"the model as it is has no health: {well.by} {well.why} {well.error}")
    said = ask("baseline", place, None, "--seeds", ",".join(str(place.seed + k) for k in range(SEEDS)))
    if said.error:
        raise SystemExit(f"the model as it is cannot be validated: {said.error}")
    (place.out / "baseline.json").write_text(json.dumps(said.more) + "\n", encoding="utf-8")
    head.write_text(json.dumps({"settings": dict(settings), "unmutated": {**answer.more, "seconds": took}, "misses": {
        seed: len(missed) for seed, missed in said.more["misses"].items()}, "least": said.more["least"],
        "least turned": said.more["least turned"]}) + "\n", encoding="utf-8")


def main() -> None:
    """Draw, ask and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin with no further mutant after so long")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--members", type=int, default=16)
    parser.add_argument("--persons", type=int, default=4)
    parser.add_argument("--out", type=Path, default=Path("biology-mutants"))
    given = parser.parse_args()
    out = given.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    place = Place(out=out, own=out, members=given.members, persons=given.persons, seed=given.seed)
    settings = {"sources": sources(), "seed": given.seed, "members": given.members, "persons": given.persons}
    begin(place, settings)
    for left in out.glob("mutant-*"):
        shutil.rmtree(left)
    run(sampled(given.count, given.seed), out / "mutants.jsonl", place, seed=given.seed, jobs=given.jobs, minutes=given.minutes,
        unchanged=lambda: sources() == settings["sources"])
    said = table(results(out / "mutants.jsonl"))
    (out / "table.txt").write_text(said, encoding="utf-8")
    print(said)


if __name__ == "__main__":
    main()
