"""A calibrated population as a file: scores of typical persons, what they were fitted to, and a hash of all that made them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zonula.calibration.space import Space
from zonula.evidence.load import Evidence
from zonula.ground.errors import InputDataError
from zonula.ground.files import write_atomically
from zonula.ground.provenance import canonical, digest
from zonula.language.model import Model
from zonula.population.sampling import Members
from zonula.simulation.equations import Vector

FORMAT = "zonula/posterior/1"
_MOST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """Typical persons after a calibration.

    names  : of the scores: paths of parameters, and ``path in group``
    scores : shape (member, name)
    shown  : shape (row, member), what each of them shows of the rows that were fitted (``facts["rows"]``), on the scale of the fit
    errors : shape (row,), how unsure these rows are, on that scale
    facts  : of which model, by which calibration, fitted to which rows, with what misfit before and after, weights of the model's variants
    """

    names: tuple[str, ...]
    scores: Vector
    shown: Vector
    errors: Vector
    facts: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def hash(self) -> str:
        """SHA-256 of the scores and their names, of what they show, and of the weights of variants."""
        arrays = (self.scores, self.shown, self.errors)
        return digest(*self.names, *(array.astype("<f4").tobytes().hex() for array in arrays), canonical(self.weights))

    @property
    def weights(self) -> dict[str, float]:
        """Of the variants of the model, by name."""
        return {str(name): float(weight) for name, weight in self.facts.get("variants", {}).items()}

    def members(self, model: Model, evidence: Mapping[str, Evidence], which: int | Sequence[int] | None = None) -> Members:
        """The typical persons for this model; what the calibration did not know is as the evidence has it.

        Parameters
        ----------
        which : the first so many of them, or those of these numbers; all where it is not said

        Raises
        ------
        InputDataError   where it knows parameters that the model does not have
        """
        parameters = tuple(name for name in self.names if " in " not in name)
        if unknown := [path for path in parameters if path not in model.parameter_index]:
            raise InputDataError.of("ZN-3011", f"the calibrated population has parameters that this model does not have: {', '.join(unknown[:5])}",
                                    fix="calibrate again, for this model")
        space = Space(model=model, evidence=evidence, parameters=parameters, of_groups=self.names[len(parameters):])
        scores = self.scores[list(which)] if isinstance(which, Sequence) else self.scores[:which]
        return space.members(scores.astype(np.float64), f"calibration {self.hash[:12]}")


def write_posterior(posterior: Posterior, path: Path) -> None:
    """Write it as one file (``.npz``)."""
    facts = json.dumps({**posterior.facts, "hash": posterior.hash, "names": posterior.names}, ensure_ascii=False, allow_nan=False)

    def write(part: Path) -> None:
        with part.open("wb") as file:
            np.savez_compressed(file, scores=posterior.scores.astype("<f4"), shown=posterior.shown.astype("<f4"),
                                errors=posterior.errors.astype("<f4"), facts=np.frombuffer(facts.encode("utf-8"), dtype=np.uint8))

    write_atomically(path, write)


def read_posterior(path: Path) -> Posterior:
    """Read a calibrated population; nothing in the file is ever executed.

    Raises
    ------
    InputDataError   where it is none, or damaged
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(f"{path.stat().st_size} bytes are too many")
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            scores, shown, errors = (np.asarray(held[name], dtype=np.float64) for name in ("scores", "shown", "errors"))
            facts: dict[str, Any] = json.loads(bytes(held["facts"].astype(np.uint8)).decode("utf-8"))
        names = tuple(str(name) for name in facts.pop("names"))
        wanted = facts.pop("hash")
        if facts.get("format") != FORMAT or scores.ndim != 2 or scores.shape[1] != len(names) or not np.all(np.isfinite(scores)):
            raise ValueError(f"it is no {FORMAT}")
        if shown.shape != (len(facts["rows"]), len(scores)) or errors.shape != shown.shape[:1]:
            raise ValueError("what its people show does not fit to its rows")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        found = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputDataError.of("ZN-3012", "this is no calibrated population", file=str(path), found=found[:200],
                                fix="name a posterior.npz that `zonula calibrate` wrote") from error
    read = Posterior(names=names, scores=scores, shown=shown, errors=errors, facts=facts)
    if read.hash != wanted:
        raise InputDataError.of("ZN-3012", "this calibrated population is damaged", file=str(path), found=read.hash[:12], expected=str(wanted)[:12],
                                fix="write it again with `zonula calibrate`")
    return read
