"""How fast and how exact Zonula is, beside the tools that others would use for the same.

``python benchmarks/peers.py [--quick] [--tools A,B] [--json] [--plot FILE] [--limits]`` simulates drawn people of the standard model with
naproxen every day, on one core, with each tool at several tolerances, and compares speeds where the errors that were reached are the same.
benchmarks/README.md says what is compared and how.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from peer_tools import limits
from peer_tools.chart import draw_chart
from peer_tools.measure import FLOOR, Row, Vector, compare, errors, summary
from peer_tools.tool import Door, NothingFits, missing, version_of
from peer_tools.tools import TASKS, Task
from peer_tools.workload import REFERENCE, Workload, draw

OURS = "zonula"
CHECKERS = ("numbalsoda", "scikit-sundae-dense")  # who else may say what is exact
PATIENCE = 900.0  # seconds, until a tool that does not answer counts as failed


def say(text: str) -> None:
    """Tell how it goes, beside what is printed."""
    print(text, file=sys.stderr, flush=True)


class Race:
    """The tools at work: who is ready, what was measured, and who is not there and why."""

    def __init__(self, tasks: Sequence[Task], work: Workload, exact: Vector, *, quick: bool) -> None:
        self.work, self.exact, self.quick = work, exact, quick
        self.exactly = REFERENCE[quick]
        self.rows: list[Row] = []
        self.absent: dict[str, str] = {}
        self.setups: dict[str, float] = {}
        self.notes: dict[str, str] = {}
        self.doors: dict[str, tuple[Task, Door]] = {}
        for task in tasks:
            self._open(task)

    def _open(self, task: Task) -> None:
        name = task.kind.name
        if reason := missing(task.kind):
            self.absent[name] = f"skipped: {reason}"
        elif self.quick and task.quick is None:
            self.absent[name] = "skipped: left out of --quick, as it takes minutes to set up"
        else:
            say(f"setting up {name} ...")
            try:
                door = Door(task.kind, self.part(task), PATIENCE)
            except NothingFits as error:
                self.absent[name] = f"failed: {error}"
            else:
                self.doors[name], self.setups[name], self.notes[name] = (task, door), door.seconds, door.note
        if name in self.absent:
            say(f"{name} {self.absent[name]}")

    def part(self, task: Task) -> Workload:
        """Who is simulated by a tool, and how long."""
        return self.work.part(*(task.quick if self.quick and task.quick else (task.persons, task.days)))

    def run(self) -> None:
        """Round by round, one tool after the other, so that what else the machine does falls on all alike; the best of each counts."""
        found: dict[tuple[str, float], Row] = {}
        rounds = {name: max(1, task.repeats - self.quick) for name, (task, _) in self.doors.items()}
        for turn in range(max(rounds.values(), default=0)):
            for name, (task, door) in self.doors.items():
                for rtol in task.tolerances(quick=self.quick) if turn < rounds[name] else ():
                    row = found.setdefault((name, rtol), self._row(task, rtol))
                    if not row.failed:
                        self._measure(row, door)
        self.rows = list(found.values())
        compare(self.rows, OURS)

    def _row(self, task: Task, rtol: float) -> Row:
        part = self.part(task)
        return Row(tool=task.kind.name, rtol=rtol, persons=part.persons, days=part.days)

    def _measure(self, row: Row, door: Door) -> None:
        try:
            seconds, states = door.run(row.rtol)
        except NothingFits as error:
            row.failed = str(error)
            say(f"{row.tool} rtol {row.rtol:g} failed: {error}")
            return
        part = self.work.part(row.persons, row.days)
        row.daily = errors(states, self.exact[:row.persons, :row.days], part.sizes)
        row.seconds = min(row.seconds, seconds)
        say(f"{row.tool} rtol {row.rtol:g}: {row.speed:.3g} person-years/s, error {row.achieved_error:.1e}")

    def close(self) -> None:
        """End all processes."""
        for _, door in self.doors.values():
            door.close()


def cross_check(race: Race) -> str:
    """What another method makes of its people at the reference's tolerance, in words."""
    for name in (name for name in CHECKERS if name in race.doors):
        task, door = race.doors[name]
        part = race.part(task)
        try:
            apart = errors(door.run(race.exactly)[1], race.exact[:part.persons, :part.days], part.sizes)
        except NothingFits as error:
            say(f"the cross-check by {name} failed: {error}")
            continue
        return f"{name} at rtol {race.exactly:g} differs from it by at most {apart.max():.1e} ({part.persons} people, {part.days} days)"
    return f"it was not checked by another method: that takes {' or '.join(CHECKERS)}"


