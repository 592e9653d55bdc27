"""The page's own tests, among them: of the same scenario its timetable gives the same life as Python's, within 1e-10, fifty times."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.browser import NOTHING_SKIPPED, needs_node_and_zig

from zonula.organs.standard import standard_model
from zonula.web import golden
from zonula.web.files import page_files

FOLDER = Path(__file__).resolve().parents[3] / "explorer"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def test_the_page_makes_of_a_scenario_what_python_makes_of_it(tmp_path):
    needs_node_and_zig()
    if not (FOLDER / "node_modules").is_dir():
        (pytest.fail if os.environ.get(NOTHING_SKIPPED) else pytest.skip)("the page's tools are not here: cd explorer && npm install")
    page_files(standard_model())  # what the page's tests read is made where it is missing
    golden.main([str(tmp_path)])
    done = subprocess.run([shutil.which("npm"), "test"], cwd=FOLDER, capture_output=True, text=True, timeout=300, check=False,
                          env={**os.environ, "ZONULA_GOLDEN": str(tmp_path / "golden.json")})
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    worst = re.search(r"worst of (\d+): (\S+)", done.stdout)
    assert worst, "the fifty scenarios were not compared"
    assert (int(worst[1]), float(worst[2]) < 1e-10) == (50, True)
    assert "# fail 0" in done.stdout
    assert "# skipped 0" in done.stdout
