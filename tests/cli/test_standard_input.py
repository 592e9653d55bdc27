"""A scenario from standard input: as good as a file, and as carefully read."""

import io
import sys

import pytest
from tests.running import zonula


def given(monkeypatch, data: bytes):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


def test_a_scenario_may_come_from_standard_input(tmp_path, monkeypatch):
    given(monkeypatch, b'name = "piped"\n[solve]\nuntil = "2 d"\n')
    said = zonula("run", "-", "--no-report", "--json", "-o", tmp_path / "out")
    assert said.code == 0
    assert said.json["scenario"] == "piped"
    assert said.json["readouts"]["tnf"]["time"][-1] == 2.0


@pytest.mark.parametrize(("data", "code"), [(b"\x89PNG\xff\xfe", "ZN-1116"), (b'name = "x\n', "ZN-1102"), (b"wrong = 1\n", "ZN-1104"),
                                            (b"#" * 10_000_001, "ZN-1115")])
def test_what_is_no_scenario_is_refused(data, code, tmp_path, monkeypatch):
    given(monkeypatch, data)
    said = zonula("run", "-", "-o", tmp_path / "out")
    assert said.code == 2
    assert said.err.startswith(f"error[{code}]")
    assert list(tmp_path.iterdir()) == []
