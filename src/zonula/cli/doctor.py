"""What ``zonula doctor`` does: say what simulates here, and whether it computes what it should."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from pathlib import Path
from typing import Any

_CLOSE = 1e-12  # of the gross flows: rounding in another order


def execute(*, as_json: bool = False) -> int:
    """Examine the installation; returns the exit code (0, or 6 where the compiled kernel is not to be had or computes something else)."""
    found = examine()
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(found)) + "\n")
    return 0 if found["status"] == "ok" else 6


def examine() -> dict[str, Any]:
    """All that is to be said, as plain data."""
    from zonula.ground.provenance import version_of
    from zonula.organs.standard import standard_model

    model = standard_model()
    kernel = _kernel()
    return {
        "schema": "zonula/doctor/1", "status": "ok" if kernel["usable"] else "no kernel", "zonula": version_of("zonula"),
        "python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}",
        "engine": "kernel" if kernel["usable"] else "reference",
        "model": {"fingerprint": model.fingerprint, "states": len(model.states), "parameters": len(model.parameters),
                  "processes": len(model.reactions), "readouts": len(model.readouts)},
        "kernel": kernel, "compiler": _compiler(),
    }


def _kernel() -> dict[str, Any]:
    from zonula.codegen.cache import cache_folder
    from zonula.codegen.compiler import cpu_class, library, recipe
    from zonula.ground.errors import ZonulaError
    from zonula.organs.standard import standard_model
    from zonula.simulation.kernel import load_kernel

    said: dict[str, Any] = {"usable": False, "processor": cpu_class(), "recipe": recipe()}
    try:
        said["cache"] = str(cache_folder())
        path = library(standard_model())
        kernel = load_kernel(standard_model())
    except ZonulaError as error:
        return {**said, "problem": error.problems[0].message, "fix": error.problems[0].fix}
    error_of_rates = _difference(kernel)
    right = error_of_rates <= _CLOSE
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return {**said, "usable": right, "file": str(path), "shipped": path.parent.name == "prebuilt", "hash": digest,
            "lanes": kernel.lanes, "difference_from_reference": error_of_rates,
            **({} if right else {"problem": "its rates are not those of the reference engine",
                                 "fix": "empty the cache and try again; then report it"})}


def _difference(kernel: Any) -> float:
    """The largest difference of the kernel's rates from the reference engine's, relative to the gross flows, a little away from health."""
    import numpy as np

    from zonula.evidence.load import evidence_of
    from zonula.simulation.equations import Equations, Inputs, parameter_vector
    from zonula.simulation.kernel import FOUND

    model = kernel.model
    parameters = parameter_vector(model, {path: e.value for path, e in evidence_of(model).items()})
    health = kernel.health(parameters[np.newaxis, :])  # where is of no account, but that something moves there
    if health.status[0] != FOUND:
        return float("inf")
    x, inputs = health.state[0] * 1.1, Inputs.neutral(model)
    equations = Equations(model, parameters, health.setpoints[0].tolist(), health.healthy[0].tolist())
    want = equations.derivative(x, inputs)
    row = np.array([*inputs.exposures, *inputs.gates, *inputs.roads])
    ours = kernel.slopes((parameters, health.setpoints[0], health.healthy[0]), row, x, 0.0)
    flows = np.abs(equations.jacobian(x, inputs)) @ np.abs(x) + np.abs(want)
    return float(np.max(np.abs(ours - want) / np.maximum(flows, 1e-300)))


def _compiler() -> dict[str, Any]:
    from zonula.codegen.compiler import find_compiler
    from zonula.ground.errors import ZonulaError

    try:
        compiler = find_compiler()
    except ZonulaError as error:
        return {"found": False, "problem": error.problems[0].message, "fix": error.problems[0].fix}
    return {"found": True, "command": " ".join(compiler.command), "version": compiler.version.splitlines()[0]}


def _lines(found: dict[str, Any]) -> list[str]:
    model, kernel, compiler = found["model"], found["kernel"], found["compiler"]
    sizes = ", ".join(f"{model[what]} {what}" for what in ("states", "processes", "parameters", "readouts"))
    lines = [f"zonula {found['zonula']}, Python {found['python']}, {found['machine']}", "",
             f"model     {sizes} ({model['fingerprint'][:12]})"]
    if "lanes" in kernel:
        source = "came with the package" if kernel["shipped"] else "compiled here"
        lines += [f"kernel    {kernel['lanes']} people at a time, for {kernel['processor']}, {source} ({kernel['hash'][:12]})",
                  f"          {kernel['file']}",
                  f"check     its rates differ from the reference engine's by {kernel['difference_from_reference']:.1e} of the gross flows"]
    if "problem" in kernel:
        lines += [f"kernel    not usable: {kernel['problem']}", f"          {kernel['fix']}", "          until then: --engine reference"]
    lines.append(f"compiler  {compiler['version']} (needed for changed models only)" if compiler["found"]
                 else f"compiler  none; needed for changed models only ({compiler['fix']})")
    lines += ["", "All is well." if found["status"] == "ok" else "The compiled kernel is not usable."]
    return lines
