"""The house's measures: sizes, forbidden doors, no unfinished marks, docstrings, no circles of imports."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "zonula"
FILES = sorted(SOURCE.rglob("*.py"))
MINE = [*FILES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "scripts").rglob("*.py"))]
MARKS = tuple(word[::-1] for word in ("ODOT", "EMXIF", "X" * 3, "KCAH", "rorrEdetnemelpmItoN"))  # backwards: none stands here


def _named(path):
    return path.relative_to(ROOT).as_posix()


every_file = pytest.mark.parametrize("path", FILES, ids=_named)


@cache
def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def functions_of(tree):
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def too_long(tree, most):
    return [f"{f.name}: {f.end_lineno - f.lineno + 1}" for f in functions_of(tree) if f.end_lineno - f.lineno + 1 > most]


def public_methods(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name, [f.name for f in functions_of(node) if not f.name.startswith("_")]


def forbidden(tree):
    """What could run text, load objects or be switched off by an option: by name."""
    found = ["assert" for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in ("eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "breakpoint", "input"):
                found.append(name)
            if any(k.arg in ("shell", "allow_pickle") and not (isinstance(k.value, ast.Constant) and k.value.value is False)
                   for k in node.keywords):
                found.append(f"{name} with a dangerous option")
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
            found += [n for n in names if n.split(".")[0] in ("pickle", "marshal", "shelve", "dill", "yaml", "subprocess", "ctypes")]
    return found


def without_docstring(tree):
    top = [tree, *(n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and not n.name.startswith("_"))]
    return [getattr(node, "name", "module") for node in top if not (ast.get_docstring(node) or "").strip()]


@pytest.mark.parametrize("path", MINE, ids=_named)
def test_no_file_is_too_long(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= (300 if "organs" in path.parts and "src" in path.parts else 400)


@pytest.mark.parametrize("path", MINE, ids=_named)
def test_no_function_is_too_long(path):
    assert too_long(parsed(path), 50) == []


@every_file
def test_no_class_does_too_much(path):
    assert [(name, len(methods)) for name, methods in public_methods(parsed(path)) if len(methods) > 15] == []


# the audited doors: our own printed text becomes functions, our own text goes to a C compiler, what it made is loaded
DOORS = {"src/zonula/codegen/python.py": (["compile", "exec"], "load"), "src/zonula/codegen/compiler.py": (["subprocess"], "_run"),
         "src/zonula/simulation/kernel.py": (["ctypes"], "opened")}


def doors_used(function):
    """What a function calls that runs text or another program, or loads a library."""
    names = [ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [name for name in names if name in ("compile", "exec", "ctypes.CDLL", "ctypes.PyDLL") or name.startswith("subprocess.")]


@every_file
def test_no_forbidden_door_is_open(path):
    found = forbidden(parsed(path))
    if _named(path) in DOORS:
        opened, function = DOORS[_named(path)]
        assert sorted(found) == opened
        assert [f.name for f in functions_of(parsed(path)) if set(opened) & {name.split(".")[0] for name in doors_used(f)}] == [function]
    else:
        assert found == []


@every_file
def test_every_public_function_and_class_has_a_docstring(path):
    assert [name for name in without_docstring(parsed(path)) if name != "module" or path.stat().st_size] == []


@pytest.mark.parametrize("path", MINE, ids=_named)
def test_nothing_is_marked_as_unfinished(path):
    text = path.read_text(encoding="utf-8")
    assert [mark for mark in MARKS if re.search(rf"\b{mark}\b", text)] == []


def test_text_from_files_is_read_in_one_place_only():
    readers = set()
    for path in FILES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
                readers.add(_named(path))
    assert readers <= {"src/zonula/ground/files.py"}


# --- imports -------------------------------------------------------------------------------------------

def module_of(path):
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(tree, known):
    """Modules of ours that are imported when this one is."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in known else node.module for name in inner)


def circle(graph):
    """A circle of names in a graph, or nothing."""
    done, way = set(), []

    def visit(name):
        if name in way:
            return [*way[way.index(name):], name]
        if name in done:
            return None
        way.append(name)
        found = next((c for c in map(visit, graph.get(name, ())) if c), None)
        way.pop()
        done.add(name)
        return found

    return next((c for c in map(visit, graph) if c), None)


def test_imports_make_no_circle():
    known = {module_of(path) for path in FILES}
    graph = {module_of(path): sorted(set(imports_of(parsed(path), known))) for path in FILES}
    assert sum(map(len, graph.values())) > 50
    assert circle(graph) is None


# --- the measures measure ------------------------------------------------------------------------------

def test_each_measure_finds_what_it_should():
    assert too_long(ast.parse("def f():\n" + "    x = 1\n" * 50), 50) == ["f: 51"]
    assert too_long(ast.parse("def f():\n" + "    x = 1\n" * 49), 50) == []
    (name, methods), = public_methods(ast.parse("class C:\n" + "".join(f"    def m{i}(self): pass\n" for i in range(16))))
    assert (name, len(methods)) == ("C", 16)
    for text in ("assert x", "eval('1')", "exec(t)", "import pickle", "from pickle import loads", "os.system('x')", "yaml.load(f)",
                 "import subprocess", "np.load(f, allow_pickle=True)", "run(c, shell=True)", "__import__('os')"):
        assert forbidden(ast.parse(text)), text
    assert forbidden(ast.parse("np.load(f, allow_pickle=False)\nevaluate(x)")) == []
    assert without_docstring(ast.parse('"""m"""\ndef f():\n    pass\nclass C:\n    """c"""\ndef _g():\n    pass\n')) == ["f"]
    assert circle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ["b", "c", "b"]
    assert circle({"a": ["b", "c"], "b": ["c"], "c": []}) is None
    assert len(MARKS) == 5
    assert all(re.search(rf"\b{mark}\b", f"x = 1  # {mark}: later") for mark in MARKS)
