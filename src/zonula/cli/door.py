"""The door: every error that leaves zonula becomes one message on stderr (or one JSON object) and an exit code."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from typing import Any

import typer

from zonula.ground.errors import Problem, ZonulaError

# newer typers bring their own click
_WRONG_USE: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")

_LONGEST = 600  # characters of one line of a message; what came from outside may be longer than anyone reads
_INTERRUPTED = 130  # newer typers turn the interrupt into this code themselves, without a word


def guarded(app: typer.Typer, arguments: list[str]) -> int:
    """Run *app* and return the exit code.  No traceback ever reaches the user."""
    as_json = "--json" in arguments
    try:
        code = typer.main.get_command(app).main(args=arguments, prog_name="zonula", standalone_mode=False)
        sys.stdout.flush()
        return _interrupted(as_json=as_json) if code == _INTERRUPTED else code if isinstance(code, int) else 0
    except ZonulaError as error:
        return _say(error.problems, error.exit_code, as_json=as_json)
    except typer.Exit as stop:
        return stop.exit_code
    except _WRONG_USE as error:
        return _misused(error, as_json=as_json)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted(as_json=as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone; so do we, without noise
        return 0
    except Exception as error:  # noqa: BLE001 - the one door where anything may arrive
        return _say((_bug(error),), 70, as_json=as_json)


def _interrupted(*, as_json: bool) -> int:
    problem = Problem(code="ZN-9001", message="interrupted", fix="run the same command again; nothing half-written is left")
    return _say((problem,), _INTERRUPTED, as_json=as_json)


def _bounded(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST - 150]} ... {line[-140:]}"


def _misused(error: Any, *, as_json: bool) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stdout.write(f"{error.format_message()}\n")
        return 0
    problem = Problem(code="ZN-1000", message=error.format_message().replace("\n", " ").rstrip("."), fix="see --help")
    return _say((problem,), 2, as_json=as_json)


def _bug(error: Exception) -> Problem:
    handle, path = tempfile.mkstemp(prefix="zonula-bug-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(traceback.format_exception(error)))
    return Problem(code="ZN-9000", message=f"a bug in zonula: {type(error).__name__}: {error}", fix=f"please report it, with {path}")


def _say(problems: tuple[Problem, ...], code: int, *, as_json: bool) -> int:
    if as_json:
        shown: dict[str, Any] = {"status": "error", "exit_code": code, "errors": [p.as_dict() for p in problems]}
        sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
    for problem in problems:
        sys.stderr.write("".join(f"{_bounded(line)}\n" for line in str(problem).splitlines()))
    return code
