"""Help, version, and how little is loaded for them."""

import subprocess
import sys

import pytest
from tests.running import ROOT, shell, zonula

HEAVY = ("numpy", "scipy", "pydantic", "xarray", "pyarrow", "matplotlib", "jinja2", "tomlkit")


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("run", "--help"), ("run", "-h"), ("demo", "-h"), ("model", "--help"),
                                       ("model", "list", "-h"), ("model", "show", "-h"), ("model", "cite", "-h")], ids=" ".join)
def test_help_is_given_everywhere(arguments):
    said = zonula(*arguments)
    assert said.code == 0
    assert said.out.startswith("Usage: zonula")
    assert not said.err


@pytest.mark.parametrize("arguments", [(), ("model",)])
def test_a_command_without_arguments_shows_its_help(arguments):
    said = zonula(*arguments)
    assert said.code == 0
    assert said.out.lstrip().startswith("Usage: zonula")
    assert not said.err


@pytest.mark.parametrize("option", ["run", "demo", "model"])
def test_the_first_help_names_every_command_and_the_exit_codes(option):
    text = zonula("--help").out
    assert f"  {option} " in text
    assert "Exit codes: 0 ok, 2 usage, 3 data, 4" in " ".join(text.split())
    assert "not medical advice" in text


@pytest.mark.parametrize("option", ["--set", "--without", "--json", "--out", "--force", "--seed", "--no-report", "--quiet", "--dry-run",
                                    "--plan", "--until", "--every", "--close-road", "--from", "--roads"])
def test_the_help_of_run_explains_every_option_and_shows_examples(option):
    text = zonula("run", "--help").out
    assert option in text
    assert "zonula run lps_bolus" in text


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_one_line(option):
    said = zonula(option)
    assert said.code == 0
    assert said.out.startswith("zonula ")
    assert said.out.count("\n") == 1


@pytest.mark.parametrize(("arguments", "allowed"), [(["--help"], []), (["--version"], ["pydantic"]), (["run", "--help"], ["pydantic"])], ids=str)
def test_help_loads_nothing_heavy(arguments, allowed):
    """(Newer typers read the arguments of a command with pydantic; that is theirs, and not on the way to the first help.)"""
    code = (f"import sys\nfrom zonula.cli.door import guarded\nfrom zonula.cli.main import app\nassert guarded(app, {arguments!r}) == 0\n"
            f"print('LOADED', [name for name in {HEAVY!r} if name in sys.modules and name not in {allowed!r}])")
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""}, capture_output=True, text=True,
                          timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"


@pytest.mark.slow
def test_the_real_command_helps_quietly_and_exits_with_0(tmp_path):
    done = shell("--help", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: zonula")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("arguments", "message"), [
    (("rnu",), "Did you mean 'run'?"), (("run",), "Missing argument"), (("run", "lps_bolus", "--bogus"), "No such option: --bogus"),
    (("run", "a", "b"), "unexpected extra argument"), (("run", "lps_bolus", "--seed", "x"), "--seed"),
    (("run", "lps_bolus", "--seed", "-1"), "--seed"), (("run", "lps_bolus", "-o"), "requires an argument"), (("--nothing",), "No such option"),
    (("model", "shwo"), "Did you mean 'show'?"), (("model", "show"), "Missing argument")])
def test_a_command_that_cannot_be_read_is_a_usage_error_with_a_hint(arguments, message):
    said = zonula(*arguments)
    assert said.code == 2
    assert not said.out
    assert said.err.startswith("error[ZN-1000]: ")
    assert message in said.err
    assert "fix: see --help" in said.err
    assert "Traceback" not in said.err


def test_a_command_that_cannot_be_read_is_json_where_json_is_wanted():
    said = zonula("run", "--json")
    assert said.code == 2
    assert said.json["status"] == "error"
    assert said.json["errors"][0]["code"] == "ZN-1000"
