"""
What went wrong, as the person or the script at the command line is told.

One shape for every failure: a stable code, one sentence, a hint, an exit code.
What was not expected is told by its kind and place only, because its message could hold a borrower's data.
"""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from circulation.errors import BranchlineError, Conflict
from interfaces.cells import printable
from interfaces.command_tree import Misused
from interfaces.exit_code import ExitCode

__all__ = ["Failure", "failure_of", "report"]

_HOME = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure in the shape in which it is printed; `hint` may be empty."""

    exit_code: ExitCode
    code: str
    sentence: str
    hint: str = ""


def failure_of(error: Exception) -> Failure:
    """What to tell about an exception that ended a command."""
    match error:
        case Misused(error=misread):
            return _told(ExitCode.USAGE, misread)
        case Conflict():
            return _told(ExitCode.BUSY, error)
        case BranchlineError():
            return _told(ExitCode.FAILED, error)
        case typer.TyperException():
            return _misuse(error)
        case typer.Abort():
            return _told(ExitCode.FAILED, BranchlineError("aborted"))
        case OSError(filename=str() | bytes() | Path()):
            return _told(ExitCode.FAILED, _file_failure(error))
    return _told(ExitCode.BUG, BranchlineError("bug", kind=type(error).__name__, place=_place_of(error)))


def report(error: Exception, *, as_json: bool, unnamed: Callable[[str], str] = str) -> ExitCode:
    """
    Print the failure on stderr, as a JSON object if asked for; with BRANCHLINE_DEBUG=1 the traceback too.

    `unnamed` takes the cards of patrons out of a text.
    """
    failure = failure_of(error)
    failure = replace(failure, sentence=unnamed(failure.sentence), hint=unnamed(failure.hint))
    if os.environ.get("BRANCHLINE_DEBUG") == "1":
        traceback.print_exception(error)
    if as_json:
        told = {"error": failure.code, "sentence": failure.sentence, "hint": failure.hint}
        print(json.dumps(told, ensure_ascii=False), file=sys.stderr)
        return failure.exit_code
    red, plain = ("\x1b[1;31m", "\x1b[0m") if _in_colour() else ("", "")
    print(f"{red}error[{failure.code}]{plain}: {printable(failure.sentence)}", file=sys.stderr)
    if failure.hint:
        print(f"hint: {printable(failure.hint)}", file=sys.stderr)
    return failure.exit_code


def _told(code: ExitCode, error: BranchlineError) -> Failure:
    return Failure(code, error.code, error.sentence, error.hint)


def _misuse(error: typer.TyperException) -> Failure:
    context = getattr(error, "ctx", None)
    asked = f"{context.command_path} --help" if context is not None else "branchline --help"
    code = ExitCode.USAGE if error.exit_code == ExitCode.USAGE else ExitCode.FAILED
    message = error.format_message()
    if context is None or context.parent is None:
        # Nobody knows yet which store is meant, and whose cards: no long number is repeated.
        message = re.sub(r"\d{6,}", "…", message)
    return _told(code, BranchlineError("usage", said=message, asked=asked))


def _file_failure(error: OSError) -> BranchlineError:
    name = os.fsdecode(error.filename)
    match error:
        case FileNotFoundError():
            return BranchlineError("file.missing", file=name)
        case IsADirectoryError():
            return BranchlineError("file.is-folder", file=name)
        case PermissionError():
            return BranchlineError("file.forbidden", file=name)
    return BranchlineError("file.failed", file=name, why=error.strerror or type(error).__name__)


def _place_of(error: Exception) -> str:
    """The innermost line of ours that it passed through, as `, circulation/desk.py line 12`."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_HOME) and ".venv" not in path.parts:
            return f", {path.relative_to(_HOME)} line {frame.lineno}"
    return ""


def _in_colour() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
