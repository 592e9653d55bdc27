"""Write the golden files anew: ``python scripts/accept_golden.py``; the difference is then reviewed like any other change.

A golden file is text that the model produces.  A test compares it; nothing but this script changes it.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

from zonula.codegen.c import model_source
from zonula.codegen.latex import equations
from zonula.codegen.python import model_text
from zonula.organs.standard import standard_model

_IN_FULL = ("def derivative(", "MODEL_FUNCTION void model_rhs(")
FOLDER = Path(__file__).resolve().parent.parent / "tests" / "golden"


def golden_texts() -> dict[str, str]:
    """Each golden file's name and what it should hold now."""
    model = standard_model()
    written = "".join(f"{path}\n    {text}\n" for path, text in equations(model).items())
    head, *functions = re.split(r"(?m)^(?=def )", model_text(model))
    sizes, *routines = re.split(r"(?m)^(?=MODEL_FUNCTION \w+ .*\)$)", model_source(model))
    return {"standard_model.py.txt": head + _kept(functions), "standard_model.c.txt": sizes + _kept(routines), "standard_model.tex.txt": written}


def _kept(functions: list[str]) -> str:
    return "".join(text if text.startswith(_IN_FULL) else _digest(text) for text in functions)


def _digest(text: str) -> str:
    """A function by its first line, its number of lines and its hash: slopes of a hundred equations are too long to read."""
    return f"{text.splitlines()[0]}  # {text.count(chr(10))} lines, SHA-256 {hashlib.sha256(text.encode()).hexdigest()}\n\n"


def main() -> int:
    """Write what differs; say what changed."""
    for name, text in golden_texts().items():
        path = FOLDER / name
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        path.write_text(text, encoding="utf-8")
        print(f"{name}: {'unchanged' if before == text else 'written; look at the difference before you commit it'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