def table(race: Race) -> str:
    """What was measured, for readers."""
    heads = (("rtol", 6), ("error", 8), ("95 %", 8), ("py/s", 8), ("people", 6), ("days", 5), ("setup s", 8), ("zonula is", 10))
    lines = [" ".join([f"{'tool':26s} {'version':9s}", *(f"{word:>{width}s}" for word, width in heads)])]
    for row in race.rows:
        start = f"{row.tool:26s} {version_of(TASKS[row.tool].kind):9s} {row.rtol:6.0e} "
        if row.failed:
            lines.append(f"{start}failed: {row.failed}")
            continue
        ratio = "" if row.tool == OURS else "-" if row.ratio is None else f"{row.ratio:.3g} x"
        told = "" if row.ours_at.startswith("between") or not row.ours_at else f"  {row.ours_at}"
        lines.append(f"{start}{row.achieved_error:8.1e} {row.worst_error:8.1e} {row.speed:8.3g} {row.persons:6d} {row.days:5d} "
                     f"{race.setups[row.tool]:8.1f} {ratio:>10s}{told}")
    lines += [f"{name:26s} {reason}" for name, reason in race.absent.items()]
    lines += ["", *(f"{tool}: zonula is {low:.3g} to {high:.3g} times as fast at the same error" for tool, (low, high) in
                    summary(race.rows).items())]
    lines += [f"{name}: {note}" for name, note in race.notes.items() if note]
    return "\n".join(lines)


def plain(race: Race) -> list[dict[str, object]]:
    """What was measured, for programs; who is not there is named with the reason."""
    nothing = {"rtol": None, "achieved_error": None, "person_years_per_second": None, "persons": 0, "days": 0}
    rows: list[dict[str, object]] = [{**row.plain(), "version": version_of(TASKS[row.tool].kind), "setup_seconds": round(race.setups[row.tool], 2),
                                      "note": race.notes[row.tool]} for row in race.rows]
    for name, reason in race.absent.items():
        word, _, why = reason.partition(": ")
        rows.append({"tool": name, **nothing, word: why})
    return rows


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description="Zonula beside other tools: speed at the same error, on one core")
    parser.add_argument("--quick", action="store_true", help="few people and days, fewer rounds: a first look")
    parser.add_argument("--tools", default=",".join(TASKS), help="which, by name; zonula is always there")
    parser.add_argument("--json", action="store_true", help="print rows for programs")
    parser.add_argument("--plot", type=Path, help="draw the work-precision diagram to this file")
    parser.add_argument("--limits", action="store_true", help="say how far the kernel is from what the machine can do")
    parser.add_argument("--days", type=int, help="not more days than this, for every tool")
    given = parser.parse_args()
    names = [OURS, *(name for name in given.tools.split(",") if name != OURS)]
    if unknown := [name for name in names if name not in TASKS]:
        parser.error(f"there is no tool {unknown[0]!r}; there are {', '.join(TASKS)}")
    tasks, begin = [TASKS[name] for name in names], time.perf_counter()
    asked = [task.quick if given.quick else (task.persons, task.days) for task in tasks]
    persons, days = (max(numbers) for numbers in zip(*(one for one in asked if one), strict=True))
    say("drawing people and computing the reference ...")
    work, exact, lost = draw(persons, min(days, given.days or days), REFERENCE[given.quick])
    race = Race(tasks, work, exact, quick=given.quick)
    try:
        checked = cross_check(race)
        say(checked)
        race.run()
    finally:
        race.close()
    account = limits.told(work.part(8 if given.quick else work.persons, work.days)) if given.limits else []
    if given.plot:
        draw_chart(race.rows, given.plot)
    if given.json:
        print(json.dumps(plain(race), indent=1, allow_nan=False))
        return
    model = len(work.state[0])
    print(f"{model} states, a dose a day, {persons} people drawn ({lost} left out for want of a healthy state), one core; times are processor "
          f"time,\nthe best of several rounds. Error: largest over days and states of |difference| / ({FLOOR:g} x usual size + |value|), median and "
          f"95 % over people.\nReference: the reproducible kernel at rtol {race.exactly:g}; {checked}.\n")
    print("\n".join([table(race), *(["", *account] if account else []), "", f"{time.perf_counter() - begin:.0f} s in all"]))


if __name__ == "__main__":
    main()
