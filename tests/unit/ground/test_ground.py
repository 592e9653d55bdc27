"""The ground floor: errors that say what to do, files that are whole or absent, digests that cannot flow together."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers import refused

from zonula.ground import errors, files, provenance
from zonula.ground.errors import EvidenceError, InputDataError, Problem, StorageError, UsageError, ZonulaError, nearest, raise_all
from zonula.ground.limits import MAX_FILE_BYTES


def test_a_problem_reads_as_place_finding_and_advice():
    problem = Problem(code="ZN-0000", message="it is wrong", file="a.toml", line=3, path="x.y", found="1", expected="2", fix="write 2")
    assert str(problem) == "error[ZN-0000]: it is wrong    (a.toml:3  x.y)\n  found: 1\n  expected: 2\n  fix: write 2"
    assert Problem(code="ZN-0000", message="m").as_dict() == {"code": "ZN-0000", "message": "m"}
    assert str(Problem(code="ZN-0000", message="m", path="p")) == "error[ZN-0000]: m    (p)"


def test_all_problems_are_raised_together_and_none_is_no_error():
    raise_all(UsageError, [])
    problems = [Problem(code=f"ZN-000{i}", message=str(i)) for i in range(3)]
    with pytest.raises(UsageError) as caught:
        raise_all(UsageError, problems)
    assert caught.value.problems == tuple(problems)
    assert all(str(p) in str(caught.value) for p in problems)


def test_each_kind_of_error_has_an_exit_code_of_its_own_family():
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, ZonulaError)]
    codes = {kind.__name__: kind.exit_code for kind in kinds}
    assert codes["ZonulaError"] == 70
    assert {codes[n] for n in ("UsageError", "ModelError", "UnitError", "AssemblyError", "EvidenceError")} == {2}
    assert len({codes[n] for n in ("UsageError", "InputDataError", "SolverError", "StorageError", "ZonulaError")}) == 5


@pytest.mark.parametrize(("name", "known", "sentence"), [
    ("tfn", ["tnf", "il6"], "did you mean 'tnf'?"), ("ML", ["mL", "mol", "m"], "did you mean 'mL'?"),
    ("zzz", ["b", "a"], "known: a, b"), ("x", [], "nothing is known here"),
    ("?", [f"n{i:02}" for i in range(20)], "known: " + ", ".join(f"n{i:02}" for i in range(12)) + ", ..."),
])
def test_what_may_have_been_meant_is_suggested(name, known, sentence):
    assert nearest(name, known) == sentence


def test_a_file_is_read_as_text(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffgrüß\n".encode())
    assert files.read_text(path) == "grüß\n"


@pytest.mark.parametrize(("code", "make"), [
    ("ZN-1001", lambda path: None), ("ZN-1002", lambda path: path.mkdir()), ("ZN-1003", lambda path: path.write_bytes(b"0" * (MAX_FILE_BYTES + 1))),
    ("ZN-1004", lambda path: path.write_bytes(b"\xff\xfe\x00")),
])
def test_what_cannot_be_read_is_refused_in_the_callers_kind(tmp_path, code, make):
    path = tmp_path / "a.toml"
    make(path)
    for kind in (UsageError, EvidenceError):
        with refused(code, "a.toml", kind=kind):
            files.read_text(path, kind=kind)


def test_an_impossible_name_is_refused(tmp_path):
    with refused("ZN-1005", kind=UsageError):
        files.read_text(tmp_path / ("x" * 5000))


def test_a_missing_file_suggests_its_neighbors(tmp_path):
    (tmp_path / "scenario.toml").touch()
    with refused("ZN-1001", "'scenario.toml'"):
        files.read_text(tmp_path / "scenrio.toml")


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd", "a/../../../etc/passwd"])
def test_no_path_leaves_its_folder(tmp_path, name):
    root = tmp_path / "root"
    root.mkdir()
    with refused("ZN-3006", kind=InputDataError):
        files.under(root, name)
    assert files.under(root, "a/../b.csv") == root.resolve() / "b.csv"


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    with refused("ZN-3006", kind=InputDataError):
        files.under(root, "link/secret")


def test_a_file_that_is_there_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    files.write_text(path, "one\n")

    def fail(part):
        part.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with refused("ZN-7001", "No space left", kind=StorageError):
        files.write_atomically(path, fail)
    assert path.read_bytes() == b"one\n"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_half_written_stays_when_something_else_goes_wrong(tmp_path):
    def fail(part):
        part.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.write_atomically(tmp_path / "a.txt", fail)
    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_no_part_of_a_digest_flows_into_the_next(a, b):
    assert (provenance.digest(*a) == provenance.digest(*b)) == (a == b)


def test_plain_data_has_one_spelling():
    assert provenance.canonical({"b": 0.1, "a": ["é"]}) == '{"a":["é"],"b":0.1}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        provenance.canonical({"a": float("nan")})


def test_provenance_tells_versions_and_nothing_about_the_person():
    told = str(provenance.environment())
    assert provenance.environment()["packages"]["numpy"] != "not installed"
    assert provenance.version_of("no-such-package") == "not installed"
    assert str(Path.home()) not in told or len(str(Path.home())) < 2
    assert provenance.environment().keys() == {"zonula", "python", "platform", "packages"}
