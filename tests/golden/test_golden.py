"""The generated text of the standard model is what was accepted, byte for byte, whatever the hash seed."""

import ast
import hashlib
import os
import subprocess
import sys

import pytest
from scripts.accept_golden import FOLDER, golden_texts

from zonula.codegen.python import generate, load, model_text
from zonula.drugs.standard import TREATMENTS
from zonula.ground.files import PACKAGE
from zonula.language.functions import ARRAYS, NUMBERS
from zonula.organs.standard import ORGANS, standard_model

_FIX = "read the difference; if it is meant, run: python scripts/accept_golden.py"


@pytest.mark.parametrize("name", ["standard_model.py.txt", "standard_model.c.txt", "standard_model.tex.txt"])
def test_the_generated_text_is_the_accepted_one(name):
    accepted = (FOLDER / name).read_text(encoding="utf-8")
    assert golden_texts()[name] == accepted, _FIX


def test_every_golden_file_is_written_by_the_script():
    assert {path.name for path in FOLDER.glob("*.txt")} == golden_texts().keys()


_PRINT = """
import hashlib
{first}
from scripts.accept_golden import golden_texts
print(hashlib.sha256("".join(golden_texts().values()).encode()).hexdigest())
"""


@pytest.mark.parametrize(("seed", "first"), [("0", ""), ("1", "import scipy.stats, decimal"), ("4242", "import zonula.cli")])
def test_the_text_is_the_same_under_any_hash_seed_and_after_other_imports(seed, first):
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run([sys.executable, "-c", _PRINT.format(first=first)], env=environment, cwd=FOLDER.parents[1], capture_output=True,
                          text=True, check=True, timeout=60)
    here = hashlib.sha256("".join(golden_texts().values()).encode()).hexdigest()
    assert done.stdout.strip() == here


def test_the_order_of_organs_and_treatments_is_the_order_of_states_in_the_text():
    tree = ast.parse(model_text(standard_model()))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert names == ["derivative", "jacobian", "closure", "closure_jacobian", "healthy", "readouts"]
    paths = [s.path for s in standard_model().states]
    assert paths == [s.path for organ in (*ORGANS, *TREATMENTS) for s in organ.states.values()]


def test_the_text_holds_nothing_but_arithmetic():
    tree = ast.parse(model_text(standard_model()))
    allowed = (ast.Module, ast.Expr, ast.Constant, ast.FunctionDef, ast.arguments, ast.arg, ast.Assign, ast.Name, ast.Load, ast.Store,
               ast.Subscript, ast.Return, ast.List, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.UnaryOp, ast.USub, ast.Call, ast.Compare,
               ast.Lt, ast.Gt, ast.LtE, ast.GtE, ast.Eq, ast.NotEq)
    strange = {type(node).__name__ for node in ast.walk(tree) if not isinstance(node, allowed)}
    assert not strange
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert called <= NUMBERS.keys() == ARRAYS.keys()


def test_no_name_is_assigned_twice_in_a_function():
    for function in ast.parse(model_text(standard_model())).body:
        if isinstance(function, ast.FunctionDef):
            targets = [target.id for node in function.body if isinstance(node, ast.Assign) for target in node.targets]
            assert len(targets) == len(set(targets)), function.name


def test_every_line_of_a_function_is_needed():
    for function in ast.parse(model_text(standard_model())).body:
        if isinstance(function, ast.FunctionDef):
            targets = {target.id for node in function.body if isinstance(node, ast.Assign) for target in node.targets}
            read = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
            assert targets <= read, function.name


def test_loaded_text_cannot_reach_what_the_language_does_not_offer():
    for text in ("def f():\n    return open('x')\n", "def f():\n    return __import__('os')\n", "def f():\n    return eval('1')\n"):
        with pytest.raises((NameError, ImportError)):
            load(text, NUMBERS)["f"]()
    with pytest.raises(ImportError):
        load("import os\n", NUMBERS)


def test_names_of_signals_and_rates_are_told_in_the_order_of_their_values():
    functions = generate(standard_model())
    assert len(functions.traced) == len(set(functions.traced))
    assert functions.traced[0].startswith("v_")
    assert functions.traced[-1].startswith("r_")
    assert len(functions.pattern) == len(set(functions.pattern))
