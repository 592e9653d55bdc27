"""What ``zonula run`` and ``zonula demo`` do: simulate, write the folder, say the result."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from zonula.ground.errors import UsageError
from zonula.simulation.forecast import Forecast, forecast_of
from zonula.simulation.prepare import Setup, prepare
from zonula.simulation.ribbon import DRAWS
from zonula.simulation.scenario import read_scenario

_PATIENCE = 1.0  # seconds before a progress bar appears


def execute(scenario: str, *, settings: Iterable[str] = (), plan: Iterable[str] = (), flags: Mapping[str, str] | None = None,
            without: Iterable[str] = (), close_road: Iterable[str] = (), roads: bool = False, since: str | None = None,
            out: str | None = None, seed: int | None = None,
            engine: str = "kernel", draws: int | None = None, population: str = "evidence",
            as_json: bool = False, force: bool = False, report: bool = True, quiet: bool = False, dry_run: bool = False) -> int:
    """Simulate a scenario and write its folder; returns the exit code (0, or 4 where the person could not be simulated)."""
    started = time.perf_counter()
    closed, flags = _from(since, close_road, flags or {}, roads=roads)
    flags = flags if seed is None else {**flags, "--seed": f"plan.seed={seed}"}
    setup = prepare(read_scenario(scenario, settings, plan=plan, closed=closed, roads=roads, flags=flags), without=tuple(without))
    if dry_run:
        _print_resolved(setup, as_json=as_json)
        return 0
    if engine == "kernel" and draws != 0:
        from zonula.calibration.forecasting import with_people

        setup = with_people(setup, population, DRAWS if draws is None else draws)
    from zonula.report.folder import load_libraries, place_for, write_folder

    folder = place_for(setup, Path(out) if out else None, force=force)
    threading.Thread(target=load_libraries, kwargs={"report": report}, daemon=True).start()  # while the kernel runs
    with progress_bar(quiet=quiet or as_json) as progress:
        run = forecast_of(setup, engine=engine, draws=draws, progress=progress)
    written = write_folder(run, folder, force=force, report=report, seconds=time.perf_counter() - started)
    if as_json:
        sys.stdout.write(json.dumps(run.as_dict() | {"folder": str(written)}, ensure_ascii=False, allow_nan=False) + "\n")
    elif not quiet:
        _say(run, written, report=report, seconds=time.perf_counter() - started)
    return 0 if run.result.outcome.status == "finished" else 4


def _from(since: str | None, roads_to_close: Iterable[str], flags: Mapping[str, str], *, roads: bool) -> tuple[list[str], Mapping[str, str]]:
    """``--from`` written where it belongs: behind each road that is closed, and into the question of the roads."""
    closed = list(roads_to_close)
    if since is None:
        return closed, flags
    if not closed and not roads:
        raise UsageError.of("ZN-1426", "--from says from when a road is closed, but none is", fix="add --close-road ROAD, or --roads")
    return [f"{road} from {since}" for road in closed], {**flags, **({"--from": f"roads.from={since}"} if roads else {})}


def _say(run: Forecast, folder: Path, *, report: bool, seconds: float) -> None:
    from zonula.report.tables import headline, misfit_lines, road_lines

    model = run.setup.problem.model
    size = f"{len(model.states)} states, {len(model.parameters)} parameters, {run.result.steps} steps" + (f", {run.draws} draws" if run.draws else "")
    lines = [f"{run.setup.name}: {run.result.outcome.status}   ({size})", ""]
    lines += headline(run.result)
    if run.misfits:
        lines += ["", *misfit_lines(run.misfits)]
    if run.roads and run.roads.at_end is not None:
        lines += ["", *road_lines(run.roads)]
    lines += ["", *_wrapped(run.summary)]
    lines += [line for remark in run.remarks for line in _wrapped(f"Note: {remark}.")]
    first = folder / "report.html" if report else folder / "summary.md"
    lines += ["", f"Wrote {folder}/ in {seconds:.1f} s; open {first}", "Research software: not medical advice."]
    sys.stdout.write("\n".join(lines) + "\n")


def _wrapped(text: str) -> list[str]:
    import shutil
    import textwrap

    return textwrap.wrap(text, width=min(100, shutil.get_terminal_size((100, 24)).columns))


def _print_resolved(setup: Setup, *, as_json: bool) -> None:
    from zonula.report.folder import scenario_toml
    from zonula.report.plan import plan_lines, plan_rows

    resolved = setup.resolved()
    origins = setup.source.origins
    if as_json:
        sys.stdout.write(json.dumps({"scenario": resolved, "origins": origins, "fingerprint": setup.fingerprint,
                                     "plan": plan_rows(setup.problem.plan)}, ensure_ascii=False) + "\n")
        return
    sys.stdout.write(scenario_toml(setup) + "\n# where values come from\n")
    written = [f"{key}" for key in setup.source.raw]
    for key in resolved:
        place = setup.source.file if key in written else "default"
        sys.stdout.write(f"#   {key:12s} {place}\n")
    for path, origin in origins.items():
        sys.stdout.write(f"#   {path:12s} {origin}\n")
    sys.stdout.writelines(f"# {line}".rstrip() + "\n" for line in plan_lines(setup.problem.plan))


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Callable[..., None] | None]:
    """A progress bar on stderr that appears after a second, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    started = time.monotonic()
    bar = Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"), TimeRemainingColumn(),
                   console=Console(stderr=True), transient=True)
    task = bar.add_task("simulating", total=1.0)
    shown = False

    def tell(share: float, what: str = "") -> None:
        nonlocal shown
        if not shown and time.monotonic() - started > _PATIENCE:
            bar.start()
            shown = True
        if shown:
            bar.update(task, completed=share, description=f"simulating {what}".rstrip())

    try:
        yield tell
    finally:
        if shown:
            bar.stop()
