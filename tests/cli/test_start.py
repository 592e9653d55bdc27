"""How the command line starts: what would only hold it up is left for later."""

from __future__ import annotations

import gc
import sys

import pytest

from zonula.cli.main import main


def test_a_command_does_not_look_for_cycles_at_every_step(monkeypatch, capsys):
    before = gc.get_threshold()
    monkeypatch.setattr(sys, "argv", ["zonula", "--version"])
    try:
        with pytest.raises(SystemExit) as stop:
            main()
        assert stop.value.code == 0
        assert gc.isenabled()
        assert gc.get_threshold()[0] >= 50 * 700
    finally:
        gc.set_threshold(*before)
    assert capsys.readouterr().out.startswith("zonula ")
