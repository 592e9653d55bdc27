"""What the calibration scripts share: run scenarios with other parameters, minimise, and say what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.equations import parameter_vector
from zonula.simulation.problem import Problem, output_times
from zonula.simulation.reference import solve
from zonula.simulation.result import Result
from zonula.simulation.schedule import read_plan

Vector = npt.NDArray[np.float64]


def run(sentence: str, changed: Mapping[str, float], *, until: float = 2.0) -> Result:
    """Simulate the reference person under one event with some parameters changed."""
    model = standard_model()
    plan = read_plan([sentence], model)
    values = {path: e.value for path, e in evidence_of(model).items()} | dict(changed)
    return solve(Problem(model=model, parameters=parameter_vector(model, values), plan=plan, until=until,
                         times=output_times(plan, until, 1 / 24)))


def fit(paths: Sequence[str], residuals: Callable[[Mapping[str, float]], Vector], bounds: float = 30.0) -> dict[str, float]:
    """Fit parameters on a log scale, from their present values, within a factor *bounds*; prints before and after."""
    evidence = evidence_of(standard_model())
    start = np.log([evidence[path].value for path in paths])

    def values(z: Vector) -> dict[str, float]:
        return dict(zip(paths, np.exp(z).tolist(), strict=True))

    def at(z: Vector) -> Vector:
        return residuals(values(z))

    found: Any = least_squares(at, start, bounds=(start - np.log(bounds), start + np.log(bounds)), diff_step=[1e-4] * len(start))
    jacobian = np.asarray(found.jac)
    covariance = np.linalg.pinv(jacobian.T @ jacobian) * 2 * found.cost / max(1, len(found.fun) - len(start))
    print(f"cost {np.sum(np.square(residuals(values(start)))) / 2:.4g} -> {found.cost:.4g}")
    for path, z, sd in zip(paths, found.x, np.sqrt(np.diag(covariance)), strict=True):
        parameter = evidence[path].parameter
        print(f"  {path:32s} {np.exp(z):12.6g} {parameter.unit_text:20s} (ln sd {sd:.2f})")
    return values(found.x)
