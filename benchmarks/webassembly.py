"""How fast people live in WebAssembly, beside the native kernel, and how many bytes a page loads for it.

``python benchmarks/webassembly.py [--scenario NAME] [--days D] [--people 1 16 64] [--rtol R]`` prints milliseconds for so many people
who are drawn as the evidence is uncertain, health and course, best of several calls, in one thread: in Node, by the native
``reproducible`` build for two people at a time (as in WebAssembly), and by the native ``fast`` build; then what the first call takes in
Node, which is still compiling then, and the sizes of the file.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from zonula.codegen.compiler import cpu_class, runnable
from zonula.codegen.webassembly import loader, webassembly
from zonula.exchange.browser_job import write_job
from zonula.simulation.draws import Drawn
from zonula.simulation.ensemble import Crowd
from zonula.simulation.kernel import Course, Kernel, load_kernel
from zonula.simulation.prepare import prepare
from zonula.simulation.scenario import read_scenario
from zonula.simulation.timetable import timetable

REPEATS = 12
NODE = """
import { readFileSync } from "node:fs";
const [file, repeats, wasm, ...jobs] = process.argv.slice(2);
const { load } = await import(file);
const timed = (work) => { const from = performance.now(); const out = work(); return [performance.now() - from, out]; };
const out = [];
for (const path of jobs) {
  const job = JSON.parse(readFileSync(path, "utf8"));
  job.parameters = Float64Array.from(job.parameters.flat());
  const from = performance.now(), kernel = await load(readFileSync(wasm)), loading = performance.now() - from;
  const health = [], solve = [];
  let found, steps;
  for (let i = 0; i < repeats; i++) {
    const [a, healths] = timed(() => kernel.health(job.parameters));
    const [b, result] = timed(() => kernel.solve(job, { health: healths }));
    health.push(a); solve.push(b);
    steps = result.outcomes.reduce((sum, one) => sum + one.steps, 0);
  }
  out.push({ loading, health, solve, steps });
}
console.log(JSON.stringify(out));
"""


def best_of(work: Callable[[], object]) -> float:
    """The shortest of several timings [ms]."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return 1e3 * min(seconds)


def crowd_of(scenario: str, days: float, people: int, rtol: float) -> Crowd:
    """The typical person of a scenario, or draws of what the evidence does not know, reported daily."""
    setup = prepare(read_scenario(scenario, [f"solve.until={days}"]))
    problem = setup.problem
    drawn = Drawn(model=problem.model, evidence=setup.evidence, typical=problem.parameters, count=people, said=frozenset(setup.changed),
                  spread="uncertainty", seed=1)
    return Crowd(model=problem.model, parameters=drawn[:] if people > 1 else problem.parameters[np.newaxis], until=problem.until,
                 times=np.arange(0.0, days + 1e-9), arms=(problem.arm,), rtol=rtol)


def native(kernel: Kernel, crowd: Crowd) -> tuple[float, float]:
    """Milliseconds for everybody's health, and for their courses."""
    table = timetable(crowd.model, crowd.arms, crowd.until, crowd.times)
    course = Course(table=table, readouts=tuple(range(len(crowd.shown))), rtol=crowd.rtol, cancel=np.zeros(1, dtype=np.int32),
                    done=np.zeros(1, dtype=np.int64))
    rows, arms = np.array(crowd.parameters[:]), np.zeros(len(crowd), dtype=np.int32)
    health = kernel.health(rows)
    return best_of(lambda: kernel.health(rows)), best_of(lambda: kernel.run(rows, health, arms, replace(course, done=np.zeros(1, dtype=np.int64))))


def in_node(wasm: Path, crowds: list[Crowd]) -> list[dict[str, list[float]]]:
    """Timings of each call in Node."""
    with tempfile.TemporaryDirectory() as place:
        paths = [Path(place) / f"{len(crowd)}.json" for crowd in crowds]
        for path, crowd in zip(paths, crowds, strict=True):
            write_job(path, crowd)
        script = Path(place) / "time.mjs"
        script.write_text(NODE, encoding="utf-8")
        done = subprocess.run([shutil.which("node") or "node", script, loader().as_uri(), str(REPEATS), wasm, *paths],  # noqa: S603 - our own text
                              capture_output=True, encoding="utf-8", check=True)
    found: list[dict[str, list[float]]] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--scenario", default="combined_insult_susceptible")
    asked.add_argument("--days", type=float, default=365.0)
    asked.add_argument("--people", type=int, nargs="+", default=[1, 16, 64])
    asked.add_argument("--rtol", type=float, default=1e-4)
    said = asked.parse_args()
    crowds = [crowd_of(said.scenario, said.days, people, said.rtol) for people in said.people]
    model, wasm = crowds[0].model, webassembly(crowds[0].model)
    kernels = {f"native {build}, {kernel.lanes} lanes": kernel for build, cpu in (("reproducible", runnable(cpu_class())[-1]), ("fast", None))
               if (kernel := load_kernel(model, build, cpu=cpu))}
    print(f"{said.scenario}, {said.days:g} days, rtol {said.rtol:g}, one thread; best of {REPEATS} [ms]")
    print(f"{'engine':34}{'people':>8}{'health':>10}{'course':>10}{'ms per person-year':>20}{'first call':>12}")
    for crowd, found in zip(crowds, in_node(wasm, crowds), strict=True):
        years = len(crowd) * said.days / 365.0
        rows = [("WebAssembly in Node, 2 lanes", min(found["health"]), min(found["solve"]), f"{found['health'][0] + found['solve'][0]:.0f}")]
        rows += [(name, *native(kernel, crowd), "") for name, kernel in kernels.items()]
        for name, health, course, first in rows:
            print(f"{name:34}{len(crowd):8}{health:10.2f}{course:10.2f}{(health + course) / years:20.2f}{first:>12}")
    data = wasm.read_bytes()
    print(f"{len(data)} bytes of WebAssembly, {len(gzip.compress(data, 9))} gzipped; zonula.mjs "
          f"{len(loader().read_bytes())} and {len(gzip.compress(loader().read_bytes(), 9))}")


if __name__ == "__main__":
    main()
