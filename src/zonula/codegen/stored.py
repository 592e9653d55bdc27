"""A large model's generated functions, printed once: their text lies in the cache, and each is read when it is first called."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from zonula.codegen.cache import Entry, cache_folder
from zonula.codegen.compiler import recipe
from zonula.codegen.python import Functions, Generated, generate, load, model_text
from zonula.ground.errors import KernelError, StorageError
from zonula.ground.provenance import digest
from zonula.language.functions import ARRAYS, NUMBERS
from zonula.language.model import Model

_SMALL = 50  # states of a model whose functions are printed faster than they are looked for
_HEAD = re.compile(r"^(?=def )", re.MULTILINE)
_NAME = re.compile(r"def (\w+)\(")
_FUNCTIONS = ("derivative", "jacobian", "closure", "closure_jacobian", "healthy", "readouts")
_PATTERNS = ("pattern", "closure_pattern")


def functions(model: Model, *, arrays: bool = False) -> Functions:
    """The functions that ``generate`` makes of *model*: for a large model from the cache, where there is one."""
    if len(model.states) < _SMALL:
        return generate(model, arrays=arrays)
    try:
        entry = Entry(cache_folder(), "functions", digest(model.fingerprint, recipe()), ".texts")
        return read(entry.read() or b"", arrays=arrays) or _kept(entry, model, arrays=arrays)
    except (KernelError, StorageError):  # nothing can be kept here
        return generate(model, arrays=arrays)


def read(data: bytes, *, arrays: bool = False) -> Functions | None:
    """The functions that were written; None where they are not all there."""
    table = ARRAYS if arrays else NUMBERS
    try:
        said = json.loads(data)
        made = {name: _later(name, str(said["texts"][name]), table) for name in _FUNCTIONS}
        pattern, closure_pattern = (tuple((int(i), int(j)) for i, j in said[name]) for name in _PATTERNS)
        return Functions(**made, pattern=pattern, closure_pattern=closure_pattern, traced=tuple(map(str, said["traced"])))
    except (ValueError, KeyError, TypeError):
        return None


def _kept(entry: Entry, model: Model, *, arrays: bool) -> Functions:
    made = generate(model, arrays=arrays)
    texts = {match[1]: part for part in _HEAD.split(model_text(model)) if (match := _NAME.match(part))}
    said = {"texts": texts, "traced": made.traced, **{name: getattr(made, name) for name in _PATTERNS}}
    entry.put(json.dumps(said).encode("ascii"), model=model.fingerprint)
    return made


def _later(name: str, text: str, table: Mapping[str, Callable[..., Any]]) -> Generated:
    """A function that is read when it is first called."""
    made: list[Generated] = []

    def call(*given: Any) -> list[Any]:
        if not made:
            made.append(load(text, table)[name])
        return made[0](*given)

    return call
