"""Writes what the page needs beside the page: the kernel as WebAssembly, the model, persons, treatments, draws, claims, evidence.

    python -m zonula.web.bundle [FOLDER]     # the package's own folder where none is named

The same model gives the same bytes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zonula.codegen.webassembly import webassembly
from zonula.ground.errors import ModelError
from zonula.ground.files import packaged, write_atomically
from zonula.language.model import Model
from zonula.organs.standard import standard_model
from zonula.web import boards
from zonula.web.page_model import columns_of, draws_bin, finite, model_json
from zonula.web.persons import as_json, persons, pool
from zonula.web.sliders import sliders
from zonula.web.tables import Landings
from zonula.web.treatments import treatments

PAGE = ("index.html", "app.js", "app.css")  # what is built from explorer/
START = ("model.json", "people.json", "treatments.json", "sliders.json", "zn.wasm")  # what the page loads at once
LATER = ("draws.bin", "claims.json", "evidence.json", "validation.json", "equations.json")
DATA = (*START, *LATER)
_CUSTOM = 0  # sections of WebAssembly that only people read: names and who made it


def static_folder() -> Path:
    """Where the page lies in the package."""
    return packaged("web", "static")


def bundle(model: Model, results: Path = boards.RESULTS) -> dict[str, bytes]:
    """All files of data, by name.

    Parameters
    ----------
    results : where ``claims.json``, ``validation.json``, ``misses.toml`` and ``influence.json`` lie

    Raises
    ------
    ZonulaError   where the model, the tables or the results do not fit each other, or there is no compiler for WebAssembly
    """
    landings = Landings(model)
    everybody = persons(model, landings)
    offered = treatments(model, landings)
    chosen = pool(model, everybody)
    columns = columns_of(chosen, model)
    people = [as_json(person, model, landings, chosen) for person in everybody]  # before the model is told: it names all ways of doses
    plain: dict[str, Any] = {
        "model.json": model_json(model, landings, chosen, columns), "people.json": people, "treatments.json": offered, "sliders.json": sliders(model),
        "claims.json": boards.claims_json(results), "evidence.json": boards.evidence_json(model, results),
        "validation.json": boards.validation_json(model, results), "equations.json": boards.equations_json(model),
    }
    binary = {"zn.wasm": stripped(webassembly(model).read_bytes()), "draws.bin": draws_bin(chosen, columns)}
    return {**{name: _text(said) for name, said in plain.items()}, **binary}


def _text(said: Any) -> bytes:
    return (json.dumps(finite(said), ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n").encode("utf-8")


def write_bundle(folder: Path | None = None, model: Model | None = None) -> Path:
    """Write all files of data into *folder* (the package's own where none is named), and return it.

    Raises
    ------
    ZonulaError   as :func:`bundle`, or where the disk refuses
    """
    where = static_folder() if folder is None else folder
    files = bundle(standard_model() if model is None else model)
    where.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        _write(where / name, data)
    return where


def _write(path: Path, data: bytes) -> None:
    write_atomically(path, lambda part: _put(part, data))


def _put(part: Path, data: bytes) -> None:
    part.write_bytes(data)


def stripped(wasm: bytes) -> bytes:
    """The same WebAssembly without sections that only people read.

    Raises
    ------
    ModelError   where it is no WebAssembly
    """
    if wasm[:8] != b"\0asm\x01\0\0\0":
        raise ModelError.of("ZN-2607", "the kernel is no WebAssembly", found=repr(wasm[:8]), fix="empty the cache of kernels (ZONULA_CACHE)")
    return wasm[:8] + b"".join(whole for kind, whole in _sections(wasm) if kind != _CUSTOM)


def _sections(wasm: bytes) -> Iterator[tuple[int, bytes]]:
    at = 8
    while at < len(wasm):
        size, body = _unsigned(wasm, at + 1)
        yield wasm[at], wasm[at : body + size]
        at = body + size


def _unsigned(data: bytes, at: int) -> tuple[int, int]:
    """A number in LEB128, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def main(arguments: list[str]) -> None:
    """Write the bundle into the folder that is named, or into the package."""
    where = write_bundle(Path(arguments[0]) if arguments else None)
    sys.stdout.write(f"Wrote {len(DATA)} files into {where}: {sum((where / name).stat().st_size for name in DATA) / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main(sys.argv[1:])
